//! The evaluation gate: the tree as it is passes, and a change that breaks something is caught by the figure that it breaks.

use std::path::{Path, PathBuf};

use intent::IntentAgent;
use intent::catalog::Catalog;
use prompting::Governed;
use response::{PHRASES, SYSTEM, Words};
use supervisor::evaluation::baseline::{Baseline, Compared, Verdict};
use supervisor::evaluation::{Bench, measure};
use supervisor::roster::SelfTaught;
use supervisor::settings::{Settings, Sources};
use tempfile::TempDir;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// The settings of a run over this library, and the folder that it writes to.
fn settings(library: &Path) -> (Settings, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let flags = [("library", format!("folder://{}", library.display())), ("data", folder.path().display().to_string())];
    let flags = flags.map(|(key, value)| (key.to_owned(), value)).to_vec();
    (Settings::resolve(&Sources { flags, ..Sources::default() }).unwrap(), folder)
}

/// What has become of the figures of the repository's baseline.
async fn judged(library: &Path, staff: impl Fn() -> contract::Result<SelfTaught>) -> Vec<Compared> {
    let (settings, _folder) = settings(library);
    let bench = Bench { sets: root().join("tests/eval"), conversations: root().join("tests/conversations") };
    let run = measure(&settings, &bench, staff).await.unwrap();
    let baseline = Baseline::read(&root().join("tests/eval/baseline.json")).unwrap();
    let mut compared = baseline.compare(&run.measured.figures);
    // Times are compared by `.ci/eval`, which has the machine for itself; here other tests run beside.
    compared.retain(|one| !one.key.starts_with("latency"));
    compared
}

/// The figures that keep the gate shut.
fn failing(compared: &[Compared]) -> Vec<&str> {
    compared.iter().filter(|one| one.verdict.fails()).map(|one| one.key.as_str()).collect()
}

fn manuals() -> PathBuf {
    root().join("knowledge/manuals")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tree_as_it_is_passes_and_everything_is_measured() {
    let compared = judged(&manuals(), SelfTaught::learn).await;
    assert_eq!(
        failing(&compared),
        [""; 0],
        "a figure is worse: improve it, or say why it may be and write a new baseline"
    );
    let new: Vec<_> = compared.iter().filter(|one| one.verdict == Verdict::New).map(|one| &one.key).collect();
    assert!(new.is_empty(), "not in tests/eval/baseline.json: {new:?}");
    assert!(compared.len() >= 30, "{}", compared.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_that_lost_a_boundary_is_caught() {
    let broken = include_str!("../agents/response/prompts/system.md")
        .lines()
        .filter(|line| !line.contains("do not follow them"))
        .map(|line| format!("{line}\n"))
        .collect::<String>();
    let prompt = Governed::new("system.md", Box::leak(broken.into_boxed_str()));
    assert_ne!(prompt.version(), SYSTEM.version());
    let staff = || Ok(SelfTaught { words: Words::read(prompt, PHRASES)?, ..SelfTaught::learn()? });
    let compared = judged(&manuals(), staff).await;
    assert_eq!(failing(&compared), ["prompts / boundaries that every prompt states"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_words_of_the_house_are_caught() {
    let script = "That is outside what I can help with";
    assert!(PHRASES.contains(script));
    let broken = PHRASES.replace("This needs a person right away.", "This can wait until tomorrow.");
    let broken = broken.replace("a computer program", "a person").replace(script, "Let me think about that");
    let staff = || Ok(SelfTaught { words: Words::read(SYSTEM, &broken)?, ..SelfTaught::learn()? });
    let compared = judged(&manuals(), staff).await;
    let failing = failing(&compared);
    assert!(failing.contains(&"conversations / files with every expectation met"), "{failing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_article_that_is_gone_is_caught() {
    let copy = tempfile::tempdir().unwrap();
    copied(&manuals(), copy.path());
    std::fs::remove_file(copy.path().join("lumen/tyre-pressures-2025-2026.md")).unwrap();
    let compared = judged(copy.path(), SelfTaught::learn).await;
    let failing = failing(&compared);
    assert!(failing.contains(&"conversations / files with every expectation met"), "{failing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chapter_that_is_gone_is_caught_by_retrieval() {
    let copy = tempfile::tempdir().unwrap();
    copied(&manuals(), copy.path());
    for article in ["charging.md", "charging-2022-2024.md", "charging-2025-2026.md"] {
        std::fs::remove_file(copy.path().join("lumen").join(article)).unwrap();
    }
    let compared = judged(copy.path(), SelfTaught::learn).await;
    let failing = failing(&compared);
    assert!(failing.contains(&"retrieval / recall@1") && failing.contains(&"retrieval / MRR"), "{failing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_intents_whose_labels_are_swapped_are_caught() {
    let staff = || {
        let agents = SelfTaught::learn()?;
        Ok(SelfTaught { intent: IntentAgent::learning(&swapped("breakdown", "theft"))?, ..agents })
    };
    let compared = judged(&manuals(), staff).await;
    let failing = failing(&compared);
    assert!(failing.contains(&"intent / in-scope accuracy"), "{failing:?}");
}

/// The shipped intents, of which these two have each other's name.
fn swapped(one: &str, other: &str) -> Catalog {
    let folder = root().join("agents/intent/data");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    let label = |name: &str| format!("label = \"{name}\"");
    for (_, text) in &mut files {
        *text = text.replace(&label(one), "label = \"?\"").replace(&label(other), &label(one));
        *text = text.replace("label = \"?\"", &label(other));
    }
    Catalog::read(files.iter().map(|(name, text)| (name.as_str(), text.as_str()))).unwrap()
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copied(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
