//! The marketing agent: shows an offer to those who agreed to it and whom it fits, seldom, with the reason, and stops at a word.

mod campaign;
mod choose;
mod wording;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use backoffice::Offers;
use backoffice::offers::{Restraint, Shown, looks_back};
use contract::finding::{Intent, Offer, Statement, Withheld};
use contract::ports::Customers;
use contract::{
    Access, Action, ActionId, ActionState, Agent, Answer, Card, Consent, ErrorKind, Finding, Result, Stage, TurnContext,
};
use jiff::{SignedDuration, Timestamp};

use crate::campaign::Campaign;
use crate::choose::{Choice, Chooser};
use crate::wording::{Said, Wording};

const NAME: &str = "marketing";
/// The action by which a customer agrees to be shown offers.
const AGREE: &str = "agree_to_offers";
/// How long the proposal of it stands.
const STANDS: SignedDuration = SignedDuration::from_mins(10);
/// From this probability an intent counts here: routing asks this agent for sure ones only.
const SURE_FROM: f32 = 0.45;

/// Shows an offer to those who agreed to it and whom it fits.
pub struct MarketingAgent {
    offers: Arc<dyn Offers>,
    customers: Arc<dyn Customers>,
    campaigns: Vec<Campaign>,
    wording: Wording,
}

impl MarketingAgent {
    /// An agent with the shipped campaigns that counts what is shown in `offers` and notes consent in `customers`.
    ///
    /// # Errors
    /// `Invalid`, naming the file, when a campaign or table is broken.
    pub fn new(offers: Arc<dyn Offers>, customers: Arc<dyn Customers>) -> Result<Self> {
        Ok(Self { offers, customers, campaigns: campaign::shipped()?, wording: Wording::shipped()? })
    }

    /// Withdraws the consent at once: it is a right, and needs no yes.
    async fn stop(&self, access: &Access, agreed: bool) -> Result<Answer> {
        let say = &self.wording.say;
        self.agree(access, false).await?;
        Ok(said(if agreed { &say.stopped } else { &say.stopped_before }))
    }

    async fn agree(&self, access: &Access, agreed: bool) -> Result<()> {
        match self.customers.agree_to_offers(access, agreed).await {
            // Nobody without a profile has agreed to anything.
            Err(error) if error.kind == ErrorKind::NotFound && !agreed => Ok(()),
            outcome => outcome,
        }
    }

    /// Proposes to note the consent: it must be plain, so that it needs a yes.
    fn propose(&self, context: &TurnContext) -> Answer {
        let now = context.turn.received;
        Answer::of(Finding::Action(Action {
            id: ActionId::of(&context.turn.id, NAME, 0),
            agent: NAME.into(),
            kind: AGREE.into(),
            parameters: BTreeMap::new(),
            summary: self.wording.say.start.clone(),
            expires: now.checked_add(STANDS).unwrap_or(Timestamp::MAX),
            state: ActionState::Proposed,
        }))
    }

    /// What the customer's answer to the proposal comes to; nothing when there is none of ours.
    async fn answered(&self, context: &TurnContext, access: &Access) -> Result<Option<Answer>> {
        let Some(verdict) = context.verdict() else { return Ok(None) };
        let Some(action) = verdict.actions.iter().find(|action| action.agent == NAME) else { return Ok(None) };
        Ok(match verdict.consent {
            Consent::Yes => {
                self.agree(access, true).await?;
                let outcome = self.wording.say.started.clone();
                Some(Answer::of(Finding::Action(action.now(ActionState::CarriedOut { outcome }))))
            }
            Consent::Unclear => Some(Answer::of(Finding::Action(action.clone()))),
            // There is nothing about it to be changed.
            Consent::No | Consent::Change => Some(Answer::default()),
        })
    }

