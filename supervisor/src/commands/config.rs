//! `motorline config`: every setting, its value, and where that comes from.

use crate::settings::{SETTINGS, Settings, Sources};

pub(super) fn print(sources: &Sources) -> Result<(), String> {
    let (resolved, _) = sources.resolve();
    for (setting, found) in SETTINGS.iter().zip(&resolved) {
        println!("# {}", setting.meaning);
        println!("{} = {:?}  # {}", setting.key, found.value, found.origin);
    }
    Settings::resolve(sources).map(|_| ()).map_err(|problems| super::listed(&problems))
}
