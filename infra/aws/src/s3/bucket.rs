//! One bucket as both stores use it: objects read whole, and written only if they are still what the writer read.

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::primitives::ByteStream;
use contract::{ErrorKind, Result};

use super::failure::{self, Failure};

/// A part of a bucket: every name is below `prefix`.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    client: Client,
    name: String,
    prefix: String,
}

/// An object that was read.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) content: Vec<u8>,
    /// Its entity tag.
    pub(super) tag: String,
}

/// What must be so for a write to happen.
#[derive(Debug, Clone, Copy)]
pub(super) enum Provided<'a> {
    /// There is no such object yet.
    Absent,
    /// It still has this entity tag.
    Unchanged(&'a str),
}

/// What became of a conditional write.
#[derive(Debug)]
pub(super) enum Written {
    /// It happened; this is the object's entity tag now.
    Done(String),
    /// The condition does not hold. After a lost answer it may have been this very write that changed the object: the
    /// writer reads it again to tell.
    Lost,
}

/// What a conditional read gave.
#[derive(Debug)]
pub(super) enum Seen {
    Nothing,
    Unchanged,
    Changed(Object),
}

impl Bucket {
    /// The part of bucket `name` below the folder `prefix`; empty: the whole bucket.
    pub(super) fn new(config: &SdkConfig, name: &str, prefix: &str) -> Self {
        let prefix = prefix.trim_matches('/');
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Self { client: super::client(config), name: name.to_owned(), prefix }
    }

    /// Reads an object; `None` when there is none.
    pub(super) async fn get(&self, name: &str) -> Result<Option<Object>> {
        match self.get_unless(name, None).await? {
            Seen::Changed(object) => Ok(Some(object)),
            Seen::Nothing | Seen::Unchanged => Ok(None),
        }
    }

    /// Reads an object unless it still has the entity tag `known`.
    pub(super) async fn get_unless(&self, name: &str, known: Option<&str>) -> Result<Seen> {
        let request = self.client.get_object().bucket(&self.name).key(self.path(name));
        let answer = match request.set_if_none_match(known.map(str::to_owned)).send().await {
            Ok(answer) => answer,
            Err(error) if status(&error) == Some(304) => return Ok(Seen::Unchanged),
            Err(error) => {
                let error = self.failed(error);
                return if error.kind == ErrorKind::NotFound { Ok(Seen::Nothing) } else { Err(error) };
            }
        };
        let tag = answer.e_tag.unwrap_or_default();
        let body = answer.body.collect().await.map_err(failure::broken_off)?;
        Ok(Seen::Changed(Object { content: body.to_vec(), tag }))
    }

    /// Writes an object if the condition holds.
    pub(super) async fn put(&self, name: &str, content: Vec<u8>, provided: Provided<'_>) -> Result<Written> {
        let request = self.client.put_object().bucket(&self.name).key(self.path(name)).body(ByteStream::from(content));
        let request = match provided {
            Provided::Absent => request.if_none_match("*"),
            Provided::Unchanged(tag) => request.if_match(tag),
        };
        match request.send().await {
            Ok(answer) => Ok(Written::Done(answer.e_tag.unwrap_or_default())),
            // 412: changed. 409: another conditional write of it is under way.
            Err(error) if matches!(status(&error), Some(409 | 412)) => Ok(Written::Lost),
            Err(error) => {
                let error = self.failed(error);
                // What was to be unchanged is gone.
                if error.kind == ErrorKind::NotFound { Ok(Written::Lost) } else { Err(error) }
            }
        }
    }

    /// Names and entity tags of all objects below `folder`, in the order of their names. The names are relative to it.
    pub(super) async fn list(&self, folder: &str) -> Result<Vec<(String, String)>> {
        let below = self.path(folder);
        let request = self.client.list_objects_v2().bucket(&self.name).prefix(&below);
        let mut pages = request.into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            for object in page.map_err(|error| self.failed(error))?.contents.unwrap_or_default() {
                let (Some(key), Some(tag)) = (object.key, object.e_tag) else { continue };
                if let Some(name) = key.strip_prefix(&below) {
                    found.push((name.to_owned(), tag));
                }
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    /// Deletes an object, if it is there.
    pub(super) async fn delete(&self, name: &str) -> Result<()> {
        let request = self.client.delete_object().bucket(&self.name).key(self.path(name));
        request.send().await.map(drop).map_err(|error| self.failed(error))
    }

    /// Asks for the bucket: it is there, and may be listed.
    pub(super) async fn probe(&self) -> Result<()> {
        let request = self.client.list_objects_v2().bucket(&self.name).prefix(&self.prefix).max_keys(1);
        request.send().await.map(drop).map_err(|error| self.failed(error))
    }

    fn path(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn failed<E: Failure>(&self, error: SdkError<E>) -> contract::Error {
        failure::translate(error, &self.name)
    }
}

fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}
