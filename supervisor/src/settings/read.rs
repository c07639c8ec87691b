//! Turns resolved text values into typed settings, and collects every problem on the way.

use std::fmt;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use super::{Identity, Log, Origin, Resolved, Settings, Sources, TurnRules};

/// One thing that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The setting, or the name that is none.
    pub setting: String,
    /// What was found.
    pub found: String,
    /// Who set it.
    pub origin: Origin,
    /// What was expected instead.
    pub expected: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ({}): {}\n    expected {}", self.setting, self.origin, self.found, self.expected)
    }
}

pub(super) fn settings(sources: &Sources) -> Result<Settings, Vec<Problem>> {
    let (resolved, problems) = sources.resolve();
    let mut read = Reader { resolved, problems };
    let settings = read.all();
    read.check_together(settings.as_ref());
    match settings {
        Some(settings) if read.problems.is_empty() => Ok(settings),
        _ => Err(read.problems),
    }
}

struct Reader {
    resolved: Vec<Resolved>,
    problems: Vec<Problem>,
}

impl Reader {
    /// Reads every setting before giving up on any: the caller hears of all problems at once.
    fn all(&mut self) -> Option<Settings> {
        let listen = self.parsed::<SocketAddr>("listen", "an address with a port, such as 127.0.0.1:8080");
        let identity = self.one_of("identity", &[("demo", Identity::Demo), ("anonymous", Identity::Anonymous)]);
        let data = self.filled("data", "the path of a folder");
        let library = self.uri("library", &["folder"]);
        let conversations = self.uri("conversations", &["sqlite"]);
        let customers = self.uri("customers", &["sqlite"]);
        let fast = self.uris("model.fast", &["offline"]);
        let capable = self.uris("model.capable", &["offline"]);
        let max_output_tokens = self.within("reply.max_output_tokens", 16..=4096);
        let temperature = self.within("reply.temperature", 0.0..=1.0);
        let deadline = self.within("turn.deadline_ms", 100..=29_000);
        let lease = self.within("turn.lease_ms", 1_000..=900_000);
        let history = self.within("turn.history", 0..=50);
        let level = self.one_of("log.level", &["error", "warn", "info", "debug", "trace"].map(|level| (level, level)));
        let json = self.one_of("log.format", &[("text", false), ("json", true)]);
        Some(Settings {
            listen: listen?,
            identity: identity?,
            data: data?.into(),
            library: library?,
            conversations: conversations?,
            customers: customers?,
            fast: fast?,
            capable: capable?,
            reply: response::Limits { max_output_tokens: max_output_tokens?, temperature: temperature? },
            turn: TurnRules {
                deadline: Duration::from_millis(deadline?),
                lease: Duration::from_millis(lease?),
                history: history?,
            },
            log: Log { level: level?.to_owned(), json: json? },
        })
    }

    /// What no setting can say alone.
    fn check_together(&mut self, settings: Option<&Settings>) {
        let Some(settings) = settings else { return };
        if settings.identity == Identity::Demo && !settings.listen.ip().is_loopback() {
            self.problem(
                "identity",
                "demonstration identities would be open to the network".into(),
                "identity = \"anonymous\", or an address on this machine only, such as 127.0.0.1:8080",
            );
        }
        if settings.turn.lease <= settings.turn.deadline {
            let expected = format!("more than turn.deadline_ms, which is {}", settings.turn.deadline.as_millis());
            self.problem("turn.lease_ms", "a turn could be taken over before its reply is due".into(), &expected);
        }
    }

    fn parsed<T: FromStr>(&mut self, key: &str, expected: &str) -> Option<T> {
        let value = self.value(key);
        let parsed = value.parse().ok();
        if parsed.is_none() {
            self.problem(key, format!("{value:?}"), expected);
        }
        parsed
    }

    fn within<T: FromStr + PartialOrd + fmt::Display>(&mut self, key: &str, range: RangeInclusive<T>) -> Option<T> {
        let expected = format!("a number from {} to {}", range.start(), range.end());
        let number = self.parsed(key, &expected)?;
        if range.contains(&number) {
            return Some(number);
        }
        self.problem(key, number.to_string(), &expected);
        None
    }

