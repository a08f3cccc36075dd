//! What can go wrong without a database: a statement that a dialect cannot write, a cell that does not decode.

use std::fmt;

/// A statement needs something that the database does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// The capability's name, as [`Capabilities`](crate::Capabilities) spells it.
    pub capability: &'static str,
    /// The database's name.
    pub database: &'static str,
    /// What to do instead, one sentence.
    pub advice: &'static str,
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has no {}; {}", self.database, self.capability, self.advice)
    }
}

impl std::error::Error for Unsupported {}

/// Why a statement could not be written as SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CompileError {
    /// The database lacks something.
    Unsupported(Unsupported),
    /// The statement is not complete or contradicts itself; the text says what to do.
    Invalid(String),
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CompileError::Unsupported(e) => e.fmt(f),
            CompileError::Invalid(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for CompileError {}

impl From<Unsupported> for CompileError {
    fn from(e: Unsupported) -> Self {
        CompileError::Unsupported(e)
    }
}

/// A cell did not hold a value of the Rust type asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// The Rust type.
    pub expected: &'static str,
    /// What was there, shortened.
    pub found: String,
}

impl DecodeError {
    /// A cell that is not `expected`; `found` says what it is.
    pub fn new(expected: &'static str, found: impl fmt::Display) -> Self {
        DecodeError { expected, found: found.to_string() }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for DecodeError {}
