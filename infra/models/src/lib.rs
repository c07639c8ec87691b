//! Language models behind one port. Here: the built-in offline engine.

pub mod offline;

pub use offline::OfflineModel;
