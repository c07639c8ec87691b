//! `motorline config`: every setting, its value, and where that comes from.

use crate::commands::say;
use crate::settings::{SETTINGS, Settings, Sources};

pub(super) fn print(sources: &Sources) -> Result<(), String> {
    let (resolved, _) = sources.resolve();
    for (setting, found) in SETTINGS.iter().zip(&resolved) {
        say(format_args!("# {}", setting.meaning));
        say(format_args!("{} = {:?}  # {}", setting.key, found.value, found.origin));
    }
    Settings::resolve(sources).map(|_| ()).map_err(|problems| super::listed(&problems))
}

/// Every setting by its key, as it may be shown in a report: what is kept at an address with a name or password in it is not.
pub(super) fn shown(sources: &Sources) -> Vec<(String, String)> {
    let (resolved, _) = sources.resolve();
    let pairs = SETTINGS.iter().zip(resolved);
    pairs.map(|(setting, found)| (setting.key.to_owned(), redacted(setting.key, &found.value))).collect()
}

fn redacted(key: &str, value: &str) -> String {
    let secret = ["key", "secret", "token", "password"].iter().any(|word| key.rsplit('.').next() == Some(*word));
    let with_credentials = value.split_once("://").is_some_and(|(_, rest)| rest.contains('@'));
    if (secret || with_credentials) && !value.is_empty() { "(not shown)".into() } else { value.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_something_is_not_shown() {
        for (key, value, shown) in [
            ("openai.key", "sk-1", "(not shown)"),
            ("library", "s3://name:word@host/x", "(not shown)"),
            ("listen", "127.0.0.1:8080", "127.0.0.1:8080"),
            ("openai.key", "", ""),
        ] {
            assert_eq!(redacted(key, value), shown, "{key}");
        }
    }
}
