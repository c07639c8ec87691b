//! The sentences of ARCHITECTURE.md that a machine can check: layers, the roster, sizes, words, and where time comes from.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Longest file of the product, in lines.
const LONGEST_FILE: usize = 300;
/// Largest size of the contract, in lines of code (no comments, no blank lines, no test suites).
const LARGEST_CONTRACT: usize = 1_350;
/// The top level: nothing else holds code.
const ROOMS: [&str; 6] = ["agents", "supervisor", "knowledge", "infra", "tests", "dashboards"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// The layer of a crate by its folder; a crate may depend on lower layers only.
fn layer(folder: &str) -> u8 {
    match folder {
        "agents/classifier" | "agents/contract" | "agents/language" => 0,
        "agents/backoffice" | "agents/learning" | "agents/prompting" | "dashboards/metering" => 1,
        "supervisor" => 3,
        "tests" => 4,
        _ => 2,
    }
}

/// Every crate: its folder, and the workspace crates that its product code depends on.
fn crates() -> BTreeMap<String, Vec<String>> {
    let folders = ["agents", "dashboards", "infra"].iter().flat_map(|group| subfolders(&root().join(group)));
    let all = folders.chain(["knowledge", "supervisor", "tests"].map(|name| root().join(name)));
    let with_manifest = all.filter(|folder| folder.join("Cargo.toml").exists());
    with_manifest
        .map(|folder| {
            let manifest: toml::Table = fs::read_to_string(folder.join("Cargo.toml")).unwrap().parse().unwrap();
            let table = manifest.get("dependencies").and_then(|value| value.as_table()).cloned().unwrap_or_default();
            let relative = folder.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            (relative, table.keys().cloned().collect())
        })
        .collect()
}

fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_dir()).collect()
}

/// Every Rust file below a folder of the repository, with its text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut open = vec![root().join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

fn all_sources() -> Vec<(String, String)> {
    ROOMS.iter().filter(|room| root().join(room).exists()).flat_map(|room| sources(room)).collect()
}

/// The part of a file that ships: everything before its tests.
fn product(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text)
}

#[test]
fn a_crate_depends_on_lower_layers_only() {
    let crates = crates();
    let folder_of = |name: &str| crates.keys().find(|folder| folder.rsplit('/').next() == Some(name));
    for (folder, dependencies) in &crates {
        for dependency in dependencies.iter().filter_map(|name| folder_of(name)) {
            assert!(layer(dependency) < layer(folder), "{folder} must not depend on {dependency}");
        }
    }
    assert!(crates.len() >= 10, "the manifests were found: {crates:?}");
}

#[test]
fn every_agent_crate_is_on_the_roster() {
    let roster = fs::read_to_string(root().join("supervisor/src/roster.rs")).unwrap();
    let agents = subfolders(&root().join("agents"))
        .into_iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
    for agent in agents.filter(|name| layer(&format!("agents/{name}")) == 2).chain(["knowledge".into()]) {
        assert!(roster.contains(&format!("{agent}::")), "nobody hired the agent {agent}: see supervisor/src/roster.rs");
    }
}

#[test]
fn the_contract_stays_small() {
    let code = |text: &str| {
        product(text).lines().filter(|line| !line.trim().is_empty() && !line.trim().starts_with("//")).count()
    };
    let files = sources("agents/contract/src").into_iter().filter(|(name, _)| !name.contains("/testing"));
    let total: usize = files.map(|(_, text)| code(&text)).sum();
    assert!(total < LARGEST_CONTRACT, "{total} lines");
}

#[test]
fn agents_know_no_vendor_no_door_and_no_store() {
    let foreign = [
        "aws_",
        "aws-",
        "bedrock",
        "dynamo",
        "lambda",
        "openai",
        "anthropic",
        "sqlite",
        "axum",
        "http::",
        "cloudwatch",
    ];
    for (name, text) in sources("agents").into_iter().filter(|(name, _)| !name.ends_with("/tests.rs")) {
        let text = product(&text).to_lowercase();
        for word in foreign {
            let found = text.match_indices(word).any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric()));
            assert!(!found, "{name} knows {word:?}");
        }
    }
}

