//! The port to where the library is kept when many processes share it: its documents, and the index built from them.
//!
//! An index is published as a whole under the name of its edition, and becomes the newest in one step: a reader sees the
//! edition before or the edition after, never half of one, and a publication that breaks off changes nothing.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::Result;

/// Keeps documents and the index built from them.
#[async_trait]
pub trait Shelf: Send + Sync {
    /// Every document, in the order of their names.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` (no access), `Busy`.
    async fn documents(&self) -> Result<Vec<ShelvedDocument>>;

    /// The content of one document.
    ///
    /// # Errors
    /// `NotFound` when it is gone; else as [`Self::documents`].
    async fn read(&self, name: &str) -> Result<Vec<u8>>;

    /// The newest edition; `None` while nothing was published.
    ///
    /// # Errors
    /// As [`Self::documents`].
    async fn newest(&self) -> Result<Option<Edition>>;

    /// The packed index of an edition.
    ///
    /// # Errors
    /// `NotFound` when it is gone; else as [`Self::documents`].
    async fn fetch(&self, edition: &Edition) -> Result<Vec<u8>>;

    /// Publishes `packed` under `name` and makes it the newest, provided that `before` still is.
    ///
    /// # Errors
    /// `Conflict` when another edition was published meanwhile: read the documents again. Else as [`Self::documents`];
    /// whatever the error, the newest edition is the one it was.
    async fn publish(&self, name: &str, packed: Vec<u8>, before: Option<&Edition>) -> Result<Edition>;

    /// Whether a search could rely on it now.
    ///
    /// # Errors
    /// As [`Self::documents`].
    async fn ready(&self) -> Result<()>;
}

/// A document on the shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShelvedDocument {
    /// Relative path with forward slashes, such as `lumen/charging.md`.
    pub name: String,
    /// Changes whenever the content does.
    pub version: String,
}

/// One published index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    /// The fingerprint of the documents and of the format it was built from: letters and digits.
    pub name: String,
    /// What the shelf tells this publication apart by (an entity tag).
    #[serde(default)]
    pub tag: String,
}
