//! Plays conversation files through the product, with the built-in engine, and measures what turns take.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use contract::turn::VehicleState;
use contract::{Action, Channel, Decision, SessionId, Tone, TurnRecord, When};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};

use crate::commands::chat::caller;
use crate::doors::wire::TurnRequest;
use crate::event::Nobody;
use crate::measures;
use crate::settings::{Caps, Identity, OfficeUris, OversightUris, Places, Settings};
use crate::wiring::Product;

/// What is played without a file.
const ORDINARY: &str = include_str!("../../../data/conversation.yaml");

/// The names and small attributes of a stored turn, in bytes: what `items_are_as_documented` in `tests/aws` shows of one.
const ATTRIBUTES: usize = 300;
/// Write units of a turn beside the turn itself: key and session, twice, in transactions (which cost double).
const WRITES: u64 = 8;
/// A read unit is four kilobytes, a write unit one; a write in a transaction costs two.
const READ_UNIT: usize = 4_096;
const WRITE_UNIT: usize = 1_024;
/// Read units of a customer's profile, and how many agents read it in a turn (knowledge, personalization).
const PROFILE: u64 = 1;
const READERS: u64 = 2;
/// Read units of the look whether a customer is being erased.
const BAR: u64 = 1;

/// A conversation, as in `tests/conversations`; what those expect, and what people do in them, is not looked at.
#[derive(Debug, Deserialize)]
struct Conversation {
    customer: Option<String>,
    turns: Vec<Step>,
}

#[derive(Debug, Deserialize)]
struct Step {
    /// None: a person does something, which is no turn.
    say: Option<String>,
    /// Another conversation of the same customer, by any name.
    session: Option<String>,
    /// The button below the first proposal of the reply before: `yes` or `no`.
    decide: Option<String>,
    #[serde(default)]
    channel: Channel,
    tone: Option<Tone>,
    vehicle: Option<VehicleState>,
}

/// What the turns of some conversations took together.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Played {
    pub(super) conversations: u64,
    pub(super) turns: u64,
    /// Times that a language model was asked.
    pub(super) calls: u64,
    /// What it read and wrote, estimated as one token for four bytes.
    pub(super) input_tokens: u64,
    pub(super) output_tokens: u64,
    /// Records as JSON, and as they lie in DynamoDB with their keys.
    pub(super) record_bytes: u64,
    pub(super) item_bytes: u64,
    /// DynamoDB's request units, computed from those sizes.
    pub(super) write_units: u64,
    pub(super) read_units: u64,
    /// Series of custom metrics that these turns made.
    pub(super) series: u64,
}

/// Plays the conversations of these files and folders; without any the shipped one.
pub(super) async fn play(paths: &[PathBuf], settings: &Settings) -> Result<Played, String> {
    let mut conversations = Vec::new();
    for path in files(paths)? {
        let text =
            std::fs::read_to_string(&path).map_err(|cause| format!("cannot read {}: {cause}", path.display()))?;
        conversations.push(parse(&text).map_err(|problem| format!("{}: {problem}", path.display()))?);
    }
    if paths.is_empty() {
        conversations.push(parse(ORDINARY)?);
    }
    let settings = at_home(settings, "cost");
    let played = play_all(conversations, &settings).await;
    // What was played is nobody's conversation. What cannot be removed does no harm.
    let _ = std::fs::remove_dir_all(&settings.data);
    played
}

async fn play_all(conversations: Vec<Conversation>, settings: &Settings) -> Result<Played, String> {
    let product = Product::assemble(settings).await.map_err(|error| error.to_string())?;
    let (mut played, mut series) = (Played::default(), BTreeSet::new());
    for conversation in conversations {
        played.conversations += 1;
        let caller = caller(conversation.customer.as_deref(), settings)?;
        let mut sessions: BTreeMap<Option<String>, (SessionId, Vec<usize>)> = BTreeMap::new();
        let mut last = None;
        for step in conversation.turns {
            let Some(text) = step.say.clone() else { continue };
            let (name, known) = (step.session.clone(), sessions.remove(&step.session));
            let (session, mut items) = known.map_or((None, Vec::new()), |(id, items)| (Some(id), items));
            let wanted = request(text, step, session, last.as_ref());
            let record = take(&product, settings, &caller, wanted).await?;
            played.count(&record, &mut items, settings.turn.history)?;
            let measures = measures::of_turn(&record);
            series.extend(measures.iter().flat_map(|one| one.series().map(|about| (one.metric, about))));
            sessions.insert(name, (record.turn.session.clone(), items));
            last = Some(record);
        }
    }
    played.series = series.len() as u64;
    if played.turns == 0 { Err("there is no turn in these conversations".into()) } else { Ok(played) }
}

