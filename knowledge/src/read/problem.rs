//! What is wrong with a file of the library: which file, which line, and what to do about it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;

use contract::{Error, ErrorKind};

/// A file that could not be read. The others are read all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file or folder.
    pub file: PathBuf,
    /// The line in it, counted from 1, where known.
    pub line: Option<u64>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem with `file`.
    pub fn new(file: impl AsRef<Path>, message: impl Into<String>) -> Self {
        Self { file: file.as_ref().into(), line: None, message: message.into(), hint: None }
    }

    /// A problem with a text whose file is filled in later.
    pub(crate) fn text(message: impl Into<String>) -> Self {
        Self::new("", message)
    }

    /// Adds the line, counted from 1.
    #[must_use]
    pub fn line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn in_file(mut self, file: &Path) -> Self {
        self.file = file.into();
        self
    }
}

/// The problem of a file that is not UTF-8, with the line of the first wrong byte.
pub(crate) fn not_utf8(file: &Path, error: &FromUtf8Error) -> Problem {
    let valid = error.utf8_error().valid_up_to();
    let lines = error.as_bytes().iter().take(valid).filter(|&&byte| byte == b'\n').count();
    let line = u64::try_from(lines).unwrap_or_default() + 1;
    Problem::new(file, "the text is not UTF-8").line(line).hint("save it with the encoding UTF-8")
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(out, ":{line}")?;
        }
        write!(out, ": {}", self.message)?;
        match &self.hint {
            Some(hint) => write!(out, " ({hint})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::new(ErrorKind::Invalid, problem.to_string())
    }
}
