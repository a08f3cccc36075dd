//! [`compile`]: a statement becomes SQL text and binds. Invariant: every value of the statement is in `binds`, none in `sql`.

use crate::{CompileError, Dialect, Statement, Value};

/// SQL text and the values bound to its placeholders, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compiled {
    /// The text.
    pub sql: String,
    /// The binds.
    pub binds: Vec<Value>,
}

/// Writes a statement as a dialect's SQL.
///
/// # Errors
/// When the statement needs what the database does not have ([`Unsupported`](crate::Unsupported)), or is not complete.
pub fn compile(statement: &Statement, dialect: Dialect) -> Result<Compiled, CompileError> {
    let _ = (statement, dialect);
    Err(CompileError::Invalid(String::from("not written yet")))
}
