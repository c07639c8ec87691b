//! Text models of Amazon Bedrock, over Converse and ConverseStream.

mod failure;
mod profile;
mod rehearsal;
mod reply;
mod request;
mod shape;

use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::{Builder, SharedAsyncSleep};
use aws_sdk_bedrockruntime::operation::converse::ConverseOutput;
use contract::ports::{Deltas, LanguageModel};
use contract::prompt::Prompt;
use contract::{Errand, Error, ErrorKind, Result, Usage};
use jiff::civil::Date;

pub use profile::Profile;

use failure::of_call;
use rehearsal::Rehearsal;
use reply::{Patience, Tail};
use request::Request;

use crate::catalog::{Card, Vendor};
use crate::prices::Price;

/// How a model is called.
#[derive(Debug, Clone)]
pub struct Options {
    /// What the invocation log knows our calls by.
    pub product: String,
    /// How long an answer may take to begin, for one attempt; where it comes in one piece, how long it may take in all.
    /// A model may think before its first word, so this is far longer than for a store.
    pub first_byte: Duration,
    /// How long a stream may be silent once it has begun.
    pub stall: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { product: "motorline".into(), first_byte: Duration::from_secs(20), stall: Duration::from_secs(10) }
    }
}

/// A text model of Amazon Bedrock behind an inference profile. Holds nothing of any request.
#[derive(Debug, Clone)]
pub struct BedrockModel {
    client: Client,
    sleep: SharedAsyncSleep,
    profile: Profile,
    card: &'static Card,
    price: Price,
    options: Options,
}

impl BedrockModel {
    /// A model that is called as `config` says (connector, credentials, region), but with the time-outs of `options`, and once: what
    /// stands around it tries again.
    ///
    /// # Errors
    /// `Invalid`, with a hint, when the profile's model is not known or has ended by `today`, when its price is not known, when
    /// the profile is of another region than `config`, or when `config` has no timer.
    pub fn new(config: &SdkConfig, profile: Profile, today: Date, options: Options) -> Result<Self> {
        let Some(model) = &profile.model else {
            return Err(Error::invalid("bedrock", format!("the profile {:?} does not name its model", profile.name))
                .hint("say which model is billed: …?model=amazon.nova-micro-v1:0"));
        };
        let card = Card::find(Vendor::Bedrock, model, today)?;
        let price = card.price()?;
        check_region(config, &profile)?;
        let sleep = config.sleep_impl().ok_or_else(|| {
            Error::invalid("bedrock", "the configuration has no timer").hint("load it with aws_config::defaults")
        })?;
        Ok(Self { client: client(config, &options), sleep, profile, card, price, options })
    }

    /// What its tokens cost.
    pub fn price(&self) -> Price {
        self.price
    }

    /// Asks the model for one token, to see that it answers. Costs that token.
    ///
    /// # Errors
    /// As [`LanguageModel::generate`].
    pub async fn probe(&self) -> Result<Usage> {
        let output = self.call(Request::smallest(&self.options.product)?).await?;
        let usage = output.usage.map_or((0, 0), |usage| (usage.input_tokens, usage.output_tokens));
        let count = |tokens: i32| u64::try_from(tokens).unwrap_or_default();
        Ok(self.price.usage(count(usage.0), count(usage.1)))
    }

    fn ending(&self, request: &Request) -> Tail {
        Tail::of(&self.profile.name, self.price, request.form.tools.is_some())
    }

    async fn call(&self, request: Request) -> Result<ConverseOutput> {
        let Request { system, messages, inference, form, metadata } = request;
        let system = Some(system).filter(|system| !system.is_empty());
        let call = self.client.converse().model_id(&self.profile.id).set_system(system).set_messages(Some(messages));
        let call = call.set_tool_config(form.tools).set_output_config(form.output);
        call.inference_config(inference).set_request_metadata(Some(metadata)).send().await.map_err(of_call)
    }

    async fn stream(&self, request: Request) -> Result<Deltas> {
        let ending = self.ending(&request);
        let Request { system, messages, inference, form, metadata } = request;
        let system = Some(system).filter(|system| !system.is_empty());
        let call = self.client.converse_stream().model_id(&self.profile.id).set_system(system);
        let call = call.set_messages(Some(messages)).inference_config(inference).set_request_metadata(Some(metadata));
        let call = call.set_tool_config(form.tools).set_output_config(form.output);
        let output = call.send().await.map_err(of_call)?;
        let patience = Patience { first: self.options.first_byte, next: self.options.stall };
        Ok(reply::streamed(output.stream, ending, patience, self.sleep.clone()))
    }
}

#[async_trait]
impl LanguageModel for BedrockModel {
    /// The id of the profile: no account number and no region.
    fn name(&self) -> &str {
        &self.profile.name
    }

    async fn generate(&self, prompt: &Prompt, _errand: &Errand) -> Result<Deltas> {
        let request = Request::of(prompt, self.card, &self.options.product)?;
        if self.profile.stream && self.card.stream {
            return self.stream(request).await;
        }
        let ending = self.ending(&request);
        reply::whole(self.call(request).await?, ending)
    }

    /// Goes as far as a signed call and does not send it: credentials and endpoint are found, and nothing is paid. Whether
    /// the model answers is [`Self::probe`]'s to say.
    async fn ready(&self) -> Result<()> {
        let rehearsal = Rehearsal::default();
        let call = self.client.converse().model_id(&self.profile.id).customize().interceptor(rehearsal.clone());
        match call.send().await {
            Err(cause) if !rehearsal.went_well() => {
                Err(Error::new(ErrorKind::Refused, "the language model cannot be called from here")
                    .hint("see that credentials and a region are configured")
                    .caused_by(cause))
            }
            _ => Ok(()),
        }
    }
}

fn check_region(config: &SdkConfig, profile: &Profile) -> Result<()> {
    let here = config.region().map(|region| region.as_ref().to_owned());
    match (&profile.region, here) {
        (Some(wanted), Some(here)) if *wanted != here => {
            Err(Error::invalid("bedrock", format!("the profile is of {wanted}, but calls go to {here}"))
                .hint("name a profile of that region, or set the region"))
        }
        _ => Ok(()),
    }
}

/// A client with time-outs fit for a model, that asks once: `RetryModel` tries again, and two layers would multiply.
///
/// The SDK's attempt and operation time-outs end when the head of an answer has come: they never cut a stream, but they
/// would cut the wait for a slow model. Inside a stream it has no time-out at all, so `reply.rs` has one.
fn client(config: &SdkConfig, options: &Options) -> Client {
    let shared = config.timeout_config().cloned().unwrap_or_else(|| TimeoutConfig::builder().build());
    let timeouts = shared
        .to_builder()
        .read_timeout(options.first_byte)
        .operation_attempt_timeout(options.first_byte.saturating_mul(2))
        .operation_timeout(options.first_byte.saturating_mul(2))
        .build();
    // A request is small; what the upload waits for is the model, and that is no stall.
    let stalls = StalledStreamProtectionConfig::enabled().upload_enabled(false).grace_period(options.stall).build();
    let builder = Builder::from(config).retry_config(RetryConfig::disabled()).timeout_config(timeouts);
    let builder = builder.stalled_stream_protection(stalls);
    Client::from_conf(builder.build())
}
