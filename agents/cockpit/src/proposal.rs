//! The actions of the cockpit: how a call becomes one, how it is read back, and what a customer changes in it.

use contract::{Action, ActionId, ActionState, Turn};
use jiff::SignedDuration;

use crate::places;
use crate::settle::{Settled, settle};
use crate::table::Tables;
use crate::understand::{complete, understand};
use crate::wish::{Call, Change, Destination, NAVIGATION, Understood, Value, Wish};
use backoffice::vehicles::Readings;
use contract::turn::Exchange;

/// The kind of every action of the cockpit.
pub(crate) const KIND: &str = "vehicle_command";
/// How long a proposal waits for its yes.
const OPEN_FOR: SignedDuration = SignedDuration::from_mins(10);
/// How many turns back a question may have been asked whose answers are still coming.
const LONGEST_ASKING: usize = 4;

/// The proposal of these calls to one car.
pub(crate) fn propose(turn: &Turn, agent: &str, vin: &str, calls: &[Call], summary: String) -> Action {
    let numbered = calls.iter().enumerate().map(|(n, call)| (format!("call.{}", n + 1), call.written()));
    Action {
        id: ActionId::of(&turn.id, agent, 0),
        agent: agent.into(),
        kind: KIND.into(),
        parameters: numbered.chain([("vin".to_owned(), vin.to_owned())]).collect(),
        summary,
        expires: turn.received.checked_add(OPEN_FOR).unwrap_or(turn.received),
        state: ActionState::Proposed,
    }
}

/// The calls of a proposal, in their order.
pub(crate) fn calls(action: &Action) -> Vec<Call> {
    let numbered = (1..).map_while(|n| action.parameters.get(&format!("call.{n}")));
    numbered.filter_map(|line| Call::read(line)).collect()
}

/// What the customer wants instead of these calls: `make it 21`, `only the driver's`, `to the dealer instead`. None when their
/// words change nothing.
pub(crate) fn changed(tables: &Tables, calls: &[Call], text: &str) -> Option<(Vec<Wish>, Option<Destination>)> {
    let understood = understand(tables, text);
    if understood.destination.is_some() {
        return Some((Vec::new(), understood.destination));
    }
    let named = |device: &str| calls.iter().any(|call| call.device == device);
    if let Some(wish) = understood.wishes.first() {
        let comfort = matches!(wish.change, Change::By(_)) && named(&wish.devices[0]);
        if !comfort {
            return Some((understood.wishes, None));
        }
    }
    if named(NAVIGATION) {
        return places::named(tables, text).map(|wanted| (Vec::new(), Some(wanted)));
    }
    let mut wishes: Vec<Wish> = calls.iter().map(as_wish).collect();
    for wish in wishes.iter_mut().rev() {
        if let Some(mut other) = complete(tables, wish, text) {
            if let (Change::By(by), Change::To(value)) = (&other.change, &wish.change) {
                other.change = Change::To(value + by);
            }
            *wish = other;
            return Some((wishes, None));
        }
    }
    None
}

fn as_wish(call: &Call) -> Wish {
    let change = match &call.value {
        Value::Switch(true) => Change::On,
        Value::Switch(false) => Change::Off,
        Value::Number(number) => Change::To(*number),
        Value::Word(word) => Change::Word(word.clone()),
    };
    let zones = if call.zones == ["all"] { Vec::new() } else { call.zones.clone() };
    Wish { devices: vec![call.device.clone()], zones, change }
}

/// The wishes of the last exchange when the cockpit asked back about one of them; the first that lacks something is the one.
pub(crate) fn pending(tables: &Tables, history: &[Exchange], readings: &Readings, car: &str) -> Option<Vec<Wish>> {
    pending_within(tables, history, readings, car, LONGEST_ASKING)
}

fn pending_within(
    tables: &Tables,
    history: &[Exchange],
    readings: &Readings,
    car: &str,
    turns: usize,
) -> Option<Vec<Wish>> {
    let (last, before) = history.split_last()?;
    // Most replies ask nothing: they are told by their last letter.
    if turns == 0 || !last.replied.trim_end().ends_with('?') {
        return None;
    }
    let completed = pending_within(tables, before, readings, car, turns - 1)
        .and_then(|wishes| answered(tables, wishes, readings, car, &last.said));
    let wishes = completed.unwrap_or_else(|| understand(tables, &last.said).wishes);
    let (_, question) = lacking(tables, &wishes, readings, car)?;
    last.replied.contains(&question).then_some(wishes)
}

/// Where the customer wants to go, when that was asked back and they say nothing else.
pub(crate) fn whereto(tables: &Tables, history: &[Exchange], text: &str) -> Option<Destination> {
    let asked = history.last()?.replied.trim_end().ends_with(&tables.phrases.say("which_place", &[]));
    (asked && understand(tables, text) == Understood::default()).then(|| places::named(tables, text))?
}

/// The wishes with the first that lacks something completed by an answer; none when it is no answer to it.
pub(crate) fn answered(
    tables: &Tables,
    mut wishes: Vec<Wish>,
    readings: &Readings,
    car: &str,
    answer: &str,
) -> Option<Vec<Wish>> {
    let (at, _) = lacking(tables, &wishes, readings, car)?;
    wishes[at] = complete(tables, &wishes[at], answer)?;
    Some(wishes)
}

/// The first wish that lacks something, and the question about it.
fn lacking(tables: &Tables, wishes: &[Wish], readings: &Readings, car: &str) -> Option<(usize, String)> {
    let settled = wishes.iter().map(|wish| settle(tables, wish, readings, car)).enumerate();
    settled.into_iter().find_map(|(at, settled)| match settled {
        Settled::Ask(question) => Some((at, question)),
        _ => None,
    })
}
