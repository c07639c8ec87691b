//! The cockpit agent: reads what the car says, and proposes commands to it that are carried out only after a yes.

mod answer;
mod driving;
mod places;
mod proposal;
pub mod reading;
mod say;
mod settle;
mod state;
mod table;
#[cfg(test)]
mod tests;
mod understand;
mod values;
mod wish;
mod words;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use backoffice::Vehicles;
use backoffice::vehicles::Readings;
use contract::profile::{Profile, Vehicle};
use contract::{
    Action, ActionState, Agent, Answer, Card, Consent, ErrorKind, Finding, Result, Stage, TurnContext, Vin,
};

use answer::Cabin;
use driving::{Motion, forbidden};
use settle::commands;
use table::Tables;
use wish::Understood;
pub use wish::{Call, Value};

const NAME: &str = "cockpit";

/// Reads what the car says and proposes commands to it.
pub struct CockpitAgent {
    vehicles: Arc<dyn Vehicles>,
    tables: Tables,
}

impl CockpitAgent {
    /// An agent that talks to these cars.
    ///
    /// # Errors
    /// `Invalid` when its tables are broken.
    pub fn new(vehicles: Arc<dyn Vehicles>) -> Result<Self> {
        Ok(Self { vehicles, tables: Tables::shipped()? })
    }

    /// What becomes of the customer's answer to what was proposed.
    async fn decided(&self, context: &TurnContext, consent: Consent, actions: &[Action]) -> Result<Answer> {
        let mut findings = Vec::new();
        for action in actions {
            match consent {
                Consent::No => {}
                Consent::Unclear => findings.push(Finding::Action(action.clone())),
                Consent::Yes => findings.push(Finding::Action(self.carry_out(context, action).await?)),
                Consent::Change => {
                    let Some(changed) = proposal::changed(&self.tables, &proposal::calls(action), &context.turn.text)
                    else {
                        // Nothing can be read from it: the same question again.
                        findings.push(Finding::Action(action.clone()));
                        continue;
                    };
                    let (wishes, destination) = changed;
                    let understood = Understood { wishes, destination, ..Understood::default() };
                    findings.extend(self.respond(context, &understood).await?.findings);
                }
            }
        }
        Ok(findings.into_iter().collect())
    }

    /// Tells the car what the customer agreed to, unless it must not be done as the car moves now.
    async fn carry_out(&self, context: &TurnContext, action: &Action) -> Result<Action> {
        let failed = |reason: String| Ok(action.now(ActionState::Failed { reason }));
        let no_car = || self.tables.phrases.say("no_car", &[]);
        let (Some(access), Some(vin)) = (context.turn.caller.access(), action.parameters.get("vin")) else {
            return failed(no_car());
        };
        let (vin, calls) = (Vin::new(vin.clone())?, proposal::calls(action));
        let readings = match self.vehicles.readings(&access, &vin).await {
            Ok(readings) => readings,
            Err(error) if error.kind == ErrorKind::NotFound => return failed(no_car()),
            Err(error) => return Err(error),
        };
        let motion = Motion::of(&context.turn, &readings);
        if let Some(rule) = calls.iter().find_map(|call| forbidden(&self.tables, call, motion)) {
            return failed(rule.reason.clone());
        }
        let told: Vec<_> = calls.iter().flat_map(|call| commands(&self.tables, call, &readings)).collect();
        match self.vehicles.command(&access, &vin, &told, &action.id).await {
            Ok(()) => Ok(action.now(ActionState::CarriedOut { outcome: say::outcome(&self.tables, &calls) })),
            Err(error) if error.kind == ErrorKind::Refused => failed(error.message),
            Err(error) if error.kind == ErrorKind::NotFound => failed(no_car()),
            Err(error) => Err(error),
        }
    }

    /// What is said and proposed to something that was understood.
    async fn respond(&self, context: &TurnContext, understood: &Understood) -> Result<Answer> {
        let Some((profile, car)) = self.car(context) else { return Ok(self.nobody(context)) };
        let Some(readings) = self.readings(context, car).await? else { return Ok(self.not_connected(car)) };
        Ok(Cabin { tables: &self.tables, context, profile, car, readings: &readings }.respond(understood))
    }

    /// The car that the customer means: the one that they sit in or name, else their first.
    fn car<'a>(&self, context: &'a TurnContext) -> Option<(&'a Profile, &'a Vehicle)> {
        let profile = context.profile()?;
        let text = context.turn.text.to_lowercase();
        let named = profile.vehicles.iter().find(|vehicle| text.contains(&vehicle.model.to_lowercase()));
        Some((profile, named.or(profile.vehicles.first())?))
    }

    async fn readings(&self, context: &TurnContext, car: &Vehicle) -> Result<Option<Readings>> {
        let (Some(access), Ok(vin)) = (context.turn.caller.access(), Vin::new(car.vin.clone())) else {
            return Ok(None);
        };
        match self.vehicles.readings(&access, &vin).await {
            Ok(readings) => Ok(Some(readings)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Somebody without a car here wants something of it.
    fn nobody(&self, context: &TurnContext) -> Answer {
        let why = if context.turn.caller.customer().is_none() { "sign_in" } else { "no_car" };
        Answer::of(answer::statement(self.tables.phrases.say(why, &[])))
    }

    fn not_connected(&self, car: &Vehicle) -> Answer {
        let name = format!("your {}", car.name());
        Answer::of(answer::statement(self.tables.phrases.say("not_connected", &[("car", &name)])))
    }
}

#[async_trait]
impl Agent for CockpitAgent {
    fn card(&self) -> Card {
        Card {
            name: NAME,
            purpose: "Reads what the car says and proposes commands to it.",
            stage: Stage::Act,
            budget: Duration::from_secs(2),
        }
    }

    async fn run(&self, context: &TurnContext) -> Result<Answer> {
        if let Some(verdict) = context.verdict() {
            let own: Vec<Action> = verdict.actions.iter().filter(|action| action.agent == NAME).cloned().collect();
            return self.decided(context, verdict.consent, &own).await;
        }
        let understood = understand::understand(&self.tables, &context.turn.text);
        let asked = state::asked(&self.tables, &context.turn.text);
        let asked_back = context.history.last().is_some_and(|last| last.replied.trim_end().ends_with('?'));
        if understood == Understood::default() && asked.is_none() && !asked_back {
            return Ok(Answer::default());
        }
        let wanted = understood != Understood::default() || asked.is_some();
        let Some((profile, car)) = self.car(context) else {
            return Ok(if wanted { self.nobody(context) } else { Answer::default() });
        };
        let Some(readings) = self.readings(context, car).await? else {
            return Ok(if wanted { self.not_connected(car) } else { Answer::default() });
        };
        let cabin = Cabin { tables: &self.tables, context, profile, car, readings: &readings };
        Ok(cabin.answer(understood, asked.as_ref()))
    }
}
