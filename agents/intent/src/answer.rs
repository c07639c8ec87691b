//! Reads what a customer answers to what was proposed: yes, no, otherwise, or nothing that is plain. Doubt is never a yes.

mod said;
mod words;

use classifier::OUT_OF_SCOPE;
use contract::action::{latest, proposed};
use contract::finding::{Intent, Urgency};
use contract::{Action, Consent, Decision, Result, TurnContext, Verdict};

use said::Said;
use words::{Lexicon, Mark, Marked};

/// From this probability the classifier contradicts the words, or names another matter.
const SURE: f32 = 0.5;
/// From this probability a danger is another matter, whatever else the words could mean.
const DANGER: f32 = 0.45;
/// From this probability a message of some words is none of our business.
const SURE_OF_OUTSIDE: f32 = 0.8;
/// From this probability a question that is put in the words of doubt is about another matter all the same.
const NEARLY_CERTAIN: f32 = 0.9;
/// A yes of more phrases than this is no plain one.
const LONGEST_YES: usize = 16;
/// A message of so many unknown words says something of its own.
const OWN_MATTER: usize = 3;
/// What stands before a place.
const PLACED: [&str; 3] = ["in", "at", "near"];
/// A message of more phrases than this that nobody understands is no answer.
const LONGEST_UNCLEAR: usize = 8;

/// Reads answers.
pub(crate) struct Answers {
    lexicon: Lexicon,
}

/// What a message is to the proposals that wait.
#[derive(Debug, PartialEq, Eq)]
enum Reading<'a> {
    /// Do these.
    Yes(Vec<&'a Action>),
    /// Neither yes nor turned away.
    Other(Consent),
    /// About something else.
    AnotherMatter,
}

impl Answers {
    /// A reader with the words that ship with the product.
    ///
    /// # Errors
    /// `Invalid` when their file is broken.
    pub(crate) fn shipped() -> Result<Self> {
        Ok(Self { lexicon: Lexicon::shipped()? })
    }

    /// What the turn answers to what was proposed, when something was; `intent` is what the classifier makes of the words.
    pub(crate) fn verdict(&self, context: &TurnContext, intent: &Intent) -> Option<Verdict> {
        let turn = &context.turn;
        if let Some(decision) = &turn.decision {
            return Some(pressed(decision, context));
        }
        let open: Vec<&Action> = proposed(&context.history, turn.received).collect();
        let (consent, actions) = match self.read(&turn.text, &open, intent) {
            Reading::Yes(agreed) => (Consent::Yes, agreed),
            Reading::Other(consent) => (consent, open),
            Reading::AnotherMatter => return None,
        };
        (!actions.is_empty()).then(|| Verdict { consent, actions: actions.into_iter().cloned().collect() })
    }

    /// Reads the words. A yes needs every one of them to be known; whatever is in doubt is asked again.
    fn read<'a>(&self, text: &str, open: &[&'a Action], intent: &Intent) -> Reading<'a> {
        let said = self.lexicon.mark(text, &Said::of(open));
        let owned = open.iter().any(|action| intent.agents.contains(&action.agent));
        if let Some(agreed) = agreed(&said, open, intent).filter(|_| !said.asks) {
            return Reading::Yes(agreed);
        }
        if intent.urgency == Urgency::Emergency && intent.confidence >= DANGER {
            return Reading::AnotherMatter;
        }
        if is_change(&said, names_another_matter(intent) && !owned) {
            return Reading::Other(Consent::Change);
        }
        if turns_away(&said, intent, owned) {
            return Reading::AnotherMatter;
        }
        Reading::Other(if refuses(&said, intent) { Consent::No } else { Consent::Unclear })
    }
}

/// What a button says. One below a proposal that is not open any more decides nothing.
fn pressed(decision: &Decision, context: &TurnContext) -> Verdict {
    let action = latest(&context.history, &decision.action).filter(|action| action.is_open(context.turn.received));
    let consent = match (&action, decision.accepted) {
        (None, _) => Consent::Unclear,
        (Some(_), true) => Consent::Yes,
        (Some(_), false) => Consent::No,
    };
    Verdict { consent, actions: action.into_iter().cloned().collect() }
}

