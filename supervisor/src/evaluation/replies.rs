//! What is measured of every reply, whatever it answers: whether its sentences are grounded, what it costs, how long it takes.

use std::collections::BTreeMap;
use std::path::Path;

use contract::finding::Target;
use contract::{Finding, TurnRecord};
use language::support::{Sources, Verdict};

use super::conversation_file::Conversation;
use super::figure::{Figure, Measured, Miss, Summary, Unit};
use super::house::House;
use super::scenes::{Doorway, play, summary};
use crate::commands::cost;
use crate::settings::Settings;

/// What was noted of the replies of a run.
pub struct Replies {
    settings: Settings,
    supported: Vec<(String, bool)>,
    cited: Vec<(String, bool)>,
    cost: BTreeMap<String, f64>,
    spent_micro_usd: u64,
    times: BTreeMap<String, f64>,
    misses: Vec<Miss>,
}

impl Replies {
    /// Nothing noted yet.
    pub fn new(settings: &Settings) -> Self {
        Self {
            settings: settings.clone(),
            supported: Vec::new(),
            cited: Vec::new(),
            cost: BTreeMap::new(),
            spent_micro_usd: 0,
            times: BTreeMap::new(),
            misses: Vec::new(),
        }
    }

    /// What models were really paid, in millionths of a dollar.
    pub const fn spent_micro_usd(&self) -> u64 {
        self.spent_micro_usd
    }

    /// Notes a turn under a name; `yard` is how long the yardstick took just before it, in milliseconds.
    ///
    /// # Errors
    /// In words, when its cost cannot be computed.
    pub fn add(&mut self, place: &str, record: &TurnRecord, yard: f64) -> Result<(), String> {
        let mut played = cost::play::Played::default();
        played.count(record, &mut Vec::new(), 0)?;
        self.cost.insert(place.into(), cost::of_a_turn(played, &self.settings)?);
        self.spent_micro_usd += record.usage.micro_usd;
        self.times.insert(place.into(), record.timing.total_ms / yard.max(1e-6));
        self.ground(place, record);
        Ok(())
    }

    /// Judges each sentence against the passages that it cites, as the response agent judges a model's.
    fn ground(&mut self, place: &str, record: &TurnRecord) {
        let texts =
            record.reply.citations.iter().map(|found| format!("{}. {}. {}", found.title, found.section, found.text));
        let sources = Sources::new(texts);
        // What a model wrote needs a source throughout. The house's own words need none: what it says by script, offers, or says
        // of a person who takes over.
        let own = own_words(record);
        let by_the_house = |plain: &str| own.iter().any(|words| words.contains(plain.trim()));
        let human = record.find(|found| match found {
            Finding::Route(route) => Some(&route.target),
            _ => None,
        }) == Some(&Target::Human);
        let generated = !record.reply.prompt_version.is_empty() && !human;
        let (mut supported, mut cited) = (None, None);
        for sentence in language::sentences::sentences(&record.reply.text) {
            let found = sources.judge(sentence);
            let rests = !found.citations.is_empty();
            let generated = generated && !by_the_house(&language::sentences::citations(sentence).0);
            if rests {
                *supported.get_or_insert(true) &= found.verdict == Verdict::Supported;
            }
            // One marker at the end may stand for several sentences: then another citation of the reply supports this one.
            let sourced = rests || found.best.is_some();
            if generated && (rests || found.verdict == Verdict::Uncited) {
                *cited.get_or_insert(true) &= sourced;
            }
            if !found.may_be_said() && (rests || generated && !sourced) {
                let expected = if rests { "supported by what it cites" } else { "a citation" };
                self.misses.push(Miss {
                    set: GROUNDING.into(),
                    text: sentence.into(),
                    expected: expected.into(),
                    got: format!("{:?} in {place}", found.verdict),
                });
            }
        }
        self.supported.extend(supported.map(|all| (place.to_owned(), all)));
        self.cited.extend(cited.map(|all| (place.to_owned(), all)));
    }

