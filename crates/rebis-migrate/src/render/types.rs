//! Column types as the prelude names them. Invariant: every type that a model can have has a name there.

use rebis_sql::SqlType;

use super::{Doc, call, cannot, text, texts, word};
use crate::Result;

pub(super) fn type_of(ty: &SqlType) -> Result<Doc> {
    Ok(word(match ty {
        SqlType::SmallInteger => "SmallInteger",
        SqlType::Integer => "Integer",
        SqlType::BigInteger => "BigInteger",
        SqlType::Float => "Float",
        SqlType::Double => "Double",
        SqlType::Numeric { precision: None, scale: None } => "Decimal",
        SqlType::Numeric { precision: Some(precision), scale } => {
            let scale = scale.unwrap_or(0).to_string();
            return Ok(call("Numeric", [word(&precision.to_string()), word(&scale)]));
        }
        SqlType::String(None) => "Varchar",
        SqlType::String(Some(length)) => return Ok(call("String", [word(&length.to_string())])),
        SqlType::Text => "Text",
        SqlType::Boolean => "Boolean",
        SqlType::Date => "Date",
        SqlType::Time => "Time",
        SqlType::DateTime { timezone: false } => "DateTime",
        SqlType::DateTime { timezone: true } => "DateTimeTz",
        SqlType::Interval => "Interval",
        SqlType::Enum { name, values } => return Ok(call("Enum", [text(name), texts(values)])),
        SqlType::LargeBinary => "LargeBinary",
        SqlType::Json => "Json",
        SqlType::Uuid => "Uuid",
        SqlType::Array(of) => return Ok(call("Array", [type_of(of)?])),
        SqlType::Other(name) if !name.is_empty() => return Ok(call("Other", [text(name)])),
        other => return Err(cannot(format_args!("the type {other:?}"))),
    }))
}
