//! Values into MySQL's binary form and cells out of it. Invariant: what MySQL has no type for is written as `rebis_sql::storage` says.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};
use mysql_async::Row;
use mysql_async::Value as Raw;
use mysql_async::consts::{ColumnFlags, ColumnType};
use rebis_sql::{Cell, Value, storage};
use rust_decimal::Decimal;

use crate::row::no_column;
use crate::{Error, ErrorKind, Result};

/// The character set number that means bytes.
const BINARY: u16 = 63;

/// [`bind`] of a value that is given away: text and bytes are not copied.
pub(super) fn bind_owned(value: Value) -> Result<Raw> {
    match value {
        Value::Text(t) => Ok(Raw::Bytes(t.into_bytes())),
        Value::Bytes(b) => Ok(Raw::Bytes(b)),
        other => bind(&other),
    }
}

pub(super) fn bind(value: &Value) -> Result<Raw> {
    Ok(match value {
        Value::Null => Raw::NULL,
        Value::Bool(b) => Raw::Int(i64::from(*b)),
        Value::Int(i) => Raw::Int(*i),
        Value::Float(f) if !f.is_finite() => {
            return Err(refuse("MySQL has no NaN and no infinity; use NULL"));
        }
        Value::Float(f) => Raw::Double(*f),
        Value::Decimal(d) => Raw::Bytes(d.to_string().into_bytes()),
        Value::Text(t) => Raw::Bytes(t.clone().into_bytes()),
        Value::Bytes(b) => Raw::Bytes(b.clone()),
        Value::Date(d) => moment(d.and_time(NaiveTime::MIN))?,
        Value::Time(t) => {
            let seconds = t.num_seconds_from_midnight();
            Raw::Time(
                false,
                0,
                (seconds / 3600) as u8,
                (seconds / 60 % 60) as u8,
                (seconds % 60) as u8,
                micros(t),
            )
        }
        Value::DateTime(at) => moment(*at)?,
        Value::DateTimeUtc(at) => moment(at.naive_utc())?,
        Value::Interval(i) => Raw::Int(
            storage::interval_micros(*i)
                .ok_or_else(|| refuse("the interval is too long to be counted in microseconds"))?,
        ),
        Value::Json(json) => Raw::Bytes(json.to_string().into_bytes()),
        Value::Uuid(uuid) => Raw::Bytes(storage::uuid_text(*uuid).into_bytes()),
        Value::Array(_) => return Err(refuse("MySQL has no arrays; store the list as JSON")),
        Value::Unwritable(why) => return Err(refuse(why)),
        _ => return Err(refuse("MySQL has no form for this kind of value")),
    })
}

fn refuse(why: &str) -> Error {
    Error::new(ErrorKind::Data, why)
}

fn micros(t: &impl Timelike) -> u32 {
    // chrono keeps a leap second above one second; here it is the second's last moment.
    (t.nanosecond() / 1000).min(999_999)
}

fn moment(at: NaiveDateTime) -> Result<Raw> {
    let year = u16::try_from(at.year())
        .ok()
        .filter(|y| *y <= 9999)
        .ok_or_else(|| refuse("MySQL's dates have years from 0 to 9999"))?;
    Ok(Raw::Date(
        year,
        at.month() as u8,
        at.day() as u8,
        at.hour() as u8,
        at.minute() as u8,
        at.second() as u8,
        micros(&at),
    ))
}

/// The name of a column of the row.
pub(crate) fn column_name(row: &Row, index: usize) -> Option<&str> {
    std::str::from_utf8(row.columns_ref().get(index)?.name_ref()).ok()
}

/// The cell at `index`.
#[inline]
pub(crate) fn cell(row: &Row, index: usize) -> Result<Cell<'_>> {
    let (Some(raw), Some(column)) = (row.as_ref(index), row.columns_ref().get(index)) else {
        return Err(no_column(index, row.len()));
    };
    Ok(match raw {
        Raw::NULL => Cell::Null,
        Raw::Int(i) => Cell::Int(*i),
        Raw::UInt(u) => i64::try_from(*u).map_or(Cell::UInt(*u), Cell::Int),
        Raw::Float(f) => Cell::Float32(*f),
        Raw::Double(f) => Cell::Float(*f),
        Raw::Date(year, month, day, hour, minute, second, micro) => {
            let date = NaiveDate::from_ymd_opt(i32::from(*year), u32::from(*month), u32::from(*day))
                .ok_or_else(|| {
                    decode("the date is 0000-00-00 or has a zero part, which no Rust type holds; store NULL")
                })?;
            if matches!(column.column_type(), ColumnType::MYSQL_TYPE_DATE | ColumnType::MYSQL_TYPE_NEWDATE) {
                return Ok(Cell::Date(date));
            }
            date.and_hms_micro_opt(u32::from(*hour), u32::from(*minute), u32::from(*second), *micro)
                .map(Cell::DateTime)
                .ok_or_else(|| decode("the time of day is out of range"))?
        }
        Raw::Time(negative, days, hours, minutes, seconds, micro) => {
            time(*negative, *days, *hours, *minutes, *seconds, *micro)?
        }
        Raw::Bytes(bytes) => match column.column_type() {
            ColumnType::MYSQL_TYPE_NEWDECIMAL | ColumnType::MYSQL_TYPE_DECIMAL => {
                let text = std::str::from_utf8(bytes).unwrap_or_default();
                Cell::Decimal(Decimal::from_str_exact(text).map_err(|_| {
                    decode("the decimal has more than the 28 digits of Decimal; round it in the statement, or read it as text: CAST(… AS CHAR)")
                })?)
            }
            // Most significant byte first, at most eight.
            ColumnType::MYSQL_TYPE_BIT => {
                let bits = bytes.iter().fold(0_u64, |n, b| (n << 8) | u64::from(*b));
                i64::try_from(bits).map_or(Cell::UInt(bits), Cell::Int)
            }
            ColumnType::MYSQL_TYPE_JSON => Cell::Json(text(bytes)?.into()),
            _ if column.character_set() == BINARY && !column.flags().contains(ColumnFlags::ENUM_FLAG) => {
                Cell::Bytes(bytes)
            }
            _ => Cell::Text(text(bytes)?),
        },
    })
}

fn text(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|_| decode("the server sent text that is not UTF-8"))
}

fn time(negative: bool, days: u32, hours: u8, minutes: u8, seconds: u8, micro: u32) -> Result<Cell<'static>> {
    if !negative
        && days == 0
        && let Some(time) =
            NaiveTime::from_hms_micro_opt(u32::from(hours), u32::from(minutes), u32::from(seconds), micro)
    {
        return Ok(Cell::Time(time));
    }
    // MySQL's TIME goes beyond a day and below zero: then it is a length of time.
    let seconds =
        i64::from(days) * 86_400 + i64::from(hours) * 3600 + i64::from(minutes) * 60 + i64::from(seconds);
    let length = TimeDelta::seconds(seconds) + TimeDelta::microseconds(i64::from(micro));
    Ok(Cell::Interval(if negative { -length } else { length }))
}

fn decode(why: &str) -> Error {
    Error::new(ErrorKind::Decode, why)
}
