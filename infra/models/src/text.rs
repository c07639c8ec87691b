//! English text as the engine sees it: sentences, terms, numbers, and whether one text supports another. This module knows
//! nothing of the rest of Motorline and can move as a whole, with `data/text.toml`.

pub mod numbers;
pub mod sentences;
pub mod support;
pub mod terms;
mod words;

use words::words;
