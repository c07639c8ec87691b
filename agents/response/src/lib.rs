//! The response agent: turns all findings into one grounded reply, and speaks it as it is made.

mod brief;
mod evidence;
mod generate;
mod house;
mod listening;
mod phrases;
mod prompts;
mod proposals;
mod suggestion;
mod voice;
mod written;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contract::finding::{DocumentKind, Fact, Intent, Statement, Tier};
use contract::ports::LanguageModel;
use contract::prompt::Ending;
use contract::record::{Citation, Reply};
use contract::{Agent, Answer, Card, Consent, Finding, Result, Stage, TextSink, Tone, TurnContext};

use brief::Brief;
use evidence::chosen;
use generate::{Admit, Spoken, speak};
use language::sentences::sentences;
use prompts::Manner;
use proposals::{Proposals, Remark};
use suggestion::Unheard;
use voice::Voice;
use written::Written;

pub use house::Words;
pub use listening::{Limit, Listener};
pub use phrases::PHRASES;
pub use prompts::SYSTEM;

/// Probability from which an intent is answered by its script alone.
const SURE: f32 = 0.6;
/// Probability from which a question is called none of our business although the library found something.
const SURE_OF_OUTSIDE: f32 = 0.8;
/// The label of what belongs to no intent.
const OUT_OF_SCOPE: &str = "out_of_scope";

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
    words: Words,
}

impl ResponseAgent {
    /// An agent that writes with these models.
    ///
    /// # Errors
    /// `Invalid` when a prompt or the phrases are broken.
    pub fn new(fast: Arc<dyn LanguageModel>, capable: Arc<dyn LanguageModel>, limits: Limits) -> Result<Self> {
        Ok(Self::saying(Words::shipped()?, fast, capable, limits))
    }

    /// An agent with these words that writes with these models.
    pub fn saying(words: Words, fast: Arc<dyn LanguageModel>, capable: Arc<dyn LanguageModel>, limits: Limits) -> Self {
        Self { fast, capable, limits, words }
    }

    /// What is said before any answer: safety first, then regret, then what is missing.
    fn open(&self, voice: &mut Voice<'_>, brief: &Brief<'_>, tone: Tone) {
        if let Some(guidance) = brief.route.and_then(|route| route.safety.as_ref()) {
            voice.warn(&guidance.text, &Citation::from(guidance));
        } else if brief.displeased() {
            voice.remark(&self.words.phrases.apology(tone, brief.first_name()));
        }
        for sentence in brief.missing.iter().filter_map(|agent| self.words.phrases.missing(agent)) {
            voice.remark(sentence);
        }
    }

    /// Says what came of what the customer agreed to, what their answer was taken for, and what agents found out.
    fn tell(&self, voice: &mut Voice<'_>, brief: &Brief<'_>, proposals: &Proposals<'_>, tone: Tone) {
        proposals.results.iter().for_each(|result| voice.tell(result));
        if let Some(remark) = proposals.remark.filter(|_| !self.asks_meanwhile(brief)) {
            voice.tell(&self.words.phrases.answered(remark, tone, brief.first_name()));
        }
        for Statement { text, source, .. } in &brief.statements {
            let source =
                source.as_ref().map(|source| Citation::from(&Fact { text: text.clone(), source: source.clone() }));
            for sentence in sentences(text) {
                match &source {
                    Some(source) => voice.say_citing(sentence, &[source]),
                    None => voice.say(sentence),
                }
            }
        }
    }

