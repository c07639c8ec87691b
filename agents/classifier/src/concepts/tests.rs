//! Checks that phrases are found in texts and that every mistake in a file is named.

use super::*;

const OWN: &str = r#"
[road]
crash = ["crash", "prang", "run into", "ran into"]
[car]
boot = ["boot", "trunk"]
boot_mat = ["boot liner", "trunk mat"]
wear = ["liner", "mat", "crash mat"]
"#;

fn mentioned(text: &str) -> Vec<String> {
    let concepts = Concepts::read("own.toml", OWN).unwrap();
    let found = concepts.mentioned(&words(text, 1_000));
    let name = |feature: &u64| concepts.names().iter().find(|name| feature_of(name) == *feature).cloned().unwrap();
    found.iter().map(name).collect()
}

#[test]
fn phrases_are_found_in_every_inflection_and_hide_what_they_contain() {
    for (text, expected) in [
        ("I've PRANGED it, someone ran into me", vec!["crash", "crash"]),
        ("the trunk", vec!["boot"]),
        ("boot liners for the boot", vec!["boot_mat", "boot"]),
        ("the crash mat", vec!["wear"]),
        ("ran away into the woods", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(mentioned(text), expected, "{text}");
    }
}

#[test]
fn no_groups_find_nothing() {
    assert!(Concepts::default().mentioned(&words("my car crashed", 100)).is_empty());
}

#[test]
fn every_mistake_names_file_group_and_hint() {
    for (text, expected) in [
        ("[road]\ncrash = []", "own.toml, group `crash`: there is no phrase; expected at least one"),
        ("[road]\ncrash = \"bang\"", "own.toml, group `crash`: this is not a list; expected sections [heading]"),
        ("[road]\ncrash = [7]", "own.toml, group `crash`: `7` is not a text; expected a text of 1 to 4 words"),
        ("[road]\ncrash = [\"?!\"]", "own.toml, group `crash`: \"?!\" has 0 words; expected a text of 1 to 4 words"),
        ("[road]\ncrash = [\"a b c d e\"]", "own.toml, group `crash`: \"a b c d e\" has 5 words"),
        ("[a]\ncrash = [\"x\"]\n[b]\ncrash = [\"y\"]", "own.toml, group `crash`: this name was already used"),
        ("crash = [\"bang\"]", "own.toml, group `crash`: this stands outside of a section; expected sections"),
        ("[road", "own.toml: TOML parse error at line 1"),
        ("", "own.toml: there is no group; expected sections [heading] with lines such as: crash ="),
    ] {
        let found = Concepts::read("own.toml", text).unwrap_err().to_string();
        assert!(found.contains(expected), "expected {expected}\nin {found}");
    }
    let two = Concepts::read("own.toml", "[road]\ncrash = []\nskid = [1]").unwrap_err();
    assert_eq!(two.defects.len(), 2, "all mistakes come together");
}
