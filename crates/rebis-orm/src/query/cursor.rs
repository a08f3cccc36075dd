//! [`Cursor`]: where a page ends, as a text that can stand in a URL. Invariant: what is read back are values, which are only ever bound.

use std::fmt;
use std::str::FromStr;

use rebis_sql::Value;

use crate::error::{Error, ErrorKind, Result};

/// Where a page ends: the keys of its last row. It is printed, parsed, serialized and deserialized as a text of letters, digits and `-._~`, which
/// a URL takes as it is. It is no secret: whoever has it can read the keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor(Vec<Value>);

impl Cursor {
    pub(crate) fn new(values: Vec<Value>) -> Result<Self> {
        if values.iter().any(|v| write_value(v).is_none()) {
            return Err(Error::new(
                ErrorKind::State,
                "a page cannot begin after a JSON document, an array or an interval",
            )
            .advise("sort by numbers, texts, dates or UUIDs"));
        }
        Ok(Cursor(values))
    }

    pub(crate) fn values(&self) -> &[Value] {
        &self.0
    }
}

/// A letter for the type, then the value.
fn write_value(value: &Value) -> Option<(char, String)> {
    Some(match value {
        Value::Null => ('n', String::new()),
        Value::Bool(v) => ('b', v.to_string()),
        Value::Int(v) => ('i', v.to_string()),
        // The bits, for every value comes back as it was.
        Value::Float(v) => ('f', format!("{:x}", v.to_bits())),
        Value::Decimal(v) => ('d', v.to_string()),
        Value::Text(v) => ('t', v.clone()),
        Value::Bytes(v) => ('x', v.iter().map(|b| format!("{b:02x}")).collect()),
        Value::Date(v) => ('D', v.to_string()),
        Value::Time(v) => ('T', v.to_string()),
        Value::DateTime(v) => ('S', v.format("%Y-%m-%dT%H:%M:%S%.f").to_string()),
        Value::DateTimeUtc(v) => ('Z', v.to_rfc3339()),
        Value::Uuid(v) => ('u', v.simple().to_string()),
        _ => return None,
    })
}

fn read_value(kind: char, text: &str) -> Option<Value> {
    Some(match kind {
        'n' if text.is_empty() => Value::Null,
        'b' => Value::Bool(text.parse().ok()?),
        'i' => Value::Int(text.parse().ok()?),
        'f' => Value::Float(f64::from_bits(u64::from_str_radix(text, 16).ok()?)),
        'd' => Value::Decimal(text.parse().ok()?),
        't' => Value::Text(text.to_owned()),
        'x' if text.is_ascii() && text.len().is_multiple_of(2) => {
            let pairs = (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16));
            Value::Bytes(pairs.collect::<std::result::Result<_, _>>().ok()?)
        }
        'D' => Value::Date(text.parse().ok()?),
        'T' => Value::Time(text.parse().ok()?),
        'S' => Value::DateTime(text.parse().ok()?),
        'Z' => Value::DateTimeUtc(chrono::DateTime::parse_from_rfc3339(text).ok()?.into()),
        'u' => Value::Uuid(text.parse().ok()?),
        _ => return None,
    })
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (kind, text)) in self.0.iter().filter_map(write_value).enumerate() {
            f.write_str(if i == 0 { "" } else { "." })?;
            write!(f, "{kind}")?;
            for byte in text.bytes() {
                match byte {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => write!(f, "{}", byte as char)?,
                    _ => write!(f, "~{byte:02x}")?,
                }
            }
        }
        Ok(())
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        read(text).ok_or_else(|| {
            Error::new(ErrorKind::State, format!("{text:?} is no cursor"))
                .advise("take it from `next` of the page before")
        })
    }
}

fn read(text: &str) -> Option<Cursor> {
    let parts = text.split('.').map(|part| {
        let mut bytes = part.bytes();
        let kind = bytes.next()? as char;
        let mut plain = Vec::new();
        while let Some(byte) = bytes.next() {
            plain.push(if byte == b'~' {
                let digit = |b: Option<u8>| (b? as char).to_digit(16);
                u8::try_from(digit(bytes.next())? * 16 + digit(bytes.next())?).ok()?
            } else {
                byte
            });
        }
        read_value(kind, std::str::from_utf8(&plain).ok()?)
    });
    parts.collect::<Option<Vec<Value>>>().map(Cursor)
}

impl serde::Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Cursor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, TimeZone as _, Utc};
    use rebis_sql::Value;

    use super::Cursor;

    #[test]
    fn every_key_comes_back_as_it_was() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap_or_default();
        let time = day.and_hms_micro_opt(1, 2, 3, 456_789).unwrap_or_default();
        let cursor = Cursor(vec![
            Value::Null,
            Value::Bool(true),
            Value::Int(-5),
            Value::Float(0.1),
            Value::Decimal("1.50".parse().unwrap_or_default()),
            Value::Text("é. ~%/".into()),
            Value::Text(String::new()),
            Value::Bytes(vec![0, 255]),
            Value::Date(day),
            Value::Time(time.time()),
            Value::DateTime(time),
            Value::DateTimeUtc(Utc.from_utc_datetime(&time)),
            Value::Uuid(uuid::Uuid::from_u128(7)),
        ]);
        let text = cursor.to_string();
        assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b)), "{text}");
        assert_eq!(text.parse::<Cursor>().ok(), Some(cursor));
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in ["", ".", "q1", "ix", "i1.", "t~4", "t~zz", "x1", "xé1", "n1", "t~ff"] {
            assert!(text.parse::<Cursor>().is_err(), "{text}");
        }
    }
}
