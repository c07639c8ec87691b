//! Proposes a booking or a move: the best free slot for the wish, two others beside it, and what was not as wished.

use std::collections::BTreeMap;

use backoffice::service_desk::{Appointment, Dealer, Wanted, Work};
use contract::profile::Vehicle;
use contract::{Action, Finding, Result, Verdict};
use jiff::civil::DateTime;

use super::{Visit, known, question};
use crate::NAME;
use crate::choose::{Choice, choose, window};
use crate::say;
use crate::when::Wish;

/// More slots than a dealer has in the days that are looked at.
const ALL: usize = 2_000;
/// Longest note to the workshop, in characters.
const NOTE: usize = 300;

/// What is proposed: a booking, or the move of an appointment.
pub(super) struct Plan<'a> {
    pub(crate) vehicle: &'a Vehicle,
    pub(crate) work: Work,
    pub(crate) dealer: Dealer,
    pub(crate) wish: Wish,
    /// What was proposed or booked before.
    pub(crate) old: Option<DateTime>,
    /// The appointment that is moved; none: a new one.
    pub(crate) moved: Option<Appointment>,
    /// What the workshop is told.
    pub(crate) note: String,
    /// Whether the customer knows already that it cannot be as they wished.
    pub(crate) is_told: bool,
}

impl<'a> Visit<'a> {
    /// Proposes a new appointment.
    pub(super) async fn book(&self, work: Work) -> Result<Vec<Finding>> {
        let Some(vehicle) = self.car() else { return Ok(vec![no_car()]) };
        let Some(place) = self.place(vehicle, work, None).await? else { return Ok(vec![nobody(work)]) };
        let wish = self.wish(&self.text(), &place.dealer);
        let note = self.note();
        let plan = Plan { vehicle, work, dealer: place.dealer, wish, old: None, moved: None, note, is_told: false };
        self.propose(0, &plan, place.note).await
    }

    /// Proposes anew what the customer wants otherwise.
    pub(super) async fn change_of(&self, action: &Action, number: usize) -> Result<Vec<Finding>> {
        let Some(given) = Given::read(action) else { return Ok(Vec::new()) };
        let named = self.car().filter(|vehicle| self.text().has(&[vehicle.model.to_lowercase()]));
        let Some(vehicle) = named.or_else(|| self.car_by_vin(&given.vin)) else { return Ok(vec![no_car()]) };
        let moved = match action.parameters.get("appointment") {
            Some(number) => {
                let mut standing = self.desk.appointments(&self.access).await?.into_iter();
                let Some(found) = standing.find(|one| one.number == *number) else {
                    return Ok(vec![known("This appointment is cancelled or past, so there is nothing to move.")]);
                };
                Some(found)
            }
            None => None,
        };
        // The work of a standing appointment stays what it is; the words of a new one may change it.
        let work = self.tables.words.work(&self.text()).filter(|_| moved.is_none()).unwrap_or(given.work);
        let Some(place) = self.place(vehicle, work, Some(&given.dealer)).await? else { return Ok(vec![nobody(work)]) };
        let wish = self.wish(&self.text(), &place.dealer);
        // "In Bristol, please" keeps the time; "another one" does not.
        let wish = if place.dealer.id != given.dealer && wish.is_empty() {
            Wish { days: Some((given.at.date(), given.at.date())), at: Some(given.at.time()), ..wish }
        } else {
            wish.instead_of(given.at)
        };
        let old = (place.dealer.id == given.dealer).then_some(given.at);
        let plan = Plan { vehicle, work, dealer: place.dealer, wish, old, moved, note: given.note, is_told: false };
        self.propose(number, &plan, place.note).await
    }

    /// What is proposed after a change of mind, for each of the proposals.
    pub(crate) async fn change_mind(&self, verdict: &Verdict) -> Result<Vec<Finding>> {
        let mut found = Vec::new();
        for (number, action) in verdict.actions.iter().filter(|action| action.agent == NAME).enumerate() {
            found.extend(self.change_of(action, number).await?);
        }
        if found.is_empty() {
            found.push(question("What would you like instead?"));
        }
        Ok(found)
    }

