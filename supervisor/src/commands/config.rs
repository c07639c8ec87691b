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
