//! The response agent: turns all findings into one grounded reply, and speaks it as it is made.

mod brief;
mod evidence;
mod generate;
mod listening;
mod phrases;
mod prompts;
mod voice;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contract::finding::{DocumentKind, Tier};
use contract::ports::LanguageModel;
use contract::prompt::Ending;
use contract::record::{Citation, Reply};
use contract::{Agent, Answer, Card, Finding, Result, Stage, Tone, TurnContext};

use brief::Brief;
use evidence::chosen;
use generate::{Admit, Spoken, speak};
use language::sentences::sentences;
use phrases::Phrases;
use prompts::{Manner, Prompts};
use voice::Voice;

pub use listening::{Limit, Listener};

/// Probability from which an intent is answered by its script alone.
const SURE: f32 = 0.6;
/// Probability from which a question is called none of our business although the library found something.
const SURE_OF_OUTSIDE: f32 = 0.8;
/// The label of what belongs to no intent.
const OUT_OF_SCOPE: &str = "out_of_scope";
/// What a reply without a model is recorded as.
const SCRIPT: &str = "script";

/// How a reply is generated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Upper bound of the generation, in tokens.
    pub max_output_tokens: u32,
    /// Sampling temperature, 0 to 1.
    pub temperature: f32,
}

/// Writes the reply.
pub struct ResponseAgent {
    fast: Arc<dyn LanguageModel>,
    capable: Arc<dyn LanguageModel>,
    limits: Limits,
    prompts: Prompts,
    phrases: Phrases,
}

impl ResponseAgent {
    /// An agent that writes with these models.
    ///
    /// # Errors
    /// `Invalid` when a prompt or the phrases are broken.
    pub fn new(fast: Arc<dyn LanguageModel>, capable: Arc<dyn LanguageModel>, limits: Limits) -> Result<Self> {
        Ok(Self { fast, capable, limits, prompts: Prompts::shipped()?, phrases: Phrases::shipped()? })
    }

    /// What is said before any answer: safety first, then regret, then what is missing.
    fn open(&self, voice: &mut Voice<'_>, brief: &Brief<'_>, tone: Tone) {
        if let Some(guidance) = brief.route.and_then(|route| route.safety.as_ref()) {
            voice.warn(&guidance.text, &Citation::from(guidance));
        } else if brief.displeased() {
            voice.remark(&self.phrases.apology(tone, brief.first_name()));
        }
        for sentence in brief.missing.iter().filter_map(|agent| self.phrases.missing(agent)) {
            voice.remark(sentence);
        }
    }

    /// Says that a person should take over, and where one is reached.
    fn hand_over(&self, voice: &mut Voice<'_>, brief: &Brief<'_>) {
        let queue = brief.route.filter(|_| brief.human()).map(|route| route.queue.as_str());
        let Some((words, contact)) = queue.and_then(|queue| self.phrases.handoff(queue)) else { return };
        voice.say(words);
        voice.say_citing(&contact.text, &[&Citation::from(&contact)]);
    }

    fn scripted(&self, brief: &Brief<'_>, tone: Tone) -> Option<String> {
        let intent = brief.intent.filter(|intent| intent.confidence >= SURE && !brief.human())?;
        // "That is none of my business" must not shut the door on a question that the library answers.
        if intent.label == OUT_OF_SCOPE && brief.has_passages() && intent.confidence < SURE_OF_OUTSIDE {
            return None;
        }
        self.phrases.scripted(&intent.label, tone, brief.first_name())
    }

    /// Whether the library is asked to answer. In danger only the guidance speaks: one thing at a time. Who asks for a
    /// person gets a person.
    fn generates(brief: &Brief<'_>) -> bool {
        let danger = brief.route.is_some_and(|route| route.safety.is_some());
        let asked_for_a_person = brief.human() && brief.intent.is_some_and(|intent| intent.label == "human_request");
        !danger && !asked_for_a_person
    }

    /// Says the reply, all but the sentence that ends it early.
    async fn write(&self, voice: &mut Voice<'_>, context: &TurnContext) -> Result<Written> {
        let brief = Brief::of(context);
        let tone = brief.tone(context.turn.tone);
        self.open(voice, &brief, tone);
        if let Some(script) = self.scripted(&brief, tone) {
            voice.say(&script);
            return Ok(Written::by_script());
        }
        self.hand_over(voice, &brief);
        if !Self::generates(&brief) {
            return Ok(Written::by_script());
        }
        if let Some(preface) = brief.intent.and_then(|intent| self.phrases.preface(&intent.label)) {
            voice.remark(preface);
        }
        for code in brief.codes() {
            // The first sentence of an entry says what the code means.
            sentences(&code.text).first().into_iter().for_each(|meaning| voice.say_citing(meaning, &[code]));
        }
        self.generate(voice, context, brief, tone).await
    }

    /// Lets a model answer from the evidence.
    async fn generate(
        &self,
        voice: &mut Voice<'_>,
        context: &TurnContext,
        brief: Brief<'_>,
        tone: Tone,
    ) -> Result<Written> {
        let human = brief.human();
        let turn = &context.turn;
        let manner =
            Manner { tone: self.phrases.tone(tone), locale: &turn.locale, listener: Listener::of(turn), human };
        let mut prompt = self.prompts.prompt(&manner, &turn.text, &context.history, self.limits)?;
        let model = if brief.tier() == Tier::Capable { &self.capable } else { &self.fast };
        let mut evidence = brief.evidence;
        if human {
            // Until the person is there, the rules of the house help; steps from a manual are no answer to a complaint.
            evidence.retain(|found| found.kind != DocumentKind::Manual);
        }
        prompt.evidence = chosen(evidence);
        // With a person on the way, "I could not find anything" helps nobody.
        let admit = if human { Admit::SupportedOnly } else { Admit::Everything };
        let Spoken { ending, broke_off } = speak(voice, &**model, &prompt, &context.errand, admit).await?;
        match (&ending.reduced, broke_off) {
            (_, true) => voice.remark(self.phrases.broke_off()),
            (Some(_), false) => voice.remark(self.phrases.reduced()),
            (None, false) => {}
        }
        let Ending { model, arm, reduced, .. } = ending;
        Ok(Written { model, arm, prompt_version: prompt.version, reduced })
    }
}

/// How the words of a reply came about.
#[derive(Default)]
struct Written {
    model: String,
    arm: Option<String>,
    prompt_version: String,
    reduced: Option<String>,
}

impl Written {
    fn by_script() -> Self {
        Self { model: SCRIPT.into(), ..Self::default() }
    }
}

#[async_trait]
impl Agent for ResponseAgent {
    fn card(&self) -> Card {
        Card {
            name: "response",
            purpose: "Turns all findings into one grounded reply.",
            stage: Stage::Respond,
            budget: Duration::from_secs(25),
        }
    }

    async fn run(&self, context: &TurnContext) -> Result<Answer> {
        let mut voice = Voice::new(&*context.sink, Listener::of(&context.turn));
        let written = self.write(&mut voice, context).await?;
        if let Some(words) = voice.rest().and_then(|(listener, rest)| self.phrases.left_out(listener, rest)) {
            voice.conclude(words);
        }
        let Written { model, arm, prompt_version, reduced } = written;
        let reply = Reply { model, arm, prompt_version, ..voice.into_reply() };
        Ok(Answer { findings: vec![Finding::Reply(reply)], reduced })
    }
}