    fn one_of<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let value = self.value(key);
        let choice = choices.iter().find(|(name, _)| *name == value).map(|(_, choice)| *choice);
        if choice.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.problem(key, format!("{value:?}"), &format!("one of {}", names.join(", ")));
        }
        choice
    }

    fn filled(&mut self, key: &str, expected: &str) -> Option<String> {
        let value = self.value(key);
        if value.trim().is_empty() {
            self.problem(key, "it is empty".into(), expected);
            return None;
        }
        Some(value)
    }

    fn uri(&mut self, key: &str, schemes: &[&str]) -> Option<String> {
        let value = self.value(key);
        let known = value.split_once("://").is_some_and(|(scheme, _)| schemes.contains(&scheme));
        if !known {
            let forms: Vec<String> = schemes.iter().map(|scheme| format!("{scheme}://…")).collect();
            self.problem(key, format!("{value:?}"), &format!("a URI of the form {}", forms.join(" or ")));
        }
        known.then_some(value)
    }

    fn uris(&mut self, key: &str, schemes: &[&str]) -> Option<Vec<String>> {
        let value = self.value(key);
        let uris: Vec<String> = value.split(',').map(|uri| uri.trim().to_owned()).collect();
        let known = |uri: &String| uri.split_once("://").is_some_and(|(scheme, _)| schemes.contains(&scheme));
        if !uris.iter().all(known) {
            let forms: Vec<String> = schemes.iter().map(|scheme| format!("{scheme}://…")).collect();
            self.problem(key, format!("{value:?}"), &format!("a list of URIs of the form {}", forms.join(" or ")));
            return None;
        }
        Some(uris)
    }

    fn value(&self, key: &str) -> String {
        self.resolved.iter().find(|resolved| resolved.key == key).map(|found| found.value.clone()).unwrap_or_default()
    }

    fn problem(&mut self, key: &str, found: String, expected: &str) {
        let origin = self.resolved.iter().find(|resolved| resolved.key == key).map(|found| found.origin.clone());
        let origin = origin.unwrap_or(Origin::BuiltIn);
        self.problems.push(Problem { setting: key.into(), found, origin, expected: expected.into() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_built_in_values_are_valid() {
        let settings = Settings::resolve(&Sources::default()).unwrap();
        assert_eq!(settings.reply.max_output_tokens, 150);
        assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    }

    #[test]
    fn flag_beats_environment_beats_file_beats_built_in() {
        let mut sources = Sources {
            flags: pairs(&[("listen", "127.0.0.1:1")]),
            environment: pairs(&[("MOTORLINE_LISTEN", "127.0.0.1:2"), ("MOTORLINE_TURN_HISTORY", "2"), ("HOME", "x")]),
            file: Some(("m.toml".into(), "listen = '127.0.0.1:3'\n[turn]\nhistory = 3\ndeadline_ms = 3000".into())),
        };
        let settings = Settings::resolve(&sources).unwrap();
        assert_eq!(settings.listen.port(), 1);
        assert_eq!(settings.turn.history, 2);
        assert_eq!(settings.turn.deadline, Duration::from_secs(3));
        sources.flags.clear();
        assert_eq!(Settings::resolve(&sources).unwrap().listen.port(), 2);
    }

    #[test]
    fn all_problems_are_reported_together_each_with_a_hint() {
        let sources = Sources {
            flags: pairs(&[("listen", "everywhere"), ("reply.temperature", "7")]),
            environment: pairs(&[("MOTORLINE_LIBARY", "folder://x"), ("MOTORLINE_DATA", "")]),
            file: Some(("m.toml".into(), "[model]\nfast = ['cloud://x']\nquick = 1".into())),
        };
        let text =
            Settings::resolve(&sources).unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        for expected in
            ["everywhere", "0 to 1", "did you mean MOTORLINE_LIBRARY?", "it is empty", "cloud://x", "model.quick"]
        {
            assert!(text.contains(expected), "{expected} is missing from:\n{text}");
        }
    }

    #[test]
    fn demonstration_identities_stay_on_this_machine() {
        let open = |identity: &str| {
            let flags = pairs(&[("listen", "0.0.0.0:8080"), ("identity", identity)]);
            Settings::resolve(&Sources { flags, ..Sources::default() })
        };
        assert!(open("demo").unwrap_err()[0].to_string().contains("identity"));
        assert!(open("anonymous").is_ok());
    }

    #[test]
    fn a_broken_file_is_a_problem_not_a_panic() {
        let sources = Sources { file: Some(("m.toml".into(), "listen = = 3".into())), ..Sources::default() };
        assert!(Settings::resolve(&sources).unwrap_err()[0].to_string().contains("m.toml"));
    }
}
