//! The settings of traces: where spans are exported, how many of them, and what opens the collector.

use reqwest::Url;

use super::Key;
use super::read::Reader;
use super::table::{Setting, setting};

pub(super) const ROWS: [Setting; 4] = [
    setting(
        "trace.endpoint",
        "",
        "Where spans go, the address of an OpenTelemetry collector that takes OTLP over HTTP, such as http://127.0.0.1:4318; in the open on this machine only, otherwise https. On AWS the collector of a Lambda layer or sidecar (ADOT), which signs for X-Ray. Empty: nowhere.",
    ),
    setting(
        "trace.sample",
        "1",
        "Share of the traces that begin here and are exported, 0 to 1. A trace that began elsewhere is exported if its caller says so.",
    ),
    setting(
        "trace.header",
        "authorization",
        "The header by which a vendor's collector knows us, where `trace.key` is set.",
    ),
    setting(
        "trace.key",
        "",
        "Where the value of that header is found: `env:NAME` or `file:PATH`, never the value itself. Empty: none is sent.",
    ),
];

/// Where spans go, and how many of them.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceRules {
    /// Address of the collector; none: nothing is exported.
    pub endpoint: Option<String>,
    /// Share of the traces beginning here that are exported.
    pub sample: f64,
    /// The header by which the collector knows us.
    pub header: String,
    /// Its value.
    pub key: Option<Key>,
}

impl Reader {
    pub(super) fn traces(&mut self) -> Option<TraceRules> {
        let endpoint = self.optional("trace.endpoint").map(|_| self.collector());
        let sample = self.within("trace.sample", 0.0..=1.0);
        let header = self.filled("trace.header", "the name of a header, such as authorization");
        let key = self.key("trace.key");
        Some(TraceRules {
            endpoint: endpoint.map_or(Some(None), |address| address.map(Some))?,
            sample: sample?,
            header: header?,
            key: key?,
        })
    }

    /// The address of a collector, without the path of traces.
    fn collector(&mut self) -> Option<String> {
        let text = self.optional("trace.endpoint")?;
        let address = Url::parse(&text).ok().filter(|url| {
            let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
            let here = host == "localhost" || host.parse().is_ok_and(|at: std::net::IpAddr| at.is_loopback());
            let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
            plain && (url.scheme() == "https" || url.scheme() == "http" && here)
        });
        if address.is_none() {
            // It may hold a secret: it is not repeated.
            let expected = "https://HOST, or http:// on this machine, without a name, a password or a query";
            self.problem("trace.endpoint", "not the address of a collector".into(), expected);
        }
        address.map(|url| url.as_str().trim_end_matches('/').trim_end_matches("/v1/traces").to_owned())
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::{Key, Settings};

    #[test]
    fn spans_leave_the_machine_under_tls_only() {
        let endpoint =
            |text: &str| Settings::of_flags(&[("trace.endpoint", text)]).map(|settings| settings.trace.endpoint);
        assert_eq!(endpoint("").unwrap(), None);
        assert_eq!(endpoint("http://127.0.0.1:4318/").unwrap().as_deref(), Some("http://127.0.0.1:4318"));
        assert_eq!(endpoint("https://otlp.example/v1/traces").unwrap().as_deref(), Some("https://otlp.example"));
        for refused in ["http://otlp.example", "127.0.0.1:4318", "https://u:secret@otlp.example", "ftp://x"] {
            let problem = endpoint(refused).unwrap_err();
            assert!(problem.contains("trace.endpoint") && !problem.contains("secret"), "{problem}");
        }
    }

    #[test]
    fn the_key_of_a_collector_is_never_a_setting() {
        let refused = Settings::of_flags(&[("trace.key", "sk-secret")]).unwrap_err();
        assert!(refused.contains("trace.key") && !refused.contains("sk-secret"), "{refused}");
        let trace = Settings::of_flags(&[("trace.key", "file:/run/key"), ("trace.sample", "0.1")]).unwrap().trace;
        assert_eq!((trace.key, trace.sample), (Some(Key::File("/run/key".into())), 0.1));
        assert!(Settings::of_flags(&[("trace.sample", "2")]).is_err());
    }
}
