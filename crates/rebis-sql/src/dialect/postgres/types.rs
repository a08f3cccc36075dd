//! PostgreSQL's types and literals. Invariant: a literal means the same whatever `standard_conforming_strings` is.

use std::fmt::Write as _;

use super::Postgres;
use crate::compile::Result;
use crate::dialect::literal::{push_float, push_int};
use crate::dialect::quote::{checked_identifier, push_hex, push_text};
use crate::dialect::rules::{Names, TypeRules, invalid};
use crate::dialect::types::{push_length, push_numeric};
use crate::storage::{date_text, datetime_text, time_text};
use crate::{SqlType, Value};

impl TypeRules for Postgres {
    fn type_name(&self, ty: &SqlType, sql: &mut String) -> Result<()> {
        let spelled = match ty {
            SqlType::SmallInteger => "SMALLINT",
            SqlType::Integer => "INTEGER",
            SqlType::BigInteger => "BIGINT",
            SqlType::Float => "REAL",
            SqlType::Double => "DOUBLE PRECISION",
            SqlType::Numeric { precision, scale } => return push_numeric("NUMERIC", *precision, *scale, sql),
            SqlType::String(length) => {
                push_length("VARCHAR", *length, sql);
                return Ok(());
            }
            SqlType::Text => "TEXT",
            SqlType::Boolean => "BOOLEAN",
            SqlType::Date => "DATE",
            SqlType::Time => "TIME",
            SqlType::DateTime { timezone: false } => "TIMESTAMP",
            SqlType::DateTime { timezone: true } => "TIMESTAMP WITH TIME ZONE",
            SqlType::Interval => "INTERVAL",
            SqlType::Enum { name, .. } => return checked_identifier(self.quote(), name, sql),
            SqlType::LargeBinary => "BYTEA",
            // JSON has no `=`: neither DISTINCT nor GROUP BY nor an index works on it. Inspection reads both as one generic type.
            SqlType::Json => "JSONB",
            SqlType::Uuid => "UUID",
            SqlType::Array(of) => {
                self.type_name(of, sql)?;
                "[]"
            }
            SqlType::Other(name) => name,
        };
        sql.push_str(spelled);
        Ok(())
    }

    fn literal(&self, value: &Value, sql: &mut String) -> Result<()> {
        match value {
            Value::Null => sql.push_str("NULL"),
            Value::Unwritable(why) => return Err(invalid(why.as_str())),
            Value::Bool(b) => sql.push_str(if *b { "true" } else { "false" }),
            Value::Int(i) => push_int(*i, sql),
            Value::Float(f) if f.is_nan() => sql.push_str("'NaN'::double precision"),
            Value::Float(f) if f.is_infinite() => {
                sql.push_str(if *f > 0.0 {
                    "'Infinity'::double precision"
                } else {
                    "'-Infinity'::double precision"
                });
            }
            Value::Float(f) => push_float(*f, sql)?,
            Value::Decimal(d) => {
                let _ = write!(sql, "{d}");
            }
            Value::Text(t) => text(t, sql)?,
            Value::Bytes(b) => {
                sql.push_str("decode('");
                push_hex(b, sql);
                sql.push_str("', 'hex')");
            }
            Value::Date(d) => text(&date_text(*d), sql)?,
            Value::Time(t) => text(&time_text(*t), sql)?,
            Value::DateTime(at) => text(&datetime_text(*at), sql)?,
            Value::DateTimeUtc(at) => text(&(datetime_text(at.naive_utc()) + "+00:00"), sql)?,
            Value::Interval(i) => {
                let micros = i
                    .num_microseconds()
                    .ok_or_else(|| invalid("an interval is too long for microseconds"))?;
                let _ = write!(sql, "interval '{micros} microseconds'");
            }
            Value::Json(json) => text(&json.to_string(), sql)?,
            Value::Uuid(u) => text(&u.hyphenated().to_string(), sql)?,
            Value::Array(items) if items.is_empty() => sql.push_str("'{}'"),
            Value::Array(items) => {
                sql.push_str("ARRAY[");
                for (i, item) in items.iter().enumerate() {
                    sql.push_str(if i == 0 { "" } else { ", " });
                    self.literal(item, sql)?;
                }
                sql.push(']');
            }
        }
        Ok(())
    }
}

/// A backslash means itself in `'…'` only while a setting says so; in `E'…'` it always escapes.
fn text(text: &str, sql: &mut String) -> Result<()> {
    if text.contains('\\') {
        sql.push('E');
    }
    push_text(text, true, sql)
}
