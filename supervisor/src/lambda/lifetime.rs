//! The end of a Lambda process: it is told, finishes the turns under way, and sends the measures that it still holds.

use lambda_extension::Extension;
use tokio::signal::unix::{SignalKind, signal};

/// Resolves when the process is asked to end.
///
/// Lambda sends SIGTERM only to a function that has an extension registered, so one is registered here that asks for no
/// event. It must be called before the first event is asked for. Where extensions are not served (emulators), the
/// function works all the same.
pub(super) async fn ended() -> impl Future<Output = ()> {
    match Extension::new().with_events(&[]).with_extension_name("motorline").register().await {
        Ok(extension) => {
            // Waits for events that never come; what becomes of it changes nothing.
            tokio::spawn(async move { extension.run().await.map_err(|cause| cause.to_string()) });
        }
        Err(cause) => tracing::debug!(%cause, "no extension: the end of the process will come unannounced"),
    }
    async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                terminate.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    }
}
