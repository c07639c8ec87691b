//! The settings of the limits: what callers may ask for, and what the server holds open.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use ipnet::IpNet;

use super::read::Reader;

/// Most that a limit may be set to: beyond it `off` is meant.
const MOST: u32 = 1_000_000;

/// How much one caller may ask for, and the server as a whole. `None`: as much as they like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitRules {
    /// Turns a minute of a known caller.
    pub turns_per_minute: Option<NonZeroU32>,
    /// Turns a minute of all visitors of an address.
    pub address_per_minute: Option<NonZeroU32>,
    /// Turns at once in a session.
    pub session_at_once: Option<NonZeroU32>,
    /// Turns at once of a known caller, or of all visitors of an address.
    pub identity_at_once: Option<NonZeroU32>,
    /// Turns at once of everybody.
    pub turns_at_once: usize,
    /// Connections at once of everybody.
    pub connections: usize,
    /// Connections at once of an address.
    pub address_connections: Option<NonZeroU32>,
    /// Proxies that are believed when they say whom they speak for.
    pub trusted_proxies: Vec<IpNet>,
}

impl Default for LimitRules {
    /// Nothing is counted by caller, as among the identities of the demonstration.
    fn default() -> Self {
        Self {
            turns_per_minute: None,
            address_per_minute: None,
            session_at_once: None,
            identity_at_once: None,
            turns_at_once: 2_048,
            connections: 10_000,
            address_connections: None,
            trusted_proxies: Vec::new(),
        }
    }
}

impl Reader {
    /// The limits. Those that count by caller are off among the demonstration's identities unless they are set: there all callers
    /// are one person at one machine.
    pub(super) fn limits(&mut self, demonstration: bool) -> Option<LimitRules> {
        let mut of = |key, usual| self.limit(key, if demonstration { None } else { NonZeroU32::new(usual) });
        let turns_per_minute = of("limits.turns_per_minute", 60);
        let address_per_minute = of("limits.address_per_minute", 240);
        let session_at_once = of("limits.session_at_once", 8);
        let identity_at_once = of("limits.identity_at_once", 32);
        let address_connections = of("limits.address_connections", 256);
        let turns_at_once = self.within("limits.turns_at_once", 1..=100_000);
        let connections = self.within("limits.connections", 1..=1_000_000);
        let trusted_proxies = self.networks("limits.trusted_proxies");
        Some(LimitRules {
            turns_per_minute: turns_per_minute?,
            address_per_minute: address_per_minute?,
            session_at_once: session_at_once?,
            identity_at_once: identity_at_once?,
            turns_at_once: turns_at_once?,
            connections: connections?,
            address_connections: address_connections?,
            trusted_proxies: trusted_proxies?,
        })
    }

    /// How long the server may take to end.
    pub(super) fn grace(&mut self) -> Option<Duration> {
        self.within("shutdown.grace_s", 0..=900).map(Duration::from_secs)
    }

    fn limit(&mut self, key: &str, usual: Option<NonZeroU32>) -> Option<Option<NonZeroU32>> {
        match self.value(key).trim() {
            "" => Some(usual),
            "off" => Some(None),
            number => {
                let limit = number.parse().ok().filter(|limit: &NonZeroU32| limit.get() <= MOST);
                if limit.is_none() {
                    self.problem(key, format!("{number:?}"), &format!("a number from 1 to {MOST}, or off"));
                }
                limit.map(Some)
            }
        }
    }

    fn networks(&mut self, key: &str) -> Option<Vec<IpNet>> {
        self.each(key, "a list of addresses or networks, such as 10.0.0.0/8", |text| {
            text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
        })
    }

    /// The items of a list, each read by `read`.
    pub(super) fn each<T>(&mut self, key: &str, expected: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
        let value = self.optional(key).unwrap_or_default();
        let items = value.split(',').map(str::trim).filter(|item| !item.is_empty());
        let (read, wrong): (Vec<_>, Vec<_>) = items.map(|item| read(item).ok_or(item)).partition(Result::is_ok);
        for item in wrong.iter().filter_map(|item| item.as_ref().err()) {
            self.problem(key, format!("{item:?}"), expected);
        }
        wrong.is_empty().then(|| read.into_iter().flatten().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn callers_are_limited_unless_all_are_one_person() {
        let limit = |settings: Settings| settings.limits.turns_per_minute.map(NonZeroU32::get);
        assert_eq!(limit(Settings::of_flags(&[]).unwrap()), None);
        assert_eq!(limit(Settings::of_flags(&[("identity", "anonymous")]).unwrap()), Some(60));
        assert_eq!(limit(Settings::of_flags(&[("limits.turns_per_minute", "7")]).unwrap()), Some(7));
        assert_eq!(
            limit(Settings::of_flags(&[("identity", "anonymous"), ("limits.turns_per_minute", "off")]).unwrap()),
            None
        );
        for wrong in ["0", "-1", "many", "1000001"] {
            assert!(
                Settings::of_flags(&[("limits.turns_per_minute", wrong)])
                    .unwrap_err()
                    .contains("from 1 to 1000000, or off")
            );
        }
    }

    #[test]
    fn the_built_in_limits_are_those_of_the_demonstration() {
        assert_eq!(Settings::of_flags(&[]).unwrap().limits, LimitRules::default());
    }

    #[test]
    fn proxies_are_addresses_or_networks() {
        let proxies = |value: &str| {
            Settings::of_flags(&[("limits.trusted_proxies", value)]).map(|settings| settings.limits.trusted_proxies)
        };
        assert_eq!(proxies("10.0.0.0/8, ::1").unwrap(), ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()]);
        let refused = proxies("10.0.0.0/8,everybody,10.0.0.0/40").unwrap_err();
        assert!(refused.contains("everybody") && refused.contains("/40"), "{refused}");
    }
}
