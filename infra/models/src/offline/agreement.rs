//! Whether a text holds for the car that the customer means.

use contract::finding::Applicability;

use super::cars::{Car, Mention};

/// How a text and the customer's car agree. Ordered: later fits better.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Agreement {
    /// It is about another model, variant or year.
    Other,
    /// It names none, or none is known of the customer.
    #[default]
    Silent,
    /// It names the customer's variant or model year.
    Same,
}

/// The agreement of `car` with a text that applies to `applies` and names `mention`.
pub(crate) fn agreement(car: &Car, applies: &Applicability, mention: &Mention) -> Agreement {
    let parts = [model(car, applies, mention), variant(car, mention), year(car, applies, mention)];
    match parts {
        _ if parts.contains(&Agreement::Other) => Agreement::Other,
        [_, variant, year] => variant.max(year),
    }
}

fn model(car: &Car, applies: &Applicability, mention: &Mention) -> Agreement {
    let Some(model) = &car.model else { return Agreement::Silent };
    let excludes = |names: &[String]| !names.is_empty() && !names.iter().any(|name| name.eq_ignore_ascii_case(model));
    if excludes(&applies.models) || excludes(&mention.models) { Agreement::Other } else { Agreement::Silent }
}

fn variant(car: &Car, mention: &Mention) -> Agreement {
    match &car.variant {
        Some(variant) if mention.variants.contains(variant) => Agreement::Same,
        Some(_) if !mention.variants.is_empty() => Agreement::Other,
        _ => Agreement::Silent,
    }
}

fn year(car: &Car, applies: &Applicability, mention: &Mention) -> Agreement {
    let Some(year) = car.year else { return Agreement::Silent };
    if !applies.years.is_empty() && !applies.years.contains(&year) {
        return Agreement::Other;
    }
    match mention.years.iter().any(|(first, last)| (*first..=*last).contains(&year)) {
        true => Agreement::Same,
        false if mention.years.is_empty() => Agreement::Silent,
        false => Agreement::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offline::cars::{mention, models};

    #[test]
    fn another_variant_year_or_model_is_another_car() {
        let car =
            Car { model: Some("Lumen".into()), variant: Some("Long Range".into()), year: Some(2025), ..Car::default() };
        let all = Applicability::default();
        for (text, expected) in [
            ("The Lumen charges with 11 kW.", Agreement::Silent),
            ("Check it.", Agreement::Silent),
            ("The Lumen Long Range needs 2.7 bar.", Agreement::Same),
            ("The Lumen Long Range is heavier than the Lumen Standard.", Agreement::Same),
            ("The Lumen of 2025 to 2026 has a heat pump.", Agreement::Same),
            ("The Lumen Long Range 2022-2024 needs 2.6 bar.", Agreement::Other),
            ("The Lumen Standard needs 2.5 bar.", Agreement::Other),
            ("The Corran needs oil.", Agreement::Other),
        ] {
            assert_eq!(agreement(&car, &all, &mention(text, &models(&[]))), expected, "{text}");
        }
        let older = Applicability { years: vec![2022, 2023], ..all.clone() };
        assert_eq!(agreement(&car, &older, &Mention::default()), Agreement::Other);
        assert_eq!(agreement(&Car::default(), &older, &Mention::default()), Agreement::Silent);
    }
}
