//! Tests of building, opening and searching an index.

use contract::finding::{Applicability, DocumentKind};
use contract::ports::VehicleFilter;

use super::*;
use crate::read::Section;

/// A document of one section. `applies` is `model/year/market/language`, each empty for all.
fn document(id: &str, heading: &str, text: &str, applies: &str) -> Document {
    let parts: Vec<&str> = applies.split('/').chain([""; 4]).collect();
    let list = |part: &str| if part.is_empty() { vec![] } else { vec![part.to_owned()] };
    let section = Section { heading: heading.into(), sentences: vec![text.into()], children: vec![] };
    Document {
        id: id.into(),
        title: "Manual".into(),
        chapter: None,
        kind: DocumentKind::Manual,
        applies: Applicability {
            models: list(parts[0]),
            years: list(parts[1]).iter().map(|year| year.parse().unwrap()).collect(),
            markets: list(parts[2]),
            language: if parts[3].is_empty() { "en".into() } else { parts[3].into() },
        },
        body: Section { children: vec![section], ..Section::default() },
    }
}

fn library() -> Vec<Document> {
    vec![
        document("pressure", "Tyre pressure", "Inflate the front tyres to 2.5 bar when they are cold.", "Lumen/2024"),
        document(
            "pressure-old",
            "Tyre pressure",
            "Inflate the front tyres to 2.3 bar when they are cold.",
            "Lumen/2021",
        ),
        document("oil", "Engine oil", "Check the oil with the dipstick while the engine is warm.", "Corran"),
        document("seat belts", "Seat belts", "Every person in the car fastens a seat belt.", ""),
        document("boot", "Boot", "Press the button below the badge to open the boot.", ""),
        document("navigation", "Navigation", "Say the name of the town to start the route.", "//uk"),
        document("reifen", "Reifendruck", "Die Reifen brauchen einen Druck von 2,5 bar.", "///de"),
    ]
}

fn query(text: &str) -> Query {
    Query { text: text.into(), limit: 10, ..Query::default() }
}

fn found(query: &Query) -> Vec<String> {
    let index = Index::build(&library()).unwrap();
    index.search(query).unwrap().into_iter().map(|passage| passage.document).collect()
}

#[test]
fn finds_what_customers_mean() {
    for (text, first) in [
        ("What is the tyre pressure?", "pressure"),
        ("how much air do the tires need", "pressure"),
        ("tyre presure", "pressure"),
        ("ENGINE OILS", "oil"),
        ("fasten the seatbelt", "seat belts"),
        ("open the trunk", "boot"),
        ("my sat nav", "navigation"),
        ("satnav", "navigation"),
    ] {
        assert_eq!(found(&query(text)).first().map(String::as_str), Some(first), "{text}");
    }
}

#[test]
fn finds_nothing_where_there_is_nothing() {
    for text in ["", "???", "what is the capital of France", "the of and", "hello", "qwertz"] {
        assert_eq!(found(&query(text)), Vec::<String>::new(), "{text:?}");
    }
    assert!(Index::build(&[]).unwrap().search(&query("tyre")).unwrap().is_empty());
}

#[test]
fn an_applicable_passage_holds_for_one_of_the_cars_or_for_all() {
    let with = |text: &str, vehicles: &[(&str, Option<u16>)]| {
        let vehicles = vehicles.iter().map(|(model, year)| VehicleFilter { model: (*model).into(), year: *year });
        found(&Query { vehicles: vehicles.collect(), ..query(text) })
    };
    assert_eq!(with("tyre pressure", &[("lumen", Some(2024))]), ["pressure"]);
    assert_eq!(with("tyre pressure", &[("Lumen", None)]).len(), 2);
    assert_eq!(with("tyre pressure", &[("Corran", Some(2024))]), Vec::<String>::new());
    assert_eq!(with("seat belts", &[("Corran", Some(2024))]), ["seat belts"]);
    let both = with("tyre pressure or engine oil", &[("Corran", None), ("Lumen", Some(2021))]);
    assert!(both.contains(&"oil".to_owned()) && both.contains(&"pressure-old".to_owned()), "{both:?}");
    assert!(!both.contains(&"pressure".to_owned()), "{both:?}");
}

#[test]
fn market_and_language_filter_too() {
    let market = |market: &str| found(&Query { market: Some(market.into()), ..query("navigation route") });
    assert_eq!(market("UK"), ["navigation"]);
    assert_eq!(market("eu"), Vec::<String>::new());
    let german = Query { language: Some("de-AT".into()), ..query("Wie viel Druck brauchen meine Reifen?") };
    assert_eq!(found(&german), ["reifen"]);
    let english = Query { language: Some("en".into()), ..query("Reifen Druck") };
    assert_eq!(found(&english), Vec::<String>::new());
}

#[test]
fn the_same_text_twice_is_found_once_but_other_cars_keep_theirs() {
    let mut documents = library();
    documents.push(document("copy", "Boot", "Press the button below the badge to open the boot.", ""));
    let index = Index::build(&documents).unwrap();
    assert_eq!(index.search(&query("open the boot")).unwrap().len(), 1);
    assert_eq!(index.search(&query("tyre pressure")).unwrap().len(), 2);
}

#[test]
fn results_are_best_first_and_no_more_than_asked_for() {
    let index = Index::build(&library()).unwrap();
    let all = index.search(&query("tyre pressure engine oil boot")).unwrap();
    assert!(all.windows(2).all(|pair| pair[0].score >= pair[1].score));
    for limit in 0..all.len() {
        let fewer = index.search(&Query { limit, ..query("tyre pressure engine oil boot") }).unwrap();
        assert_eq!(fewer, all[..limit]);
    }
}

#[test]
fn an_index_in_a_folder_is_the_same_as_one_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let built = Index::create(folder.path(), &library()).unwrap();
    let opened = Index::open(folder.path()).unwrap();
    let in_memory = Index::build(&library()).unwrap();
    assert_eq!(opened.models().unwrap(), ["Corran", "Lumen"]);
    for text in ["tyre pressure", "open the trunk"] {
        let expected = in_memory.search(&query(text)).unwrap();
        assert_eq!(built.search(&query(text)).unwrap(), expected);
        assert_eq!(opened.search(&query(text)).unwrap(), expected);
    }
    let nothing = tempfile::tempdir().unwrap();
    assert_eq!(Index::open(nothing.path()).err().unwrap().kind, ErrorKind::Unavailable);
}