/// The actions that a plain yes agrees to. The proposal's own words narrow it to those that they fit.
fn agreed<'a>(said: &Marked, open: &[&'a Action], intent: &Intent) -> Option<Vec<&'a Action>> {
    use Mark::{Assent, Change, Doubt, Go, Known, Named, No, Not, Suits, Unknown, Value, Wish, Yes};
    let muddled = [No, Not, Doubt, Change, Wish, Value, Unknown].into_iter().any(|mark| said.has(mark));
    let contradicted = intent.label == "confirm_no" && intent.confidence >= SURE;
    let plainly = said.has(Yes) || said.has(Go) || said.repeats;
    let about_a_thing = said.has(Known);
    // "The heating is fine" says how the heating is.
    let agrees = plainly && !(said.has(Suits) && about_a_thing)
        || !about_a_thing && (said.has(Assent) || said.has(Suits) && said.has(Named));
    if muddled || contradicted || !agrees || said.phrases.len() > LONGEST_YES {
        return None;
    }
    let named = || said.phrases.iter().filter(|(mark, _)| matches!(mark, Known | Named)).map(|(_, word)| word);
    let fits = |action: &&&Action| {
        let words = Said::of(&[**action]);
        named().all(|word| words.has(word))
    };
    // Who has one proposal has no choice.
    let agreed: Vec<&Action> =
        if open.len() == 1 { open.to_vec() } else { open.iter().filter(fits).copied().collect() };
    (!agreed.is_empty()).then_some(agreed)
}

/// Whether the words name a value that was not proposed, or ask for another.
fn is_change(said: &Marked, another_matter: bool) -> bool {
    let answers = matches!(
        said.first(),
        Some(Mark::Yes | Mark::Assent | Mark::No | Mark::Not | Mark::Change | Mark::Go | Mark::Named)
    );
    let strange = said.count(Mark::Unknown);
    // "Could you make it Thursday?" sounds like a command to the classifier, and has no word of one.
    if another_matter && !answers && strange > 0 {
        return false;
    }
    let wishes = said.has(Mark::Change) && (answers || strange < OWN_MATTER);
    let names = said.has(Mark::Value) && (answers || said.opens_a_wish || strange < 2);
    // "Yes, but in York."
    let places = said.phrases.windows(2).any(|pair| PLACED.contains(&pair[0].1.as_str()) && pair[1].0 == Mark::Unknown);
    if answers && places && strange <= OWN_MATTER {
        return true;
    }
    let elsewhere = said.opens_a_wish && !said.has(Mark::Doubt) && (1..OWN_MATTER).contains(&strange);
    wishes || names || elsewhere
}

fn names_another_matter(intent: &Intent) -> bool {
    let talk = matches!(intent.label.as_str(), "confirm_yes" | "confirm_no" | OUT_OF_SCOPE);
    !talk && intent.confidence >= SURE
}

/// Whether the customer turned to something else: the proposal lapses.
fn turns_away(said: &Marked, intent: &Intent, owned: bool) -> bool {
    let strange = said.count(Mark::Unknown);
    // "Yes, and what is the tyre pressure?" is asked again rather than dropped.
    if matches!(said.first(), Some(Mark::Yes | Mark::Go)) {
        return false;
    }
    let replies = [Mark::No, Mark::Not, Mark::Assent].into_iter().any(|mark| said.has(mark));
    let answers = replies || said.has(Mark::Doubt);
    if names_another_matter(intent) {
        // "What does it cost?" asks about the proposal, "What does P0301 mean?" does not.
        let asks_of_its_own = !replies && intent.confidence >= NEARLY_CERTAIN && strange > usize::from(owned);
        let says_of_its_own = strange >= OWN_MATTER && !owned || strange > OWN_MATTER;
        return asks_of_its_own || says_of_its_own || !answers && strange > 0;
    }
    let outside = intent.label == OUT_OF_SCOPE && intent.confidence >= SURE_OF_OUTSIDE;
    !replies && outside && strange >= OWN_MATTER || !answers && said.phrases.len() > LONGEST_UNCLEAR
}

/// Whether the words plainly refuse.
fn refuses(said: &Marked, intent: &Intent) -> bool {
    let no = said.has(Mark::No) || said.has(Mark::Not);
    let agrees = said.has(Mark::Yes) || said.has(Mark::Go);
    let opens = matches!(said.first(), Some(Mark::No | Mark::Not | Mark::Assent));
    // "Thanks, but no" ends with it.
    let ends = said.phrases.last().is_some_and(|(mark, _)| *mark == Mark::No) && said.count(Mark::Unknown) < 2;
    let contradicted = !opens && intent.label == "confirm_yes" && intent.confidence >= SURE;
    let doubts = said.has(Mark::Doubt) && !ends && said.first() != Some(Mark::No);
    let plain = !doubts && (opens || ends || !said.has(Mark::Unknown));
    no && plain && !agrees && !said.asks && !contradicted
}

#[cfg(test)]
mod tests;
