//! What is said and proposed in one car: results of understanding, cannot, questions back, and the one proposal.

use backoffice::vehicles::Readings;
use contract::finding::Statement;
use contract::profile::{Profile, Vehicle};
use contract::{Answer, Channel, Finding, TurnContext};

use crate::NAME;
use crate::driving::{Motion, forbidden};
use crate::places::nearest;
use crate::proposal::{answered, pending, propose, whereto};
use crate::say::{noun, summary};
use crate::settle::{Settled, settle};
use crate::state::{Asked, Known};
use crate::table::Tables;
use crate::wish::{Call, Destination, NAVIGATION, Understood, Value};

/// One customer's car in one turn.
pub(crate) struct Cabin<'a> {
    pub(crate) tables: &'a Tables,
    pub(crate) context: &'a TurnContext,
    pub(crate) profile: &'a Profile,
    pub(crate) car: &'a Vehicle,
    pub(crate) readings: &'a Readings,
}

impl Cabin<'_> {
    /// The answer to a turn that decides nothing.
    pub(crate) fn answer(&self, understood: Understood, asked: Option<&Asked>) -> Answer {
        let name = self.name();
        let text = &self.context.turn.text;
        let open = pending(self.tables, &self.context.history, self.readings, &name);
        if let Some(wishes) = open.and_then(|open| answered(self.tables, open, self.readings, &name, text)) {
            return self.respond(&Understood { wishes, ..Understood::default() });
        }
        if let Some(destination) = whereto(self.tables, &self.context.history, text) {
            return self.respond(&Understood { destination: Some(destination), ..Understood::default() });
        }
        if understood == Understood::default() {
            return asked.map(|asked| self.state(asked)).unwrap_or_default();
        }
        self.respond(&understood)
    }

    /// What is said and proposed to something that was understood.
    pub(crate) fn respond(&self, understood: &Understood) -> Answer {
        let phrases = &self.tables.phrases;
        let mut said: Vec<String> =
            understood.impossible.iter().map(|what| phrases.say("cannot", &[("what", what)])).collect();
        let (mut calls, mut question) = (Vec::new(), None);
        if understood.conditional || understood.later {
            said.push(phrases.say(if understood.conditional { "condition" } else { "later" }, &[]));
        } else {
            for wish in &understood.wishes {
                match settle(self.tables, wish, self.readings, &self.name()) {
                    Settled::Call(call) => calls.push(call),
                    Settled::Cannot(sentence) => said.push(sentence),
                    Settled::Ask(asked) => question = question.or(Some(asked)),
                }
            }
        }
        match understood.destination.as_ref().map(|destination| self.destination(destination, &mut said)) {
            Some(Ok(call)) => calls.push(call),
            Some(Err(sentence)) => said.push(sentence),
            None => {}
        }
        calls.retain(|call| match self.objection(call) {
            Some(reason) => {
                said.push(reason);
                false
            }
            None => true,
        });
        said.dedup();
        // One thing at a time: while something is asked back, nothing is proposed.
        said.extend(question.clone());
        let proposed = (question.is_none() && !calls.is_empty()).then(|| Finding::Action(self.propose(&calls)));
        let said = (!said.is_empty()).then(|| statement(said.join(" ")));
        said.into_iter().chain(proposed).collect()
    }

    /// What the car says about itself; when it should charge, the way to a charger is proposed with it.
    fn state(&self, asked: &Asked) -> Answer {
        let fresh = self.context.turn.vehicle.as_ref();
        let known = Known::of(fresh, self.readings, &self.profile.market);
        let allowed = |state: &&String| self.profile.consents.vehicle_data || known.is_fresh(state);
        let sentences = asked.states.iter().filter(allowed).filter_map(|state| known.sentence(self.tables, state));
        let sentences: Vec<String> = sentences.collect();
        if sentences.is_empty() {
            let refused = asked.states.iter().any(|state| !allowed(&state));
            let refused = refused.then(|| statement(self.tables.phrases.say("no_consent", &[])));
            return refused.into_iter().collect();
        }
        let source = Some(self.tables.phrases.say("source", &[]));
        let text = sentences.join(" ");
        let told = Finding::Statement(Statement { text, source, closes: asked.only });
        let about_charge = asked.states.iter().any(|state| matches!(&**state, "charge" | "range"));
        let low = about_charge && known.is_low(self.tables) && self.profile.consents.vehicle_data;
        let charger = low.then(|| self.charger(&known)).flatten();
        let proposed = charger.map(|call| Finding::Action(self.propose(&[call])));
        std::iter::once(told).chain(proposed).collect()
    }

    /// The call that sets a destination; a sentence when there is none. A car that is nearly empty goes to a charger first.
    fn destination(&self, destination: &Destination, said: &mut Vec<String>) -> Result<Call, String> {
        let phrases = &self.tables.phrases;
        let known = Known::of(self.context.turn.vehicle.as_ref(), self.readings, &self.profile.market);
        if let (true, Some(call), Some(charge)) = (known.is_low(self.tables), self.charger(&known), known.charge()) {
            let value = format!("{} percent", charge.round());
            if *destination != Destination::Nearest("charger".into()) {
                said.push(phrases.say("low_charge", &[("value", &value)]));
            }
            return Ok(call);
        }
        let name = match destination {
            Destination::Nearest(kind) => {
                let place = known.location().and_then(|from| nearest(self.tables, kind, from));
                place.map(|(place, _)| place.name.clone()).ok_or_else(|| phrases.say("no_place", &[("what", kind)]))?
            }
            Destination::Named(name) => name.clone(),
            Destination::Unsaid => return Err(phrases.say("which_place", &[])),
        };
        Ok(navigation(name))
    }

    fn charger(&self, known: &Known<'_>) -> Option<Call> {
        let (place, _) = nearest(self.tables, "charger", known.location()?)?;
        Some(navigation(place.name.clone()))
    }

    /// Why a call is not even proposed: not while the car moves, or not from outside it.
    fn objection(&self, call: &Call) -> Option<String> {
        let turn = &self.context.turn;
        if let Some(rule) = forbidden(self.tables, call, Motion::of(turn, self.readings)) {
            return Some(rule.reason.clone());
        }
        let device = self.tables.device(&call.device)?;
        let what = noun(self.tables, device, &call.zones);
        let outside = turn.channel != Channel::Vehicle && !device.remote;
        outside.then(|| self.tables.phrases.say("in_the_car_only", &[("what", &what)]))
    }

    fn propose(&self, calls: &[Call]) -> contract::Action {
        let turn = &self.context.turn;
        let name = self.name();
        let outside = (turn.channel != Channel::Vehicle || self.profile.vehicles.len() > 1).then_some(&*name);
        propose(turn, NAME, &self.car.vin, calls, summary(self.tables, calls, outside))
    }

    fn name(&self) -> String {
        format!("your {}", self.car.name())
    }
}

fn navigation(name: String) -> Call {
    Call { device: NAVIGATION.into(), zones: vec!["all".into()], value: Value::Word(name) }
}

/// Words that deal with the matter.
pub(crate) fn statement(text: String) -> Finding {
    Finding::Statement(Statement { text, source: None, closes: true })
}
