//! From the customer's words to wishes: a grammar of verbs, devices, zones and values, all of them tables.

use crate::places::destination;
use crate::table::{Device, Tables, Verb, Zoning};
use crate::values::{change, number};
use crate::wish::{Change, Understood, Wish};
use crate::words::{Clause, begins, clauses, find, has, longest, sentences};

/// What a text asks of the car. Questions, reports and forbidding ask nothing.
pub(crate) fn understand(tables: &Tables, text: &str) -> Understood {
    let mut understood = Understood::default();
    for sentence in sentences(text) {
        if begins(&sentence, &tables.words.asks) && !has(&sentence, &tables.places.words.go) {
            continue;
        }
        if let Some(destination) = destination(tables, &sentence) {
            understood.destination = Some(destination);
            continue;
        }
        let sentence = unconditional(tables, sentence, &mut understood);
        understood.later |= has(&sentence, &tables.words.later);
        one_sentence(tables, &sentence, &mut understood);
    }
    if understood.wishes.is_empty() && understood.destination.is_none() && understood.impossible.is_empty() {
        understood.wishes.extend(comfort(tables, text));
    }
    if understood.wishes.is_empty() {
        // A condition or a time alone asks nothing of a car.
        (understood.conditional, understood.later) = (false, false);
    }
    understood
}

/// The clause without what it compares with: its zones are those of the other.
fn before_like(tables: &Tables, clause: &Clause) -> Clause {
    let at =
        longest(clause, tables.words.like.iter().map(|phrase| ((), phrase))).map_or(clause.len(), |((), at, _)| at);
    clause[..at].to_vec()
}

/// The clause without what it says about why.
fn unreasoned(tables: &Tables, mut clause: Clause) -> Clause {
    let reasons = tables.words.reasons.iter().map(|phrase| ((), phrase));
    if let Some(((), at, _)) = longest(&clause, reasons) {
        clause.truncate(at);
    }
    clause
}

/// The sentence without its condition.
fn unconditional(tables: &Tables, mut sentence: Clause, understood: &mut Understood) -> Clause {
    let conditions = tables.words.conditions.iter().map(|phrase| ((), phrase));
    if let Some(((), at, _)) = longest(&sentence, conditions) {
        let put_up =
            |phrase: &String| find(&sentence, phrase).is_some_and(|(from, long)| (from..from + long).contains(&at));
        understood.conditional |= !tables.words.reasons.iter().any(put_up);
        sentence.truncate(at);
    }
    sentence
}

fn one_sentence(tables: &Tables, sentence: &Clause, understood: &mut Understood) {
    let mut verb = None;
    let mut carried = Clause::new();
    let all = clauses(sentence, &tables.words.splits);
    for (at, clause) in all.iter().enumerate() {
        let clause: Clause = carried.drain(..).chain(clause.iter().cloned()).collect();
        let clause = unreasoned(tables, clause);
        if clause.is_empty() || has(&clause, &tables.words.denies) {
            continue;
        }
        let own = verb_of(tables, &clause);
        let target = target(tables, &clause, own.or(verb));
        let next = all.get(at + 1).map(|next| (verb_of(tables, next), self::target(tables, next, own)));
        // `the driver's and the passenger's window`: the device comes with the next part.
        let unfinished = !zones(tables, &clause, &[]).is_empty() && matches!(next, Some((None, Target::Device(..))));
        match target {
            Target::None if unfinished => carried = clause,
            Target::None => amend(tables, &clause, own, understood),
            Target::Impossible(what) => understood.impossible.push(what),
            Target::Device(devices, said, like) => {
                let verb = own.or(verb);
                if let Some(wish) = wish(tables, &clause, verb, devices, said, like) {
                    understood.wishes.push(wish);
                }
            }
        }
        verb = own.or(verb);
    }
}

/// What a clause is about.
enum Target {
    None,
    Impossible(String),
    /// Devices, the words that name them, and what it is to be like.
    Device(Vec<String>, (usize, usize), Option<(String, Vec<String>)>),
}

