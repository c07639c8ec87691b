//! How well the cockpit's grammar maps drivers' words to calls, on dialogues of the format of CAR-bench.

mod row;

use std::collections::{BTreeMap, BTreeSet};

use cockpit::Call;
use cockpit::reading::Reader;

use super::figure::{Figure, Measured, Miss};
use super::sets::Set;
use row::{Effect, Row, device, effects};

/// What was counted in one half of one family.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Count {
    pub(crate) rows: usize,
    /// Rows whose calls that change something are all in our vocabulary.
    pub(crate) within: usize,
    pub(crate) calls: usize,
    pub(crate) right: usize,
    pub(crate) named: usize,
    pub(crate) extra: usize,
    /// Rows within our vocabulary where every call is right and no other is proposed, and what is taken away is refused.
    pub(crate) whole: usize,
    pub(crate) asked: usize,
    /// Rows that take away a device of ours, and those of them that were refused.
    pub(crate) lacking: usize,
    pub(crate) refused: usize,
    /// Rows that want no change at all, and those of them in which none was proposed.
    pub(crate) idle: usize,
    pub(crate) quiet: usize,
}

/// A dialogue, and what came of it.
pub(crate) struct Dialogue {
    /// Its task.
    pub(crate) id: String,
    /// Its family.
    pub(crate) family: String,
    /// `improve` or `report`.
    pub(crate) half: &'static str,
    /// What the driver wanted.
    pub(crate) wanted: String,
    /// What was understood, turn by turn.
    pub(crate) seen: Vec<String>,
    /// What was counted.
    pub(crate) count: Count,
}

/// Reads rows of either file.
///
/// # Errors
/// The first line that is none.
pub(crate) fn rows(lines: &str) -> Result<Vec<Row>, String> {
    let filled = lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read = |(at, line)| serde_json::from_str(line).map_err(|error| format!("line {}: {error}", at + 1));
    filled.map(read).collect()
}

/// Every dialogue among the rows, in the car of its task.
pub(crate) fn heard(reader: &Reader, rows: &[Row]) -> Vec<Dialogue> {
    let tasks: BTreeMap<String, &Row> =
        rows.iter().filter(|row| !row.context_init_config.is_empty()).map(|row| (row.task(), row)).collect();
    let hear = |row: &Row| {
        let (id, mut seen) = (row.task(), Vec::new());
        let count = measure(reader, tasks.get(&id).copied().unwrap_or(row), row, &mut seen);
        let (family, wanted) = (row.task_type.clone(), format!("{:?}", row.gold_actions));
        Dialogue { half: half(&id), id, family, wanted, seen, count }
    };
    rows.iter().filter(|row| !row.user_turns.is_empty()).map(hear).collect()
}

/// The counts by half and family, and over all families.
pub(crate) fn counted(dialogues: &[Dialogue]) -> BTreeMap<(&'static str, String), Count> {
    let mut counts: BTreeMap<_, Count> = BTreeMap::new();
    for dialogue in dialogues {
        for family in [dialogue.family.clone(), "~ all".into()] {
            counts.entry((dialogue.half, family)).or_default().add(&dialogue.count);
        }
    }
    counts
}

/// What the figures of dialogues are called.
const NAME: &str = "incar";

/// The figures of all dialogues together that only want what our cars can do, wholly right or not. How the car of a dialogue
/// begins may be said in another file.
pub(super) fn measured(reader: &Reader, sets: &[Set]) -> Result<Measured, String> {
    let mut all: Vec<Row> = Vec::new();
    for set in sets {
        all.extend(rows(&set.text).map_err(|problem| format!("{}, {problem}", set.file.display()))?);
    }
    let dialogues: Vec<Dialogue> =
        heard(reader, &all).into_iter().filter(|dialogue| dialogue.count.within == 1).collect();
    let whole = dialogues.iter().map(|dialogue| (dialogue.id.clone(), dialogue.count.whole == 1));
    let idle = dialogues.iter().filter(|dialogue| dialogue.count.idle == 1);
    let quiet = idle.map(|dialogue| (dialogue.id.clone(), dialogue.count.quiet == 1));
    let miss = |dialogue: &Dialogue| Miss {
        set: NAME.into(),
        text: dialogue.id.clone(),
        expected: dialogue.wanted.clone(),
        got: dialogue.seen.join(" ").split_whitespace().collect::<Vec<_>>().join(" "),
    };
    Ok(Measured {
        misses: dialogues.iter().filter(|dialogue| dialogue.count.whole == 0).map(miss).collect(),
        figures: vec![
            Figure::share(NAME, "dialogues with all calls right", whole),
            Figure::share(NAME, "nothing proposed where nothing is wanted", quiet),
        ],
    })
}

