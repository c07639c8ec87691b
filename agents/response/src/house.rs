//! The words of the house together: what the response agent says by itself, and the governed prompt that a model is told.

use contract::Result;
use prompting::Governed;

use crate::phrases::{PHRASES, Phrases};
use crate::prompts::{Prompts, SYSTEM};

/// What the response agent says and is told to say.
pub struct Words {
    pub(crate) prompts: Prompts,
    pub(crate) phrases: Phrases,
}

impl Words {
    /// The words that ship with the product.
    ///
    /// # Errors
    /// `Invalid` when the prompt or the phrases are broken; tests have ruled that out.
    pub fn shipped() -> Result<Self> {
        Self::read(SYSTEM, PHRASES)
    }

    /// This prompt, and phrases in the form of `data/phrases.toml`: to measure others than the shipped ones.
    ///
    /// # Errors
    /// `Invalid`, naming what does not read or render.
    pub fn read(prompt: Governed, phrases: &str) -> Result<Self> {
        Ok(Self { prompts: Prompts::read(prompt)?, phrases: Phrases::read(phrases)? })
    }
}
