//! MySQL's types and literals. Invariant: no type is chosen that would round or cut what the generic type holds.

use super::MySql;
use crate::compile::Result;
use crate::dialect::literal::push_plain;
use crate::dialect::quote::push_text;
use crate::dialect::rules::{Names, TypeRules};
use crate::dialect::types::{push_length, push_numeric};
use crate::{SqlType, Value};

impl TypeRules for MySql {
    fn type_name(&self, ty: &SqlType, sql: &mut String) -> Result<()> {
        let spelled = match ty {
            SqlType::SmallInteger => "SMALLINT",
            SqlType::Integer => "INTEGER",
            SqlType::BigInteger | SqlType::Interval => "BIGINT",
            SqlType::Float => "FLOAT",
            SqlType::Double => "DOUBLE",
            // NUMERIC alone is NUMERIC(10, 0) here, which would round prices to whole numbers in silence.
            SqlType::Numeric { precision: None, scale: None } => "NUMERIC(38, 10)",
            SqlType::Numeric { precision, scale } => return push_numeric("NUMERIC", *precision, *scale, sql),
            // VARCHAR needs a length here; 255 fits every index and is what other tools choose.
            SqlType::String(length) => {
                push_length("VARCHAR", Some(length.unwrap_or(255)), sql);
                return Ok(());
            }
            // TEXT and BLOB end at 64 KiB here; the generic types have no end. Inspection reads every size as the same type.
            SqlType::Text => "LONGTEXT",
            SqlType::LargeBinary => "LONGBLOB",
            SqlType::Boolean => "TINYINT(1)",
            SqlType::Date => "DATE",
            // Without a precision both drop the fraction of a second.
            SqlType::Time => "TIME(6)",
            SqlType::DateTime { .. } => "DATETIME(6)",
            SqlType::Enum { values, .. } => {
                sql.push_str("ENUM(");
                for (i, value) in values.iter().enumerate() {
                    sql.push_str(if i == 0 { "" } else { ", " });
                    push_text(value, true, sql)?;
                }
                ")"
            }
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

    fn cast_name(&self, ty: &SqlType, sql: &mut String) -> Result<()> {
        let spelled = match ty {
            SqlType::SmallInteger
            | SqlType::Integer
            | SqlType::BigInteger
            | SqlType::Boolean
            | SqlType::Interval => "SIGNED",
            SqlType::Numeric { precision: None, scale: None } => "DECIMAL(38, 10)",
            SqlType::Numeric { precision, scale } => return push_numeric("DECIMAL", *precision, *scale, sql),
            SqlType::String(length) => {
                push_length("CHAR", *length, sql);
                return Ok(());
            }
            SqlType::Text | SqlType::Enum { .. } => "CHAR",
            SqlType::LargeBinary => "BINARY",
            SqlType::Json if self.maria => "CHAR",
            _ => return self.type_name(ty, sql),
        };
        sql.push_str(spelled);
        Ok(())
    }

    /// Backslashes are doubled, which is right unless a session turns NO_BACKSLASH_ESCAPES on; Rebis never does.
    fn literal(&self, value: &Value, sql: &mut String) -> Result<()> {
        push_plain(value, true, sql)
    }
}
