//! What can be wrong with a configuration.
//!
//! Invariant: a message names the key, where the value came from and what was expected, and never quotes a secret.

use std::any::type_name;
use std::fmt;
use std::path::PathBuf;

use serde_json::Value;

use super::Source;
use super::redact::{is_secret, redact_value};

/// A setting that is missing, has the wrong type, or stands in a file that cannot be read.
#[derive(Debug)]
pub struct ConfigError {
    message: String,
    key: Option<String>,
    missing: bool,
    source: Option<std::io::Error>,
}

impl ConfigError {
    /// The key in question, if it is about one.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Whether the key is set nowhere.
    pub fn is_missing(&self) -> bool {
        self.missing
    }

    pub(super) fn missing(key: &str, file: PathBuf) -> Self {
        let variable = key.replace('.', "__");
        Self {
            message: format!(
                "{key} is not set: set it in {}, in .env or as the environment variable {variable}, or give a default with get_or",
                file.display()
            ),
            key: Some(key.to_owned()),
            missing: true,
            source: None,
        }
    }

    pub(super) fn wrong_type<T>(key: &str, value: &Value, source: &Source, reason: &str) -> Self {
        let shown = redact_value(key, value);
        let mut message = format!("{key} = {shown} (from {source}) is {}", expected::<T>());
        // The reason of serde quotes the value, and says something new only about the inside of a structure.
        if !is_secret(key) && (value.is_object() || value.is_array()) {
            message.push_str(": ");
            message.push_str(reason);
        }
        Self { message, key: Some(key.to_owned()), missing: false, source: None }
    }

    pub(super) fn file(path: &std::path::Path, what: &str) -> Self {
        Self { message: format!("{}: {what}", path.display()), key: None, missing: false, source: None }
    }

    pub(super) fn unreadable(path: &std::path::Path, error: std::io::Error) -> Self {
        let advice = match error.kind() {
            std::io::ErrorKind::PermissionDenied => {
                "; start the program as a user who may read it, or change its permissions"
            }
            std::io::ErrorKind::IsADirectory => "; it has to be a file",
            std::io::ErrorKind::InvalidData => "; write it in UTF-8",
            _ => "",
        };
        Self {
            message: format!("{} cannot be read: {error}{advice}", path.display()),
            key: None,
            missing: false,
            source: Some(error),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConfigError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}

/// What a value is not, for who sets it: he need not know Rust's names of numbers.
fn expected<T>() -> String {
    let name = short_type_name::<T>();
    let plain = name.strip_prefix("Option<").and_then(|rest| rest.strip_suffix('>')).unwrap_or(&name);
    match plain {
        "bool" => "neither true nor false".to_owned(),
        "u8" => "no whole number from 0 to 255".to_owned(),
        "u16" => "no whole number from 0 to 65535".to_owned(),
        "u32" | "u64" | "usize" => "no whole number from 0 up".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "isize" => format!("no whole number (of the type {plain})"),
        "f32" | "f64" => "no number".to_owned(),
        "String" => "no text".to_owned(),
        other => format!("no {other}"),
    }
}

/// `alloc::vec::Vec<alloc::string::String>` → `Vec<String>`.
fn short_type_name<T>() -> String {
    let mut short = String::new();
    for part in type_name::<T>().split_inclusive(['<', '>', ',', ' ', '(', ')', '[', ']', ';', '&']) {
        short.push_str(part.rsplit("::").next().unwrap_or(part));
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_names_are_short() {
        assert_eq!(short_type_name::<Option<Vec<String>>>(), "Option<Vec<String>>");
        assert_eq!(short_type_name::<u16>(), "u16");
    }

    #[test]
    fn what_cannot_be_read_says_what_to_do() {
        let told =
            |kind: std::io::ErrorKind| ConfigError::unreadable(".env".as_ref(), kind.into()).to_string();
        assert!(told(std::io::ErrorKind::PermissionDenied).contains("; start the program as a user who may"));
        assert!(told(std::io::ErrorKind::InvalidData).ends_with("; write it in UTF-8"));
    }

    #[test]
    fn who_sets_a_value_reads_what_it_should_be() {
        assert_eq!(expected::<u16>(), "no whole number from 0 to 65535");
        assert_eq!(expected::<Option<bool>>(), "neither true nor false");
        assert_eq!(expected::<Vec<i64>>(), "no Vec<i64>");
    }
}
