//! Which model is called where: read from what stands behind `openai://`, and checked before anything starts.

use contract::{Error, Result};
use reqwest::Url;

use crate::catalog::ShapedBy;

/// Longest name of a model, in characters.
const LONGEST: usize = 128;
const KNOWN: &str = "known are base=<address of the API>, price=free, stream=off and shape=words";

/// A model behind the protocol of OpenAI, known to be well formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The model, as the service calls it.
    pub(super) model: String,
    /// Where the API is, if it is not where the settings say.
    pub(super) base: Option<String>,
    /// Whether nothing is paid for it: a server of one's own.
    pub(super) free: bool,
    /// Whether the answer is streamed.
    pub(super) stream: bool,
    /// How a free model is held to a shape.
    pub(super) shape: ShapedBy,
}

impl Address {
    /// Reads what stands behind `openai://`: a model, then `?base=…` (where its API is, with the version), `?price=free` (a
    /// server of one's own, which need not be in the table of models), `?stream=off` (the answer comes in one piece) or
    /// `?shape=words` (a free server that cannot hold a model to a JSON Schema), joined by `&`.
    ///
    /// # Errors
    /// `Invalid`, with a hint, for anything else.
    pub fn parse(text: &str) -> Result<Self> {
        let (model, query) = text.trim().split_once('?').unwrap_or((text.trim(), ""));
        if !well_formed(model) {
            return Err(Error::invalid("openai", format!("{model:?} is no name of a model"))
                .hint("name a model, such as openai://gpt-5.4-nano"));
        }
        let named = |model: &str| Self {
            model: model.to_owned(),
            base: None,
            free: false,
            stream: true,
            shape: ShapedBy::Schema,
        };
        let address = query.split('&').filter(|pair| !pair.is_empty()).try_fold(named(model), Self::with)?;
        if address.shape == ShapedBy::Words && !address.free {
            return Err(Error::invalid("openai ?shape", "only a server of one's own is told a shape in words")
                .hint("leave it out, or add price=free"));
        }
        Ok(address)
    }

    fn with(mut self, pair: &str) -> Result<Self> {
        match pair.split_once('=').unwrap_or((pair, "")) {
            ("base", base) => self.base = Some(checked(base)?.to_string()),
            ("price", "free") => self.free = true,
            ("stream", "off") => self.stream = false,
            ("stream", "on") => self.stream = true,
            ("shape", "words") => self.shape = ShapedBy::Words,
            ("shape", "schema") => self.shape = ShapedBy::Schema,
            (name @ ("price" | "stream" | "shape"), value) => {
                return Err(Error::invalid(format!("openai ?{name}"), format!("{value:?} is no value of it"))
                    .hint("write price=free, stream=off or shape=words"));
            }
            (name, _) => {
                return Err(Error::invalid("openai", format!("the parameter {name:?} is not known")).hint(KNOWN));
            }
        }
        Ok(self)
    }
}

/// The address of an API, if what is said there stays between us and it: https, or on this machine.
///
/// # Errors
/// `Invalid`, with a hint, for any other.
pub(super) fn checked(base: &str) -> Result<Url> {
    let refused = |why: &str, hint: &str| Error::invalid("openai base", why.to_owned()).hint(hint.to_owned());
    let like = "such as https://api.openai.com/v1";
    let url = Url::parse(base).map_err(|_| refused("is no address", like))?;
    // It may hold a secret: it is not repeated.
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("holds a name or a password", "put the key where the settings say"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refused("has something behind its path", like));
    }
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let here = host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback());
    match url.scheme() {
        "https" => Ok(url),
        "http" if here => Ok(url),
        "http" => Err(refused("what customers say would travel in the open", "write https, or call this machine")),
        _ => Err(refused("is no address of a web service", like)),
    }
}

/// `[a-zA-Z0-9-._:/@]+`: names as OpenAI, Ollama and Hugging Face write them.
fn well_formed(model: &str) -> bool {
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:/@".contains(&byte);
    !model.is_empty() && model.len() <= LONGEST && model.bytes().all(sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_it_means() {
        let address = Address::parse("gpt-5.4-nano").unwrap();
        assert_eq!((address.base, address.free, address.stream), (None, false, true));
        let address =
            Address::parse("qwen2.5:1.5b?base=http://127.0.0.1:9331/v1&price=free&stream=off&shape=words").unwrap();
        assert_eq!(address.model, "qwen2.5:1.5b");
        assert_eq!(address.base.as_deref(), Some("http://127.0.0.1:9331/v1"));
        assert_eq!((address.free, address.stream, address.shape), (true, false, ShapedBy::Words));
    }

    #[test]
    fn anything_else_is_refused_with_a_hint() {
        let cases = [
            ("", "gpt-5.4-nano"),
            ("two words", "gpt-5.4-nano"),
            ("m?price=cheap", "price=free"),
            ("m?price", "price=free"),
            ("m?stream=no", "stream=off"),
            ("m?shape=words", "price=free"),
            ("m?temperature=1", "known are base="),
            ("m?base=", "https://api.openai.com/v1"),
            ("m?base=api.openai.com", "https://api.openai.com/v1"),
            ("m?base=ftp://here/v1", "https://api.openai.com/v1"),
            ("m?base=http://models.example/v1", "write https"),
            ("m?base=http://127.0.0.1.example/v1", "write https"),
            ("m?base=https://me:secret@models.example/v1", "where the settings say"),
            ("m?base=https://models.example/v1?key=secret", "https://api.openai.com/v1"),
        ];
        for (text, hint) in cases {
            let error = Address::parse(text).unwrap_err();
            assert!(error.hint.as_deref().unwrap().contains(hint), "{text:?}: {error}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn only_this_machine_is_spoken_to_in_the_open() {
        for base in ["http://localhost:1/v1", "http://[::1]:1/v1", "http://127.9.9.9/v1", "https://models.example/v1"] {
            assert!(checked(base).is_ok(), "{base}");
        }
    }
}
