//! SQLite's types. Invariant: the declared name gives the column the affinity that keeps what is stored in it.

use std::fmt::Write as _;

use super::Sqlite;
use crate::compile::Result;
use crate::dialect::literal::push_plain;
use crate::dialect::rules::{Names, TypeRules, invalid};
use crate::dialect::types::{push_length, push_numeric};
use crate::{SqlType, Value};

impl TypeRules for Sqlite {
    fn type_name(&self, ty: &SqlType, sql: &mut String) -> Result<()> {
        let spelled = match ty {
            SqlType::SmallInteger => "SMALLINT",
            SqlType::Integer => "INTEGER",
            SqlType::BigInteger | SqlType::Interval => "BIGINT",
            SqlType::Float => "FLOAT",
            SqlType::Double => "DOUBLE",
            SqlType::Numeric { precision, scale } => return push_numeric("NUMERIC", *precision, *scale, sql),
            SqlType::String(length) => {
                push_length("VARCHAR", *length, sql);
                return Ok(());
            }
            SqlType::Text => "TEXT",
            SqlType::Boolean => "BOOLEAN",
            SqlType::Date => "DATE",
            SqlType::Time => "TIME",
            SqlType::DateTime { .. } => "DATETIME",
            SqlType::Enum { values, .. } => {
                let longest = values.iter().map(|v| v.chars().count()).max().unwrap_or(0);
                let _ = write!(sql, "VARCHAR({longest})");
                return Ok(());
            }
            SqlType::LargeBinary => "BLOB",
            SqlType::Json => "JSON",
            SqlType::Uuid => "CHAR(32)",
            SqlType::Array(_) => {
                return Err(self.lacks("arrays", "store the list as JSON, or in a table of its own"));
            }
            SqlType::Other(name) => name,
        };
        sql.push_str(spelled);
        Ok(())
    }

    /// A CAST by the column's name would go by affinity: `CAST('2026-11-20' AS DATE)` is 2026.
    fn cast_name(&self, ty: &SqlType, sql: &mut String) -> Result<()> {
        let spelled = match ty {
            SqlType::Float | SqlType::Double => "REAL",
            SqlType::SmallInteger
            | SqlType::Integer
            | SqlType::BigInteger
            | SqlType::Interval
            | SqlType::Boolean => "INTEGER",
            SqlType::Numeric { .. } => "NUMERIC",
            SqlType::LargeBinary => "BLOB",
            SqlType::Array(_) | SqlType::Other(_) => return self.type_name(ty, sql),
            _ => "TEXT",
        };
        sql.push_str(spelled);
        Ok(())
    }

    fn literal(&self, value: &Value, sql: &mut String) -> Result<()> {
        match value {
            Value::Float(f) if f.is_infinite() => {
                sql.push_str(if *f > 0.0 { "9e999" } else { "-9e999" });
                Ok(())
            }
            Value::Float(f) if f.is_nan() => Err(invalid("SQLite stores NaN as NULL; write NULL")),
            _ => push_plain(value, false, sql),
        }
    }
}
