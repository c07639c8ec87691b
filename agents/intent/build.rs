//! Learns the intents while the product is built, so that it starts with what was learned; names every mistake in their files.

#[path = "src"]
#[allow(dead_code, unreachable_pub, reason = "the build reads the intents as the agent does, and needs a part of it")]
mod agent {
    pub mod catalog;
    pub mod learned;
}

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use agent::catalog::Catalog;
use agent::learned::{self, Known};
use classifier::{Classifier, Concepts};

fn main() {
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=words/concepts.toml");
    if let Err(mistakes) = learn() {
        mistakes.to_string().lines().for_each(|line| println!("cargo::error={line}"));
    }
}

fn learn() -> Result<(), Box<dyn Error>> {
    let files = texts(Path::new("data"))?;
    let words = fs::read_to_string(Path::new("words").join(learned::WORDS))?;
    let catalog = Catalog::read(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let concepts = Concepts::read(learned::WORDS, &words);
    let (catalog, concepts) = match (catalog, concepts) {
        (Ok(catalog), Ok(concepts)) => (catalog, concepts),
        (catalog, concepts) => {
            let mistakes =
                [catalog.err().map(|error| error.to_string()), concepts.err().map(|error| error.to_string())];
            return Err(mistakes.into_iter().flatten().collect::<Vec<_>>().join("\n").into());
        }
    };
    let packed = Classifier::train(&catalog.examples(), &learned::settings(concepts)).pack();
    let known: Vec<Known> = catalog.intents().iter().map(Known::from).collect();
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo names no folder to build into")?);
    fs::write(out.join("classifier.bin"), packed)?;
    fs::write(out.join("intents.json"), serde_json::to_vec(&known)?)?;
    Ok(())
}

/// The intents files: name and text.
fn texts(folder: &Path) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            texts.push((name, fs::read_to_string(&path)?));
        }
    }
    Ok(texts)
}
