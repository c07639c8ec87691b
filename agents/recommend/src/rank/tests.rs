//! What the catalogue has for whom.

use contract::CustomerId;
use contract::profile::{Consents, PastMatter};

use super::*;

fn profile(model: &str, variant: &str, year: u16, market: &str) -> Profile {
    let car = Vehicle { vin: "V".into(), model: model.into(), variant: variant.into(), year, odometer_km: 18_200 };
    Profile {
        customer: CustomerId::new("ada").unwrap(),
        name: "Ada".into(),
        language: "en".into(),
        market: market.into(),
        since: "2023-01-01".parse().unwrap(),
        vehicles: vec![car],
        consents: Consents::default(),
        history: Vec::new(),
        memories: Vec::new(),
    }
}

fn ids(
    text: &str,
    intent: &str,
    profile: Option<&Profile>,
    month: i8,
) -> (Vec<String>, Option<String>, Option<String>) {
    let (catalogue, wording) = (Catalogue::shipped().unwrap(), Wording::shipped().unwrap());
    let wish = Wish::of(text, Some(intent), profile, month);
    let ranking = rank(&catalogue, &wording, &wish);
    (
        ranking.picks.iter().map(|pick| pick.id.clone()).collect(),
        ranking.unfit.map(|product| product.id.clone()),
        ranking.owned.map(|(product, _)| product.id.clone()),
    )
}

#[test]
fn each_car_gets_what_fits_it() {
    let cases = [
        ("Lumen", "Long Range", 2025, "towing a caravan", "towing_and_trailer", vec!["tow-bar-lumen"]),
        ("Lumen", "Standard", 2026, "I need a tow bar", "accessories", vec!["tow-bar-lumen-standard"]),
        ("Corran", "Tour", 2022, "I need a tow bar", "accessories", vec!["tow-bar-corran"]),
        ("Lumen", "Long Range", 2025, "power tools with v2l", "accessories", vec!["v2l-adapter"]),
        ("Corran", "Core", 2022, "which charger fits my car", "accessories", vec!["wallbox-corran"]),
        ("Lumen", "Standard", 2024, "which charger fits my car", "accessories", vec!["wallbox"]),
        ("Lumen", "Standard", 2024, "snow chains for the alps", "winter", vec!["snow-chains", "winter-wheels-lumen"]),
    ];
    for (model, variant, year, text, intent, expected) in cases {
        let found = ids(text, intent, Some(&profile(model, variant, year, "uk")), 11).0;
        assert_eq!(found[0], expected[0], "{model} {variant} {year}: {text}: {found:?}");
        assert!(found.len() <= MOST);
    }
}

#[test]
fn what_does_not_fit_is_not_recommended_and_says_why() {
    let old = profile("Lumen", "Standard", 2023, "uk");
    assert_eq!(
        ids("I want a tow bar for my trailer", "accessories", Some(&old), 11),
        (vec![], Some("tow-bar-lumen-standard".into()), None)
    );
    assert_eq!(ids("do you have v2l", "accessories", Some(&old), 6), (vec![], Some("v2l-adapter".into()), None));
    let tour = profile("Corran", "Tour", 2022, "uk");
    assert_eq!(ids("snow chains", "accessories", Some(&tour), 11).1, Some("snow-chains".into()));
    let abroad = profile("Lumen", "Standard", 2023, "eu");
    assert_eq!(ids("a dash cam", "accessories", Some(&abroad), 11), (vec![], Some("dash-cam".into()), None));
}

#[test]
fn what_they_have_is_not_sold_again() {
    let mut emma = profile("Lumen", "Standard", 2025, "uk");
    let summary = "Bought winter wheels for the Lumen.".to_owned();
    emma.history.push(PastMatter { on: "2026-08-27".parse().unwrap(), summary, open: false });
    assert_eq!(ids("winter tyres", "winter", Some(&emma), 11).2, Some("winter-wheels-lumen".into()));
    assert!(ids("what about winter", "winter", Some(&emma), 11).0.is_empty());
}

#[test]
fn the_season_counts_by_the_date() {
    let ada = profile("Lumen", "Long Range", 2025, "uk");
    assert_eq!(ids("it is getting cold", "winter", Some(&ada), 11).0, ["winter-wheels-lumen"]);
    assert!(
        ids("it was cold", "winter", Some(&ada), 6).0.is_empty(),
        "in June nobody is told of winter wheels unasked"
    );
    assert_eq!(ids("winter wheels", "winter", Some(&ada), 6).0, ["winter-wheels-lumen"], "but who asks is");
}

#[test]
fn cars_are_recommended_only_to_those_who_think_of_buying() {
    let ada = profile("Lumen", "Standard", 2022, "uk");
    let next = ids("which next car has more range for the motorway", "vehicle_advice", Some(&ada), 11).0;
    assert_eq!(next[0], "lumen-long-range");
    assert_eq!(ids("an suv for the family", "vehicle_advice", Some(&ada), 11).0[0], "corran-core");
    assert!(ids("more range on the motorway", "range", Some(&ada), 11).0.is_empty());
}

#[test]
fn a_visitor_gets_what_is_general_and_a_named_model_counts() {
    let (picks, ..) = ids("do you have winter wheels", "accessories", None, 11);
    assert_eq!(picks, ["winter-wheels-lumen", "winter-wheels-corran"], "one for each model");
    assert_eq!(ids("winter wheels for the Corran", "accessories", None, 11).0, ["winter-wheels-corran"]);
    let ada = profile("Lumen", "Standard", 2022, "uk");
    assert_eq!(
        ids("winter wheels for the Corran of my wife", "accessories", Some(&ada), 11).0,
        ["winter-wheels-corran"]
    );
}

#[test]
fn what_nobody_asked_for_is_not_there() {
    let ada = profile("Lumen", "Standard", 2022, "uk");
    for text in ["how do I return accessories", "a helicopter", "", "mat bik tow-bars"] {
        assert_eq!(ids(text, "accessories", Some(&ada), 11), (vec![], None, None), "{text}");
    }
}
