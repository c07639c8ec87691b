//! A key that can be used and not be seen.

use std::fmt;

/// A secret, such as the key of a vendor. Nothing prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text`, without the line end that a file may have behind it.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The text itself, for where it is sent. Not to be printed.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The text with the secret taken out, for what a server says of our request: it might repeat it.
    pub(super) fn strike(&self, text: &str) -> String {
        if self.0.is_empty() { text.to_owned() } else { text.replace(&self.0, "…") }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        let secret = Secret::new("sk-hidden\n");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.reveal(), "sk-hidden");
        assert_eq!(secret.strike("the key sk-hidden is wrong"), "the key … is wrong");
        assert_eq!(Secret::new(" ").strike("as it was"), "as it was");
    }
}
