//! Defaults and literals. Invariant: the literal makes the same value when it is compiled.

use rebis_sql::Value;
use rebis_sql::schema::{Collation, Identity, Index, IndexKey, ServerDefault};
use rebis_sql::storage::{date_text, datetime_text, time_text};

use super::{Doc, call, cannot, text, word};
use crate::Result;

pub(super) fn default(default: &ServerDefault) -> Result<Doc> {
    Ok(match default {
        ServerDefault::Value(of) => value(of)?,
        ServerDefault::Now => call("now", []),
        ServerDefault::Sql(sql) => call("sql", [text(sql)]),
    })
}

/// A name, or one for each database.
pub(super) fn collation(collation: &Collation) -> Doc {
    let mut each = Vec::new();
    for (dialect, name) in collation.names() {
        match dialect {
            None => return text(name),
            Some(dialect) => each.push(call("", [word(&format!("Dialect::{dialect:?}")), text(name)])),
        }
    }
    Doc::Array(each)
}

/// `Identity::always().start(10)`
pub(super) fn identity(identity: &Identity) -> Doc {
    let mut text =
        String::from(if identity.always { "Identity::always()" } else { "Identity::by_default()" });
    let numbers = [
        ("start", identity.start),
        ("increment", identity.increment),
        ("min", identity.min),
        ("max", identity.max),
        ("cache", identity.cache),
    ];
    for (name, number) in numbers {
        if let Some(number) = number {
            text.push_str(&format!(".{name}({number})"));
        }
    }
    if identity.cycle {
        text.push_str(".cycle()");
    }
    word(&text)
}

fn value(value: &Value) -> Result<Doc> {
    Ok(match value {
        Value::Null => word("Value::Null"),
        Value::Bool(b) => word(if *b { "true" } else { "false" }),
        Value::Int(i) if i32::try_from(*i).is_ok() => word(&i.to_string()),
        Value::Int(i) => word(&format!("{i}_i64")),
        Value::Float(f) if f.is_nan() => word("f64::NAN"),
        Value::Float(f) if f.is_infinite() => {
            word(if *f > 0.0 { "f64::INFINITY" } else { "f64::NEG_INFINITY" })
        }
        Value::Float(f) => word(&format!("{f:?}")),
        Value::Decimal(d) => call("decimal", [text(&d.to_string())]),
        Value::Text(t) => text(t),
        Value::Bytes(bytes) => {
            let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
            call("bytes", [text(&hex)])
        }
        Value::Date(d) => call("date", [text(&date_text(*d))]),
        Value::Time(t) => call("time", [text(&time_text(*t))]),
        Value::DateTime(at) => call("datetime", [text(&datetime_text(*at))]),
        Value::DateTimeUtc(at) => call("datetime_utc", [text(&datetime_text(at.naive_utc()))]),
        Value::Interval(i) => match i.num_microseconds() {
            Some(micros) => call("interval", [word(&micros.to_string())]),
            None => return Err(cannot("an interval of more than 292 000 years")),
        },
        Value::Json(json) => call("json", [text(&json.to_string())]),
        Value::Uuid(u) => call("uuid", [text(&u.hyphenated().to_string())]),
        Value::Array(items) if items.is_empty() => word("Value::Array(vec![])"),
        Value::Array(items) => {
            let kinds: Vec<_> = items.iter().map(std::mem::discriminant).collect();
            if kinds.windows(2).any(|w| w[0] != w[1]) {
                return Err(cannot("an array of several kinds of values"));
            }
            let items = items.iter().map(self::value).collect::<Result<Vec<_>>>()?;
            call("array", [Doc::Array(items)])
        }
        other => return Err(cannot(format_args!("the value {other:?}"))),
    })
}

/// The parts of an index: plain names, unless one of them is something else.
pub(super) fn keys(index: &Index) -> Doc {
    let plain = index.keys.iter().all(|k| matches!(k, IndexKey::Column { descending: false, .. }));
    Doc::Array(
        index
            .keys
            .iter()
            .map(|k| match k {
                IndexKey::Column { name, descending: false } if plain => text(name),
                IndexKey::Column { name, descending: false } => call("asc", [text(name)]),
                IndexKey::Column { name, descending: true } => call("desc", [text(name)]),
                IndexKey::Expression(sql) => call("expr", [text(sql)]),
            })
            .collect(),
    )
}