fn target(tables: &Tables, clause: &Clause, verb: Option<Verb>) -> Target {
    let (clause, like) = match longest(clause, tables.words.like.iter().map(|phrase| ((), phrase))) {
        Some(((), at, long)) => (&clause[..at].to_vec(), Some(clause[at + long..].to_vec())),
        None => (clause, None),
    };
    let locking = matches!(verb, Some(Verb::Lock | Verb::Unlock));
    let fits = |device: &&Device| device.only_verbs.is_empty() != locking;
    let devices = tables.devices.device.iter().filter(fits);
    let devices = devices.flat_map(|device| device.said.iter().map(move |said| (vec![device.name.clone()], said)));
    let groups = tables.devices.group.iter().flat_map(|g| g.said.iter().map(move |said| (g.devices.clone(), said)));
    let device = longest(clause, devices.chain(groups));
    let impossible =
        tables.devices.impossible.iter().flat_map(|i| i.said.iter().map(move |said| (i.what.clone(), said)));
    if let Some((what, at, long)) = longest(clause, impossible)
        && device.as_ref().is_none_or(|device| device.2 < long)
        && (verb.is_some() || at <= 2)
        && !locking
    {
        return Target::Impossible(what);
    }
    let Some((devices, at, long)) = device else { return alone(tables, clause) };
    let like = like.map(|other| match target(tables, &other, verb) {
        Target::Device(others, ..) => (others.first().cloned().unwrap_or_default(), zones(tables, &other, &[])),
        _ => (devices.first().cloned().unwrap_or_default(), zones(tables, &other, &[])),
    });
    Target::Device(devices, (at, long), like)
}

/// `heat the car up`: some verbs name their device themselves, when a car or a number stands with them.
fn alone(tables: &Tables, clause: &Clause) -> Target {
    let cars = tables.device("lock").map(|lock| &lock.said);
    let meant = cars.is_some_and(|cars| has(clause, cars)) || number(tables, clause, &[]).is_some();
    let device = tables.devices.device.iter().find(|device| meant && has(clause, &device.verbs_alone));
    device.map_or(Target::None, |device| Target::Device(vec![device.name.clone()], (0, 0), None))
}

fn wish(
    tables: &Tables,
    clause: &Clause,
    verb: Option<Verb>,
    devices: Vec<String>,
    said: (usize, usize),
    like: Option<(String, Vec<String>)>,
) -> Option<Wish> {
    let device = tables.device(devices.first()?)?;
    let own = if like.is_some() { &before_like(tables, clause) } else { clause };
    let (change, used) = change(tables, device, own, verb, said);
    let change = like.map_or(change, |(device, zones)| Change::Like { device, zones });
    let mut zones = if device.zones == Zoning::None { Vec::new() } else { zones(tables, own, &used) };
    let named = clause[said.0..said.0 + said.1].join(" ");
    if zones.is_empty() && device.many.contains(&named) {
        zones.push("all".into());
    }
    let meant = verb.is_some() || device.verb || change != Change::Unsaid;
    meant.then_some(Wish { devices, zones, change })
}

/// A clause without a device goes on with the last wish: `and set it to level 2`, `for all zones, please`.
fn amend(tables: &Tables, clause: &Clause, verb: Option<Verb>, understood: &mut Understood) {
    let Some(wish) = understood.wishes.last_mut() else { return };
    let Some(device) = wish.devices.first().and_then(|name| tables.device(name)) else { return };
    let (change, used) = change(tables, device, clause, verb, (0, 0));
    let zones = if device.zones == Zoning::None { Vec::new() } else { zones(tables, clause, &used) };
    if !wish.zones.is_empty() && !zones.is_empty() && !matches!(change, Change::Unsaid | Change::On) {
        // `… and the passenger's to 19`: the same of another zone.
        let devices = wish.devices.clone();
        understood.wishes.push(Wish { devices, zones, change });
        return;
    }
    match (&wish.change, change) {
        // `a bit more, just one level`
        (Change::By(by), Change::To(steps)) if verb.is_none() => wish.change = Change::By(by.signum() * steps),
        (_, change @ (Change::To(_) | Change::Word(_) | Change::By(_))) => wish.change = change,
        _ => {}
    }
    if wish.zones.is_empty() {
        wish.zones = zones;
    }
}