    pub(super) async fn propose(&self, number: usize, plan: &Plan<'a>, note: Option<String>) -> Result<Vec<Finding>> {
        let dealer = &plan.dealer;
        let today = self.now(dealer).date();
        let Some(choice) = self.best(plan).await? else {
            let text = format!("{} has no free slot then. Its number is {}.", dealer.name, dealer.phone);
            return Ok(vec![known([note, Some(text)].into_iter().flatten().collect::<Vec<_>>().join(" "))]);
        };
        let unmet = (!choice.met && !plan.is_told).then(|| nothing_then(plan, today));
        let also = (!choice.others.is_empty()).then(|| {
            let all = std::iter::once(&choice.at).chain(&choice.others);
            let free: Vec<String> = all.map(|at| say::moment(*at, today)).collect();
            format!("Free times: {}.", say::list(&free))
        });
        let said: Vec<String> = [note, unmet, also].into_iter().flatten().collect();
        let mut found = if said.is_empty() { Vec::new() } else { vec![known(said.join(" "))] };
        let when = say::moment(choice.at, today);
        let car = say::car(plan.vehicle);
        let (kind, summary) = match &plan.moved {
            None => {
                let what = say::a_work(plan.work);
                ("book_appointment", format!("Book {what} for your {car} at {} on {when}.", dealer.name))
            }
            Some(old) => {
                let what = say::work(plan.work);
                let from = say::moment(old.order.slot.at, today);
                let to =
                    if old.order.slot.dealer == dealer.id { String::new() } else { format!("{} on ", dealer.name) };
                ("change_appointment", format!("Move the {what} for your {car} from {from} to {to}{when}."))
            }
        };
        found.push(self.proposal(number, kind, parameters(plan, choice.at), summary));
        Ok(found)
    }

    async fn best(&self, plan: &Plan<'_>) -> Result<Option<Choice>> {
        let (from, until) = window(&plan.wish, self.now(&plan.dealer));
        let wanted = Wanted { dealer: plan.dealer.id.clone(), work: plan.work, from, until, limit: ALL };
        let free: Vec<DateTime> = self.desk.slots(&wanted).await?.into_iter().map(|slot| slot.at).collect();
        Ok(choose(&free, &plan.wish, plan.old))
    }

    fn note(&self) -> String {
        self.context.turn.text.chars().take(NOTE).collect()
    }
}

/// What a proposal of this agent says in its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    pub(crate) dealer: String,
    pub(crate) at: DateTime,
    pub(crate) vin: String,
    pub(crate) work: Work,
    pub(crate) note: String,
}

impl Given {
    /// None when the parameters are not those of a booking or a move.
    pub(crate) fn read(action: &Action) -> Option<Self> {
        let get = |name: &str| action.parameters.get(name).cloned();
        Some(Self {
            dealer: get("dealer")?,
            at: get("at")?.parse().ok()?,
            vin: get("vin")?,
            work: Work::named(&get("work")?)?,
            note: get("note").unwrap_or_default(),
        })
    }
}

fn parameters(plan: &Plan<'_>, at: DateTime) -> BTreeMap<String, String> {
    let appointment = plan.moved.as_ref().map(|moved| ("appointment", moved.number.clone()));
    let all = [
        ("dealer", plan.dealer.id.clone()),
        ("at", at.to_string()),
        ("vin", plan.vehicle.vin.clone()),
        ("work", plan.work.name().to_owned()),
        ("note", plan.note.clone()),
    ];
    all.into_iter().chain(appointment).map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What is not free, in the customer's own terms.
fn nothing_then(plan: &Plan<'_>, today: jiff::civil::Date) -> String {
    let name = &plan.dealer.name;
    let day = plan.wish.days.filter(|(first, last)| first == last || plan.wish.only.len() == 1);
    let day = day.map(|(first, last)| {
        let only = |day: &jiff::civil::Date| plan.wish.only.first() == Some(&day.weekday().to_monday_one_offset());
        first.series(jiff::Span::new().days(1)).take_while(|day| *day <= last).find(only).unwrap_or(first)
    });
    let at = plan.wish.at.map(|at| at.strftime("%-H:%M").to_string());
    match (day, at) {
        (Some(day), _) if day < today => format!("{} is past.", say::day(day, today)),
        (Some(day), Some(at)) => format!("{name} has nothing free on {} at {at}.", say::day(day, today)),
        (Some(day), None) => format!("{name} has nothing free then on {}.", say::day(day, today)),
        (None, Some(at)) => format!("{name} has nothing free at {at}."),
        (None, None) => format!("{name} has nothing free then."),
    }
}

pub(super) fn no_car() -> Finding {
    question("I see no car of yours here. Which car is it about? You can add it in the Veldra Connect app.")
}

fn nobody(work: Work) -> Finding {
    known(format!("No Veldra Centre in your market takes bookings for {} here.", say::a_work(work)))
}
