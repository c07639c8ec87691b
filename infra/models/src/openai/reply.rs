//! Passes an answer on as it comes, and sees to it that it ends well or says why not.

use std::io;
use std::pin::Pin;
use std::time::Duration;

use contract::ports::Deltas;
use contract::prompt::{Delta, Ending, Stop};
use contract::{Error, Result, Usage};
use futures::stream::BoxStream;
use futures::{StreamExt, stream};
use reqwest::Response;
use serde::Deserialize;
use sse_stream::{Sse, SseByteStream};
use tokio::time::{Sleep, sleep, timeout};

use super::failure::{self, Problem};
use super::{Options, Secret};
use crate::prices::Price;
use crate::tokens;
use crate::told::{WAIT, broken};

/// Largest answer, in bytes: a maximum of 100,000 tokens is far below, in a frame for each.
const LARGEST: usize = 64 << 20;
/// How long the end of the connection may take after the end of the answer. Seen through to its end, a connection is
/// kept for the next call; cut short, it is lost.
const CLOSING: Duration = Duration::from_millis(50);
/// What a stream says last.
const DONE: &str = "[DONE]";

/// A chat completion, whole or a piece of one. What is not here is passed over.
#[derive(Deserialize)]
struct Completion {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<Count>,
    error: Option<Problem>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(alias = "delta")]
    message: Option<Said>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    content: Option<String>,
    /// What the model says instead of an answer in a shape, when it does not want to give one.
    refusal: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
struct Count {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
    prompt_tokens_details: Option<Details>,
}

#[derive(Clone, Copy, Deserialize)]
struct Details {
    cached_tokens: Option<u64>,
}