/// A short answer to what was asked back completes the wish that it was asked about.
pub(crate) fn complete(tables: &Tables, wish: &Wish, answer: &str) -> Option<Wish> {
    let mut completed = wish.clone();
    let mut clause: Clause = sentences(answer).into_iter().flatten().filter(|word| word != ",").collect();
    let verb = verb_of(tables, &clause);
    let mut like = None;
    if let Target::Device(devices, _, other) = target(tables, &clause, verb) {
        if devices.iter().any(|device| !wish.devices.contains(device)) {
            return None;
        }
        (completed.devices, like) = (devices, other);
    }
    let like = like.map(|(device, zones)| Change::Like { device, zones });
    if like.is_some() {
        clause = before_like(tables, &clause);
    }
    let device = completed.devices.first().and_then(|name| tables.device(name))?;
    let (change, used) = change(tables, device, &clause, verb, (0, 0));
    let change = like.unwrap_or(change);
    let told = matches!(change, Change::To(_) | Change::Word(_) | Change::By(_) | Change::Like { .. })
        || (wish.change == Change::Unsaid && change != Change::Unsaid);
    if told {
        completed.change = change;
    }
    let zones = zones(tables, &clause, &used);
    if !zones.is_empty() {
        completed.zones = zones;
    }
    (completed != *wish).then_some(completed)
}

/// The zones that a clause names, outside these words.
fn zones(tables: &Tables, clause: &Clause, outside: &[usize]) -> Vec<String> {
    let mut left: Clause = clause.clone();
    outside.iter().for_each(|at| left[*at].clear());
    let mut found = Vec::new();
    let phrases = || tables.words.zones.iter().flat_map(|(zone, said)| said.iter().map(move |said| (zone, said)));
    while let Some((zone, at, long)) = longest(&left, phrases()) {
        left[at..at + long].iter_mut().for_each(String::clear);
        if !found.contains(zone) {
            found.push(zone.clone());
        }
    }
    if found.iter().any(|zone| zone == "unclear") {
        return vec!["unclear".into()];
    }
    if found.len() > 1 {
        found.retain(|zone| zone != "both");
    }
    if found.iter().any(|zone| matches!(&**zone, "all" | "both")) { vec!["all".into()] } else { found }
}

/// The verb of a clause: the first, and of those that begin at one word the longest. `Turn … off` is one.
fn verb_of(tables: &Tables, clause: &Clause) -> Option<Verb> {
    let all = tables.words.verbs.iter().flat_map(|(verb, said)| said.iter().map(move |said| (*verb, said)));
    let found = all.filter_map(|(verb, said)| find(clause, said).map(|(at, long)| (verb, at, long)));
    let Some((verb, ..)) = found.min_by_key(|(_, at, long)| (*at, std::cmp::Reverse(*long))) else {
        return (clause.last()? == "on").then_some(Verb::On);
    };
    let particle = |word: &str| clause.iter().any(|known| known == word);
    let turned = tables.words.values.get("turning").is_some_and(|turning| has(clause, turning));
    Some(match verb {
        Verb::Set if particle("off") => Verb::Off,
        Verb::Set if particle("up") && turned => Verb::Up,
        Verb::Set if particle("down") && turned => Verb::Down,
        Verb::Set if turned && (clause.last().is_some_and(|word| word == "on") || find(clause, "on the").is_some()) => {
            Verb::On
        }
        verb => verb,
    })
}

/// `It's too hot in here`: somebody who is cold or hot asks for something.
fn comfort(tables: &Tables, text: &str) -> Option<Wish> {
    let asking = |sentence: &&Clause| !has(sentence, &tables.words.denies) && !begins(sentence, &tables.words.asks);
    let all = sentences(text);
    let told = all.iter().filter(asking).find_map(|s| tables.words.comfort.iter().find(|c| has(s, &c.said)))?;
    Some(Wish { devices: vec![told.device.clone()], zones: Vec::new(), change: Change::By(told.by) })
}
