//! Tests of the knowledge agent.

use std::sync::Mutex;

use contract::finding::{Applicability, DocumentKind};
use contract::profile::{Consents, Memory, Vehicle};
use contract::testing::{RecordingSink, customer, errand, turn};
use contract::turn::VehicleState;
use contract::{Access, Caller, Error, Exchange, SessionId};

use super::*;

/// A library that holds one passage for each model and notes what it was asked.
#[derive(Default)]
struct Shelf {
    asked: Mutex<Vec<Query>>,
    silent_in: Option<&'static str>,
}

#[async_trait]
impl Library for Shelf {
    async fn search(&self, query: &Query) -> Result<Vec<Passage>> {
        self.asked.lock().unwrap().push(query.clone());
        if query.language.is_some() && query.language.as_deref() == self.silent_in {
            return Ok(Vec::new());
        }
        let about = |(model, section, score): (&str, &str, f32)| passage(model, section, score);
        Ok([("Lumen", "Standard", 9.0), ("Lumen", "Long Range", 8.5), ("Corran", "Tour", 8.0)].map(about).into())
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}

fn passage(model: &str, section: &str, score: f32) -> Passage {
    Passage {
        document: model.to_lowercase(),
        section: format!("Tyre pressure › {section}"),
        title: model.into(),
        kind: DocumentKind::Manual,
        text: "2.5 bar.".into(),
        score,
        applies: Applicability { models: vec![model.into()], ..Applicability::default() },
    }
}

/// A store that knows one customer, and is out of order for another.
struct Store;

#[async_trait]
impl Customers for Store {
    async fn profile(&self, access: &Access) -> Result<Profile> {
        let car = |model: &str, variant: &str, year| Vehicle {
            vin: model.to_uppercase(),
            model: model.into(),
            variant: variant.into(),
            year,
            odometer_km: 0,
        };
        match access.customer().as_str() {
            "ada" => Ok(Profile {
                customer: access.customer().clone(),
                name: "Ada".into(),
                language: "en".into(),
                market: "uk".into(),
                since: "2022-01-01".parse().unwrap(),
                vehicles: vec![car("Lumen", "Long Range", 2023), car("Corran", "Core", 2021)],
                consents: Consents::default(),
                history: Vec::new(),
                memories: Vec::new(),
            }),
            "broken" => Err(Error::new(ErrorKind::Unavailable, "the store is down")),
            _ => Err(Error::new(ErrorKind::NotFound, "unknown")),
        }
    }

    async fn remember(&self, _access: &Access, _memories: &[Memory]) -> Result<()> {
        Err(Error::new(ErrorKind::Unavailable, "nothing is written here"))
    }

    async fn forget(&self, _access: &Access, _session: Option<&SessionId>) -> Result<()> {
        Err(Error::new(ErrorKind::Unavailable, "nothing is written here"))
    }