/// The half of a task by its number: FNV-1a of the digits and the finaliser of MurmurHash3 (without it, short texts fall on
/// one side). Its outcome does not change with the compiler.
fn half(id: &str) -> &'static str {
    let digits = id.bytes().filter(u8::is_ascii_digit);
    let hash =
        digits.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mixed = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    if (mixed >> 33).is_multiple_of(2) { "improve" } else { "report" }
}

/// What one dialogue comes to in the car of its task.
fn measure(reader: &Reader, task: &Row, row: &Row, seen: &mut Vec<String>) -> Count {
    let removed = task.removed();
    let changing: Vec<_> = row.gold_actions.iter().filter(|gold| gold.changes()).collect();
    let known = changing.iter().filter_map(|gold| gold.effects().map(|effects| (gold, effects)));
    let known: Vec<_> = known.collect();
    let within = known.len() == changing.len();
    let had: Vec<&Vec<Effect>> = known.iter().map(|(_, effects)| effects).filter(|e| !lost(e, &removed)).collect();

    let mut talk = reader.talk(reader.car(&task.car()));
    let (mut calls, mut last): (Vec<Call>, usize) = (Vec::new(), 0);
    let (mut asked, mut refused) = (false, false);
    for turn in row.user_turns.iter().filter(|turn| !turn.starts_with("###") && !turn.starts_with('{')) {
        let read = talk.hear(turn);
        seen.push(format!("    {turn}\n      -> {read:?}"));
        asked |= !read.questions.is_empty();
        refused |= read.refusals.iter().any(|said| removed.iter().any(|device| plain(said).contains(&plain(device))));
        if read.instead {
            calls.truncate(last);
        }
        if !read.calls.is_empty() {
            last = calls.len();
        }
        calls.extend(read.calls);
    }
    let ours: BTreeSet<Effect> = calls.iter().flat_map(effects).collect();
    let right = had.iter().filter(|effects| effects.iter().all(|effect| ours.contains(effect))).count();
    let named = had.iter().filter(|effects| calls.iter().any(|call| effects.iter().any(|e| e.0 == call.device)));
    let wanted: BTreeSet<&Effect> = had.iter().copied().flatten().collect();
    let routed = changing.iter().any(|gold| device(&gold.name).is_none() && gold.name.contains("navigation"));
    let stray = |call: &&Call| match &*call.device {
        "navigation" => !routed,
        _ => effects(call).iter().any(|effect| !wanted.contains(effect)),
    };
    let extra = calls.iter().filter(stray).count();
    let lacking = known.iter().any(|(_, effects)| lost(effects, &removed));
    let one = usize::from;
    Count {
        rows: 1,
        within: one(within),
        calls: had.len(),
        right,
        named: named.count(),
        extra,
        whole: one(within && right == had.len() && extra == 0 && (!lacking || refused)),
        asked: one(asked),
        lacking: one(lacking),
        refused: one(lacking && refused),
        idle: one(changing.is_empty()),
        quiet: one(changing.is_empty() && calls.is_empty()),
    }
}

/// A refusal counts when it names what is missing, however its words are joined.
fn plain(text: &str) -> String {
    text.to_lowercase().replace([' ', '_'], "")
}

fn lost(effects: &[Effect], removed: &BTreeSet<&'static str>) -> bool {
    effects.iter().any(|(device, ..)| removed.contains(&**device))
}

