//! Values into PostgreSQL's binary form and cells out of it. Invariant: what does not fit the server's type is refused, never rounded or cut.

mod decode;
mod encode;
mod numeric;

use std::fmt;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use rebis_sql::{Cell, Dialect};
use tokio_postgres::types::{FromSql, Type};

pub(super) use encode::Bind;

use crate::row::no_column;
use crate::{Error, ErrorKind, Result};

/// Why a value cannot be sent or read; says what to do.
#[derive(Debug)]
pub(super) struct Refused {
    why: String,
    kind: ErrorKind,
}

impl Refused {
    fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), kind: ErrorKind::Data }
    }

    fn character(why: impl Into<String>) -> Self {
        Self { why: why.into(), kind: ErrorKind::Character }
    }

    pub(super) fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for Refused {}

fn refused<T>(why: impl Into<String>) -> Result<T, Refused> {
    Err(Refused::new(why))
}

/// A cell read from the server's bytes.
struct PgCell<'a>(Cell<'a>);

impl<'a> FromSql<'a> for PgCell<'a> {
    #[inline]
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        decode::cell(ty, raw).map(PgCell).map_err(Into::into)
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(PgCell(Cell::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// The cell at `index`.
#[inline]
pub(crate) fn cell(row: &tokio_postgres::Row, index: usize) -> Result<Cell<'_>> {
    match row.try_get::<_, PgCell<'_>>(index) {
        Ok(cell) => Ok(cell.0),
        Err(_) if index >= row.len() => Err(no_column(index, row.len())),
        Err(e) => Err(Error::new(ErrorKind::Decode, super::error::deepest(&e)).with_source(e)),
    }
}

/// The day from which PostgreSQL counts.
const EPOCH: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).expect("a date");
const EPOCH_TIME: NaiveDateTime = NaiveDateTime::new(EPOCH, NaiveTime::MIN);

/// Whether the server stores it as plain text.
fn is_text(ty: &Type) -> bool {
    use tokio_postgres::types::Kind;
    matches!(
        *ty,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::XML | Type::CHAR
    ) || matches!(ty.kind(), Kind::Enum(_))
        || ty.name() == "citext"
}

/// How a type is written as the element of an array in a cast; nothing when it is an array itself.
///
/// The name is the catalogue's, in quotes: `char` and `bit` without them would mean one character and one bit.
pub(super) fn element_name(ty: &Type) -> Option<String> {
    use tokio_postgres::types::Kind;
    if matches!(ty.kind(), Kind::Array(_)) {
        return None;
    }
    let plain = ty.schema() == "pg_catalog" && !matches!(ty.name(), "char" | "bit");
    if plain {
        return Some(ty.name().to_owned());
    }
    let mut name = String::new();
    Dialect::Postgres.quote_into(ty.schema(), &mut name);
    name.push('.');
    Dialect::Postgres.quote_into(ty.name(), &mut name);
    Some(name)
}
