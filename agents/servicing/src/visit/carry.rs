//! Carries out what the customer agreed to, and says what came of it. When a slot is gone, another one is proposed at once.

use backoffice::service_desk::{Appointment, Order, Slot};
use contract::{Action, ActionState, ErrorKind, Finding, Result, Vin};

use super::propose::{Given, Plan, no_car};
use super::{Visit, question};
use crate::when::Wish;
use crate::{NAME, say};

impl<'a> Visit<'a> {
    /// Does what was agreed to, each thing once: the desk knows the action again.
    pub(crate) async fn carry_out(&self) -> Result<Vec<Finding>> {
        let mut found = Vec::new();
        for (number, action) in self.context.agreed(NAME).enumerate() {
            let done = match action.kind.as_str() {
                "book_appointment" => self.carry_out_booking(action, number).await?,
                "change_appointment" => self.carry_out_move(action, number).await?,
                "cancel_appointment" => self.carry_out_cancelling(action).await?,
                _ => vec![failed(action, "I do not know how to do this.")],
            };
            found.extend(done);
        }
        Ok(found)
    }

    async fn carry_out_booking(&self, action: &Action, number: usize) -> Result<Vec<Finding>> {
        let Some(given) = Given::read(action) else { return Ok(vec![failed(action, "The proposal cannot be read.")]) };
        let slot = Slot { dealer: given.dealer.clone(), at: given.at };
        let order = Order { slot, vin: Vin::new(given.vin.clone())?, work: given.work, note: given.note.clone() };
        match self.desk.book(&self.access, &order, &action.id).await {
            Ok(booked) => {
                let (what, car) = (self.described(&booked).await?, self.name(&given.vin));
                Ok(vec![done(
                    action,
                    format!("{what} is booked for your {car}; your case number is {}.", booked.number),
                )])
            }
            Err(error) if is_gone(error.kind) => self.another(action, &given, None, number).await,
            Err(error) => Err(error),
        }
    }

    async fn carry_out_move(&self, action: &Action, number: usize) -> Result<Vec<Finding>> {
        let (Some(given), Some(appointment)) = (Given::read(action), action.parameters.get("appointment")) else {
            return Ok(vec![failed(action, "The proposal cannot be read.")]);
        };
        let slot = Slot { dealer: given.dealer.clone(), at: given.at };
        match self.desk.rebook(&self.access, appointment, &slot, &action.id).await {
            Ok(moved) => {
                let what = self.described(&moved).await?;
                Ok(vec![done(action, format!("{what} is booked instead; your case number stays {}.", moved.number))])
            }
            Err(error) if is_gone(error.kind) => {
                let standing = self.desk.appointments(&self.access).await?;
                match standing.into_iter().find(|standing| standing.number == *appointment) {
                    Some(old) => self.another(action, &given, Some(old), number).await,
                    None => Ok(vec![failed(action, "This appointment is cancelled or past.")]),
                }
            }
            Err(error) => Err(error),
        }
    }

    async fn carry_out_cancelling(&self, action: &Action) -> Result<Vec<Finding>> {
        let Some(appointment) = action.parameters.get("appointment") else {
            return Ok(vec![failed(action, "The proposal cannot be read.")]);
        };
        match self.desk.cancel(&self.access, appointment, &action.id).await {
            Ok(cancelled) => {
                let what = self.described(&cancelled).await?;
                Ok(vec![done(action, format!("{what} is cancelled (case {}).", cancelled.number))])
            }
            Err(error) if error.kind == ErrorKind::NotFound => {
                Ok(vec![failed(action, "There is no such appointment any more.")])
            }
            Err(error) => Err(error),
        }
    }

    /// Says that a slot is gone, and proposes the closest.
    async fn another(
        &self,
        action: &Action,
        given: &Given,
        moved: Option<Appointment>,
        number: usize,
    ) -> Result<Vec<Finding>> {
        let dealers = self.desk.dealers(&self.profile.market).await?;
        let Some(dealer) = dealers.into_iter().find(|dealer| dealer.id == given.dealer) else {
            return Ok(vec![failed(action, "This Veldra Centre takes no bookings here any more.")]);
        };
        let when = say::moment(given.at, self.now(&dealer).date());
        let mut found = vec![failed(action, &format!("The slot at {} on {when} is no longer free.", dealer.name))];
        let Some(vehicle) = self.car_by_vin(&given.vin) else {
            found.push(no_car());
            return Ok(found);
        };
        let wish =
            Wish { days: Some((given.at.date(), given.at.date())), at: Some(given.at.time()), ..Wish::default() };
        let (work, old, note) = (given.work, Some(given.at), given.note.clone());
        let plan = Plan { vehicle, work, dealer, wish, old, moved, note, is_told: true };
        found.extend(self.propose(number, &plan, None).await?);
        Ok(found)
    }

    /// "The service at Veldra Centre Leeds on Tuesday 8 December at 9:00".
    async fn described(&self, appointment: &Appointment) -> Result<String> {
        let what = say::appointment(appointment, self.today().await?);
        Ok(what.replacen("the", "The", 1))
    }
}

fn is_gone(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Conflict | ErrorKind::NotFound)
}

fn done(action: &Action, outcome: String) -> Finding {
    Finding::Action(action.now(ActionState::CarriedOut { outcome }))
}

fn failed(action: &Action, reason: &str) -> Finding {
    Finding::Action(action.now(ActionState::Failed { reason: reason.to_owned() }))
}

/// What is asked when an appointment is not known for sure.
pub(super) fn which(appointments: &[Appointment], today: jiff::civil::Date) -> Finding {
    let all: Vec<String> = appointments.iter().map(|one| say::appointment(one, today)).collect();
    question(format!("You have {} appointments: {}. Which one do you mean?", all.len(), say::list(&all)))
}