    /// Shows the best offer, if any may be shown, and says of the others which rule forbids them.
    async fn show(&self, context: &TurnContext, access: &Access) -> Answer {
        let Some(customer) = choose::customer(context) else { return Answer::default() };
        let intent: Option<&Intent> = context.find(|f| if let Finding::Intent(found) = f { Some(found) } else { None });
        let intent = intent.filter(|intent| intent.confidence >= SURE_FROM).map(|intent| intent.label.as_str());
        let forbidden = Restraint::on(context).map(Restraint::rule);
        let chooser = Chooser { caps: self.wording.caps, rules: &self.wording.rules, intent, customer, forbidden };
        let fitting = chooser.fitting(&self.campaigns);
        let (here, now) = (&context.turn.session, context.turn.received);
        // Where a rule forbids all of them, nobody need look up what was shown.
        let first = chooser.choose(&fitting, &[], here, now);
        let Some((_, bounds)) = &first.shown else { return withheld(first.withheld) };
        let since = fitting.iter().map(|campaign| campaign.every_days).max().unwrap_or_default();
        let since = now.checked_sub(SignedDuration::from_hours(24 * since)).unwrap_or(Timestamp::MIN);
        let since = since.min(looks_back(bounds, now));
        let Ok(mut past) = self.offers.shown(access, since).await else { return self.lost(&first) };
        // A turn that is taken again is told the same: what it showed itself was not shown before it.
        past.retain(|past| (&past.session, &past.turn) != (here, &context.turn.id));
        let Choice { shown, withheld: others } = chooser.choose(&fitting, &past, here, now);
        let Some((campaign, bounds)) = shown else { return withheld(others) };
        let showing =
            Shown { offer: campaign.name.clone(), session: here.clone(), turn: context.turn.id.clone(), at: now };
        match self.offers.show(access, &showing, &bounds).await {
            Ok(true) => {
                let reason = self.wording.say.reason.replace("{reason}", &campaign.reason(&customer));
                let offer = Offer { name: campaign.title.clone(), summary: campaign.summary.clone(), reason };
                std::iter::once(Finding::Offer(offer)).chain(others.into_iter().map(Finding::Withheld)).collect()
            }
            // Another turn of theirs was faster.
            Ok(false) => withheld([&[held(campaign, &self.wording.rules.day)], others.as_slice()].concat()),
            Err(_) => withheld([&[held(campaign, &self.wording.rules.lost)], others.as_slice()].concat()),
        }
    }

    /// Nothing is shown whose count is not known. An offer that nobody misses is no part that is missing from a reply.
    fn lost(&self, choice: &Choice<'_>) -> Answer {
        let lost = choice.shown.iter().map(|(campaign, _)| held(campaign, &self.wording.rules.lost));
        withheld(lost.chain(choice.withheld.iter().cloned()).collect())
    }

    /// The answer to a customer who asks what is on offer, when nothing was shown for a reason that they may know.
    fn none_on_offer(&self, answer: &Answer, agreed: bool) -> Option<Finding> {
        let say = &self.wording.say;
        let shown = answer.findings.iter().any(|finding| matches!(finding, Finding::Offer(_)));
        let text = if agreed { &say.none } else { &say.no_consent };
        (!shown).then(|| statement(text, true))
    }
}

#[async_trait]
impl Agent for MarketingAgent {
    fn card(&self) -> Card {
        Card {
            name: NAME,
            purpose: "Shows an offer to those who agreed to it and whom it fits.",
            stage: Stage::Act,
            budget: Duration::from_secs(2),
        }
    }

    async fn run(&self, context: &TurnContext) -> Result<Answer> {
        let words = self.wording.said(&context.turn.text);
        let Some(access) = context.turn.caller.access() else {
            let asked = words != Said::Nothing;
            let visitor = asked.then(|| statement(&self.wording.say.visitor, false));
            return Ok(visitor.into_iter().collect());
        };
        if let Some(answer) = self.answered(context, &access).await? {
            return Ok(answer);
        }
        let agreed = context.profile().is_some_and(|profile| profile.consents.marketing);
        // To ask for offers is no displeasure; in danger, and before a person, nothing is sold all the same.
        let restrained = Restraint::on(context).is_some_and(|rule| !rule.yields_to_a_question());
        match words {
            Said::Stop => self.stop(&access, agreed).await,
            Said::Start if agreed => Ok(said(&self.wording.say.started_before)),
            Said::Start if !restrained && context.profile().is_some() => Ok(self.propose(context)),
            Said::Asks if !restrained => {
                let mut answer = self.show(context, &access).await;
                let none = self.none_on_offer(&answer, agreed);
                answer.findings.splice(0..0, none);
                Ok(answer)
            }
            Said::Start | Said::Asks | Said::Nothing => Ok(self.show(context, &access).await),
        }
    }
}

fn said(text: &str) -> Answer {
    Answer::of(statement(text, true))
}

fn statement(text: &str, closes: bool) -> Finding {
    Finding::Statement(Statement { text: text.into(), source: None, closes })
}

fn held(campaign: &Campaign, rule: &str) -> Withheld {
    Withheld { name: campaign.title.clone(), rule: rule.into() }
}

fn withheld(all: Vec<Withheld>) -> Answer {
    all.into_iter().map(Finding::Withheld).collect()
}

#[cfg(test)]
mod tests;
