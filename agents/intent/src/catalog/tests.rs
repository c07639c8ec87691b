//! Checks that good files are read and that every mistake is named.

use super::*;

const TYRES: &str = r#"
[[intent]]
label = "tyre_pressure"
description = "How much air the tyres need."
urgency = "soon"
agents = ["servicing"]
examples = ["what pressure for my tyres", "tyre pressure winter"]
"#;

fn defects(text: &str) -> String {
    Catalog::read([("own.toml", text)]).unwrap_err().to_string()
}

#[test]
fn several_files_make_one_catalog() {
    let smoke = TYRES.replace("tyre_pressure", "smoke").replace("soon", "emergency").replace("tyre", "smoke");
    let catalog = Catalog::read([("b.toml", smoke.as_str()), ("a.toml", TYRES), ("empty.toml", "")]).unwrap();
    let labels: Vec<&str> = catalog.intents().iter().map(|intent| intent.label.as_str()).collect();
    assert_eq!(labels, ["tyre_pressure", "smoke"]);
    assert_eq!(catalog.examples().len(), 4);
    assert_eq!(catalog.examples()[3].label, "smoke");
    assert!(catalog.intent("smoke").unwrap().urgency > catalog.intent("tyre_pressure").unwrap().urgency);
    assert_eq!(catalog.intent("fish"), None);
}

#[test]
fn agents_may_be_left_out() {
    let text = TYRES.replace("agents = [\"servicing\"]\n", "");
    assert!(Catalog::read([("own.toml", text.as_str())]).unwrap().intents()[0].agents.is_empty());
}

#[test]
fn every_mistake_names_file_intent_field_and_hint() {
    let pressure = "own.toml, intent `tyre_pressure`, field ";
    let cases = [
        (
            TYRES.replace("soon", "tomorrow"),
            format!("{pressure}`urgency`: `tomorrow` is not known; expected one of routine, soon, urgent, emergency"),
        ),
        (TYRES.replace("urgency = \"soon\"\n", ""), format!("{pressure}`urgency`: this is missing")),
        (
            TYRES.replace("urgency", "urgence"),
            format!("{pressure}`urgence`: this field is not known; expected one of label"),
        ),
        (
            TYRES.replace("How much air the tyres need.", " "),
            format!("{pressure}`description`: this is missing or empty"),
        ),
        (
            TYRES.replace("\"what pressure for my tyres\", \"tyre pressure winter\"", ""),
            format!("{pressure}`examples`: there is none"),
        ),
        (
            TYRES.replace("\"tyre pressure winter\"", "7"),
            format!("{pressure}`examples`: this holds something else than texts"),
        ),
        (
            TYRES.replace("[\"servicing\"]", "\"servicing\""),
            format!("{pressure}`agents`: this holds something else than texts"),
        ),
        (
            TYRES.replace("tyre pressure winter", "What pressure for my tyres "),
            format!(
                "{pressure}`examples`: the example \"What pressure for my tyres \" already belongs to `tyre_pressure`"
            ),
        ),
        (format!("{TYRES}{TYRES}"), format!("{pressure}`label`: this label was already used in own.toml")),
        (
            TYRES.replace("tyre_pressure", "Tyre pressure"),
            "intent `Tyre pressure`, field `label`: this is missing or not a name".into(),
        ),
        (TYRES.replace("label = \"tyre_pressure\"\n", ""), "own.toml, intent `number 1`, field `label`".into()),
        (TYRES.replace("[[intent]]", "[[intents]]"), "own.toml, field `intents`: this key is not known".into()),
        ("intent = 3".into(), "own.toml, field `intent`: this is not a list of tables".into()),
        ("intent = [3]".into(), "own.toml, intent `number 1`: this is not a table".into()),
        ("[[intent".into(), "own.toml: TOML parse error at line 1".into()),
        (String::new(), "there is no intent".into()),
    ];
    for (text, expected) in cases {
        let found = defects(&text);
        assert!(found.contains(&expected), "expected {expected}\nin {found}");
    }
}

#[test]
fn all_mistakes_come_together() {
    let text = TYRES.replace("soon", "tomorrow").replace("agents", "agent");
    assert_eq!(Catalog::read([("own.toml", text.as_str())]).unwrap_err().defects.len(), 2);
}

#[test]
fn the_built_in_catalog_has_no_mistakes_and_enough_to_learn_from() {
    let catalog = Catalog::built_in().unwrap();
    assert!(catalog.intents().len() >= 30, "{}", catalog.intents().len());
    for intent in catalog.intents() {
        assert!(intent.examples.len() >= 25, "{} has {} examples", intent.label, intent.examples.len());
    }
    assert!(catalog.intents().iter().any(Intent::is_out_of_scope));
}
