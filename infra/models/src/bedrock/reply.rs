//! Passes an answer on as it comes, and sees to it that it ends well or says why not.

use std::time::Duration;

use aws_sdk_bedrockruntime::config::{AsyncSleep, SharedAsyncSleep};
use aws_sdk_bedrockruntime::operation::converse::ConverseOutput;
use aws_sdk_bedrockruntime::primitives::event_stream::EventReceiver;
use aws_sdk_bedrockruntime::types::error::ConverseStreamOutputError;
use aws_sdk_bedrockruntime::types::{
    ContentBlock, ContentBlockDelta, ConverseStreamOutput as Event, StopReason, TokenUsage,
};
use contract::ports::Deltas;
use contract::prompt::{Delta, Ending, Stop};
use contract::{Error, ErrorKind, Result, Usage};
use futures::future::{Either, select};
use futures::{StreamExt, stream};

use super::failure::{WAIT, of_stream, told};
use super::shape::json;
use crate::prices::{Price, Tokens};

/// How long the end of the connection may take after the end of the answer. Seen through to its end, a connection is
/// kept for the next call; cut short, it is lost.
const CLOSING: Duration = Duration::from_millis(50);

/// How long a stream may be silent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// Before its first piece.
    pub(super) first: Duration,
    /// Between two pieces.
    pub(super) next: Duration,
}

/// The pieces of a streamed answer. The call ends when they are dropped.
pub(super) fn streamed(
    events: EventReceiver<Event, ConverseStreamOutputError>,
    ending: Tail,
    patience: Patience,
    sleep: SharedAsyncSleep,
) -> Deltas {
    let reply = Reply { events, sleep, wait: patience.first, patience, ending };
    stream::unfold(Some(reply), |reply| async {
        let mut reply = reply?;
        match reply.next().await {
            Ok(delta @ Delta::Text(_)) => Some((Ok(delta), Some(reply))),
            last => Some((last, None)),
        }
    })
    .boxed()
}

/// The pieces of an answer that came whole.
///
/// # Errors
/// As in the stream: an answer that says nothing, or ended for a reason that is none.
pub(super) fn whole(output: ConverseOutput, mut ending: Tail) -> Result<Deltas> {
    let blocks = output.output.and_then(|output| output.as_message().ok().map(|message| message.content.clone()));
    let texts = blocks.into_iter().flatten().filter_map(|block| match block {
        ContentBlock::Text(text) if !ending.called && !text.is_empty() => Some(text),
        ContentBlock::ToolUse(tool) if ending.called => Some(json(&tool.input).to_string()),
        _ => None,
    });
    let texts: Vec<String> = texts.collect();
    texts.iter().for_each(|text| ending.hear(text));
    ending.stop = Some(ending.stop(&output.stop_reason)?);
    ending.usage = output.usage;
    let end = ending.end()?;
    let deltas = texts.into_iter().map(Delta::Text).chain([end]).map(Ok);
    Ok(stream::iter(deltas.collect::<Vec<_>>()).boxed())
}

/// A streamed answer under way.
struct Reply {
    events: EventReceiver<Event, ConverseStreamOutputError>,
    sleep: SharedAsyncSleep,
    wait: Duration,
    patience: Patience,
    ending: Tail,
}

impl Reply {
    /// The next piece. What was not asked for, and what is new to us, is passed over.
    async fn next(&mut self) -> Result<Delta> {
        while !self.ending.is_known() {
            match self.event().await? {
                Some(Event::ContentBlockDelta(event)) => {
                    if let Some(text) = event.delta.and_then(|delta| self.ending.text(delta)) {
                        self.ending.hear(&text);
                        return Ok(Delta::Text(text));
                    }
                }
                Some(Event::MessageStop(event)) => self.ending.stop = Some(self.ending.stop(&event.stop_reason)?),
                Some(Event::Metadata(event)) => self.ending.usage = event.usage,
                Some(_) => {}
                None => return Err(broken("the stream ended before the answer did")),
            }
        }
        self.close().await;
        self.ending.end()
    }

    async fn event(&mut self) -> Result<Option<Event>> {
        let wait = std::mem::replace(&mut self.wait, self.patience.next);
        let event = Box::pin(self.events.recv());
        match select(event, self.sleep.sleep(wait)).await {
            Either::Left((event, _)) => event.map_err(of_stream),
            Either::Right(_) => Err(told(ErrorKind::TimedOut, WAIT, format!("nothing came for {wait:?}"))),
        }
    }

    async fn close(&mut self) {
        let end = Box::pin(self.events.recv());
        select(end, self.sleep.sleep(CLOSING)).await;
    }
}

/// What is known of the end of an answer.
pub(super) struct Tail {
    model: String,
    price: Price,
    /// Whether the answer is what a tool is called with, and not what is said around it.
    called: bool,
    spoke: bool,
    stop: Option<Stop>,
    usage: Option<TokenUsage>,
}

impl Tail {
    /// Of an answer by `model`, of which nothing is known yet.
    pub(super) fn of(model: &str, price: Price, called: bool) -> Self {
        Self { model: model.into(), price, called, spoke: false, stop: None, usage: None }
    }

    /// What of a piece belongs to the answer.
    fn text(&self, delta: ContentBlockDelta) -> Option<String> {
        let text = match delta {
            ContentBlockDelta::Text(text) if !self.called => text,
            ContentBlockDelta::ToolUse(tool) if self.called => tool.input,
            _ => return None,
        };
        Some(text).filter(|text| !text.is_empty())
    }

    /// # Errors
    /// `Unavailable` when the answer did not end by itself, by the maximum or by a filter.
    fn stop(&self, reason: &StopReason) -> Result<Stop> {
        match reason {
            StopReason::EndTurn | StopReason::StopSequence => Ok(Stop::Complete),
            StopReason::ToolUse if self.called => Ok(Stop::Complete),
            StopReason::MaxTokens | StopReason::ModelContextWindowExceeded => Ok(Stop::Length),
            StopReason::GuardrailIntervened | StopReason::ContentFiltered => Ok(Stop::Filtered),
            other => Err(broken(format!("the answer stopped for {:?}", other.as_str()))),
        }
    }

    fn hear(&mut self, text: &str) {
        self.spoke |= !text.trim().is_empty();
    }

    fn is_known(&self) -> bool {
        self.stop.is_some() && self.usage.is_some()
    }

    fn end(&self) -> Result<Delta> {
        match (self.stop, &self.usage) {
            // A filter may leave nothing, and would again; a model that says nothing may say something when asked again.
            (Some(stop), _) if !self.spoke && stop != Stop::Filtered => Err(broken("the answer is empty")),
            (Some(stop), Some(usage)) => Ok(Delta::End(Ending::of(&self.model, self.usage(usage), stop))),
            _ => Err(broken("the answer does not say what it cost")),
        }
    }

    fn usage(&self, usage: &TokenUsage) -> Usage {
        let count = |tokens: i32| u64::try_from(tokens).unwrap_or_default();
        self.price.of(Tokens {
            input: count(usage.input_tokens),
            cache_read: count(usage.cache_read_input_tokens.unwrap_or_default()),
            cache_write: count(usage.cache_write_input_tokens.unwrap_or_default()),
            output: count(usage.output_tokens),
        })
    }
}

fn broken(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    told(ErrorKind::Unavailable, WAIT, cause)
}
