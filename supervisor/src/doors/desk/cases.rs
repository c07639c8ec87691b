//! The doors of the cases: the queue, one case, its conversation, and what a person does with it.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use backoffice::handoffs::{Case, CaseEnding, Word};
use contract::{CaseId, Error, ErrorKind, Finding, IdempotencyKey, Reply, StaffId, TurnId, TurnRecord};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::bodies::{CaseBody, CaseConversation, DeskBody, Resolution, Saying, Transfer};
use super::operator::Operator;
use super::overview::described;
use crate::doors::error::Problem;
use crate::doors::rest::{key, no_address};
use crate::doors::router::Doors;
use crate::doors::whole::Whole;
use crate::doors::{audit, body};
use crate::guard;

/// Longest note of a case that is done, in characters.
const LONGEST_NOTE: usize = 1_000;

/// The case that an address names, or why it names none.
type Named = Result<Path<String>, PathRejection>;
/// A case after a change.
type Changed = Result<Json<CaseBody>, Problem>;

/// How a door to a case refuses.
#[derive(utoipa::IntoResponses)]
#[expect(dead_code, reason = "it describes the answers, and is none")]
enum NoCase {
    /// The caller does not work here.
    #[response(status = 403, content_type = "application/problem+json")]
    NoOperator(Problem),
    /// There is no such case.
    #[response(status = 404, content_type = "application/problem+json")]
    Unknown(Problem),
}

/// How a door refuses that only the holder of a case may use.
#[derive(utoipa::IntoResponses)]
#[expect(dead_code, reason = "it describes the answers, and is none")]
enum NotYours {
    /// The caller does not work here.
    #[response(status = 403, content_type = "application/problem+json")]
    NoOperator(Problem),
    /// There is no such case.
    #[response(status = 404, content_type = "application/problem+json")]
    Unknown(Problem),
    /// The caller does not hold it.
    #[response(status = 409, content_type = "application/problem+json")]
    NotHeld(Problem),
}

pub(super) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(conversation))
        .routes(routes!(claim))
        .routes(routes!(renew))
        .routes(routes!(transfer))
        .routes(routes!(resolve))
        .routes(routes!(give_back))
        .routes(routes!(say))
}

/// Lists every case that is not done, most urgent first and oldest first among these, and the queues with their people.
#[utoipa::path(
    get, path = "/v1/handoffs", tag = "desk", security((), ("bearer" = [])),
    responses(
        (status = 200, description = "What lies on the desk.", body = DeskBody),
        (status = 403, description = "The caller does not work here.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn list(State(doors): State<Doors>, Operator(you): Operator) -> Result<Json<DeskBody>, Problem> {
    let cases = doors.product.office.handoffs.queue().await?;
    Ok(Json(doors.desk.overview(you, &cases, doors.product.clock.now())))
}

/// One case, open or done.
#[utoipa::path(
    get, path = "/v1/handoffs/{case_id}", tag = "desk", security((), ("bearer" = [])), params(("case_id" = CaseId, Path)),
    responses(
        (status = 200, description = "The case.", body = CaseBody),
        NoCase,
    )
)]
async fn one(State(doors): State<Doors>, Operator(_you): Operator, path: Named) -> Changed {
    let case = doors.product.office.handoffs.case(&named(path)?).await?;
    Ok(Json(described(&doors, case).await?))
}

