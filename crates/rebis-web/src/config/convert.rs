//! Reading a stored value as the type that was asked for.
//!
//! Invariant: text becomes a number, a boolean or a structure only when the type asks for one; a `String` always gets the text.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// The value as a `T`, or serde's reason why not (which may quote the value: callers keep it from secrets).
pub(super) fn convert<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    let first = match T::deserialize(value) {
        Ok(found) => return Ok(found),
        Err(error) => error.to_string(),
    };
    let Value::String(text) = value else { return Err(first) };
    for reading in readings(text.trim()) {
        if let Ok(found) = T::deserialize(&reading) {
            return Ok(found);
        }
    }
    Err(first)
}

/// Text of the environment in the place of a value of the file: a number stays a number and a boolean a boolean, so that a struct
/// that was read from the file can still be read.
pub(super) fn like(old: &Value, text: &str) -> Value {
    let same_kind = |new: &Value| std::mem::discriminant(new) == std::mem::discriminant(old);
    readings(text.trim()).into_iter().find(same_kind).unwrap_or_else(|| Value::String(text.to_owned()))
}

fn readings(text: &str) -> Vec<Value> {
    let mut all: Vec<Value> = serde_json::from_str(text).into_iter().collect();
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => all.push(Value::Bool(true)),
        "0" | "false" | "no" | "off" | "" => all.push(Value::Bool(false)),
        _ => {}
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_as_the_type_that_is_asked_for() {
        let text = |text: &str| Value::String(text.to_owned());
        assert_eq!(convert::<String>(&text("123")).unwrap(), "123");
        assert_eq!(convert::<u16>(&text("123")).unwrap(), 123);
        assert_eq!(convert::<f64>(&text(" 1.5 ")).unwrap(), 1.5);
        assert!(convert::<bool>(&text("1")).unwrap());
        assert!(!convert::<bool>(&text("Off")).unwrap());
        assert_eq!(convert::<Vec<u8>>(&text("[1, 2]")).unwrap(), [1, 2]);
        assert_eq!(convert::<Option<u16>>(&text("7")).unwrap(), Some(7));
        assert!(convert::<u16>(&text("many")).is_err());
        assert!(convert::<bool>(&text("2")).is_err());
    }
}
