//! Values into SQLite and cells out of it. Invariant: what SQLite has no type for is written as `rebis_sql::storage` says.

use rebis_sql::{Cell, Value, storage};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Row, Statement, ToSql};

use super::error;
use crate::row::no_column;
use crate::{Error, ErrorKind, Result};

/// Binds every value; a statement needs exactly as many as it has placeholders.
pub(super) fn bind(statement: &mut Statement<'_>, binds: &[Value]) -> Result<()> {
    let wanted = statement.parameter_count();
    if wanted != binds.len() {
        return Err(Error::new(
            ErrorKind::Syntax,
            format!("the statement has {wanted} placeholders, but {} values were bound", binds.len()),
        ));
    }
    for (i, value) in binds.iter().enumerate() {
        statement.raw_bind_parameter(i + 1, Bind(value)).map_err(|e| match e {
            rusqlite::Error::ToSqlConversionFailure(why) => {
                Error::new(ErrorKind::Data, format!("bind {}: {why}", i + 1))
            }
            e => error::classify(e),
        })?;
    }
    Ok(())
}

struct Bind<'a>(&'a Value);

impl ToSql for Bind<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let owned = |text: String| ToSqlOutput::Owned(rusqlite::types::Value::Text(text));
        Ok(match self.0 {
            Value::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Value::Bool(b) => ToSqlOutput::Borrowed(ValueRef::Integer(i64::from(*b))),
            Value::Int(i) => ToSqlOutput::Borrowed(ValueRef::Integer(*i)),
            Value::Float(f) => ToSqlOutput::Borrowed(ValueRef::Real(*f)),
            Value::Text(t) => ToSqlOutput::Borrowed(ValueRef::Text(t.as_bytes())),
            Value::Bytes(b) => ToSqlOutput::Borrowed(ValueRef::Blob(b)),
            Value::Decimal(d) => owned(d.to_string()),
            Value::Date(d) => owned(storage::date_text(*d)),
            Value::Time(t) => owned(storage::time_text(*t)),
            Value::DateTime(at) => owned(storage::datetime_text(*at)),
            Value::DateTimeUtc(at) => owned(storage::datetime_text(at.naive_utc())),
            Value::Interval(i) => {
                let micros = storage::interval_micros(*i)
                    .ok_or_else(|| refuse("the interval is too long to be counted in microseconds"))?;
                ToSqlOutput::Borrowed(ValueRef::Integer(micros))
            }
            Value::Json(json) => owned(json.to_string()),
            Value::Uuid(uuid) => owned(storage::uuid_text(*uuid)),
            Value::Array(_) => return Err(refuse("SQLite has no arrays; store the list as JSON")),
            Value::Unwritable(why) => return Err(refuse(why)),
            _ => return Err(refuse("SQLite has no form for this kind of value")),
        })
    }
}

fn refuse(why: &str) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(why.into())
}

/// The cell as SQLite stores it.
#[inline]
pub(crate) fn cell<'a>(row: &'a Row<'a>, index: usize) -> Result<Cell<'a>> {
    match row.get_ref(index) {
        Ok(ValueRef::Null) => Ok(Cell::Null),
        Ok(ValueRef::Integer(i)) => Ok(Cell::Int(i)),
        Ok(ValueRef::Real(f)) => Ok(Cell::Float(f)),
        Ok(ValueRef::Text(bytes)) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cell::Text(text)),
            // SQLite stores what it is given; a reader of bytes may still want it.
            Err(_) => Ok(Cell::Bytes(bytes)),
        },
        Ok(ValueRef::Blob(bytes)) => Ok(Cell::Bytes(bytes)),
        Err(_) => Err(no_column(index, row.as_ref().column_count())),
    }
}