    /// The figures of all replies.
    pub fn measured(self, arm: &str) -> Measured {
        let name = |set: &str| format!("{set}{arm}");
        let times = |name: &str, percent| Figure {
            unit: Unit::Times,
            summary: Summary::Percentile(percent),
            // A machine that eight builds shared made p95 differ by three from run to run. Only another order of magnitude fails.
            tolerance: 9.0,
            of_build: true,
            ..Figure::score(&format!("latency{arm}"), name, self.times.clone()).lower()
        };
        let costs = Figure::score(&name("cost"), "micro-dollars a turn", self.cost.clone()).lower();
        let figures = vec![
            Figure::share(&name(GROUNDING), "replies whose cited sentences are all supported", self.supported.clone())
                .strict(),
            Figure::share(&name(GROUNDING), "generated replies whose claims all have a source", self.cited.clone())
                .strict(),
            Figure { unit: Unit::MicroUsd, tolerance: 0.05, ..costs },
            times("p50 of a turn, in yardsticks", 50),
            times("p95 of a turn, in yardsticks", 95),
        ];
        Measured { figures, misses: self.misses }
    }
}

/// What is said in a turn without a model: the phrases of the house, and what agents offered or stated.
fn own_words(record: &TurnRecord) -> Vec<String> {
    let mut own = vec![response::PHRASES.replace('\\', "")];
    for finding in record.reports.iter().flat_map(|report| &report.findings) {
        match finding {
            Finding::Offer(offer) => own.extend([offer.summary.clone(), offer.reason.clone()]),
            Finding::Statement(statement) => own.push(statement.text.clone()),
            _ => {}
        }
    }
    own
}

/// The set of all played replies.
const GROUNDING: &str = "grounding";
/// The set of the conversation files.
const CONVERSATIONS: &str = "conversations";

/// Plays the files of a folder: every expectation must be met.
pub(super) async fn conversations(
    house: &House,
    folder: &Path,
    arm: &str,
    replies: &mut Replies,
) -> Result<Measured, String> {
    let (mut rows, mut misses) = (Vec::new(), Vec::new());
    for file in cost::play::files(&[folder.to_path_buf()])? {
        let text =
            std::fs::read_to_string(&file).map_err(|cause| format!("cannot read {}: {cause}", file.display()))?;
        let conversation: Conversation =
            serde_saphyr::from_str(&text).map_err(|cause| format!("{}: {cause}", file.display()))?;
        let name = file.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        let yard = house.yardstick().await;
        let steps = match play(house as &dyn Doorway, name, &format!("file-{name}"), &conversation).await {
            Ok(steps) => steps,
            // A reply that proposes nothing leaves the rest of a file without ground: that is a failed file, not a failed run.
            Err(problem) => {
                rows.push((name.to_owned(), false));
                misses.push(missed(name, "to be played to its end", &problem));
                continue;
            }
        };
        rows.push((name.to_owned(), steps.iter().all(|step| step.unmet.is_empty())));
        for step in &steps {
            for unmet in &step.unmet {
                let got = if step.reply.is_null() { String::new() } else { summary(&step.reply) };
                let got = format!("{got}: {}", step.reply["reply"].as_str().unwrap_or_default());
                misses.push(missed(&format!("{}: {}", step.place, step.said), unmet, &got));
            }
            if !step.reply.is_null() {
                let record = house.record(conversation.customer.as_deref(), &step.reply).await?;
                replies.add(&step.place, &record, yard)?;
            }
        }
    }
    let figure = Figure::share(&format!("{CONVERSATIONS}{arm}"), "files with every expectation met", rows).strict();
    Ok(Measured { figures: vec![figure], misses })
}

fn missed(text: &str, expected: &str, got: &str) -> Miss {
    super::analysts::miss(CONVERSATIONS, text, expected, got)
}
