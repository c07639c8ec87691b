//! Where settings come from, and which of them wins.

use std::collections::BTreeMap;
use std::fmt;

use super::read::Problem;
use super::{SETTINGS, Setting};

/// Prefix of our environment variables.
const PREFIX: &str = "MOTORLINE_";

/// What each source says, by key. A later field never overrides an earlier one.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// From the command line, as (key, value).
    pub flags: Vec<(String, String)>,
    /// From the environment, as (variable, value); others than ours are ignored.
    pub environment: Vec<(String, String)>,
    /// The configuration file: its name and its text.
    pub file: Option<(String, String)>,
}

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The setting.
    pub key: &'static str,
    /// Its value, as text; the items of a list separated by commas.
    pub value: String,
    /// Who set it.
    pub origin: Origin,
}

/// Who set a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A flag.
    Flag,
    /// This environment variable.
    Environment(String),
    /// This file.
    File(String),
    /// Nobody.
    BuiltIn,
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => out.write_str("flag"),
            Self::Environment(name) => write!(out, "environment {name}"),
            Self::File(name) => write!(out, "file {name}"),
            Self::BuiltIn => out.write_str("built-in"),
        }
    }
}

impl Sources {
    /// The winning value of every setting, and every name that is not a setting.
    pub fn resolve(&self) -> (Vec<Resolved>, Vec<Problem>) {
        let (file, mut problems) = self.file_values();
        problems.extend(self.unknown_names(&file));
        (SETTINGS.iter().map(|setting| self.winner(setting, &file)).collect(), problems)
    }

    /// What the file says, as (key, value).
    ///
    /// # Errors
    /// What is no setting, or no TOML.
    pub(crate) fn named(&self) -> Result<Vec<(String, String)>, Vec<Problem>> {
        let (file, mut problems) = self.file_values();
        problems.extend(self.unknown_names(&file));
        if problems.is_empty() { Ok(file.into_iter().collect()) } else { Err(problems) }
    }

    fn winner(&self, setting: &Setting, file: &BTreeMap<String, String>) -> Resolved {
        let variable = variable(setting.key);
        let flag = self.flags.iter().rev().find(|(key, _)| key == setting.key).map(|(_, value)| (value, Origin::Flag));
        let environment = || {
            let found = self.environment.iter().find(|(name, _)| *name == variable);
            found.map(|(name, value)| (value, Origin::Environment(name.clone())))
        };
        let name = self.file.as_ref().map(|(name, _)| name.clone()).unwrap_or_default();
        let in_file = || file.get(setting.key).map(|value| (value, Origin::File(name)));
        let (value, origin) = match flag.or_else(environment).or_else(in_file) {
            Some((value, origin)) => (value.clone(), origin),
            None => (setting.default.to_owned(), Origin::BuiltIn),
        };
        Resolved { key: setting.key, value, origin }
    }

    fn file_values(&self) -> (BTreeMap<String, String>, Vec<Problem>) {
        let mut values = BTreeMap::new();
        let Some((name, text)) = &self.file else { return (values, Vec::new()) };
        match text.parse::<toml::Table>() {
            Ok(table) => flatten("", &table, &mut values),
            Err(cause) => {
                let expected = "a TOML file such as `listen = \"127.0.0.1:8080\"`".to_owned();
                return (
                    values,
                    vec![Problem {
                        setting: name.clone(),
                        found: cause.to_string(),
                        origin: Origin::File(name.clone()),
                        expected,
                    }],
                );
            }
        }
        (values, Vec::new())
    }

    fn unknown_names(&self, file: &BTreeMap<String, String>) -> Vec<Problem> {
        let file_name = self.file.as_ref().map(|(name, _)| name.clone()).unwrap_or_default();
        let flags = self.flags.iter().map(|(key, _)| (key.clone(), Origin::Flag, false));
        let ours = self.environment.iter().filter(|(name, _)| name.starts_with(PREFIX));
        let variables = ours.map(|(name, _)| (name.clone(), Origin::Environment(name.clone()), true));
        let keys = file.keys().map(|key| (key.clone(), Origin::File(file_name.clone()), false));
        flags
            .chain(variables)
            .chain(keys)
            .filter_map(|(name, origin, is_variable)| unknown(&name, origin, is_variable))
            .collect()
    }
}

fn unknown(name: &str, origin: Origin, is_variable: bool) -> Option<Problem> {
    let spelled = |setting: &Setting| if is_variable { variable(setting.key) } else { setting.key.to_owned() };
    let known: Vec<String> = SETTINGS.iter().map(spelled).collect();
    if known.iter().any(|known| known == name) {
        return None;
    }
    let nearest =
        known.into_iter().max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
    let expected =
        format!("one of the settings that `motorline config` lists; did you mean {}?", nearest.unwrap_or_default());
    Some(Problem { setting: name.to_owned(), found: "there is no such setting".into(), origin, expected })
}

/// `reply.temperature` → `MOTORLINE_REPLY_TEMPERATURE`.
pub(crate) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "_").to_uppercase())
}

fn flatten(prefix: &str, table: &toml::Table, into: &mut BTreeMap<String, String>) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            toml::Value::Table(inner) => flatten(&key, inner, into),
            toml::Value::Array(items) => {
                into.insert(key, items.iter().map(plain).collect::<Vec<_>>().join(","));
            }
            other => {
                into.insert(key, plain(other));
            }
        }
    }
}

fn plain(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
