//! Governed text: a file that is rendered, and known by a hash so that a record says under which words it was made.

use contract::{Error, Result};
use minijinja::{Environment, Value};
use sha2::{Digest, Sha256};

/// A file of instructions, with places for values.
#[derive(Debug, Clone, Copy)]
pub struct Governed {
    file: &'static str,
    text: &'static str,
}

impl Governed {
    /// The text of this file. Its name is for errors.
    pub const fn new(file: &'static str, text: &'static str) -> Self {
        Self { file, text }
    }

    /// Hash of the file.
    pub fn version(&self) -> String {
        version_of([self.text])
    }

    /// The text with its values. None of them may come from outside: what is rendered is an instruction.
    ///
    /// # Errors
    /// `Invalid`, naming the file, when it does not render.
    pub fn render(&self, values: impl Into<Value>) -> Result<String> {
        let rendered = Environment::new().render_str(self.text, values);
        rendered.map_err(|cause| Error::invalid(self.file, cause.to_string()))
    }
}

/// The first 48 bits of the SHA-256 of these texts together, in hexadecimal.
pub fn version_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let digest = texts.into_iter().fold(Sha256::new(), |digest, text| digest.chain_update(text)).finalize();
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_word_is_another_version() {
        let [one, other] = ["Answer.", "Answer!"].map(|text| Governed::new("a.md", text).version());
        assert!(one != other && one.len() == 12);
    }

    #[test]
    fn a_broken_file_is_named() {
        let error =
            Governed::new("prompts/a.md", "{{ tone").render(minijinja::context! { tone => "Warm." }).unwrap_err();
        assert!(error.to_string().starts_with("prompts/a.md: "), "{error}");
    }
}