    /// Says that a person should take over, how long that takes, and where one is reached meanwhile. Who hears it in a car is
    /// told first what helps at once, and in danger nothing else.
    fn hand_over(&self, voice: &mut Voice<'_>, brief: &Brief<'_>, listener: Listener) {
        let queue = brief.route.filter(|_| brief.human()).map(|route| route.queue.as_str());
        let words = queue.and_then(|queue| self.words.phrases.handoff(queue));
        let (say, contact) = words.unzip();
        say.into_iter().for_each(|words| voice.say(words));
        let hears = listener != Listener::Reader;
        let reach = |voice: &mut Voice<'_>| {
            contact.iter().for_each(|contact| voice.say_citing(&contact.text, &[&Citation::from(contact)]));
        };
        if hears {
            reach(voice);
        }
        if let Some(handoff) = brief.handoff.filter(|_| brief.human() && !(hears && brief.danger())) {
            voice.say(&self.words.phrases.passed_on(handoff));
        }
        if !hears {
            reach(voice);
        }
    }

    /// Says what is offered and why; to nobody who drives.
    fn offer(&self, voice: &mut Voice<'_>, brief: &Brief<'_>, listener: Listener) {
        for (agent, offer) in brief.offers.iter().filter(|_| listener != Listener::Driver && !brief.human()) {
            [&offer.summary, &offer.reason].into_iter().for_each(|words| voice.say(words));
            self.words.phrases.stop_offers(agent).into_iter().for_each(|words| voice.say(words));
        }
    }

    fn scripted(&self, brief: &Brief<'_>, tone: Tone) -> Option<String> {
        let intent = brief.intent.filter(|intent| intent.confidence >= SURE && !brief.human())?;
        // "That is none of my business" must not shut the door on a question that the library answers.
        if intent.label == OUT_OF_SCOPE && brief.has_passages() && intent.confidence < SURE_OF_OUTSIDE {
            return None;
        }
        self.words.phrases.scripted(&intent.label, tone, brief.first_name())
    }

    /// Whether the library is asked to answer. In danger only the guidance speaks: one thing at a time. Who asks for a
    /// person gets a person. What an agent dealt with is dealt with.
    fn generates(&self, brief: &Brief<'_>) -> bool {
        let asked_for_a_person = brief.human() && brief.intent.is_some_and(|intent| intent.label == "human_request");
        !brief.danger() && !asked_for_a_person && (!brief.is_dealt_with() || self.asks_meanwhile(brief))
    }

    /// Whether the customer asks something instead of answering a proposal: "and how long does that take?". The library
    /// answers, and the proposal is asked again.
    fn asks_meanwhile(&self, brief: &Brief<'_>) -> bool {
        let unclear = brief.verdict.is_some_and(|found| found.consent == Consent::Unclear && !found.actions.is_empty());
        let question = |intent: &&Intent| {
            (intent.confidence >= SURE || brief.asks) && !self.words.phrases.is_scripted(&intent.label)
        };
        unclear && brief.has_passages() && brief.statements.is_empty() && brief.intent.as_ref().is_some_and(question)
    }

    /// Says the whole reply into `sink`. Returns it, and why it is less than it should be.
    async fn reply(&self, context: &TurnContext, sink: &dyn TextSink) -> Result<(Reply, Option<String>)> {
        let mut voice = Voice::new(sink, Listener::of(&context.turn));
        let written = self.write(&mut voice, context).await?;
        if let Some(words) = voice.rest().and_then(|(listener, rest)| self.words.phrases.left_out(listener, rest)) {
            voice.conclude(words);
        }
        let Written { model, arm, prompt_version, reduced, question } = written;
        question.iter().for_each(|question| voice.conclude(question));
        Ok((Reply { model, arm, prompt_version, ..voice.into_reply() }, reduced))
    }

    /// Says the reply, all but what ends it: the sentence that there is more, and the question.
    async fn write(&self, voice: &mut Voice<'_>, context: &TurnContext) -> Result<Written> {
        let brief = Brief::of(context);
        let tone = brief.tone(context.turn.tone);
        if brief.danger() {
            self.open(voice, &brief, tone);
            self.hand_over(voice, &brief, Listener::of(&context.turn));
            return Ok(Written::by_script());
        }
        let proposals = Proposals::of(&brief);
        let again = proposals.remark == Some(Remark::NotDone);
        let question = proposals.question(|action| self.words.phrases.question(tone, action, again));
        question.iter().for_each(|question| voice.keep_room(question));
        self.open(voice, &brief, tone);
        self.tell(voice, &brief, &proposals, tone);
        let mut written = self.answer(voice, context, &brief, tone).await?;
        if let Some(remark) = proposals.remark.filter(|_| voice.is_silent()) {
            voice.tell(&self.words.phrases.answered(remark, tone, brief.first_name()));
        }
        self.offer(voice, &brief, Listener::of(&context.turn));
        proposals.details().for_each(|sentence| voice.say(sentence));
        written.question = question;
        Ok(written)
    }

    /// Says what answers the customer beside what agents did: a script, a person who takes over, or the library.
    async fn answer(
        &self,
        voice: &mut Voice<'_>,
        context: &TurnContext,
        brief: &Brief<'_>,
        tone: Tone,
    ) -> Result<Written> {
        if let Some(script) = self.scripted(brief, tone).filter(|_| !brief.acted()) {
            voice.say(&script);
            return Ok(Written::by_script());
        }
        if !brief.handed_over {
            self.hand_over(voice, brief, Listener::of(&context.turn));
        }
        let preface = brief.intent.and_then(|intent| self.words.phrases.preface(&intent.label));
        if let Some(preface) = preface.filter(|_| !brief.acted() && self.generates(brief)) {
            voice.remark(preface);
        }
        if brief.verdict.is_none() {
            for code in brief.codes() {
                // The first sentence of an entry says what the code means.
                sentences(&code.text).first().into_iter().for_each(|meaning| voice.say_citing(meaning, &[code]));
            }
        }
        if !self.generates(brief) {
            return Ok(Written::by_script());
        }
        self.generate(voice, context, brief, tone).await
    }

    /// Lets a model answer from the evidence.
    async fn generate(
        &self,
        voice: &mut Voice<'_>,
        context: &TurnContext,
        brief: &Brief<'_>,
        tone: Tone,
    ) -> Result<Written> {
        let human = brief.human();
        let turn = &context.turn;
        let manner =
            Manner { tone: self.words.phrases.tone(tone), locale: &turn.locale, listener: Listener::of(turn), human };
        let mut prompt = self.words.prompts.prompt(&manner, &turn.text, &context.history, self.limits)?;
        let model = if brief.tier() == Tier::Capable { &self.capable } else { &self.fast };
        let mut evidence = brief.evidence.clone();
        if human {
            // Until the person is there, the rules of the house help; steps from a manual are no answer to a complaint.
            evidence.retain(|found| found.kind != DocumentKind::Manual);
        }
        prompt.evidence = chosen(evidence);
        // With a person on the way, or behind what an agent said, "I could not find anything" helps nobody.
        let admit = if human || brief.acted() { Admit::SupportedOnly } else { Admit::Everything };
        let Spoken { ending, broke_off } = speak(voice, &**model, &prompt, &context.errand, admit).await?;
        match (&ending.reduced, broke_off) {
            (_, true) => voice.remark(self.words.phrases.broke_off()),
            (Some(_), false) => voice.remark(self.words.phrases.reduced()),
            (None, false) => {}
        }
        let Ending { model, arm, reduced, .. } = ending;
        Ok(Written { model, arm, prompt_version: prompt.version, reduced, question: None })
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
        if context.held_by.is_none() {
            let (reply, reduced) = self.reply(context, &*context.sink).await?;
            return Ok(Answer { findings: vec![Finding::Reply(reply)], reduced });
        }
        // The person speaks. Only what may save somebody is said by the assistant, before anything else.
        if let Some(guidance) = Brief::of(context).route.and_then(|route| route.safety.as_ref()) {
            Voice::new(&*context.sink, Listener::of(&context.turn)).warn(&guidance.text, &Citation::from(guidance));
        }
        let (reply, reduced) = self.reply(context, &Unheard).await?;
        Ok(Answer { findings: vec![Finding::Suggestion(reply)], reduced })
    }
}

#[cfg(test)]
mod tests;
