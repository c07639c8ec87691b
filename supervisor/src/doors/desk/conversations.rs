//! What goes on in this process, and the search over open cases.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::bodies::{ConversationBody, Conversations};
use super::operator::Operator;
use super::overview::bodies;
use crate::doors::error::Problem;
use crate::doors::router::Doors;

/// Longest query, in characters.
const LONGEST_QUERY: usize = 200;

pub(super) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(list))
}

#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    query: String,
}

/// Lists the conversations that this process took turns of lately, newest first, and the open cases that a query is found in.
///
/// Without a case a person sees no more of a conversation than the beginning of its last message.
#[utoipa::path(
    get, path = "/v1/conversations", tag = "desk", security((), ("bearer" = [])),
    params(("query" = Option<String>, Query, max_length = 200, description = "Words that must be found: of a name, an id, a message or a summary, in any case.")),
    responses(
        (status = 200, description = "What goes on.", body = Conversations),
        (status = 403, description = "The caller does not work here.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn list(
    State(doors): State<Doors>,
    Operator(_you): Operator,
    search: Result<Query<Search>, QueryRejection>,
) -> Result<Json<Conversations>, Problem> {
    let Query(Search { query }) = search.map_err(|rejection| {
        Problem::protocol(
            StatusCode::BAD_REQUEST,
            rejection.body_text(),
            "send ?query=… once, percent-encoded as UTF-8",
        )
    })?;
    let query = query.trim().to_lowercase();
    if query.chars().count() > LONGEST_QUERY {
        let error = contract::Error::invalid("query", "the query is too long");
        return Err(error.hint(format!("send at most {LONGEST_QUERY} characters")).into());
    }
    let open = doors.product.office.handoffs.queue().await?;
    let mut conversations = doors.desk.recent.all();
    for conversation in &mut conversations {
        let case = open.iter().find(|case| case.matter.session == conversation.session_id);
        conversation.case_id = case.map(|case| case.matter.id.clone());
    }
    conversations.retain(|conversation| query.is_empty() || tells_of(conversation, &query));
    let mut cases = if query.is_empty() { Vec::new() } else { bodies(&open, doors.product.clock.now()) };
    cases.retain(|case| case.tells_of(&query));
    Ok(Json(Conversations { conversations, cases }))
}

fn tells_of(conversation: &ConversationBody, words: &str) -> bool {
    let ids = [Some(conversation.session_id.as_str()), conversation.case_id.as_ref().map(contract::CaseId::as_str)];
    let texts = [Some(conversation.text.as_str()), conversation.name.as_deref(), conversation.intent.as_deref()];
    ids.into_iter().chain(texts).flatten().any(|text| text.to_lowercase().contains(words))
}
