//! What is not as it was: the findings of each agent and the reply, line by line.

use contract::{AgentReport, Finding, Reply, TurnRecord};
use language::sentences::sentences;
use serde_json::{Value, json};
use similar::TextDiff;

/// So many lines that are equal stand around those that differ.
const AROUND: usize = 2;

/// A turn as it was recorded, and as it went again.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// As it was.
    pub recorded: TurnRecord,
    /// As it went again. Its times and costs are those of the replay; an agent that was played has its recorded ones.
    pub again: TurnRecord,
}

/// What differs in one part of a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The agent, or `reply`.
    pub part: String,
    /// Lines as `diff -u` writes them: `-` as recorded, `+` as it went again.
    pub lines: String,
}

impl Replayed {
    /// Everything that is not the same to the byte: outcomes, findings, the reply with its citations.
    pub fn differences(&self) -> Vec<Difference> {
        let mut parts: Vec<&str> = Vec::new();
        for report in self.recorded.reports.iter().chain(&self.again.reports) {
            if !parts.contains(&report.agent.as_str()) {
                parts.push(&report.agent);
            }
        }
        let found = |record: &TurnRecord, agent: &str| {
            record.reports.iter().find(|report| report.agent == agent).map_or(Value::Null, findings)
        };
        let agents = parts.into_iter().map(|agent| (agent, found(&self.recorded, agent), found(&self.again, agent)));
        let differences = agents.filter_map(|(part, was, is)| difference(part, &was, &is));
        differences.chain(self.reply()).collect()
    }

    fn reply(&self) -> Option<Difference> {
        let (was, is) = (&self.recorded.reply, &self.again.reply);
        let exactly = difference("reply", &json!(was), &json!(is))?;
        Some(difference("reply", &by_sentence(was), &by_sentence(is)).unwrap_or(exactly))
    }
}

fn difference(part: &str, was: &Value, is: &Value) -> Option<Difference> {
    let (was, is) = (lines(was), lines(is));
    if was == is {
        return None;
    }
    let lines = TextDiff::from_lines(&was, &is).unified_diff().context_radius(AROUND).to_string();
    Some(Difference { part: part.into(), lines })
}

fn lines(value: &Value) -> String {
    format!("{value:#}\n")
}

/// What came of an agent and what it found. The reply is compared as what was said, not as what was found.
fn findings(report: &AgentReport) -> Value {
    let found = report.findings.iter().filter(|finding| !matches!(finding, Finding::Reply(_)));
    json!({"outcome": report.outcome.word(), "findings": found.collect::<Vec<_>>()})
}

/// A reply for reading: one sentence a line, and of each citation where it is from.
fn by_sentence(reply: &Reply) -> Value {
    let sources = reply.citations.iter().map(|citation| format!("{} › {}", citation.title, citation.section));
    json!({"text": sentences(&reply.text), "citations": sources.collect::<Vec<_>>(), "model": reply.model,
        "arm": reply.arm, "prompt_version": reply.prompt_version})
}
