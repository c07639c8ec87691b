//! Reads, chunks, indexes and ranks the library, and answers with cited passages.
//!
//! The way of a manual: [`read`] makes a document of a file, [`chunk`] cuts it into passages, [`index`] makes them
//! searchable, [`rank`] orders what was found, [`folder`] offers all that as the `Library` port, and [`agent`] asks it.
//!
//! Where many processes share a library, [`publish()`] builds an [`edition`] of it, and [`shelf`] serves the newest.

pub mod agent;
mod analysis;
pub mod chunk;
pub mod codes;
mod collection;
pub mod edition;
pub mod evaluation;
pub mod folder;
pub mod index;
mod publish;
mod question;
pub mod rank;
pub mod read;
pub mod shelf;
mod thesaurus;
mod vocabulary;

pub use agent::KnowledgeAgent;
pub use folder::FolderLibrary;
pub use index::Index;
pub use publish::{Published, publish};
pub use read::{Document, Problem, Section};
pub use shelf::{ShelfLibrary, Upkeep};
