//! What PostgreSQL reports, classified by SQLSTATE. Invariant: the server's DETAIL, which quotes values, stays out of the message, and so do
//! the values that a message itself quotes.

use std::error::Error as _;

use crate::{Error, ErrorKind};

pub(super) fn classify(e: tokio_postgres::Error) -> Error {
    let Some(db) = e.as_db_error() else {
        let text = deepest(&e);
        // An encoder's refusal carries its own error; everything else without an SQLSTATE is the transport.
        if let Some(refused) = e.source().and_then(|s| s.downcast_ref::<super::types::Refused>()) {
            return Error::new(refused.kind(), format!("{e}: {refused}"));
        }
        let said = e.to_string();
        if said.contains("expected") && said.contains("parameters") {
            return Error::new(
                ErrorKind::Syntax,
                format!("the statement's placeholders and the bound values differ in number: {said}"),
            );
        }
        let kind = if e.is_closed()
            || said.contains("communicating")
            || said.contains("closed")
            || e.source().is_some_and(|s| s.is::<std::io::Error>())
        {
            ErrorKind::Connection
        } else {
            ErrorKind::Other
        };
        return Error::new(
            kind,
            format!("the connection to PostgreSQL broke: {text}; what was not committed is rolled back"),
        )
        .with_source(e);
    };
    let code = db.code().code();
    // Within a transaction, where it could not be prepared again at once: the next time it is.
    let kind = if is_stale(&e) { ErrorKind::Serialization } else { kind(code) };
    let said = without_values(code, db.message());
    let message = match db.hint() {
        Some(hint) => format!("PostgreSQL: {said} ({hint})"),
        None => format!("PostgreSQL: {said}"),
    };
    let [constraint, table, column] =
        [db.constraint(), db.table(), db.column()].map(|n| n.map(str::to_owned));
    let code = code.to_owned();
    Error::reported(kind, &message, e)
        .with_sqlstate(code)
        .with_constraint(constraint)
        .with_table(table)
        .with_column(column)
}

/// The message without the value that it is about: `invalid input syntax for type integer: "abc"`, in whatever language.
fn without_values<'a>(code: &str, message: &'a str) -> &'a str {
    match code {
        "22P02" | "22007" | "22008" => message.split_once(": ").map_or(message, |(what, _)| what),
        _ => message,
    }
}

/// Whether a prepared statement has gone stale and would work when prepared again.
pub(super) fn is_stale(e: &tokio_postgres::Error) -> bool {
    e.as_db_error().is_some_and(|db| match db.code().code() {
        "0A000" => db.message().contains("cached plan must not change result type"),
        // The server no longer has the statement (DISCARD ALL, a pooler between).
        "26000" => true,
        _ => false,
    })
}

fn kind(code: &str) -> ErrorKind {
    match code {
        "23505" | "23P01" => ErrorKind::UniqueViolation,
        "23503" | "23001" => ErrorKind::ForeignKeyViolation,
        "23502" => ErrorKind::NotNullViolation,
        "23514" => ErrorKind::CheckViolation,
        "40001" => ErrorKind::Serialization,
        "40P01" => ErrorKind::Deadlock,
        "55P03" => ErrorKind::Locked,
        "25006" => ErrorKind::ReadOnly,
        "25P02" | "25001" | "25P01" | "3B001" => ErrorKind::State,
        "42P01" | "42703" | "42883" | "42704" | "3F000" | "3D000" => ErrorKind::Missing,
        "57P01" | "57P02" | "57P03" | "25P03" | "53300" => ErrorKind::Connection,
        "22021" | "22P05" => ErrorKind::Character,
        _ => match code.get(..2) {
            Some("08" | "28") => ErrorKind::Connection,
            Some("22") => ErrorKind::Data,
            Some("42") => ErrorKind::Syntax,
            _ => ErrorKind::Other,
        },
    }
}

/// The words of the innermost error, which say most.
pub(super) fn deepest(e: &dyn std::error::Error) -> String {
    let mut inner = e;
    while let Some(next) = inner.source() {
        inner = next;
    }
    inner.to_string()
}

#[cfg(test)]
mod tests {
    use super::without_values;

    #[test]
    fn a_value_is_left_out() {
        let syntax = "invalid input syntax for type integer: \"s3cret: x\"";
        assert_eq!(without_values("22P02", syntax), "invalid input syntax for type integer");
        let other = "invalid byte sequence for encoding \"UTF8\": 0x00";
        assert_eq!(without_values("22021", other), other);
    }
}
