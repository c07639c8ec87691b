//! The settings of handoffs: how long people hold a case, and how long they read its conversation.

use std::time::Duration;

use super::read::Reader;
use super::table::{Setting, setting};

pub(super) const ROWS: [Setting; 3] = [
    setting(
        "handoff.lease_s",
        "120",
        "Seconds without a sign of life after which a person's case waits again, 10 to 3600.",
    ),
    setting(
        "handoff.readable_h",
        "24",
        "Hours for which people still read a conversation whose case is done, 0 to 720.",
    ),
    setting(
        "handoff.events",
        "",
        "`eventbridge://BUS` (name or ARN of an event bus), where another desk hears of cases that are opened, claimed and finished. Empty: nowhere.",
    ),
];

/// How people take over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandoffRules {
    /// After this time without a sign of life of its holder a case waits again.
    pub lease: Duration,
    /// So long people still read a conversation whose case is done.
    pub readable: Duration,
}

impl Reader {
    pub(super) fn handoff(&mut self) -> Option<HandoffRules> {
        let lease: Option<u64> = self.within("handoff.lease_s", 10..=3_600);
        let hours: Option<u64> = self.within("handoff.readable_h", 0..=720);
        Some(HandoffRules { lease: Duration::from_secs(lease?), readable: Duration::from_secs(hours? * 60 * 60) })
    }
}
