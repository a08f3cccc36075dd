//! Dates, times and lengths of time. Invariant: what is stored without a zone and read as a moment is UTC.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::wrong;
use crate::storage::{parse_date, parse_datetime, parse_time};
use crate::{Cell, ColumnType, DecodeError, SqlType, Value};

macro_rules! time_type {
    ($rust:ty, $name:literal, $sql:expr, $variant:ident, |$cell:ident| $read:expr) => {
        impl ColumnType for $rust {
            fn sql_type() -> SqlType {
                $sql
            }

            fn to_value(&self) -> Value {
                Value::$variant(*self)
            }

            #[inline]
            fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
                let $cell = &cell;
                let read: Option<Self> = $read;
                read.ok_or_else(|| wrong($name, &cell))
            }
        }
    };
}

time_type!(NaiveDate, "NaiveDate", SqlType::Date, Date, |cell| match cell {
    Cell::Date(d) => Some(*d),
    Cell::DateTime(at) => Some(at.date()),
    Cell::Text(text) => parse_date(text),
    _ => None,
});

time_type!(NaiveTime, "NaiveTime", SqlType::Time, Time, |cell| match cell {
    Cell::Time(t) => Some(*t),
    // MySQL's TIME is a length of time; within a day it is also a time of day.
    Cell::Interval(i) if *i >= TimeDelta::zero() && *i < TimeDelta::days(1) => {
        NaiveTime::MIN.overflowing_add_signed(*i).0.into()
    }
    Cell::Text(text) => parse_time(text),
    _ => None,
});

time_type!(
    NaiveDateTime,
    "NaiveDateTime",
    SqlType::DateTime { timezone: false },
    DateTime,
    |cell| match cell {
        Cell::DateTime(at) => Some(*at),
        Cell::DateTimeUtc(at) => Some(at.naive_utc()),
        Cell::Date(d) => d.and_hms_opt(0, 0, 0),
        Cell::Text(text) => parse_datetime(text),
        _ => None,
    }
);

time_type!(DateTime<Utc>, "DateTime<Utc>", SqlType::DateTime { timezone: true }, DateTimeUtc, |cell| {
    match cell {
        Cell::DateTimeUtc(at) => Some(*at),
        Cell::DateTime(at) => Some(at.and_utc()),
        Cell::Date(d) => d.and_hms_opt(0, 0, 0).map(|at| at.and_utc()),
        Cell::Text(text) => parse_datetime(text).map(|at| at.and_utc()),
        _ => None,
    }
});

time_type!(TimeDelta, "TimeDelta", SqlType::Interval, Interval, |cell| match cell {
    Cell::Interval(i) => Some(*i),
    Cell::Int(micros) => Some(TimeDelta::microseconds(*micros)),
    _ => None,
});