/// The conversation of a case: every turn with what every agent found, what people said, and what could be said next.
#[utoipa::path(
    get, path = "/v1/handoffs/{case_id}/conversation", tag = "desk", security((), ("bearer" = [])), params(("case_id" = CaseId, Path)),
    responses(
        (status = 200, description = "The conversation.", body = CaseConversation),
        (status = 403, description = "The caller does not work here, or the case is done for too long.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such case.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn conversation(
    State(doors): State<Doors>,
    Operator(you): Operator,
    path: Named,
) -> Result<Json<CaseConversation>, Problem> {
    let product = &doors.product;
    let case = product.office.handoffs.case(&named(path)?).await?;
    doors.desk.readable(&case, product.clock.now())?;
    noted(&doors, &you, "read_conversation", &case.matter.id).await?;
    // The case holds whose conversation it is; an address cannot.
    let (session, caller) = (&case.matter.session, &case.matter.caller);
    let turns = match product.conversations.transcript(session, caller).await {
        Ok(transcript) => transcript.turns.into_iter().map(without_profile).collect(),
        // The first turn of a conversation opens its case before it is stored itself.
        Err(error) if error.kind == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let words = product.office.handoffs.words(session, caller, 0).await?;
    let suggestion = suggestion(&turns, &words);
    Ok(Json(CaseConversation { case: described(&doors, case).await?, turns, words, suggestion }))
}

/// Takes a case that waits, or renews one's own claim.
#[utoipa::path(
    post, path = "/v1/handoffs/{case_id}/claim", tag = "desk", security((), ("bearer" = [])), params(("case_id" = CaseId, Path)),
    responses(
        (status = 200, description = "The case is the caller's until its claim runs out.", body = CaseBody),
        NoCase,
        (status = 409, description = "Somebody else holds it, who is named; or it is done.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn claim(State(doors): State<Doors>, Operator(you): Operator, path: Named) -> Changed {
    let id = named(path)?;
    noted(&doors, &you, "claim_case", &id).await?;
    changed(&doors, doors.product.office.handoffs.claim(&id, &you, doors.desk.lease()).await).await
}

/// Shows a sign of life: the claim begins anew. A claim that has run out is not renewed.
#[utoipa::path(
    post, path = "/v1/handoffs/{case_id}/renew", tag = "desk", security((), ("bearer" = [])), params(("case_id" = CaseId, Path)),
    responses(
        (status = 200, description = "The case stays the caller's.", body = CaseBody),
        NotYours,
    )
)]
async fn renew(State(doors): State<Doors>, Operator(you): Operator, path: Named) -> Changed {
    let (id, handoffs) = (named(path)?, &doors.product.office.handoffs);
    handoffs.case(&id).await?.renewed(&you, doors.desk.lease(), doors.product.clock.now())?;
    changed(&doors, handoffs.claim(&id, &you, doors.desk.lease()).await).await
}

/// Hands a case on to another queue, or back to its own, where it waits with its age.
#[utoipa::path(
    post, path = "/v1/handoffs/{case_id}/transfer", tag = "desk", security((), ("bearer" = [])), params(("case_id" = CaseId, Path)),
    request_body = Transfer,
    responses(
        (status = 200, description = "It waits there.", body = CaseBody),
        NotYours,
        (status = 422, description = "There is no such queue.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn transfer(
    State(doors): State<Doors>,
    Operator(you): Operator,
    path: Named,
    headers: HeaderMap,
    body: Result<Whole, Problem>,
) -> Changed {
    let (id, Transfer { queue }) = (named(path)?, body::read(&headers, body)?);
    let names: Vec<&str> = doors.desk.queues.names().collect();
    if !names.contains(&queue.as_str()) {
        let hint = format!("one of {}", names.join(", "));
        return Err(Error::invalid("queue", "there is no such queue").hint(hint).into());
    }
    noted(&doors, &you, "transfer_case", &id).await?;
    changed(&doors, doors.product.office.handoffs.transfer(&id, &you, &queue).await).await
}

/// Ends a case as settled: the assistant speaks again.
#[utoipa::path(
    post, path = "/v1/handoffs/{case_id}/resolve", tag = "desk", security((), ("bearer" = [])), params(("case_id" = CaseId, Path)),
    request_body = Resolution,
    responses(
        (status = 200, description = "It is done.", body = CaseBody),
        NotYours,
        (status = 422, description = "The note is not valid.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn resolve(
    State(doors): State<Doors>,
    Operator(you): Operator,
    path: Named,
    headers: HeaderMap,
    body: Result<Whole, Problem>,
) -> Changed {
    let (id, Resolution { note }) = (named(path)?, body::read(&headers, body)?);
    let ending = CaseEnding::Resolved { note: guard::words("note", &note, LONGEST_NOTE)? };
    noted(&doors, &you, "finish_case", &id).await?;
    let case = doors.product.office.handoffs.finish(&id, &you, &ending).await?;
    doors.product.supervisor.settled(&case).await;
    changed(&doors, Ok(case)).await
}

/// Gives a case back: it is done, and the assistant goes on.
#[utoipa::path(
    post, path = "/v1/handoffs/{case_id}/return", tag = "desk", security((), ("bearer" = [])), params(("case_id" = CaseId, Path)),
    responses(
        (status = 200, description = "It is done.", body = CaseBody),
        NotYours,
    )
)]
async fn give_back(State(doors): State<Doors>, Operator(you): Operator, path: Named) -> Changed {
    let id = named(path)?;
    noted(&doors, &you, "return_case", &id).await?;
    changed(&doors, doors.product.office.handoffs.finish(&id, &you, &CaseEnding::Returned).await).await
}

/// Says something to the customer, and renews the claim. The same key and words again change nothing.
#[utoipa::path(
    post, path = "/v1/handoffs/{case_id}/words", tag = "desk", security((), ("bearer" = [])),
    params(
        ("case_id" = CaseId, Path),
        ("Idempotency-Key" = Option<IdempotencyKey>, Header, description = "Same key and same words: the word of the first time."),
    ),
    request_body = Saying,
    responses(
        (status = 201, description = "It is said.", body = Word),
        NotYours,
        (status = 422, description = "The words are not valid, or the key was used for others.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn say(
    State(doors): State<Doors>,
    Operator(you): Operator,
    path: Named,
    headers: HeaderMap,
    body: Result<Whole, Problem>,
) -> Result<(StatusCode, Json<Word>), Problem> {
    let (id, Saying { text }) = (named(path)?, body::read(&headers, body)?);
    let text = guard::text(&text)?;
    let product = &doors.product;
    let fresh = || IdempotencyKey::from(&TurnId::fresh(product.clock.now(), product.entropy.random()));
    let key = key(&headers)?.unwrap_or_else(fresh);
    let handoffs = &product.office.handoffs;
    let word = handoffs.say(&id, &you, key.as_str(), &text, doors.desk.lease()).await?;
    doors.desk.ring(&handoffs.case(&id).await?.matter.session);
    Ok((StatusCode::CREATED, Json(word)))
}

/// Notes what a person is about to do with a case, which is done only when it is noted.
async fn noted(doors: &Doors, you: &StaffId, act: &str, case: &CaseId) -> contract::Result<()> {
    audit::note(doors, format!("operator~{you}"), act, Some(case.to_string())).await
}

/// Tells everybody who watches, and describes the case to who changed it.
async fn changed(doors: &Doors, case: contract::Result<Case>) -> Changed {
    let case = case?;
    doors.desk.ring(&case.matter.session);
    Ok(Json(described(doors, case).await?))
}

fn named(path: Named) -> Result<CaseId, Problem> {
    let Path(id) = path.map_err(|rejection| no_address(&rejection))?;
    Ok(CaseId::new(id)?)
}

/// The turn without the customer's profile, which stays closed to people: the packet says what they need.
fn without_profile(mut turn: TurnRecord) -> TurnRecord {
    for report in &mut turn.reports {
        report.findings.retain(|finding| !matches!(finding, Finding::Profile(_)));
    }
    turn
}

/// What the assistant would answer to the last message, unless a person has answered it.
fn suggestion(turns: &[TurnRecord], words: &[Word]) -> Option<Reply> {
    let last = turns.last()?;
    let answered = words.last().is_some_and(|word| word.at >= last.turn.received);
    let found = last.find(|found| if let Finding::Suggestion(reply) = found { Some(reply) } else { None });
    found.filter(|_| !answered).cloned()
}
