//! Knows which cars a text speaks of, and which car the customer means.

use std::borrow::Cow;

use contract::record::Citation;

use super::tables::vehicles;
use language::terms::tokens;

/// First and last year that a four-digit number can mean a model year.
const YEARS: std::ops::RangeInclusive<u16> = 1990..=2100;

/// A car, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Car {
    pub(crate) model: Option<String>,
    pub(crate) variant: Option<String>,
    pub(crate) year: Option<u16>,
    /// How it is called, such as `2025 Veldra Lumen Long Range`.
    pub(crate) label: String,
    /// Where in the evidence it is recorded, if it is the customer's own.
    pub(crate) record: Option<usize>,
}

/// The cars that a text names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Mention {
    pub(crate) models: Vec<String>,
    pub(crate) variants: Vec<String>,
    /// Model years, first and last.
    pub(crate) years: Vec<(u16, u16)>,
}

/// The car that a record says the customer has.
pub(crate) fn recorded(index: usize, text: &str, models: &[String]) -> Option<Car> {
    let rest = vehicles().records.cars.iter().find_map(|opening| text.trim_start().strip_prefix(opening.as_str()))?;
    let end = [" with ", ". ", ", ", "."].iter().filter_map(|mark| rest.find(mark)).min().unwrap_or(rest.len());
    let label = rest[..end].trim();
    let mention = mention(label, models);
    let car = Car {
        model: mention.models.first().cloned(),
        variant: mention.variants.first().cloned().or_else(|| after_model(label, mention.models.first()?)),
        year: mention.years.first().map(|(first, _)| *first),
        label: label.to_owned(),
        record: Some(index),
    };
    (!car.label.is_empty()).then_some(car)
}

/// The names of all models that are known: from the table and from what the evidence applies to.
pub(crate) fn models(evidence: &[Citation]) -> Vec<String> {
    let mut names: Vec<String> = vehicles().models.keys().cloned().collect();
    for name in evidence.iter().flat_map(|citation| &citation.applies.models) {
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name.clone());
        }
    }
    names
}

/// The cars that `text` names. A variant is a name only when written like one (`the Long Range`), because `standard` is a
/// word too.
pub(crate) fn mention(text: &str, models: &[String]) -> Mention {
    let lower = text.to_lowercase();
    let found: Vec<String> = models.iter().filter(|model| has_word(&lower, model)).cloned().collect();
    let variants = vehicles().models.values().flatten().filter(|variant| names_variant(text, &lower, variant, &found));
    let mut variants: Vec<String> = variants.cloned().collect();
    variants.dedup();
    Mention { models: found, variants, years: years(text) }
}

/// `text` without the names of variants, so that the `Range` of `Long Range` is no answer to a question about range.
pub(crate) fn without_variants(text: &str) -> Cow<'_, str> {
    let several_words = vehicles().models.values().flatten().filter(|variant| variant.contains(' '));
    several_words.fold(Cow::Borrowed(text), |text, variant| match text.contains(variant.as_str()) {
        true => Cow::Owned(text.replace(variant.as_str(), " ")),
        false => text,
    })
}

/// The car that the customer means: what they say, then what they said before, then what is recorded of them.
pub(crate) fn meant(context: &[String], records: &[Car], models: &[String]) -> Car {
    let mut car = Car::default();
    for said in context {
        let mention = mention(said, models);
        let model = mention
            .models
            .first()
            .cloned()
            .or_else(|| car.model.is_none().then(|| model_of(&mention.variants)).flatten());
        if car.model.is_some() && model.is_some() && car.model != model {
            break;
        }
        car.model = car.model.or(model);
        car.variant = car.variant.or_else(|| mention.variants.first().cloned());
        car.year = car.year.or_else(|| mention.years.first().map(|(first, _)| *first));
    }
    let own = records.iter().find(|own| car.model.is_none() || own.model == car.model);
    match own {
        Some(own) => Car {
            model: own.model.clone(),
            variant: car.variant.clone().or_else(|| own.variant.clone()),
            year: car.year.or(own.year),
            label: own.label.clone(),
            // Said otherwise than recorded: it is another car.
            record: own.record.filter(|_| {
                (car.variant.is_none() || car.variant == own.variant) && (car.year.is_none() || car.year == own.year)
            }),
        },
        None => car,
    }
}

/// The model that has one of these variants.
fn model_of(variants: &[String]) -> Option<String> {
    let variant = variants.first()?;
    vehicles().models.iter().find(|(_, known)| known.contains(variant)).map(|(model, _)| model.clone())
}

