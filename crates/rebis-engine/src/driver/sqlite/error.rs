//! What SQLite reports, classified. Invariant: an error that SQLite says with its code is never told apart by its words alone.

use rusqlite::ffi::{self, ErrorCode};

use crate::{Error, ErrorKind};

/// Classifies an error.
pub(super) fn classify(e: rusqlite::Error) -> Error {
    let (code, extended, message) = match &e {
        rusqlite::Error::SqliteFailure(code, message) => (code.code, code.extended_code, message.clone()),
        rusqlite::Error::SqlInputError { error, msg, .. } => {
            (error.code, error.extended_code, Some(msg.clone()))
        }
        _ => return Error::new(ErrorKind::Other, e.to_string()).with_source(e),
    };
    let message = message.unwrap_or_else(|| ffi::code_to_str(extended).to_owned());
    let kind = kind(code, extended, &message);
    let (constraint, table, column) = names(kind, &message);
    Error::reported(kind, &format!("SQLite: {message}"), e)
        .with_constraint(constraint)
        .with_table(table)
        .with_column(column)
}

/// Whether SQLite says that the file is none of its own.
pub(super) fn is_no_database(e: &Error) -> bool {
    let reported = e.report().and_then(|e| e.downcast_ref::<rusqlite::Error>());
    reported.and_then(rusqlite::Error::sqlite_error_code) == Some(ErrorCode::NotADatabase)
}

fn kind(code: ErrorCode, extended: i32, message: &str) -> ErrorKind {
    match extended {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            return ErrorKind::UniqueViolation;
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => return ErrorKind::ForeignKeyViolation,
        ffi::SQLITE_CONSTRAINT_NOTNULL => return ErrorKind::NotNullViolation,
        ffi::SQLITE_CONSTRAINT_CHECK => return ErrorKind::CheckViolation,
        // The snapshot this transaction reads is no longer the newest, so it can never write; waiting would not help.
        ffi::SQLITE_BUSY_SNAPSHOT => return ErrorKind::Serialization,
        _ => {}
    }
    match code {
        // RESTRICT, and a trigger's RAISE, come without a code of their own.
        ErrorCode::ConstraintViolation if message.starts_with("FOREIGN KEY") => {
            ErrorKind::ForeignKeyViolation
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => ErrorKind::Locked,
        ErrorCode::ReadOnly => ErrorKind::ReadOnly,
        ErrorCode::CannotOpen
        | ErrorCode::NotADatabase
        | ErrorCode::SystemIoFailure
        | ErrorCode::DatabaseCorrupt => ErrorKind::Connection,
        ErrorCode::TypeMismatch | ErrorCode::TooBig => ErrorKind::Data,
        // SQLITE_ERROR is all there is for both.
        _ if message.starts_with("no such") || message.contains("has no column named") => ErrorKind::Missing,
        _ if message.contains("syntax error")
            || message.starts_with("incomplete input")
            || message.starts_with("unrecognized token") =>
        {
            ErrorKind::Syntax
        }
        _ => ErrorKind::Other,
    }
}

type Names = (Option<String>, Option<String>, Option<String>);

/// The names in `UNIQUE constraint failed: user.first, user.last`, `CHECK constraint failed: ck_age`.
fn names(kind: ErrorKind, message: &str) -> Names {
    let Some((_, named)) = message.split_once("constraint failed: ") else { return (None, None, None) };
    match kind {
        // An index over an expression is named as `index 'name'`.
        ErrorKind::UniqueViolation if named.starts_with("index '") => {
            (named.strip_prefix("index '").and_then(|n| n.strip_suffix('\'')).map(str::to_owned), None, None)
        }
        ErrorKind::UniqueViolation | ErrorKind::NotNullViolation => {
            let first = named.split(", ").next().unwrap_or(named);
            let (table, column) =
                first.split_once('.').map_or((None, None), |(t, c)| (Some(t.to_owned()), Some(c.to_owned())));
            let column = column.filter(|_| !named.contains(", "));
            (Some(named.to_owned()), table, column)
        }
        ErrorKind::CheckViolation => (Some(named.to_owned()), None, None),
        _ => (None, None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_the_message() {
        let (constraint, table, column) =
            names(ErrorKind::UniqueViolation, "UNIQUE constraint failed: user.first, user.last");
        assert_eq!(
            (constraint.as_deref(), table.as_deref(), column),
            (Some("user.first, user.last"), Some("user"), None)
        );
        let (constraint, ..) =
            names(ErrorKind::UniqueViolation, "UNIQUE constraint failed: index 'ux_lower'");
        assert_eq!(constraint.as_deref(), Some("ux_lower"));
        let (_, table, column) = names(ErrorKind::NotNullViolation, "NOT NULL constraint failed: user.email");
        assert_eq!((table.as_deref(), column.as_deref()), (Some("user"), Some("email")));
    }
}
