//! A call that goes all the way to its signature and is then not sent: it costs nothing, and shows that it could be made.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_bedrockruntime::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_bedrockruntime::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;

/// Stops a call before it is sent, and remembers that it got that far.
#[derive(Debug, Clone, Default)]
pub(super) struct Rehearsal(Arc<AtomicBool>);

impl Rehearsal {
    /// Whether the call was ready to be sent: endpoint found, credentials found, signed.
    pub(super) fn went_well(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Intercept for Rehearsal {
    fn name(&self) -> &'static str {
        "Rehearsal"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.store(true, Ordering::Relaxed);
        Err("a rehearsal is not sent".into())
    }
}
