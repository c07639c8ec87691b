//! Text models behind the protocol of OpenAI, chat completions: OpenAI's own, and servers of one's own that speak it too,
//! such as llama.cpp, Ollama and vLLM.

mod address;
mod failure;
mod reply;
mod request;
mod secret;

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use contract::ports::{Deltas, LanguageModel};
use contract::prompt::Prompt;
use contract::{Errand, Error, Result};
use jiff::civil::Date;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};
use serde::Deserialize;
use tokio::time::{sleep, timeout};

pub use address::Address;
pub use secret::Secret;

use failure::{late, of_answer, of_transport};
use reply::Tail;
use request::Request;

use crate::catalog::{Card, ShapedBy, Vendor};
use crate::prices::Price;
use crate::span;
use crate::tokens;
use crate::told::{WAIT, broken, told};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// Largest refusal and largest list of models that is read, in bytes.
const LARGEST_NOTE: usize = 1 << 20;

/// Where models are asked, and how long that may take.
#[derive(Debug, Clone)]
pub struct Service {
    /// Address of the API, with its version, such as `https://api.openai.com/v1`.
    pub base: String,
    /// The key for that address. It goes nowhere else.
    pub key: Option<Secret>,
    /// How long an answer may take until its first words; in one piece, how long it may take in all.
    pub first_byte: Duration,
    /// How long a stream may say nothing once it has begun.
    pub stall: Duration,
}

/// How a model is called.
#[derive(Debug, Clone)]
pub struct Options {
    /// Address of the API, with its version: https, or on this machine.
    pub base: String,
    /// What the service knows us by, if it asks.
    pub key: Option<Secret>,
    /// The model, as the service calls it.
    pub model: String,
    /// What its tokens cost.
    pub price: Price,
    /// Which words of the protocol it understands.
    pub dialect: Dialect,
    /// How it is held to a shape.
    pub shape: ShapedBy,
    /// Whether the answer is streamed.
    pub stream: bool,
    /// How long an answer may take until its first words; in one piece, how long it may take in all.
    pub first_byte: Duration,
    /// How long a stream may say nothing once it has begun.
    pub stall: Duration,
}

/// Which words of the protocol a model understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// OpenAI's own, for a model that says what it has to say.
    OpenAi,
    /// OpenAI's own, for a model that thinks first unless it is told not to: it takes no temperature.
    Thinking,
    /// What all servers have in common.
    Compatible,
}

/// A text model behind the protocol of OpenAI. Holds nothing of any request.
#[derive(Clone)]
pub struct OpenAiModel {
    client: Client,
    options: Options,
}

impl OpenAiModel {
    /// The model at `address`: its price and what it can do are looked up, unless it is free. A model whose address names a
    /// base of its own is called without the service's key.
    ///
    /// # Errors
    /// `Invalid`, with a hint, when the model is not known or has ended by `today`, and as [`Self::new`].
    pub fn open(address: Address, service: &Service, today: Date) -> Result<Self> {
        let Address { model, base, free, stream, shape } = address;
        let (price, dialect, shape, stream) = if free {
            (Price::FREE, Dialect::Compatible, shape, stream)
        } else {
            let card = Card::find(Vendor::OpenAi, &model, today)?;
            // All of OpenAI's families since GPT-5 think.
            let dialect = if card.family.starts_with("gpt-4") { Dialect::OpenAi } else { Dialect::Thinking };
            (card.price()?, dialect, card.shape, stream && card.stream)
        };
        let elsewhere =
            base.as_ref().is_some_and(|base| base.trim_end_matches('/') != service.base.trim_end_matches('/'));
        Self::new(Options {
            key: service.key.clone().filter(|_| !elsewhere),
            base: base.unwrap_or_else(|| service.base.clone()),
            model,
            price,
            dialect,
            shape,
            stream,
            first_byte: service.first_byte,
            stall: service.stall,
        })
    }

