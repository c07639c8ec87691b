//! `motorline serve`: opens the doors, and closes them without losing a turn.

use crate::commands::say;
use std::future::Future;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

use crate::doors::auth::{Authentication, DemoIdentity};
use crate::doors::{Doors, router};
use crate::settings::{Identity, Settings};
use crate::wiring::Product;

pub(super) async fn serve(settings: &Settings) -> Result<(), String> {
    let listener = TcpListener::bind(settings.listen).await.map_err(|cause| {
        format!("cannot listen on {}: {cause}\n  choose another address with --listen 127.0.0.1:PORT", settings.listen)
    })?;
    serve_on(listener, settings, interrupted()).await
}

/// Serves on `listener` until `stop`, then finishes the turns under way.
///
/// # Errors
/// What kept the product from starting.
pub async fn serve_on(
    listener: TcpListener,
    settings: &Settings,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), String> {
    if settings.identity == Identity::Gateway {
        return Err("identity = \"gateway\" holds behind an API gateway only\n  \
             deploy the function motorline-turns, or set identity to demo or anonymous"
            .into());
    }
    let doors = open_doors(settings).await?;
    let (turns, metrics) = (doors.turns.clone(), doors.product.metrics.clone());
    let address = listener.local_addr().map_err(|cause| cause.to_string())?;
    say(format_args!("Motorline answers on http://{address}  (Ctrl-C ends it)"));
    // Words that are streamed must not wait for the acknowledgement of the ones before. A connection that is gone needs no option.
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    axum::serve(listener, router(doors)).with_graceful_shutdown(stop).await.map_err(|cause| cause.to_string())?;
    turns.close();
    turns.wait().await;
    metrics.flush().await.map_err(|error| error.to_string())
}

/// The product and everything that its doors share.
pub(crate) async fn open_doors(settings: &Settings) -> Result<Doors, String> {
    let product = Product::assemble(settings).await.map_err(|error| error.to_string())?;
    Ok(Doors {
        product,
        authentication: authentication(settings.identity)?,
        deadline_ms: settings.turn.deadline.as_millis().try_into().unwrap_or(u64::MAX),
        turns: TaskTracker::new(),
    })
}

fn authentication(identity: Identity) -> Result<Authentication, String> {
    match identity {
        Identity::Anonymous => Ok(Authentication::AnonymousOnly),
        Identity::Gateway => Ok(Authentication::Gateway),
        Identity::Demo => {
            let profiles = local::SqliteCustomers::demonstration().map_err(|error| error.to_string())?;
            Ok(Authentication::Demonstration(profiles.iter().map(DemoIdentity::from).collect()))
        }
    }
}

/// Ctrl-C, or the signal by which a machine ends its services.
async fn interrupted() {
    let interrupt = async {
        // Without a handler the default action ends the process anyway.
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    () = interrupt => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(_) => interrupt.await,
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
}
