//! Ranks the catalogue for one customer and what they said: pure, and the same wish always gives the same order.

use contract::profile::{Profile, Vehicle};

use crate::catalogue::{Catalogue, Kind, Product};
use crate::wording::Wording;

/// At most so many recommendations.
pub const MOST: usize = 2;

/// What the customer wants, as far as it bears on the catalogue.
#[derive(Debug, Clone, Default)]
pub struct Wish<'a> {
    /// What they said, in small letters with a blank around each word.
    pub said: String,
    /// Label of the matter, when it is sure.
    pub intent: Option<&'a str>,
    /// Their car, when it is about one of theirs.
    pub car: Option<&'a Vehicle>,
    /// A model that they name and have none of.
    pub model: Option<&'a str>,
    /// Where their cars are registered.
    pub market: Option<&'a str>,
    /// The month, 1 to 12.
    pub month: i8,
    /// What their record says, in small letters.
    pub record: Vec<&'a str>,
}

/// What the catalogue has for a wish.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ranking<'a> {
    /// What is recommended, best first, [`MOST`] at most.
    pub picks: Vec<&'a Product>,
    /// The best that they asked for and whose car it does not fit.
    pub unfit: Option<&'a Product>,
    /// The best that they asked for and have already, and what their record says.
    pub owned: Option<(&'a Product, &'a str)>,
}

impl<'a> Wish<'a> {
    /// A wish of the customer with this profile, if they have one.
    pub fn of(text: &str, intent: Option<&'a str>, profile: Option<&'a Profile>, month: i8) -> Self {
        let said = crate::wording::plain(text);
        let named = |model: &str| said.contains(&format!(" {} ", model.to_lowercase()));
        let cars = profile.map(|profile| profile.vehicles.as_slice()).unwrap_or_default();
        let theirs = cars.iter().find(|car| named(&car.model));
        let model = ["Lumen", "Corran"].into_iter().find(|model| named(model)).filter(|_| theirs.is_none());
        let record = profile.into_iter().flat_map(|profile| &profile.history).map(|matter| matter.summary.as_str());
        Self {
            intent,
            car: theirs.or_else(|| cars.first().filter(|_| model.is_none())),
            model,
            market: profile.map(|profile| profile.market.as_str()),
            month,
            record: record.collect(),
            said,
        }
    }
}

/// What of the catalogue fits a wish.
pub(crate) fn rank<'a>(catalogue: &'a Catalogue, wording: &Wording, wish: &Wish<'a>) -> Ranking<'a> {
    let mut scored: Vec<(f32, bool, &Product)> = catalogue
        .products
        .iter()
        .filter(|product| product.kind != Kind::Car || among(&wording.car_matters, wish.intent))
        .filter_map(|product| score(product, wish).map(|(points, asked)| (points, asked, product)))
        .collect();
    // Stable: what is as good comes in the order of the catalogue.
    scored.sort_by(|(one, ..), (other, ..)| other.total_cmp(one));
    let mut ranking = Ranking::default();
    let mut best = 0.0;
    for (points, asked, product) in scored {
        if !fits(product, wish) {
            ranking.unfit = explained(ranking.unfit, product, wish).filter(|_| asked).or(ranking.unfit);
        } else if let Some(record) = has(product, wish) {
            ranking.owned = ranking.owned.or(Some((product, record)).filter(|_| asked));
        } else if ranking.picks.is_empty() {
            best = points;
            ranking.picks.push(product);
        } else if ranking.picks.len() < MOST && asked && points >= best * wording.second_from {
            let other = |pick: &Product| pick.topic != product.topic && pick.name != product.name;
            if ranking.picks.iter().all(|pick| other(pick) || in_question(pick, product, wish)) {
                ranking.picks.push(product);
            }
        }
    }
    // What fits instead answers what does not.
    let answered = |product: &Product| ranking.picks.iter().any(|pick| pick.topic == product.topic);
    ranking.unfit = ranking.unfit.filter(|product| !answered(product));
    ranking.owned = ranking.owned.filter(|(product, _)| !answered(product));
    ranking
}

/// The better of two products that do not fit, for saying why: one for their model, with a reason.
fn explained<'a>(known: Option<&'a Product>, product: &'a Product, wish: &Wish<'_>) -> Option<&'a Product> {
    let model = wish.car.map(|car| car.model.as_str()).or(wish.model);
    let telling = |product: &Product| {
        let theirs = product.models.is_empty() || among(&product.models, model);
        (theirs, !product.unfit.is_empty())
    };
    let better = known.is_none_or(|known| telling(product) > telling(known));
    better.then_some(product)
}

/// Two of one topic are told to somebody whose car is not known, or of which one is for each: tow bars, dog things.
fn in_question(pick: &Product, product: &Product, wish: &Wish<'_>) -> bool {
    let differ = pick.name != product.name;
    differ && (wish.car.is_none() && wish.model.is_none() || pick.owned != product.owned)
}

/// How much speaks for a product, and whether it was asked for in words; none when nothing does.
fn score(product: &Product, wish: &Wish<'_>) -> Option<(f32, bool)> {
    let said: Vec<usize> = product
        .words
        .iter()
        .filter(|words| wish.said.contains(&format!(" {words} ")))
        .map(|words| words.split(' ').count())
        .collect();
    let in_season = product.months.contains(&wish.month);
    let matter = among(&product.intents, wish.intent) && (in_season || product.months.is_empty());
    let longest = said.iter().max().copied().unwrap_or_default();
    if longest == 0 && !matter {
        return None;
    }
    // A longer name says more exactly what is wanted; each further word, the matter, the season and the car add to it.
    let asked = if longest > 0 { 1.0 + small(longest) + 0.25 * small(said.len() - 1) } else { 0.0 };
    let car = !product.models.is_empty() && (wish.car.is_some() || wish.model.is_some()) && fits(product, wish);
    let points =
        asked + if matter { 1.0 } else { 0.0 } + if in_season { 0.5 } else { 0.0 } + if car { 0.5 } else { 0.0 };
    Some((points, longest > 0))
}

/// A count that fits a float exactly.
fn small(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}

/// Whether it can be used with the car, as far as that is known, and is sold where they are.
pub(crate) fn fits(product: &Product, wish: &Wish<'_>) -> bool {
    let sold = product.markets.is_empty() || wish.market.is_none_or(|market| among(&product.markets, Some(market)));
    if !sold || product.kind == Kind::Car {
        return sold;
    }
    let model = wish.car.map(|car| car.model.as_str()).or(wish.model);
    let by_model = product.models.is_empty() || model.is_none_or(|model| among(&product.models, Some(model)));
    let by_car = wish.car.is_none_or(|car| {
        (product.variants.is_empty() || among(&product.variants, Some(&car.variant)))
            && (product.years.is_empty() || product.years.contains(&car.year))
    });
    by_model && by_car
}

/// What the record says of a product that the customer has.
fn has<'a>(product: &Product, wish: &Wish<'a>) -> Option<&'a str> {
    let says = |line: &&&str| {
        let line = line.to_lowercase();
        product.owned.iter().any(|words| line.contains(words.as_str()))
    };
    wish.record.iter().find(says).copied()
}

fn among(list: &[String], item: Option<&str>) -> bool {
    item.is_some_and(|item| list.iter().any(|known| known == item))
}

#[cfg(test)]
mod tests;
