//! The doors: how the outside reaches a turn, and how a turn is written down for it.

pub mod auth;
pub mod error;
pub mod wire;

mod demo;
mod health;
mod openapi;
mod pages;
mod rest;
mod router;

pub use openapi::document;
pub use router::{Doors, router};