/// The pieces of a streamed answer. The call ends, and its connection closes, when they are dropped.
///
/// `patience` has begun with the call, and holds until the first words.
pub(super) fn streamed(response: Response, tail: Tail, options: &Options, patience: Pin<Box<Sleep>>) -> Deltas {
    let mut left = LARGEST;
    let pieces = response.bytes_stream().map(move |piece| {
        let piece = piece.map_err(|cause| io::Error::other(cause.without_url()))?;
        left = left.checked_sub(piece.len()).ok_or_else(|| io::Error::other("the answer does not end"))?;
        Ok::<_, io::Error>(piece)
    });
    let events = SseByteStream::new(pieces.boxed()).boxed();
    let reply = Reply { events, patience, stall: options.stall, key: options.key.clone(), tail };
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
/// As in the stream.
pub(super) fn whole(body: &[u8], mut tail: Tail, key: Option<&Secret>) -> Result<Deltas> {
    let completion = serde_json::from_slice(body).map_err(broken)?;
    let text = tail.hear(completion, key)?.map(Delta::Text);
    let deltas: Vec<_> = text.into_iter().chain([tail.end()?]).map(Ok).collect();
    Ok(stream::iter(deltas).boxed())
}

/// All bytes of an answer that is not too large.
///
/// # Errors
/// As of a call.
pub(super) async fn bytes(mut response: Response, most: usize) -> Result<Vec<u8>> {
    let mut all = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(failure::of_transport)? {
        if all.len() + piece.len() > most {
            return Err(broken("the answer is too large"));
        }
        all.extend_from_slice(&piece);
    }
    Ok(all)
}

/// All bytes of an answer in one piece.
///
/// # Errors
/// As of a call.
pub(super) async fn body(response: Response) -> Result<Vec<u8>> {
    bytes(response, LARGEST).await
}

/// A streamed answer under way.
struct Reply {
    events: BoxStream<'static, std::result::Result<Sse, sse_stream::Error>>,
    /// Rings when the model has been silent for too long. Signs of life without words do not renew it.
    patience: Pin<Box<Sleep>>,
    stall: Duration,
    key: Option<Secret>,
    tail: Tail,
}

impl Reply {
    async fn next(&mut self) -> Result<Delta> {
        while !self.tail.is_known() {
            match self.event().await? {
                Some(data) if data.trim() == DONE => return self.tail.end(),
                Some(data) => {
                    let completion = serde_json::from_str(&data).map_err(broken)?;
                    if let Some(text) = self.tail.hear(completion, self.key.as_ref())? {
                        self.patience = Box::pin(sleep(self.stall));
                        return Ok(Delta::Text(text));
                    }
                }
                // A server that counts nothing may also leave out its last word; the answer has ended all the same.
                None => return self.tail.end(),
            }
        }
        let rest = async { while self.events.next().await.is_some() {} };
        // Late or not, the answer is whole.
        let _ = timeout(CLOSING, rest).await;
        self.tail.end()
    }

    /// The data of the next event; nothing at the end of the stream.
    async fn event(&mut self) -> Result<Option<String>> {
        loop {
            let event = tokio::select! {
                event = self.events.next() => event,
                () = &mut self.patience => return Err(failure::late()),
            };
            match event.transpose().map_err(broken)? {
                Some(Sse { data: Some(data), .. }) => return Ok(Some(data)),
                Some(_) => {}
                None => return Ok(None),
            }
        }
    }
}

/// What is known of the end of an answer.
pub(super) struct Tail {
    model: String,
    price: Price,
    /// Tokens that were read, by our estimate, for a server that counts none.
    read: u64,
    written: usize,
    spoke: bool,
    stop: Option<Stop>,
    usage: Option<Count>,
}

impl Tail {
    /// Of an answer of which nothing is known yet, to a prompt of about so many tokens.
    pub(super) fn of(options: &Options, read: u64) -> Self {
        let (model, price) = (options.model.clone(), options.price);
        Self { model, price, read, written: 0, spoke: false, stop: None, usage: None }
    }

    /// Notes what a piece says, and gives its words.
    fn hear(&mut self, piece: Completion, key: Option<&Secret>) -> Result<Option<String>> {
        if let Some(problem) = piece.error {
            return Err(problem.error(0, WAIT, key));
        }
        self.usage = piece.usage.or(self.usage);
        let Some(choice) = piece.choices.into_iter().next() else { return Ok(None) };
        let (text, refusal) = choice.message.map_or((None, None), |said| (said.content, said.refusal));
        if let Some(reason) = choice.finish_reason {
            self.stop = Some(self.stop.filter(|stop| *stop == Stop::Filtered).map_or_else(|| stop(&reason), Ok)?);
        }
        if refusal.is_some_and(|refusal| !refusal.is_empty()) {
            self.stop = Some(Stop::Filtered);
        }
        let text = text.filter(|text| !text.is_empty());
        self.written += text.as_ref().map_or(0, String::len);
        self.spoke |= text.as_ref().is_some_and(|text| !text.trim().is_empty());
        Ok(text)
    }

    fn is_known(&self) -> bool {
        self.stop.is_some() && self.usage.is_some()
    }

    fn end(&self) -> Result<Delta> {
        match self.stop {
            // A filter may leave nothing, and would again; a model that says nothing may say something when asked again.
            Some(stop) if !self.spoke && stop != Stop::Filtered => Err(broken("the answer is empty")),
            Some(stop) => Ok(Delta::End(Ending::of(&self.model, self.usage(), stop))),
            None => Err(broken("the stream ended before the answer did")),
        }
    }

    /// As the server counts, else as we estimate. Cached tokens are among the tokens of the prompt.
    fn usage(&self) -> Usage {
        let Some(count) = self.usage else {
            return self.price.usage(self.read, tokens::estimated_of_bytes(self.written));
        };
        let cached = count.prompt_tokens_details.and_then(|details| details.cached_tokens).unwrap_or_default();
        let cached = cached.min(count.prompt_tokens);
        self.price.usage_with_cache(count.prompt_tokens - cached, cached, count.completion_tokens)
    }
}

/// # Errors
/// `Unavailable` when the answer did not end by itself, by the maximum or by a filter.
fn stop(reason: &str) -> std::result::Result<Stop, Error> {
    match reason {
        "stop" => Ok(Stop::Complete),
        "length" => Ok(Stop::Length),
        "content_filter" => Ok(Stop::Filtered),
        other => Err(broken(format!("the answer stopped for {other:?}"))),
    }
}
