//! [`Invalid`]: what a validator found. Invariant: it names the column by position; the error that is made of it names model and field.

use std::fmt::Display;

use crate::entity::Object;
use crate::error::{Error, ErrorKind};
use crate::events::Verdict;

/// Why a row cannot be written.
#[derive(Debug)]
pub struct Invalid {
    column: Option<usize>,
    why: String,
}

impl Invalid {
    /// What a column's validator gave.
    ///
    /// # Errors
    /// When it refuses.
    pub fn column(column: usize, verdict: impl Verdict) -> Result<(), Invalid> {
        verdict.verdict().map_err(|why| Invalid { column: Some(column), why })
    }

    /// What a row's validator gave.
    ///
    /// # Errors
    /// When it refuses.
    pub fn row(verdict: impl Verdict) -> Result<(), Invalid> {
        verdict.verdict().map_err(|why| Invalid { column: None, why })
    }

    /// The error, of that object.
    pub(crate) fn of(self, object: &Object) -> Error {
        let (def, label) = (object.meta().def, object.label());
        match self.column {
            Some(column) => {
                let field = def.columns[column].field;
                invalid(format!("{}.{field} of {label} is not valid: {}", def.name, self.why))
                    .on(def.name)
                    .at(field)
            }
            None => invalid(format!("{label} is not valid: {}", self.why)).on(def.name),
        }
    }
}

fn invalid(what: impl Display) -> Error {
    Error::new(ErrorKind::Invalid, what.to_string())
}
