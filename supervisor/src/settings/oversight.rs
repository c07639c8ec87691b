//! The settings of oversight: where measures go, where is kept what was learned, and who looked at what.

use super::read::Reader;
use super::table::{Setting, setting};

pub(super) const ROWS: [Setting; 4] = [
    setting(
        "metrics",
        "memory://",
        "Where measures go: `memory://` (the boards of this process), `none://`, `emf://NAMESPACE` (lines of the embedded metric format on the output) or `cloudwatch://NAMESPACE`.",
    ),
    setting(
        "learned",
        "sqlite://motorline.db",
        "Where is kept what closed turns taught: `sqlite://FILE` in the data folder, `dynamodb://PREFIX` (table PREFIX-analytics, fed by a stream) or `none://`.",
    ),
    setting(
        "prometheus.readers",
        "loopback",
        "Who reads `GET /metrics`: `loopback` (programs of this machine without a token, and operators and admins with theirs) or `staff` (operators and admins only; for where a proxy on this machine brings requests from elsewhere and does not say so).",
    ),
    setting(
        "audit",
        "sqlite://motorline.db",
        "Where the audit trail is kept: `sqlite://FILE` in the data folder, or `dynamodb://PREFIX` (table PREFIX-analytics).",
    ),
];

/// Who may read what was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scrapers {
    /// Programs of this machine, and operators and admins.
    Loopback,
    /// Operators and admins only.
    Staff,
}

/// Where oversight keeps what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OversightUris {
    /// Where measures go.
    pub metrics: String,
    /// What was learned.
    pub learned: String,
    /// The audit trail.
    pub audit: String,
    /// Who may read what was measured.
    pub scrapers: Scrapers,
}

impl OversightUris {
    /// Nothing measured, nothing learned, the audit trail in a file of this machine.
    pub(crate) fn at_home() -> Self {
        let nowhere = || "none://".to_owned();
        Self {
            metrics: nowhere(),
            learned: nowhere(),
            audit: "sqlite://motorline.db".into(),
            scrapers: Scrapers::Loopback,
        }
    }
}

impl Reader {
    pub(super) fn oversight(&mut self) -> Option<OversightUris> {
        let metrics = self.uri("metrics", &["memory", "none", "emf", "cloudwatch"]);
        let learned = self.uri("learned", &["sqlite", "dynamodb", "none"]);
        let audit = self.uri("audit", &["sqlite", "dynamodb"]);
        let scrapers = [("loopback", Scrapers::Loopback), ("staff", Scrapers::Staff)];
        let scrapers = self.one_of("prometheus.readers", &scrapers);
        Some(OversightUris { metrics: metrics?, learned: learned?, audit: audit?, scrapers: scrapers? })
    }
}
