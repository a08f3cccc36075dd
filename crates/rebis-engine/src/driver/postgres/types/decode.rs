//! The server's bytes into a [`Cell`]. Invariant: text, bytes and JSON are borrowed from the row.

use std::borrow::Cow;

use chrono::{NaiveTime, TimeDelta};
use rebis_sql::{Cell, Value};
use tokio_postgres::types::{Kind, Type};
use uuid::Uuid;

use super::{EPOCH, EPOCH_TIME, Refused, is_text, numeric, refused};

type Result<T> = std::result::Result<T, Refused>;

#[inline]
pub(super) fn cell<'a>(ty: &Type, raw: &'a [u8]) -> Result<Cell<'a>> {
    Ok(match *ty {
        Type::INT8 => Cell::Int(i64::from_be_bytes(fixed(raw)?)),
        Type::INT4 => Cell::Int(i64::from(i32::from_be_bytes(fixed(raw)?))),
        Type::TEXT | Type::VARCHAR => Cell::Text(text(raw)?),
        Type::BOOL => Cell::Bool(raw.first().is_some_and(|b| *b != 0)),
        Type::INT2 => Cell::Int(i64::from(i16::from_be_bytes(fixed(raw)?))),
        Type::FLOAT8 => Cell::Float(f64::from_be_bytes(fixed(raw)?)),
        Type::FLOAT4 => Cell::Float32(f32::from_be_bytes(fixed(raw)?)),
        Type::TIMESTAMPTZ => Cell::DateTimeUtc(timestamp(raw)?.and_utc()),
        Type::TIMESTAMP => Cell::DateTime(timestamp(raw)?),
        Type::DATE => Cell::Date(date(raw)?),
        Type::TIME => Cell::Time(time(raw)?),
        Type::INTERVAL => Cell::Interval(interval(raw)?),
        Type::NUMERIC => Cell::Decimal(numeric::decode(raw)?),
        Type::UUID => Cell::Uuid(Uuid::from_bytes(fixed(raw)?)),
        Type::BYTEA => Cell::Bytes(raw),
        Type::JSON => Cell::Json(Cow::Borrowed(text(raw)?)),
        // The first byte is the version of the format.
        Type::JSONB => Cell::Json(Cow::Borrowed(text(raw.get(1..).unwrap_or_default())?)),
        Type::OID | Type::XID | Type::CID => Cell::Int(i64::from(u32::from_be_bytes(fixed(raw)?))),
        Type::VOID => Cell::Null,
        _ => return other(ty, raw),
    })
}

/// Types with a name of their own, arrays, and what cannot be read.
#[cold]
fn other<'a>(ty: &Type, raw: &'a [u8]) -> Result<Cell<'a>> {
    if is_text(ty) {
        return Ok(Cell::Text(text(raw)?));
    }
    match ty.kind() {
        Kind::Domain(of) => cell(of, raw),
        Kind::Array(of) => array(of, raw).map(Cell::Array),
        _ => refused(format!(
            "the PostgreSQL type `{}` cannot be read; cast it in the statement: CAST(… AS text)",
            ty.name()
        )),
    }
}

fn fixed<const N: usize>(raw: &[u8]) -> Result<[u8; N]> {
    raw.try_into()
        .map_err(|_| Refused::new(format!("the server sent {} bytes where {N} were expected", raw.len())))
}

fn text(raw: &[u8]) -> Result<&str> {
    std::str::from_utf8(raw).map_err(|_| {
        Refused::new("the server sent text that is not UTF-8; set the database's encoding to UTF8")
    })
}

fn timestamp(raw: &[u8]) -> Result<chrono::NaiveDateTime> {
    let micros = i64::from_be_bytes(fixed(raw)?);
    if matches!(micros, i64::MIN | i64::MAX) {
        return refused("the timestamp is infinite, which no Rust type holds; use NULL, or cast it to text");
    }
    EPOCH_TIME
        .checked_add_signed(TimeDelta::microseconds(micros))
        .ok_or_else(|| Refused::new("the timestamp is out of range"))
}

fn date(raw: &[u8]) -> Result<chrono::NaiveDate> {
    let days = i32::from_be_bytes(fixed(raw)?);
    if matches!(days, i32::MIN | i32::MAX) {
        return refused("the date is infinite, which no Rust type holds; use NULL, or cast it to text");
    }
    EPOCH
        .checked_add_signed(TimeDelta::days(i64::from(days)))
        .ok_or_else(|| Refused::new("the date is out of range"))
}

