//! Builds again when an intents file or the word groups change.

fn main() {
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=words");
}
