//! What the cockpit makes of a conversation in words alone, for measuring it: calls, questions back, and what cannot be done.

use backoffice::vehicles::Readings;
use contract::Result;

use crate::places::named;
use crate::proposal::{answered, changed};
use crate::settle::{Settled, commands, settle};
use crate::table::Tables;
use crate::understand::understand;
use crate::wish::{Call, Destination, NAVIGATION, Understood, Value, Wish};

const CAR: &str = "your car";

/// Reads commands without a customer or a car.
pub struct Reader(Tables);

/// What a text comes to in a car that reports this.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// What would be proposed. Nothing, while something is asked back.
    pub calls: Vec<Call>,
    /// What would be asked back.
    pub questions: Vec<String>,
    /// What would be said to be impossible.
    pub refusals: Vec<String>,
    /// Whether the calls take the place of those proposed before.
    pub instead: bool,
}

/// One conversation in one car, in which each proposal is agreed to unless it is changed.
pub struct Talk<'a> {
    tables: &'a Tables,
    readings: Readings,
    asked: Option<Vec<Wish>>,
    asked_where: bool,
    proposed: Vec<Call>,
}

impl Reader {
    /// A reader of the shipped tables.
    ///
    /// # Errors
    /// `Invalid` when a table is broken.
    pub fn shipped() -> Result<Self> {
        Ok(Self(Tables::shipped()?))
    }

    /// A conversation in a car that reports this.
    pub fn talk(&self, readings: Readings) -> Talk<'_> {
        Talk { tables: &self.0, readings, asked: None, asked_where: false, proposed: Vec::new() }
    }

    /// What one text comes to.
    pub fn read(&self, text: &str, readings: &Readings) -> Reading {
        self.talk(readings.clone()).hear(text)
    }

    /// A car that has what these calls move, and only that, set as they say.
    pub fn car(&self, set: &[Call]) -> Readings {
        let signals = |call: &Call| {
            let device = self.0.device(&call.device);
            let all =
                device.map(|device| self.0.devices.signals(device).into_iter().map(move |signal| (device, signal)));
            let zones = call.zones.clone();
            let meant = all.into_iter().flatten().filter(move |(_, (zone, _))| zone == "all" || zones.contains(zone));
            meant.flat_map(|(device, (_, signal))| [Some(signal), device.switch.clone()]).flatten().collect::<Vec<_>>()
        };
        let mut car: Readings = set.iter().flat_map(signals).map(|signal| (signal, 0.0.into())).collect();
        for call in set {
            let told = commands(&self.0, call, &car);
            car.extend(told.into_iter().map(|command| (command.signal, command.value)));
        }
        car
    }
}

impl Talk<'_> {
    /// What the next text comes to.
    pub fn hear(&mut self, text: &str) -> Reading {
        let (understood, instead) = self.understood(text);
        let mut read = Reading { refusals: understood.impossible, instead, ..Reading::default() };
        if understood.conditional || understood.later {
            read.refusals.push(self.tables.phrases.say("condition", &[]));
            return read;
        }
        for wish in &understood.wishes {
            match settle(self.tables, wish, &self.readings, CAR) {
                Settled::Call(call) => read.calls.push(call),
                Settled::Ask(question) => read.questions.push(question),
                Settled::Cannot(sentence) => read.refusals.push(sentence),
            }
        }
        match understood.destination {
            Some(Destination::Unsaid) => {
                self.asked_where = true;
                read.questions.push(self.tables.phrases.say("which_place", &[]));
            }
            Some(Destination::Nearest(name) | Destination::Named(name)) => {
                let value = Value::Word(name);
                read.calls.push(Call { device: NAVIGATION.into(), zones: vec!["all".into()], value });
            }
            None => {}
        }
        if !read.questions.is_empty() {
            self.asked = Some(understood.wishes);
            read.calls.clear();
        }
        for call in &read.calls {
            let told = commands(self.tables, call, &self.readings);
            self.readings.extend(told.into_iter().map(|command| (command.signal, command.value)));
        }
        if !read.calls.is_empty() {
            self.proposed.clone_from(&read.calls);
        }
        read
    }

    /// An answer to what was asked, a change of what was proposed, or something new.
    fn understood(&mut self, text: &str) -> (Understood, bool) {
        let asked = self.asked.take();
        if let Some(wishes) = asked.and_then(|asked| answered(self.tables, asked, &self.readings, CAR, text)) {
            return (Understood { wishes, ..Understood::default() }, false);
        }
        let understood = understand(self.tables, text);
        let unsaid = understood == Understood::default();
        if std::mem::take(&mut self.asked_where) && unsaid {
            return (Understood { destination: named(self.tables, text), ..understood }, false);
        }
        if !unsaid || self.proposed.is_empty() {
            return (understood, false);
        }
        match changed(self.tables, &self.proposed, text) {
            Some((wishes, destination)) => (Understood { wishes, destination, ..Understood::default() }, true),
            None => (understood, false),
        }
    }
}
