//! The doors: how the outside reaches a turn, and how a turn is written down for it.

pub mod address;
pub mod auth;
pub mod browsers;
pub mod error;
pub mod flights;
pub mod limits;
pub mod messages;
pub mod patience;
pub mod server;
pub(crate) mod socket;
pub mod speech;
mod tickets;
pub mod wire;

mod body;
mod cbor;
mod client;
mod demo;
mod desk;
mod gate;
mod health;
mod memory;
mod negotiate;
mod openapi;
mod pages;
mod rest;
mod router;
mod sse;
mod translate;
mod whole;
mod words;

pub use client::ClientConfiguration;
pub use openapi::document;
pub use router::{Doors, router};