#[test]
fn time_chance_and_environment_come_from_ports() {
    let sources_of_it =
        ["Timestamp::now", "SystemTime", "Instant::now", "env::var", "getrandom", "thread_rng", "Zoned::now"];
    // The adapter of the clock; the command line that reads the environment; a clock of tests, which no product has.
    let homes = ["infra/local/src/clock.rs", "supervisor/src/commands.rs", "infra/models/src/testing.rs"];
    for (name, text) in all_sources() {
        // A build script runs on the builder's machine, which tells it where to write in no other way.
        if homes.contains(&name.as_str()) || name.starts_with("tests/") || name.ends_with("/build.rs") {
            continue;
        }
        for word in sources_of_it {
            assert!(!product(&text).contains(word), "{name} uses {word}: take it from a port");
        }
    }
}

/// `contract::Access` opens a customer's data, and only callers who speak for a customer have it.
#[test]
fn only_the_doors_make_callers_with_customers_data() {
    let made = ["Caller::Customer(", "Caller::Vehicle { customer", "Caller::Vehicle {\n"];
    // What a verified token says; the demonstration, whose customers are nobody's; the terminal, which is one more of its doors.
    let homes =
        ["supervisor/src/doors/auth/claims.rs", "supervisor/src/doors/demo.rs", "supervisor/src/commands/chat.rs"];
    let is_test = |name: &str| name.starts_with("tests/") || name.ends_with("/tests.rs") || name.contains("/testing/");
    for (name, text) in all_sources().into_iter().filter(|(name, _)| !is_test(name) && !homes.contains(&name.as_str()))
    {
        // Documentation may show it.
        let code = product(&text).lines().filter(|line| !line.trim_start().starts_with("///"));
        let code = code.collect::<Vec<_>>().join("\n");
        for word in made {
            assert!(!code.contains(word), "{name} makes a caller ({word}): only a door that verified a credential may");
        }
    }
}

/// An admin answers letters at one door; nothing else opens a customer's data for somebody who is not them.
#[test]
fn one_door_opens_a_customers_data_for_somebody_else() {
    let homes = ["agents/contract/src/caller.rs", "supervisor/src/doors/privacy.rs", "tests/architecture.rs"];
    let users = all_sources().into_iter().filter(|(_, text)| text.contains("on_written_request("));
    let users: Vec<_> = users.map(|(name, _)| name).filter(|name| !homes.contains(&name.as_str())).collect();
    assert!(users.is_empty(), "{users:?} may not");
}

#[test]
fn every_file_opens_with_a_sentence_and_stays_short() {
    for (name, text) in all_sources() {
        assert!(text.starts_with("//! "), "{name} does not say what it is");
        assert!(!name.ends_with("/mod.rs"), "{name}: name the file after its module");
        let lines = text.lines().count();
        assert!(lines <= LONGEST_FILE || name.starts_with("tests/"), "{name} has {lines} lines");
    }
}

#[test]
fn the_top_level_has_the_rooms_of_the_plan() {
    let ignored = ["target", "data"];
    for folder in subfolders(&root()) {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(
            ROOMS.contains(&name.as_str()) || name.starts_with('.') || ignored.contains(&name.as_str()),
            "{name} is not a room"
        );
    }
}

#[test]
fn every_crate_takes_the_shared_lints() {
    for folder in crates().keys() {
        let manifest = fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true"), "{folder} opts out of the lints");
    }
}

/// The name of every row of a table in a data file.
fn named(file: &str, rows: &str, field: &str) -> Vec<String> {
    let table: toml::Table = fs::read_to_string(root().join(file)).unwrap().parse().unwrap();
    let rows = table[rows].as_array().unwrap().iter();
    rows.map(|row| row[field].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_queue_of_a_route_has_its_people() {
    let routed = named("agents/routing/data/routes.toml", "rule", "queue");
    let staffed = named("agents/handoff/data/queues.toml", "queue", "name");
    let missing: Vec<_> = routed.iter().filter(|queue| !staffed.contains(queue)).collect();
    assert!(!routed.is_empty() && missing.is_empty(), "queues.toml has no {missing:?}");
}
