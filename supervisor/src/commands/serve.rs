//! `motorline serve`: opens the doors, and closes them without losing a turn.

use crate::commands::{audit, say};
use std::future::Future;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::doors::{Doors, server};
use crate::gauges::Gauges;
use crate::learn::Learning;
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
             deploy the function motorline-turns, or set identity to demo, anonymous or oidc"
            .into());
    }
    let doors = open_doors(settings).await?;
    audit::started(&*doors.product.oversight.audit, settings).await?;
    let metrics = doors.product.metrics.clone();
    tokio::spawn(Gauges::of(&doors).map_err(|error| error.to_string())?.run());
    let address = listener.local_addr().map_err(|cause| cause.to_string())?;
    say(format_args!("Motorline answers on http://{address}  (Ctrl-C ends it)"));
    let (learning, end) = (Learning::of(&doors.product, doors.lag.clone()), CancellationToken::new());
    let learning = learning.map_err(|error| error.to_string())?.map(|learning| learning.start(end.clone()));
    server::serve(listener, doors, stop).await;
    end.cancel();
    if let Some(learning) = learning {
        learning.await.map_err(|cause| cause.to_string())?;
    }
    metrics.flush().await.map_err(|error| error.to_string())
}

/// The product and everything that its doors share.
pub(crate) async fn open_doors(settings: &Settings) -> Result<Doors, String> {
    let product = Product::assemble(settings).await.map_err(|error| error.to_string())?;
    Doors::over(product, settings).map_err(|error| error.to_string())
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