impl Count {
    fn add(&mut self, other: &Self) {
        let pairs = [
            (&mut self.rows, other.rows),
            (&mut self.within, other.within),
            (&mut self.calls, other.calls),
            (&mut self.right, other.right),
            (&mut self.named, other.named),
            (&mut self.extra, other.extra),
            (&mut self.whole, other.whole),
            (&mut self.asked, other.asked),
            (&mut self.lacking, other.lacking),
            (&mut self.refused, other.refused),
            (&mut self.idle, other.idle),
            (&mut self.quiet, other.quiet),
        ];
        pairs.into_iter().for_each(|(sum, one)| *sum += one);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn count(row: serde_json::Value, task: serde_json::Value) -> Count {
        let rows = [row, task].map(|row| serde_json::from_value::<Row>(row).unwrap());
        let counts = counted(&heard(&Reader::shipped().unwrap(), &rows));
        let all = counts.iter().find(|((_, family), _)| family == "~ all").unwrap();
        all.1.clone()
    }

    fn row(turns: &[&str], gold: serde_json::Value) -> serde_json::Value {
        json!({"run": "base", "task_id": 7, "task_type": "base", "user_turns": turns, "gold_actions": gold})
    }

    fn task(config: serde_json::Value, removed: &[&str]) -> serde_json::Value {
        json!({"task_id": "base_7", "task_type": "base", "context_init_config": config, "removed_part": removed})
    }

    #[test]
    fn a_call_is_right_when_every_argument_is() {
        let warm = |degrees: u8, zone: &str| {
            let kwargs = json!({"temperature": degrees, "seat_zone": zone});
            let gold = json!([{"name": "set_climate_temperature", "kwargs": kwargs}]);
            let one = count(
                row(&["Turn the driver's temperature up by 2 degrees"], gold),
                task(json!({"climate_temperature_driver": 20, "climate_temperature_passenger": 25}), &[]),
            );
            (one.named, one.right, one.extra, one.whole)
        };
        assert_eq!(warm(22, "DRIVER"), (1, 1, 0, 1));
        assert_eq!(warm(23, "DRIVER"), (1, 0, 1, 0));
        assert_eq!(warm(22, "ALL_ZONES"), (1, 0, 0, 0));
    }

    #[test]
    fn a_question_is_seen_by_its_answer_and_a_change_takes_the_place_of_a_proposal() {
        let gold =
            |percent: u8| json!([{"name": "open_close_window", "kwargs": {"window": "DRIVER", "percentage": percent}}]);
        let asked =
            count(row(&["Open the window", "The driver's, 40 percent"], gold(40)), task(json!({"fan_speed": 1}), &[]));
        assert_eq!((asked.asked, asked.right, asked.whole), (1, 1, 1));
        let changed =
            count(row(&["Open the driver's window", "make it 30%"], gold(30)), task(json!({"fan_speed": 1}), &[]));
        assert_eq!((changed.asked, changed.right, changed.extra, changed.whole), (0, 1, 0, 1));
    }

    #[test]
    fn what_is_missing_must_be_refused_what_is_outside_never_counts_and_nothing_may_be_asked_for() {
        let gold = json!([{"name": "open_close_sunroof", "kwargs": {"percentage": 100}}]);
        let missing =
            count(row(&["Open the sunroof"], gold), task(json!({"sunroof_position": 0}), &["open_close_sunroof"]));
        assert_eq!((missing.lacking, missing.refused, missing.calls, missing.whole), (1, 1, 0, 1));
        let mail = json!([{"name": "send_email", "kwargs": {"email_addresses": []}}]);
        let outside = count(row(&["Write to my colleague"], mail), task(json!({"fan_speed": 1}), &[]));
        assert_eq!((outside.within, outside.idle, outside.whole), (0, 0, 0));
        let told = |turn: &str| count(row(&[turn], json!([])), task(json!({"fan_speed": 1}), &[]));
        let (still, hasty) = (told("How warm is it?"), told("Turn on the air conditioning"));
        assert_eq!([(still.quiet, still.whole), (hasty.quiet, hasty.whole)], [(1, 1), (0, 0)]);
    }
}
