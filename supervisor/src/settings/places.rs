//! The settings of where each agent runs: in the process that takes the turn, or in a function of its own.

use std::collections::BTreeMap;

use super::read::Reader;
use super::table::{Setting, setting};

/// How a place on AWS begins.
const FUNCTION: &str = "lambda:";
/// Longest name of a function, as Lambda has it: an ARN with an alias.
const LONGEST: usize = 170;

const RUN: &str = "Where this agent runs: `here`, or `lambda:FUNCTION` (name, name:alias or ARN of a Lambda function that is `motorline-agent`).";

/// Where agents may run. Not `response`: its sentences leave while they are made.
pub(super) const ROWS: [Setting; 11] = [
    setting("agents.intent.run", "here", RUN),
    setting("agents.sentiment.run", "here", RUN),
    setting("agents.knowledge.run", "here", RUN),
    setting("agents.personalization.run", "here", RUN),
    setting("agents.routing.run", "here", RUN),
    setting("agents.cockpit.run", "here", RUN),
    setting("agents.servicing.run", "here", RUN),
    setting("agents.recommend.run", "here", RUN),
    setting("agents.marketing.run", "here", RUN),
    setting("agents.handoff.run", "here", RUN),
    setting("lambda.agent", "", "The agent that the Lambda function `motorline-agent` is, such as `intent`."),
];

/// Where agents run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// The function of each agent that does not run here, by the agent's name.
    pub functions: BTreeMap<&'static str, String>,
    /// The agent that this process is, if it is the function of one.
    pub this: Option<&'static str>,
}

impl Reader {
    pub(super) fn places(&mut self) -> Option<Places> {
        let mut places = Places::default();
        let mut known = true;
        for (key, agent) in agents() {
            let place = self.value(key);
            match place.strip_prefix(FUNCTION) {
                None if place == "here" => {}
                Some(name) if self.is_function(key, name) => drop(places.functions.insert(agent, name.to_owned())),
                Some(_) => known = false,
                None => {
                    self.problem(key, format!("{place:?}"), "here, or lambda:FUNCTION");
                    known = false;
                }
            }
        }
        if let Some(name) = self.optional("lambda.agent") {
            places.this = agents().find(|(_, agent)| *agent == name).map(|(_, agent)| agent);
            if places.this.is_none() {
                let names: Vec<&str> = agents().map(|(_, agent)| agent).collect();
                self.problem("lambda.agent", format!("{name:?}"), &format!("one of {}", names.join(", ")));
                known = false;
            }
        }
        known.then_some(places)
    }

    fn is_function(&mut self, key: &str, name: &str) -> bool {
        let spelled = |sign: char| sign.is_ascii_alphanumeric() || "-_:.$".contains(sign);
        if name.is_empty() || name.len() > LONGEST || !name.chars().all(spelled) {
            let expected = "lambda: and the name or ARN of a function, such as lambda:motorline-intent";
            self.problem(key, format!("{name:?} names no function"), expected);
            return false;
        }
        if !cfg!(feature = "aws") {
            let expected = "here, or a build with AWS: cargo build --release --features aws";
            let found = format!("\"{FUNCTION}{name}\" needs an AWS SDK, which this build does not have");
            self.problem(key, found, expected);
            return false;
        }
        true
    }
}

/// The names of the agents that may run elsewhere, which are those of their crates.
pub(crate) fn placed_agents() -> impl Iterator<Item = &'static str> {
    agents().map(|(_, name)| name)
}

/// Each agent that may run elsewhere, with its setting.
fn agents() -> impl Iterator<Item = (&'static str, &'static str)> {
    let run = |row: &Setting| row.key.strip_prefix("agents.")?.strip_suffix(".run");
    ROWS.iter().filter_map(move |row| Some((row.key, run(row)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn agents_run_here_unless_they_have_a_function_and_a_build_that_can_ask_it() {
        assert_eq!(Settings::of_flags(&[]).unwrap().places, Places::default());
        let flags = [("agents.intent.run", "lambda:motorline-intent:live"), ("lambda.agent", "servicing")];
        let settings = Settings::of_flags(&flags);
        if cfg!(feature = "aws") {
            let places = settings.unwrap().places;
            assert_eq!(places.functions, BTreeMap::from([("intent", "motorline-intent:live".to_owned())]));
            assert_eq!(places.this, Some("servicing"));
        } else {
            assert!(settings.unwrap_err().contains("--features aws"));
        }
    }

    #[test]
    fn everything_that_is_wrong_with_places_is_said_at_once() {
        let wrong = Settings::of_flags(&[
            ("agents.intent.run", "lambda:"),
            ("agents.sentiment.run", "there"),
            ("agents.knowledge.run", "lambda:a b"),
            ("agents.response.run", "here"),
            ("lambda.agent", "response"),
            ("listen", "everywhere"),
        ]);
        let wrong = wrong.unwrap_err();
        for part in
            ["\"\" names no", "\"there\"", "\"a b\"", "no such setting", "one of intent, sentiment", "everywhere"]
        {
            assert!(wrong.contains(part), "{part} is missing from:\n{wrong}");
        }
    }
}