fn after_model(label: &str, model: &str) -> Option<String> {
    let rest = label.split_once(model)?.1.trim();
    (!rest.is_empty()).then(|| rest.to_owned())
}

fn names_variant(text: &str, lower: &str, variant: &str, named: &[String]) -> bool {
    if !has_word(lower, variant) {
        return false;
    }
    let short = text.split_whitespace().count() <= 3;
    let behind_model = named.iter().any(|model| has_word(lower, &format!("{model} {variant}")));
    let capital = places(text, variant).any(|at| at > 0 && !text[..at].trim_end().ends_with(['.', ':']));
    behind_model || capital || short || variant.contains(' ')
}

/// Whether `lower`, a text in small letters, holds `name` at word borders.
fn has_word(lower: &str, name: &str) -> bool {
    places(lower, &name.to_lowercase()).next().is_some()
}

/// Where `name` stands in `text` at word borders, exactly as written.
fn places<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(name).map(|(at, _)| at).filter(move |&at| {
        !text[..at].ends_with(char::is_alphanumeric) && !text[at + name.len()..].starts_with(char::is_alphanumeric)
    })
}

/// `2025`, `2022-2024`, `2024 to 2026`, `from 2025`, `until 2024`.
fn years(text: &str) -> Vec<(u16, u16)> {
    let tokens = tokens(text);
    let year =
        |at: usize| tokens.get(at)?.parse::<u16>().ok().filter(|year| tokens[at].len() == 4 && YEARS.contains(year));
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if let Some(first) = year(at) {
            let before = at.checked_sub(1).and_then(|at| tokens.get(at)).map(String::as_str);
            let joined = matches!(tokens.get(at + 1).map(String::as_str), Some("to" | "and"));
            let step = if joined { 2 } else { 1 };
            let (range, used) = match (year(at + step), before) {
                (Some(last), _) if last >= first => ((first, last), step + 1),
                (_, Some("from" | "since")) => ((first, *YEARS.end()), 1),
                (_, Some("until")) => ((*YEARS.start(), first), 1),
                _ => ((first, first), 1),
            };
            found.push(range);
            at += used;
        } else {
            at += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<String> {
        models(&[])
    }

    fn said(texts: &[&str], records: &[Car]) -> (Option<String>, Option<String>, Option<u16>, Option<usize>) {
        let context: Vec<String> = texts.iter().map(|&text| text.to_owned()).collect();
        let car = meant(&context, records, &known());
        (car.model, car.variant, car.year, car.record)
    }

    fn records() -> Vec<Car> {
        let lumen = "Your car is a 2025 Veldra Lumen Long Range with 18,200 km on the odometer.";
        [lumen, "You also have a 2023 Veldra Corran Core."]
            .iter()
            .enumerate()
            .filter_map(|(index, text)| recorded(index, text, &known()))
            .collect()
    }

    #[test]
    fn records_name_the_car() {
        let car = &records()[0];
        assert_eq!(
            (car.model.as_deref(), car.variant.as_deref(), car.year),
            (Some("Lumen"), Some("Long Range"), Some(2025))
        );
        assert_eq!(car.label, "2025 Veldra Lumen Long Range");
        assert_eq!(recorded(0, "On 5 October 2026: Tyres changed.", &known()), None);
    }

    #[test]
    fn the_car_meant_is_the_one_said_then_the_one_recorded() {
        let text = |text: &str| Some(text.to_owned());
        for (context, expected) in [
            (vec!["tyre pressure?"], (text("Lumen"), text("Long Range"), Some(2025), Some(0))),
            (vec!["and for my corran?"], (text("Corran"), text("Core"), Some(2023), Some(1))),
            (vec!["pressure of a Lumen Standard"], (text("Lumen"), text("Standard"), Some(2025), None)),
        ] {
            assert_eq!(said(&context, &records()), expected, "{context:?}");
        }
        assert_eq!(
            said(&["long range", "the Lumen", "tyre pressure?"], &[]),
            (text("Lumen"), text("Long Range"), None, None)
        );
        assert_eq!(said(&["standard charging"], &[]).1, text("Standard"));
        assert_eq!(said(&["is the standard charging cable long?"], &[]).1, None);
    }

    #[test]
    fn years_come_as_ranges() {
        for (text, expected) in [
            ("2022-2024 and 2025 to 2026", vec![(2022, 2024), (2025, 2026)]),
            ("from 2025", vec![(2025, 2100)]),
            ("2000 kg, 12025, 18", vec![(2000, 2000)]),
            ("", vec![]),
        ] {
            assert_eq!(years(text), expected, "{text}");
        }
    }
}