/// How many homes this process made, so that two of them never share a folder.
static HOMES: AtomicUsize = AtomicUsize::new(0);

/// The settings, with everything on this machine, in a folder of its own, and the built-in answerer for every model.
pub(crate) fn at_home(settings: &Settings, purpose: &str) -> Settings {
    let mut home = settings.clone();
    let offline = vec!["offline://".to_owned()];
    (home.models.fast, home.models.capable, home.models.analysis) = (offline.clone(), offline.clone(), offline);
    (home.models.intent, home.models.sentiment, home.models.reply) = (When::Never, When::Never, When::Always);
    (home.models.caps, home.models.experiment) = (Caps::default(), None);
    home.models.ledger = "memory://".into();
    home.identity = Identity::Demo;
    let folder = format!("{purpose}-{}-{}", std::process::id(), HOMES.fetch_add(1, Ordering::Relaxed));
    home.data = settings.data.join(folder);
    home.conversations = "sqlite://motorline.db".into();
    home.customers = home.conversations.clone();
    // What is played is proposed, booked and handed over too: nobody's workshop, car or desk may notice.
    (home.office, home.places) = (OfficeUris::at_home(), Places::default());
    home.oversight = OversightUris::at_home();
    home.socket.store = "memory://".into();
    home.overflow = None;
    home
}

/// What a client sends for a step behind this turn.
fn request(text: String, step: Step, session_id: Option<SessionId>, last: Option<&TurnRecord>) -> TurnRequest {
    let Step { decide, channel, tone, vehicle, .. } = step;
    let proposed = last.and_then(|last| last.actions().into_iter().find(|action| action.is_open(last.turn.received)));
    let pressed = |(answer, action): (String, Action)| Decision { action: action.id, accepted: answer == "yes" };
    let decision = decide.zip(proposed).map(pressed);
    TurnRequest { session_id, channel, text, tone, locale: None, decision, vehicle }
}

async fn take(
    product: &Product,
    settings: &Settings,
    caller: &contract::Caller,
    wanted: TurnRequest,
) -> Result<TurnRecord, String> {
    let deadline = settings.turn.deadline.as_millis().try_into().unwrap_or(u64::MAX);
    let request = wanted.admit(caller.clone(), None, deadline, &*product.clock, &*product.entropy);
    let request = request.map_err(|error| error.to_string())?;
    product.supervisor.take(request, Arc::new(Nobody)).await.map_err(|error| error.to_string())
}

impl Played {
    /// Adds a turn; `items` are the sizes of those before it in its session.
    pub(crate) fn count(&mut self, record: &TurnRecord, items: &mut Vec<usize>, history: usize) -> Result<(), String> {
        let json = serde_json::to_vec(record).map_err(|cause| cause.to_string())?;
        let item = packed(&json)? + record.turn.text.len() + record.reply.text.len() + ATTRIBUTES;
        let past: usize = items.iter().rev().take(history).sum();
        let profile = if record.turn.caller.access().is_some() { PROFILE * READERS + BAR } else { 0 };
        items.push(item);
        self.turns += 1;
        for call in record.reports.iter().flat_map(|report| &report.calls) {
            self.calls += 1;
            self.input_tokens += call.usage.input_tokens;
            self.output_tokens += call.usage.output_tokens;
        }
        self.record_bytes += json.len() as u64;
        self.item_bytes += item as u64;
        self.write_units += WRITES + 2 * item.div_ceil(WRITE_UNIT) as u64;
        self.read_units += profile + past.div_ceil(READ_UNIT) as u64;
        Ok(())
    }
}