fn time(raw: &[u8]) -> Result<NaiveTime> {
    let micros = i64::from_be_bytes(fixed(raw)?);
    let (seconds, rest) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    u32::try_from(seconds)
        .ok()
        .and_then(|s| NaiveTime::from_num_seconds_from_midnight_opt(s, rest as u32 * 1000))
        .ok_or_else(|| {
            Refused::new("the time is 24:00, which no Rust type holds; store 00:00 of the next day")
        })
}

fn interval(raw: &[u8]) -> Result<TimeDelta> {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = fixed::<16>(raw)?;
    let micros = i64::from_be_bytes([a, b, c, d, e, f, g, h]);
    let days = i32::from_be_bytes([i, j, k, l]);
    if i32::from_be_bytes([m, n, o, p]) != 0 {
        return refused(
            "the interval counts months, which have no fixed length; store days, or read it as text: CAST(… AS text)",
        );
    }
    TimeDelta::days(i64::from(days))
        .checked_add(&TimeDelta::microseconds(micros))
        .ok_or_else(|| Refused::new("the interval is out of range"))
}

/// Takes the next `N` bytes.
fn take<const N: usize>(raw: &mut &[u8]) -> Result<[u8; N]> {
    match raw.split_first_chunk::<N>() {
        Some((head, rest)) => {
            *raw = rest;
            Ok(*head)
        }
        None => refused("the server sent an array that ends too early"),
    }
}

fn array(of: &Type, mut raw: &[u8]) -> Result<Vec<Value>> {
    let dimensions = i32::from_be_bytes(take(&mut raw)?);
    take::<8>(&mut raw)?;
    let mut lengths = Vec::new();
    for _ in 0..dimensions {
        lengths.push(i32::from_be_bytes(take(&mut raw)?).max(0) as usize);
        take::<4>(&mut raw)?;
    }
    match lengths.as_slice() {
        [] => Ok(Vec::new()),
        lengths => items(of, &mut raw, lengths),
    }
}

fn items(of: &Type, raw: &mut &[u8], lengths: &[usize]) -> Result<Vec<Value>> {
    let (length, inner) = match lengths.split_first() {
        Some((length, inner)) => (*length, inner),
        None => return Ok(Vec::new()),
    };
    let mut values = Vec::new();
    for _ in 0..length {
        if !inner.is_empty() {
            values.push(Value::Array(items(of, raw, inner)?));
            continue;
        }
        let size = i32::from_be_bytes(take(raw)?);
        let Ok(size) = usize::try_from(size) else {
            values.push(Value::Null);
            continue;
        };
        let Some((item, rest)) = raw.split_at_checked(size) else {
            return refused("the server sent an array that ends too early");
        };
        *raw = rest;
        values.push(value(cell(of, item)?)?);
    }
    Ok(values)
}

/// The owned form of a cell inside an array.
fn value(cell: Cell<'_>) -> Result<Value> {
    Ok(match cell {
        Cell::Null => Value::Null,
        Cell::Bool(b) => Value::Bool(b),
        Cell::Int(i) => Value::Int(i),
        Cell::Float32(f) => Value::Float(f64::from(f)),
        Cell::Float(f) => Value::Float(f),
        Cell::Decimal(d) => Value::Decimal(d),
        Cell::Text(t) => Value::Text(t.to_owned()),
        Cell::Bytes(b) => Value::Bytes(b.to_vec()),
        Cell::Date(d) => Value::Date(d),
        Cell::Time(t) => Value::Time(t),
        Cell::DateTime(at) => Value::DateTime(at),
        Cell::DateTimeUtc(at) => Value::DateTimeUtc(at),
        Cell::Interval(i) => Value::Interval(i),
        Cell::Json(j) => Value::Json(
            serde_json::from_str(&j)
                .map_err(|e| Refused::new(format!("the server sent JSON that is none: {e}")))?,
        ),
        Cell::Uuid(u) => Value::Uuid(u),
        Cell::Array(items) => Value::Array(items),
        other => return refused(format!("an array cannot hold {other:?}")),
    })
}
