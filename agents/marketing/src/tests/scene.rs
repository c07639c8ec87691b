//! A turn in which the winter check would be shown, to be changed by a test, and the house behind it.

use std::sync::Mutex;

use backoffice::offers::Bound;
use contract::finding::{Polarity, Route, Sentiment, Target, Tier, Urgency};
use contract::profile::{Consents, Memory, Profile, Vehicle};
use contract::testing::{RecordingSink, customer, errand, reported, turn};
use contract::{CustomerId, Error, SessionId, Tone, Verdict};

use super::super::*;

/// The house as far as this agent reaches: what was shown, and what was agreed to. Without a list it is out of order.
#[derive(Default)]
pub(super) struct House {
    pub(super) shown: Mutex<Vec<Shown>>,
    pub(super) agreed: Mutex<Vec<bool>>,
    pub(super) broken: bool,
}

fn broken() -> Error {
    Error::new(ErrorKind::Unavailable, "planted")
}

#[async_trait]
impl Offers for House {
    async fn shown(&self, _access: &Access, since: Timestamp) -> Result<Vec<Shown>> {
        if self.broken {
            return Err(broken());
        }
        Ok(self.shown.lock().unwrap().iter().filter(|past| past.at >= since).cloned().collect())
    }

    async fn show(&self, _access: &Access, showing: &Shown, bounds: &[Bound]) -> Result<bool> {
        let mut shown = self.shown.lock().unwrap();
        if shown.iter().any(|past| (&past.offer, &past.turn) == (&showing.offer, &showing.turn)) {
            return Ok(true);
        }
        let passes = bounds.iter().all(|bound| !bound.is_reached(&shown));
        if passes {
            shown.push(showing.clone());
        }
        Ok(passes)
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}

#[async_trait]
impl Customers for House {
    async fn profile(&self, _access: &Access) -> Result<Profile> {
        Ok(profile())
    }

    async fn remember(&self, _access: &Access, _memories: &[Memory]) -> Result<()> {
        Ok(())
    }

    async fn forget(&self, _access: &Access, _session: Option<&SessionId>) -> Result<()> {
        Ok(())
    }

    async fn agree_to_offers(&self, _access: &Access, agreed: bool) -> Result<()> {
        if self.broken {
            return Err(broken());
        }
        self.agreed.lock().unwrap().push(agreed);
        Ok(())
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}

fn profile() -> Profile {
    let car = |model: &str| Vehicle {
        vin: model.into(),
        model: model.into(),
        variant: "Long Range".into(),
        year: 2022,
        odometer_km: 88_400,
    };
    Profile {
        customer: CustomerId::new("ada").unwrap(),
        name: "Ada".into(),
        language: "en".into(),
        market: "uk".into(),
        since: "2020-11-23".parse().unwrap(),
        vehicles: vec![car("Lumen")],
        consents: Consents { marketing: true, vehicle_data: true },
        history: Vec::new(),
        memories: Vec::new(),
    }
}

/// What is known in a turn, to be changed by a test.
pub(super) struct Scene {
    pub(super) profile: Profile,
    pub(super) felt: Sentiment,
    pub(super) route: Route,
    pub(super) label: &'static str,
    pub(super) verdict: Option<Verdict>,
    pub(super) context: TurnContext,
}

pub(super) fn scene(text: &str) -> Scene {
    let felt = Sentiment {
        polarity: Polarity::Neutral,
        score: 0.0,
        intensity: 0.0,
        urgency: Urgency::Routine,
        hazards: Vec::new(),
        earlier_hazards: Vec::new(),
    };
    let route = Route {
        target: Target::SelfService,
        queue: "care".into(),
        reason: "tested".into(),
        tone: Tone::Friendly,
        tier: Tier::Fast,
        agents: Vec::new(),
        safety: None,
    };
    let mut turn = turn("t-1", "s-1", &customer("ada"), text);
    turn.received = "2026-11-28T10:00:00Z".parse().unwrap();
    let context = TurnContext {
        turn: Arc::new(turn),
        history: Arc::default(),
        reports: Arc::default(),
        held_by: None,
        sink: Arc::new(RecordingSink::default()),
        errand: errand(),
    };
    Scene { profile: profile(), felt, route, label: "winter", verdict: None, context }
}

impl Scene {
    pub(super) fn turn(&mut self) -> &mut contract::Turn {
        Arc::make_mut(&mut self.context.turn)
    }

    pub(super) async fn played(self, house: &Arc<House>) -> Result<Answer> {
        let Self { profile, felt, route, label, verdict, mut context } = self;
        let intent = Intent {
            label: label.into(),
            confidence: 0.9,
            alternatives: Vec::new(),
            urgency: Urgency::Routine,
            agents: Vec::new(),
        };
        let mut findings =
            vec![Finding::Intent(intent), Finding::Sentiment(felt), Finding::Profile(profile), Finding::Route(route)];
        findings.extend(verdict.map(Finding::Verdict));
        context.reports = Arc::new(vec![reported(findings)]);
        MarketingAgent::new(house.clone(), house.clone()).unwrap().run(&context).await
    }

    pub(super) async fn found(self) -> Vec<Finding> {
        self.played(&Arc::default()).await.unwrap().findings
    }

    /// Why the winter check was not shown.
    pub(super) async fn rule(self, house: &Arc<House>) -> String {
        let found = self.played(house).await.unwrap().findings;
        assert!(!found.iter().any(|finding| matches!(finding, Finding::Offer(_))), "{found:?}");
        let rule = |finding: Finding| match finding {
            Finding::Withheld(Withheld { name, rule }) if name == "Winter check" => Some(rule),
            _ => None,
        };
        found.into_iter().find_map(rule).unwrap_or_default()
    }
}