/// How large a record is as it is stored: as `infra/aws` packs it.
fn packed(json: &[u8]) -> Result<usize, String> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(json).map_err(|cause| cause.to_string())?;
    encoder.finish().map(|packed| packed.len()).map_err(|cause| cause.to_string())
}

fn parse(text: &str) -> Result<Conversation, String> {
    serde_saphyr::from_str(text).map_err(|cause| format!("not a conversation: {cause}"))
}

/// The files themselves, and the conversations of the folders, in the order of their names.
pub(crate) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let unreadable = |path: &Path, cause| format!("cannot read {}: {cause}", path.display());
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path).map_err(|cause| unreadable(path, cause))?;
        let mut found: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
        found.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
        found.sort();
        files.extend(found);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use contract::testing::{customer, record, turn};
    use contract::{AgentReport, Call, CallOutcome, CallReason, Outcome, Stage, Usage};

    use super::*;

    #[test]
    fn the_shipped_conversation_can_be_read() {
        let conversation = parse(ORDINARY).unwrap();
        assert!(conversation.turns.len() >= 8 && conversation.customer.as_deref() == Some("ada"));
        assert!(parse("turns: 3").unwrap_err().contains("not a conversation"));
    }

    #[test]
    fn what_people_do_is_no_turn_and_what_customers_do_is_read() {
        let text = "{turns: [{say: hello, session: other, decide: yes}, {operator: sam, claims: true}]}";
        let [said, done] = <[Step; 2]>::try_from(parse(text).unwrap().turns).unwrap();
        assert_eq!((said.session.as_deref(), said.decide.as_deref()), (Some("other"), Some("yes")));
        assert_eq!(done.say, None);
    }

    #[test]
    fn nothing_that_is_played_reaches_the_systems_of_the_house() {
        let mut settings = Settings::of_flags(&[]).unwrap();
        let office = &mut settings.office;
        for uri in [&mut office.service_desk, &mut office.vehicles, &mut office.offers, &mut office.handoffs] {
            *uri = "dynamodb://production".into();
        }
        office.events = Some("eventbridge://production".into());
        settings.places.functions.insert("servicing", "production".into());
        let home = at_home(&settings, "cost");
        assert!(home.uris().all(|uri| !uri.contains("production")), "{:?}", home.office);
        assert!(home.places.functions.is_empty());
    }

    #[test]
    fn a_turn_is_counted_with_its_calls_and_its_size() {
        let call = Call {
            model: "offline".into(),
            prompt_version: String::new(),
            reason: CallReason::First,
            outcome: CallOutcome::Complete,
            usage: Usage { input_tokens: 700, output_tokens: 90, ..Usage::default() },
            estimated: false,
            started_ms: 0.0,
            first_ms: None,
            took_ms: 0.0,
            temperature: 0.3,
            max_output_tokens: 150,
            answer: None,
        };
        let mut closed = record(&turn("t", "s", &customer("ada"), "hello"), "good day");
        closed.reports.push(AgentReport {
            agent: "response".into(),
            stage: Stage::Respond,
            outcome: Outcome::Answered,
            findings: Vec::new(),
            usage: call.usage,
            calls: vec![call.clone(), call],
            started_ms: 0.0,
            took_ms: 0.0,
        });
        let (mut played, mut items) = (Played::default(), vec![5_000, 5_000, 9_000]);
        played.count(&closed, &mut items, 2).unwrap();
        assert_eq!((played.turns, played.calls, played.input_tokens, played.output_tokens), (1, 2, 1_400, 180));
        // By hand: a short record packs to less than a kilobyte, so 8 + 2 writes; 14,000 bytes are 4 reads, 2 profiles, a bar.
        assert!(played.item_bytes < 1_024 && played.record_bytes > played.item_bytes, "{played:?}");
        assert_eq!((played.write_units, played.read_units, items.len()), (10, 7, 4));
    }
}
