//! How the words of a reply came about.

/// What a reply without a model is recorded as.
const SCRIPT: &str = "script";

/// Who wrote a reply, and what it ends with.
#[derive(Default)]
pub(crate) struct Written {
    pub(crate) model: String,
    pub(crate) arm: Option<String>,
    pub(crate) prompt_version: String,
    /// Why it is less than it should be.
    pub(crate) reduced: Option<String>,
    /// What the customer is asked at the end.
    pub(crate) question: Option<String>,
}

impl Written {
    /// Words of the house.
    pub(crate) fn by_script() -> Self {
        Self { model: SCRIPT.into(), ..Self::default() }
    }
}
