//! How the clients of AWS are made: one connector, time-outs on every call, credentials found once.

use std::path::Path;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::{Builder, tls};
use contract::{Error, Result};

/// Until a connection stands. Within one region a handshake takes a few milliseconds; a dead address must not cost a turn.
const CONNECT: Duration = Duration::from_millis(1_000);
/// Until the first byte of an answer, for one attempt.
const READ: Duration = Duration::from_millis(3_000);
/// One attempt of one call, from its start to the last byte of its answer.
const ATTEMPT: Duration = Duration::from_millis(4_000);
/// A call with all its attempts.
const OPERATION: Duration = Duration::from_millis(9_000);
/// How often a call is tried. Retries happen here and nowhere above.
const ATTEMPTS: u32 = 3;
/// How long an unused connection is kept. Services close theirs after about as long, and a function that was frozen in between
/// finds them dead: better a new one at once than an answer that never comes.
const IDLE: Duration = Duration::from_secs(15);
/// How long a body may trickle in below a byte a second before it counts as stalled.
const STALL: Duration = Duration::from_secs(5);

/// What every client is made from. Cheap to clone; all clones share one pool of connections.
#[derive(Debug, Clone)]
pub struct Aws {
    config: SdkConfig,
}

impl Aws {
    /// Finds region and credentials as the SDK does (environment, profile, container, instance), in `region` when one is given.
    /// `roots` is a PEM file of the certificate authorities to trust; without one it is those of the system.
    ///
    /// The SDK's own defaults have no time-out on any call; here every call has three: to connect, to be answered, and in
    /// all. Its default connector is replaced by one on rustls with ring: it starts faster than aws-lc.
    ///
    /// # Errors
    /// `Invalid` when the authorities cannot be read.
    pub async fn load(region: Option<String>, roots: Option<&Path>) -> Result<Self> {
        let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
        let trusted = tls::TlsContext::builder().with_trust_store(trust(roots)?).build();
        let trusted = trusted.map_err(|cause| no_roots("not certificates in PEM").caused_by(cause))?;
        let http = Builder::new().tls_provider(provider).tls_context(trusted).pool_idle_timeout(IDLE).build_https();
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .read_timeout(READ)
            .operation_attempt_timeout(ATTEMPT)
            .operation_timeout(OPERATION)
            .build();
        let stalls = StalledStreamProtectionConfig::enabled().grace_period(STALL).build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http)
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .stalled_stream_protection(stalls);
        if let Some(region) = region {
            loader = loader.region(Region::new(region));
        }
        Ok(Self { config: loader.load().await })
    }

    /// The shared configuration, for adapters of other crates.
    pub fn config(&self) -> &SdkConfig {
        &self.config
    }
}

fn trust(roots: Option<&Path>) -> Result<tls::TrustStore> {
    let Some(file) = roots else { return Ok(tls::TrustStore::default()) };
    let pem = std::fs::read(file).map_err(|cause| no_roots("the file cannot be read").caused_by(cause))?;
    if !pem.starts_with(b"-----BEGIN CERTIFICATE-----") {
        return Err(no_roots("not certificates in PEM"));
    }
    Ok(tls::TrustStore::empty().with_native_roots(false).with_pem_certificate(pem))
}

fn no_roots(what: &str) -> Error {
    Error::invalid("aws.roots", what).hint("name a PEM file of certificate authorities, or leave it empty")
}
