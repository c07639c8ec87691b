//! Turns resolved text values into typed settings, and collects every problem on the way.

use std::fmt;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use super::{EditionRules, Identity, Log, OF_AWS, Origin, Resolved, Settings, Sources, TurnRules};

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
    let mut read = Reader { environment: sources.environment.clone(), resolved, problems };
    let settings = read.all();
    read.check_together(settings.as_ref());
    match settings {
        Some(settings) if read.problems.is_empty() => Ok(settings),
        _ => Err(read.problems),
    }
}

pub(super) struct Reader {
    /// The environment, for settings that name a variable instead of a secret.
    pub(super) environment: Vec<(String, String)>,
    resolved: Vec<Resolved>,
    problems: Vec<Problem>,
}

impl Reader {
    /// Reads every setting before giving up on any: the caller hears of all problems at once.
    fn all(&mut self) -> Option<Settings> {
        let listen = self.parsed::<SocketAddr>("listen", "an address with a port, such as 127.0.0.1:8080");
        let identity = self.one_of("identity", &Identity::NAMES);
        let oidc = self.oidc();
        let data = self.filled("data", "the path of a folder");
        let library = self.uri("library", &["folder", "s3"]);
        let edition = self.edition();
        let conversations = self.uri("conversations", &["sqlite", "dynamodb", "s3"]);
        let customers = self.uri("customers", &["sqlite", "dynamodb"]);
        let (office, handoff, places) = (self.office(), self.handoff(), self.places());
        let retention_days: Option<u32> = self.within("retention.days", 1..=3_650);
        let overflow = self.optional("overflow").map(|_| self.uri("overflow", &["s3"]));
        let models = self.models();
        let max_output_tokens = self.within("reply.max_output_tokens", 16..=4096);
        let temperature = self.within("reply.temperature", 0.0..=1.0);
        let turn = self.turn();
        let stream_grace_ms = self.within("stream.grace_ms", 0..=60_000);
        let socket = self.socket();
        let oversight = self.oversight();
        let deployment = self.filled("deployment", "a short name");
        let lambda_streams = self.one_of("lambda.response", &[("stream", true), ("buffered", false)]);
        let limits = self.limits(identity == Some(Identity::Demo));
        let (grace, web) = (self.grace(), self.web());
        let trace = self.traces();
        let level = self.one_of("log.level", &["error", "warn", "info", "debug", "trace"].map(|level| (level, level)));
        let json = self.one_of("log.format", &[("text", false), ("json", true)]);
        Some(Settings {
            listen: listen?,
            identity: identity?,
            oidc: oidc?,
            partners: self.optional("partners").map(Into::into),
            data: data?.into(),
            library: library?,
            edition: edition?,
            conversations: conversations?,
            customers: customers?,
            office: office?,
            places: places?,
            handoff: handoff?,
            retention: Duration::from_secs(u64::from(retention_days?) * 24 * 60 * 60),
            overflow: overflow.map_or(Some(None), |uri| uri.map(Some))?,
            models: models?,
            reply: response::Limits { max_output_tokens: max_output_tokens?, temperature: temperature? },
            turn: turn?,
            stream_grace: Duration::from_millis(stream_grace_ms?),
            socket: socket?,
            oversight: oversight?,
            deployment: deployment?,
            region: self.optional("aws.region"),
            roots: self.optional("aws.roots").map(Into::into),
            lambda_streams: lambda_streams?,
            limits: limits?,
            grace: grace?,
            web: web?,
            log: Log { level: level?.to_owned(), json: json? },
            trace: trace?,
        })
    }

    fn turn(&mut self) -> Option<TurnRules> {
        let deadline = self.within("turn.deadline_ms", 100..=29_000);
        let lease = self.optional("turn.lease_ms").map(|_| self.within("turn.lease_ms", 1_000..=900_000));
        let history = self.within("turn.history", 0..=50);
        let record_answers = self.one_of("turn.record_answers", &[("yes", true), ("no", false)]);
        Some(TurnRules {
            deadline: Duration::from_millis(deadline?),
            lease: Duration::from_millis(lease.unwrap_or_else(|| Some(2 * deadline?))?),
            history: history?,
            record_answers: record_answers?,
        })
    }

