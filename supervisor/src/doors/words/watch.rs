//! Watches a conversation for its customer: every word of a person, and every change of hands, as they come.

use std::future::pending;
use std::time::Duration;

use backoffice::handoffs::Word;
use contract::{Caller, SessionId};
use futures::stream::{BoxStream, StreamExt, unfold};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::sleep;

use super::{CaseNote, own_case};
use crate::doors::error::Problem;
use crate::doors::router::Doors;

/// So often it is looked although no bell rang: a claim ran out, or another process holds the desk.
const LOOK: Duration = Duration::from_secs(5);

/// Something new in a conversation.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::doors) enum News {
    /// A person spoke.
    Word(Word),
    /// The case changed hands.
    Case(CaseNote),
}

/// A conversation that its customer watches.
pub(in crate::doors) struct Watch {
    doors: Doors,
    caller: Caller,
    session: SessionId,
    bell: Receiver<SessionId>,
    /// The number of the word that was told last.
    told: u64,
    /// The case as it was told; none before the first look, and while there is none.
    known: Option<CaseNote>,
    looked: bool,
}

impl Watch {
    /// Begins to watch the caller's conversation behind the `after`-th word.
    ///
    /// # Errors
    /// 404 when the conversation is not the caller's.
    pub(in crate::doors) async fn begin(
        doors: &Doors,
        caller: Caller,
        session: SessionId,
        after: u64,
    ) -> Result<Self, Problem> {
        // Before the first look, so that nothing falls between.
        let bell = doors.desk.listen();
        own_case(doors, &session, &caller).await?;
        Ok(Self { doors: doors.clone(), caller, session, bell, told: after, known: None, looked: false })
    }

    /// The news as they come, until the server ends.
    pub(in crate::doors) fn news(self) -> BoxStream<'static, Vec<News>> {
        unfold(self, |mut watch| async move {
            let news = watch.next().await?;
            Some((news, watch))
        })
        .boxed()
    }

    async fn next(&mut self) -> Option<Vec<News>> {
        loop {
            if std::mem::replace(&mut self.looked, true) {
                self.stirred().await?;
            }
            match self.look().await {
                Ok(news) if news.is_empty() => {}
                Ok(news) => return Some(news),
                Err(error) => tracing::warn!(%error, "a conversation cannot be watched"),
            }
        }
    }

    /// Waits until something may have happened; nothing when the server ends.
    async fn stirred(&mut self) -> Option<()> {
        tokio::select! {
            () = self.doors.closing.cancelled() => None,
            () = sleep(LOOK) => Some(()),
            () = rung(&mut self.bell, &self.session) => Some(()),
        }
    }

    async fn look(&mut self) -> contract::Result<Vec<News>> {
        let Some(case) = own_case(&self.doors, &self.session, &self.caller).await? else { return Ok(Vec::new()) };
        let words = self.doors.product.office.handoffs.words(&self.session, &self.caller, self.told).await?;
        self.told = words.last().map_or(self.told, |word| word.seq);
        let note = CaseNote::from(&case);
        let changed = self.known.as_ref() != Some(&note);
        self.known = Some(note.clone());
        let mut news: Vec<News> = words.into_iter().map(News::Word).collect();
        if changed {
            // Who comes is named before they speak; who goes has spoken before.
            let place = if case.holder().is_some() { 0 } else { news.len() };
            news.insert(place, News::Case(note));
        }
        Ok(news)
    }
}

/// Waits until the bell rings for this conversation, or rang too often to say for which.
async fn rung(bell: &mut Receiver<SessionId>, session: &SessionId) {
    loop {
        match bell.recv().await {
            Ok(rung) if rung == *session => return,
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => pending().await,
        }
    }
}
