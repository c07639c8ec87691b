//! Watches the desk for a person: tells it at once and after every change, also when a claim runs out.

use std::time::Duration;

use backoffice::handoffs::Case;
use contract::{SessionId, StaffId};
use futures::stream::{BoxStream, StreamExt, unfold};
use serde_json::json;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{sleep, timeout};

use crate::doors::router::Doors;

/// Changes within this time are told together.
const TOGETHER: Duration = Duration::from_millis(200);
/// So often it is looked whether a claim ran out, or another process changed something.
const LOOK: Duration = Duration::from_secs(3);

/// The desk as this person sees it, as the text of one message after the other. It ends with the server.
pub(in crate::doors) fn watch(doors: Doors, you: StaffId) -> BoxStream<'static, String> {
    let bell = doors.desk.listen();
    let watcher = Watcher { doors, you, bell, known: None };
    unfold(watcher, |mut watcher| async move {
        let message = watcher.next().await?;
        Some((message, watcher))
    })
    .boxed()
}

struct Watcher {
    doors: Doors,
    you: StaffId,
    bell: Receiver<SessionId>,
    /// The cases as they were told; none before the first time.
    known: Option<Vec<Case>>,
}

impl Watcher {
    async fn next(&mut self) -> Option<String> {
        loop {
            let rung = match self.known {
                None => true,
                Some(_) => self.rung().await?,
            };
            let cases = match self.doors.product.office.handoffs.queue().await {
                Ok(cases) => cases,
                Err(error) => {
                    tracing::warn!(%error, "the desk cannot be told");
                    sleep(LOOK).await;
                    continue;
                }
            };
            if rung || self.known.as_ref() != Some(&cases) {
                let now = self.doors.product.clock.now();
                let body = self.doors.desk.overview(self.you.clone(), &cases, now);
                self.known = Some(cases);
                return Some(json!({"type": "desk", "data": body}).to_string());
            }
        }
    }

    /// Waits for the bell, and returns whether it rang or only time passed; nothing when the server ends.
    async fn rung(&mut self) -> Option<bool> {
        let closing = self.doors.closing.clone();
        let rang = tokio::select! {
            () = closing.cancelled() => return None,
            heard = timeout(LOOK, self.bell.recv()) => match heard {
                Ok(Err(RecvError::Closed)) => return None,
                heard => heard.is_ok(),
            },
        };
        if rang {
            sleep(TOGETHER).await;
            // What rang meanwhile is told with it.
            self.bell = self.doors.desk.listen();
        }
        Some(rang)
    }
}
