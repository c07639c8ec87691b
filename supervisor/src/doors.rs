//! The doors: how the outside reaches a turn, and how a turn is written down for it.

pub mod address;
pub mod auth;
pub mod browsers;
pub mod error;
pub mod flights;
pub mod limits;
pub mod messages;
pub mod open;
pub mod patience;
pub mod server;
pub(crate) mod socket;
pub mod speech;
mod tickets;
pub mod wire;

mod admin;
mod analytics;
mod audit;
mod boards;
mod body;
mod cbor;
mod client;
mod demo;
mod desk;
mod feedback;
mod gate;
mod health;
mod insights;
mod memory;
mod negotiate;
mod openapi;
mod pages;
mod privacy;
mod rest;
mod router;
mod scrape;
mod sse;
mod traced;
mod translate;
mod whole;
mod words;

pub use client::ClientConfiguration;
pub use openapi::document;
pub use router::{Doors, router};