    async fn agree_to_offers(&self, _access: &Access, _agreed: bool) -> Result<()> {
        Err(Error::new(ErrorKind::Unavailable, "nothing is written here"))
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}

struct Case {
    shelf: Arc<Shelf>,
    context: TurnContext,
}

fn case(caller: &Caller, text: &str, said: &[&str]) -> Case {
    let exchange = |said: &&str| Exchange::of(*said, "The Corran is a car.");
    let context = TurnContext {
        turn: Arc::new(turn("t-1", "s-1", caller, text)),
        history: said.iter().map(exchange).collect(),
        reports: Arc::default(),
        held_by: None,
        sink: Arc::new(RecordingSink::default()),
        errand: errand(),
    };
    Case { shelf: Arc::new(Shelf::default()), context }
}

impl Case {
    /// The last query that the library got, and what the agent found.
    async fn run(&self) -> (Query, Vec<Passage>) {
        let agent = KnowledgeAgent::new(self.shelf.clone(), Arc::new(Store)).unwrap();
        let answer = agent.run(&self.context).await.unwrap();
        let passages = answer.findings.into_iter().filter_map(|finding| match finding {
            Finding::Passage(passage) => Some(passage),
            _ => None,
        });
        (self.shelf.asked.lock().unwrap().last().unwrap().clone(), passages.collect())
    }
}

fn cars(query: &Query) -> Vec<(&str, Option<u16>)> {
    query.vehicles.iter().map(|vehicle| (vehicle.model.as_str(), vehicle.year)).collect()
}

#[tokio::test]
async fn searches_for_the_car_that_is_meant() {
    let (ada, stranger) = (customer("ada"), customer("nobody"));
    let own = vec![("Lumen", Some(2023)), ("Corran", Some(2021))];
    for (caller, text, said, expected) in [
        (&ada, "what is my tyre pressure", &[][..], own.clone()),
        (&ada, "tyre pressure of a Corran", &[], vec![("Corran", Some(2021))]),
        (&ada, "tyre pressure of the 2025 lumen", &[], vec![("Lumen", Some(2025))]),
        (&ada, "and in winter?", &["I want to sell my Corran", "thanks"], vec![("Corran", Some(2021))]),
        (&ada, "and in winter?", &["I want to sell my Corran", "hm", "ok"], own.clone()),
        (&ada, "the 2021 one", &[], vec![("Corran", Some(2021))]),
        (&stranger, "tyre pressure of a Corran", &[], vec![("Corran", None)]),
        (&stranger, "tyre pressure", &[], vec![]),
        (&Caller::Anonymous, "tyre pressure", &[], vec![]),
        (&customer("broken"), "tyre pressure", &[], vec![]),
    ] {
        let (query, found) = case(caller, text, said).run().await;
        assert_eq!(cars(&query), expected, "{text}");
        assert_eq!(query.market.as_deref(), (caller == &ada).then_some("uk"));
        assert!(!found.is_empty());
    }
}

#[tokio::test]
async fn the_car_that_speaks_is_meant_and_a_strangers_car_is_none_of_ones_own() {
    for (vin, expected) in [("corran", vec![("Corran", Some(2021)), ("Lumen", Some(2023))]), ("ANOTHER", Vec::new())] {
        let case = spoken_from(case(&customer("ada"), "what is my tyre pressure", &[]), vin, &[]);
        assert_eq!(cars(&case.run().await.0), expected, "{vin}");
    }
}

/// The case in a car with this VIN, which reports these trouble codes.
fn spoken_from(mut case: Case, vin: &str, warnings: &[&str]) -> Case {
    let warnings = warnings.iter().map(|&code| code.to_owned()).collect();
    let state = VehicleState { vin: Some(vin.into()), warnings, ..VehicleState::default() };
    case.context.turn = Arc::new(Turn { vehicle: Some(state), ..(*case.context.turn).clone() });
    case
}

#[tokio::test]
async fn the_own_variant_comes_first() {
    let (_, found) = case(&customer("ada"), "tyre pressure", &[]).run().await;
    assert_eq!(found[0].section, "Tyre pressure › Long Range");
    let (_, found) = case(&Caller::Anonymous, "tyre pressure", &[]).run().await;
    assert_eq!(found[0].section, "Tyre pressure › Standard");
}

#[tokio::test]
async fn a_follow_up_brings_the_last_matter_along() {
    let (query, _) = case(&Caller::Anonymous, "and for the rear?", &["tyre pressure please"]).run().await;
    assert_eq!(query.text, "and for the rear?\ntyre pressure please");
    let (query, _) = case(&Caller::Anonymous, "how do I open the boot", &["tyre pressure please"]).run().await;
    assert_eq!(query.text, "how do I open the boot");
}

#[tokio::test]
async fn reported_codes_are_looked_up_when_it_is_about_a_fault_and_the_customer_allows_it() {
    let light = "a warning light is on";
    for (caller, text, expected) in [
        (Caller::Anonymous, light, "a warning light is on\nP0301\nU0100"),
        (Caller::Anonymous, "open the boot", "open the boot"),
        (customer("ada"), light, light),
    ] {
        let case = spoken_from(case(&caller, text, &[]), "ANY", &["P0301", "U0100"]);
        assert_eq!(case.run().await.0.text, expected);
    }
}

#[tokio::test]
async fn falls_back_to_english_when_the_own_language_has_nothing() {
    let mut case = case(&Caller::Anonymous, "Reifendruck", &[]);
    case.context.turn = Arc::new(Turn { locale: "de-AT".into(), ..(*case.context.turn).clone() });
    assert_eq!(case.run().await.0.language.as_deref(), Some("de"));
    case.shelf = Arc::new(Shelf { silent_in: Some("de"), ..Shelf::default() });
    let (query, found) = case.run().await;
    assert_eq!((query.language.as_deref(), found.len()), (Some("en"), 3));
}
