//! Operations as the source of a script.
//!
//! **Invariants.** What is written records the same operations when it is compiled, and is laid out as rustfmt would. What cannot be written
//! is an error, never left out.

mod layout;
mod op;
mod script;
mod table;
mod types;
mod values;

pub(crate) use script::{NewScript, operations, script, squashed};

/// One operation as a statement, from the first column.
pub(crate) fn statement_of(op: &crate::Op) -> crate::Result<String> {
    op::render(op, 0)
}

use layout::Doc;

use crate::{Error, ErrorKind};

/// A text as a Rust literal.
fn text(text: &str) -> Doc {
    Doc::Text(format!("{text:?}"))
}

/// Names as an array of literals.
fn texts(names: &[String]) -> Doc {
    Doc::Array(names.iter().map(|n| text(n)).collect())
}

fn call(name: &str, arguments: impl IntoIterator<Item = Doc>) -> Doc {
    Doc::Call(name.to_owned(), arguments.into_iter().collect())
}

fn word(word: &str) -> Doc {
    Doc::Text(word.to_owned())
}

fn cannot(what: impl std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::Migration,
        format!("{what} cannot be written as a script; write this migration by hand, with `db revision`"),
    )
}

#[cfg(test)]
mod tests;
