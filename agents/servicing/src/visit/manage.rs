//! What there is booked, and proposals to move or cancel it, within the rules of the house.

use std::collections::BTreeMap;

use backoffice::service_desk::{Appointment, Dealer};
use contract::{Finding, Result};
use jiff::civil::DateTime;

use super::carry::which;
use super::propose::Plan;
use super::{Visit, fact, known};
use crate::say;
use crate::words::Text;

/// Which appointment is meant.
enum Meant<'a> {
    This(&'a Appointment),
    /// What is said when that is not clear.
    Unclear(Finding),
}

impl Visit<'_> {
    /// Proposes to move an appointment.
    pub(super) async fn change(&self) -> Result<Vec<Finding>> {
        let all = self.desk.appointments(&self.access).await?;
        // "Move my Friday appointment to Monday": what stands before "to" says which, what stands behind it says where to.
        let text = self.text();
        let (about, target) = text
            .split_at_last("to")
            .filter(|(_, target)| self.says_when(target))
            .unwrap_or_else(|| (text.clone(), text.clone()));
        let appointment = match self.pick(&all, &about).await? {
            Meant::This(appointment) => appointment,
            Meant::Unclear(answer) => return Ok(vec![answer]),
        };
        let slot = &appointment.order.slot;
        let Some(vehicle) = self.car_by_vin(appointment.order.vin.as_str()) else {
            return Ok(vec![known("This appointment is for a car that is no longer yours.")]);
        };
        let dealers = self.desk.dealers(&self.profile.market).await?;
        if let Some(refusal) =
            dealers.iter().find(|dealer| dealer.id == slot.dealer).and_then(|dealer| self.too_late(appointment, dealer))
        {
            return Ok(vec![refusal]);
        }
        let work = appointment.order.work;
        let Some(place) = self.place(vehicle, work, Some(&slot.dealer)).await? else { return Ok(Vec::new()) };
        let wish = self.wish(&target, &place.dealer);
        // The day that names the appointment is not the day that is wished.
        let wish = if about == target && all.len() > 1 && wish.allows(slot.at) { Default::default() } else { wish };
        let old = Some(slot.at).filter(|_| place.dealer.id == slot.dealer);
        let plan = Plan {
            vehicle,
            work,
            dealer: place.dealer,
            wish: wish.instead_of(slot.at),
            old,
            moved: Some(appointment.clone()),
            note: appointment.order.note.clone(),
            is_told: false,
        };
        self.propose(0, &plan, place.note).await
    }

    /// Proposes to cancel an appointment.
    pub(super) async fn cancel(&self) -> Result<Vec<Finding>> {
        let all = self.desk.appointments(&self.access).await?;
        let appointment = match self.pick(&all, &self.text()).await? {
            Meant::This(appointment) => appointment,
            Meant::Unclear(answer) => return Ok(vec![answer]),
        };
        let today = self.today().await?;
        let car = self.name(appointment.order.vin.as_str());
        let what = say::appointment(appointment, today);
        let summary = format!("Cancel {what} for your {car} (case {}).", appointment.number);
        let parameters = BTreeMap::from([("appointment".to_owned(), appointment.number.clone())]);
        let proposal = self.proposal(0, "cancel_appointment", parameters, summary);
        let dealers = self.desk.dealers(&self.profile.market).await?;
        let late = dealers.iter().find(|dealer| dealer.id == appointment.order.slot.dealer);
        let late = late.is_some_and(|dealer| self.hours_left(appointment, dealer) < self.rules().change_until_hours);
        let warning = late.then(|| known(self.rules().late.clone()));
        Ok(warning.into_iter().chain([proposal]).collect())
    }

    /// Says what there is booked.
    pub(super) async fn appointments(&self) -> Result<Vec<Finding>> {
        let (all, today) = (self.desk.appointments(&self.access).await?, self.today().await?);
        if all.is_empty() {
            return Ok(vec![none_booked()]);
        }
        let said: Vec<String> = all
            .iter()
            .map(|one| {
                let car = self.name(one.order.vin.as_str());
                format!("{} for your {car}, case {}", say::appointment(one, today), one.number)
            })
            .collect();
        Ok(vec![known(format!("You have booked {}.", say::list(&said)))])
    }

    /// Says how a case stands, as far as the desk knows.
    pub(super) async fn status(&self) -> Result<Vec<Finding>> {
        let numbers =
            self.context.turn.text.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
        let number = numbers.map(str::to_uppercase).find(|word| word.starts_with("SV-"));
        let found = match &number {
            Some(number) => match self.desk.appointment(&self.access, number).await {
                Err(error) if error.kind == contract::ErrorKind::NotFound => {
                    return Ok(vec![known(format!("You have no case {number} at the service desk."))]);
                }
                found => Some(found?),
            },
            None => self.desk.appointments(&self.access).await?.into_iter().next(),
        };
        let Some(appointment) = found else { return Ok(vec![none_booked()]) };
        let today = self.today().await?;
        let dealers = self.desk.dealers(&self.profile.market).await?;
        let dealer = dealers.iter().find(|dealer| dealer.id == appointment.order.slot.dealer);
        let past = dealer.is_some_and(|dealer| self.hours_left(&appointment, dealer) < 0);
        let stands = if appointment.cancelled {
            "was cancelled"
        } else if past {
            "was booked"
        } else {
            "is booked"
        };
        let what = say::appointment(&appointment, today);
        let ask = dealer.map(|dealer| format!(" How far the work is, the workshop says on {}.", dealer.phone));
        Ok(vec![known(format!("Case {}: {what} {stands}.{}", appointment.number, ask.unwrap_or_default()))])
    }

    /// The appointment that is meant, or what is said when that is not clear.
    async fn pick<'b>(&self, all: &'b [Appointment], text: &Text) -> Result<Meant<'b>> {
        if all.len() < 2 {
            return Ok(all.first().map_or_else(|| Meant::Unclear(none_booked()), Meant::This));
        }
        let dealers = self.desk.dealers(&self.profile.market).await?;
        let said = |one: &&Appointment| {
            let town = dealers
                .iter()
                .find(|dealer| dealer.id == one.order.slot.dealer)
                .map(|dealer| dealer.town.to_lowercase());
            let model = self.car_by_vin(one.order.vin.as_str()).map(|vehicle| vehicle.model.to_lowercase());
            let number = one.number.to_lowercase();
            let named =
                [town, model, Some(number)].into_iter().flatten().filter(|word| text.has(std::slice::from_ref(word)));
            named.count() + usize::from(self.says_its_time(text, one, &dealers))
        };
        let most = all.iter().map(|one| said(&one)).max().unwrap_or(0);
        let meant: Vec<&Appointment> = all.iter().filter(|one| said(one) == most).collect();
        match meant.as_slice() {
            [one] => Ok(Meant::This(one)),
            // "I booked twice by mistake": of two that are alike either is meant.
            [one, others @ ..]
                if others
                    .iter()
                    .all(|other| other.order.slot == one.order.slot && other.order.vin == one.order.vin) =>
            {
                Ok(Meant::This(one))
            }
            _ => Ok(Meant::Unclear(which(all, self.today().await?))),
        }
    }

    fn says_its_time(&self, text: &Text, appointment: &Appointment, dealers: &[Dealer]) -> bool {
        let at: DateTime = appointment.order.slot.at;
        let wish = dealers.first().map(|dealer| self.wish(text, dealer));
        wish.is_some_and(|wish| {
            let says = wish.days.is_some() || wish.at.is_some();
            says && wish.allows(at) && wish.at.is_none_or(|time| time == at.time())
        })
    }

    fn says_when(&self, text: &Text) -> bool {
        let wish = crate::when::Wish::read(text, DateTime::default(), &self.tables.words.calendar);
        !wish.is_empty()
    }

    /// Why an appointment is not moved here any more.
    fn too_late(&self, appointment: &Appointment, dealer: &Dealer) -> Option<Finding> {
        let rules = self.rules();
        if self.hours_left(appointment, dealer) < rules.change_until_hours {
            let hours = rules.change_until_hours;
            return Some(known(format!(
                "Less than {hours} hours before, an appointment is moved by phone only: {}.",
                rules.phone
            )));
        }
        let moved = (appointment.moves >= rules.most_moves).then(|| {
            format!(
                "This appointment was moved {} times already, which is as often as it can be. I can cancel it.",
                appointment.moves
            )
        });
        moved.map(known)
    }

    fn hours_left(&self, appointment: &Appointment, dealer: &Dealer) -> i64 {
        let left = appointment.order.slot.at.duration_since(self.now(dealer));
        left.as_secs().div_euclid(3_600)
    }

    fn rules(&self) -> &crate::upkeep::AppointmentRules {
        &self.tables.upkeep.appointments
    }
}

fn none_booked() -> Finding {
    fact("I see no appointment of yours at the service desk.")
}
