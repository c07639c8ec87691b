//! The shelf of the library in S3: documents in one folder, editions of the index in another, and a pointer to the newest.
//!
//! An edition is written first, whole, under its own name. Then the pointer `index/newest.json` is replaced on the condition that it
//! is still the one that the publisher built from. So a reader sees one edition or the next, and of two publishers one wins.
//! The pointer names the one that it replaced: its content, and with it its entity tag, never comes back.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use aws_config::SdkConfig;
use contract::ports::{Edition, Shelf, ShelvedDocument};
use contract::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use super::bucket::{Bucket, Provided, Seen, Written};

const DOCUMENTS: &str = "manuals/";
const EDITIONS: &str = "index/editions/";
const NEWEST: &str = "index/newest.json";

/// A library that many processes share.
#[derive(Debug)]
pub struct S3Shelf {
    bucket: Bucket,
    /// The edition seen last, so that asking again for an unchanged one costs no body. Whether it still is the newest, S3 says.
    seen: Mutex<Option<Edition>>,
}

/// The content of the pointer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Pointer {
    name: String,
    /// The entity tag of the pointer that this one replaced.
    before: Option<String>,
}

impl S3Shelf {
    /// The shelf in `bucket` below `prefix` (empty: the whole bucket).
    pub fn new(config: &SdkConfig, bucket: &str, prefix: &str) -> Self {
        Self { bucket: Bucket::new(config, bucket, prefix), seen: Mutex::default() }
    }

    /// Writes the index under its name, unless the name is taken: a name stands for one content.
    async fn keep(&self, name: &str, packed: Vec<u8>) -> Result<()> {
        self.bucket.put(&packed_index(name), packed, Provided::Absent).await.map(drop)
    }

    /// Replaces the pointer and returns its entity tag.
    async fn point(&self, pointer: &Pointer) -> Result<String> {
        let content = serde_json::to_vec(pointer).map_err(unreadable)?;
        let provided = pointer.before.as_deref().map_or(Provided::Absent, Provided::Unchanged);
        if let Written::Done(tag) = self.bucket.put(NEWEST, content, provided).await? {
            return Ok(tag);
        }
        // An attempt of ours whose answer was lost may be what changed it.
        let now = self.bucket.get(NEWEST).await?;
        match now {
            Some(now) if parse(&now.content)? == *pointer => Ok(now.tag),
            _ => Err(Error::new(ErrorKind::Conflict, "another edition was published meanwhile")
                .hint("read the documents again and build from them")),
        }
    }

    fn seen(&self) -> Option<Edition> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn remember(&self, edition: &Edition) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(edition.clone());
    }
}

#[async_trait]
impl Shelf for S3Shelf {
    async fn documents(&self) -> Result<Vec<ShelvedDocument>> {
        let listed = self.bucket.list(DOCUMENTS).await?;
        // Consoles mark a folder with an empty object whose name ends with a slash.
        let documents = listed.into_iter().filter(|(name, _)| !name.is_empty() && !name.ends_with('/'));
        Ok(documents.map(|(name, tag)| ShelvedDocument { name, version: tag.trim_matches('"').to_owned() }).collect())
    }

    async fn read(&self, name: &str) -> Result<Vec<u8>> {
        let found = self.bucket.get(&format!("{DOCUMENTS}{name}")).await?;
        found
            .map(|object| object.content)
            .ok_or_else(|| Error::new(ErrorKind::NotFound, "no such document on the shelf"))
    }

    async fn newest(&self) -> Result<Option<Edition>> {
        let seen = self.seen();
        match self.bucket.get_unless(NEWEST, seen.as_ref().map(|edition| edition.tag.as_str())).await? {
            Seen::Nothing => Ok(None),
            Seen::Unchanged => Ok(seen),
            Seen::Changed(object) => {
                let edition = Edition { name: parse(&object.content)?.name, tag: object.tag };
                self.remember(&edition);
                Ok(Some(edition))
            }
        }
    }

    async fn fetch(&self, edition: &Edition) -> Result<Vec<u8>> {
        let found = self.bucket.get(&packed_index(&edition.name)).await?;
        found
            .map(|object| object.content)
            .ok_or_else(|| Error::new(ErrorKind::NotFound, "no such edition on the shelf"))
    }

    async fn publish(&self, name: &str, packed: Vec<u8>, before: Option<&Edition>) -> Result<Edition> {
        self.keep(name, packed).await?;
        let tag =
            self.point(&Pointer { name: name.to_owned(), before: before.map(|edition| edition.tag.clone()) }).await?;
        let edition = Edition { name: name.to_owned(), tag };
        self.remember(&edition);
        Ok(edition)
    }

    async fn ready(&self) -> Result<()> {
        self.bucket.probe().await
    }
}

fn packed_index(name: &str) -> String {
    format!("{EDITIONS}{name}")
}

fn parse(content: &[u8]) -> Result<Pointer> {
    serde_json::from_slice(content).map_err(unreadable)
}

fn unreadable(cause: serde_json::Error) -> Error {
    Error::new(ErrorKind::Internal, "the pointer to the newest edition cannot be read")
        .hint("index/newest.json is written by the product only")
        .caused_by(cause)
}