    /// A model that is called as `options` say. Follows no redirect and asks no proxy: what customers say goes where it was
    /// meant to go, or nowhere.
    ///
    /// # Errors
    /// `Invalid`, with a hint, when the base is not https and not on this machine, or when the key cannot be sent.
    pub fn new(mut options: Options) -> Result<Self> {
        let base = address::checked(&options.base)?;
        options.base = base.as_str().trim_end_matches('/').to_owned();
        // Of the whole process: an error means that it has one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = Client::builder().redirect(Policy::none()).no_proxy().connect_timeout(CONNECT);
        // A plain address needs no certificate authorities.
        let builder = if base.scheme() == "http" { builder.tls_certs_only([]) } else { builder };
        let client = builder.default_headers(headers(options.key.as_ref())?).build();
        let unbuilt = |cause: reqwest::Error| Error::invalid("openai", "no client can be made").caused_by(cause);
        Ok(Self { client: client.map_err(unbuilt)?, options })
    }

    /// Sends a request, and gives the answer if it is one.
    async fn send(&self, request: RequestBuilder) -> Result<Response> {
        let response = request.send().await.map_err(of_transport)?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let headers = response.headers().clone();
        // A refusal that breaks off is a refusal.
        let body = reply::bytes(response, LARGEST_NOTE).await.unwrap_or_default();
        Err(of_answer(status.as_u16(), &headers, &body, self.options.key.as_ref()))
    }

    /// A server of one's own goes on with the trace. A vendor could do nothing with it for us, and is told nothing that it does
    /// not need, be it two random numbers: they would join the calls of a turn.
    fn traced(&self, request: RequestBuilder) -> RequestBuilder {
        match span::traceparent().filter(|_| self.options.dialect == Dialect::Compatible) {
            Some(parent) => request.header("traceparent", parent),
            None => request,
        }
    }

    fn tail(&self, prompt: &Prompt) -> Tail {
        Tail::of(&self.options, tokens::estimated_input(prompt))
    }
}

impl OpenAiModel {
    /// What its tokens cost.
    pub fn price(&self) -> Price {
        self.options.price
    }
}

#[async_trait]
impl LanguageModel for OpenAiModel {
    fn name(&self) -> &str {
        &self.options.model
    }

    /// Where a server does not say how many tokens it counted, as some of one's own do not, the usage is our estimate.
    async fn generate(&self, prompt: &Prompt, _errand: &Errand) -> Result<Deltas> {
        let options = &self.options;
        let request = Request::of(prompt, options)?;
        let request = self.traced(self.client.post(format!("{}/chat/completions", options.base))).json(&request);
        let mut patience = Box::pin(sleep(options.first_byte));
        let answer = async {
            let response = self.send(request).await?;
            if options.stream { Ok((Some(response), Vec::new())) } else { Ok((None, reply::body(response).await?)) }
        };
        let (stream, body) = tokio::select! {
            answer = answer => answer?,
            () = &mut patience => return Err(late()),
        };
        match stream {
            Some(response) => Ok(reply::streamed(response, self.tail(prompt), options, patience)),
            None => reply::whole(&body, self.tail(prompt), options.key.as_ref()),
        }
    }

    /// Asks for the list of models: it shows that the service is there and takes the key, and costs nothing. It is a call
    /// over the network, so it belongs to a check of readiness and not to a turn. A paid model must be in the list; a server
    /// of one's own may call its model as it likes.
    async fn ready(&self) -> Result<()> {
        let list = async {
            let response = self.send(self.client.get(format!("{}/models", self.options.base))).await?;
            reply::bytes(response, LARGEST_NOTE).await
        };
        let list = timeout(self.options.first_byte, list).await.map_err(|_| late())??;
        let models: Models = serde_json::from_slice(&list).map_err(broken)?;
        let names: HashSet<&str> = models.data.iter().map(|model| model.id.as_str()).collect();
        if self.options.dialect == Dialect::Compatible || names.contains(self.options.model.as_str()) {
            return Ok(());
        }
        Err(told(contract::ErrorKind::NotFound, WAIT, "the model is not in the service's list"))
    }
}

impl fmt::Debug for OpenAiModel {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("OpenAiModel").field("options", &self.options).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Models {
    data: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    id: String,
}

fn headers(key: Option<&Secret>) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    if let Some(key) = key {
        // The cause would repeat the key.
        let mut value = HeaderValue::from_str(&format!("Bearer {}", key.reveal())).map_err(|_| {
            Error::invalid("openai key", "holds signs that no key has").hint("see that the key is one line of text")
        })?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(headers)
}