    fn edition(&mut self) -> Option<EditionRules> {
        let shipped = self.optional("edition.shipped").map(Into::into);
        let refresh = self.within("edition.refresh_s", 1..=86_400);
        let patience = self.within("edition.patience_ms", 0..=10_000);
        Some(EditionRules {
            shipped,
            refresh: Duration::from_secs(refresh?),
            patience: Duration::from_millis(patience?),
        })
    }

    /// What no setting can say alone.
    fn check_together(&mut self, settings: Option<&Settings>) {
        let Some(settings) = settings else { return };
        self.check_identity(settings);
        self.check_models(&settings.models);
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

    pub(super) fn within<T: FromStr + PartialOrd + fmt::Display>(
        &mut self,
        key: &str,
        range: RangeInclusive<T>,
    ) -> Option<T> {
        let expected = format!("a number from {} to {}", range.start(), range.end());
        let number = self.parsed(key, &expected)?;
        if range.contains(&number) {
            return Some(number);
        }
        self.problem(key, number.to_string(), &expected);
        None
    }

    pub(super) fn one_of<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let value = self.value(key);
        let choice = choices.iter().find(|(name, _)| *name == value).map(|(_, choice)| *choice);
        if choice.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.problem(key, format!("{value:?}"), &format!("one of {}", names.join(", ")));
        }
        choice
    }

    pub(super) fn filled(&mut self, key: &str, expected: &str) -> Option<String> {
        let value = self.value(key);
        if value.trim().is_empty() {
            self.problem(key, "it is empty".into(), expected);
            return None;
        }
        Some(value)
    }

    pub(super) fn optional(&self, key: &str) -> Option<String> {
        Some(self.value(key)).filter(|value| !value.trim().is_empty())
    }

    pub(super) fn uri(&mut self, key: &str, schemes: &[&str]) -> Option<String> {
        let value = self.value(key);
        self.check_scheme(key, &value, schemes, "a URI").then_some(value)
    }

    pub(super) fn uris(&mut self, key: &str, schemes: &[&str]) -> Option<Vec<String>> {
        let value = self.value(key);
        let uris: Vec<String> = value.split(',').map(|uri| uri.trim().to_owned()).collect();
        // Every item is checked, so that all of them are named.
        let known = uris.iter().filter(|uri| self.check_scheme(key, uri, schemes, "a list of URIs")).count();
        (known == uris.len()).then_some(uris)
    }

    fn check_scheme(&mut self, key: &str, uri: &str, schemes: &[&str], what: &str) -> bool {
        let scheme = uri.split_once("://").map(|(scheme, _)| scheme).filter(|scheme| schemes.contains(scheme));
        let Some(scheme) = scheme else {
            let forms: Vec<String> = schemes.iter().map(|scheme| format!("{scheme}://…")).collect();
            self.problem(key, format!("{uri:?}"), &format!("{what} of the form {}", forms.join(" or ")));
            return false;
        };
        if OF_AWS.contains(&scheme) && !cfg!(feature = "aws") {
            let expected = "a build with AWS: cargo build --release --features aws";
            self.problem(key, format!("{uri:?} needs an AWS SDK, which this build does not have"), expected);
            return false;
        }
        true
    }

    pub(super) fn value(&self, key: &str) -> String {
        self.resolved.iter().find(|resolved| resolved.key == key).map(|found| found.value.clone()).unwrap_or_default()
    }

    pub(super) fn problem(&mut self, key: &str, found: String, expected: &str) {
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
    fn a_broken_file_is_a_problem_not_a_panic() {
        let sources = Sources { file: Some(("m.toml".into(), "listen = = 3".into())), ..Sources::default() };
        assert!(Settings::resolve(&sources).unwrap_err()[0].to_string().contains("m.toml"));
    }

    #[test]
    fn adapters_of_aws_need_a_build_with_aws() {
        let flags = pairs(&[("conversations", "dynamodb://motorline"), ("model.fast", "bedrock://x,offline://")]);
        let resolved = Settings::resolve(&Sources { flags, ..Sources::default() });
        if cfg!(feature = "aws") {
            assert!(resolved.unwrap().uris().any(|uri| uri.starts_with("bedrock")));
            return;
        }
        let problems = resolved.unwrap_err();
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems.iter().all(|problem| problem.expected.contains("--features aws")));
    }
}
