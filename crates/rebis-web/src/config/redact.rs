//! What may be shown of a setting.
//!
//! Invariant: no secret passes: neither the value of a key that sounds like one, nor a password inside a URL, however deep.

use serde_json::Value;

const SECRET_WORDS: [&str; 6] = ["SECRET", "PASSWORD", "PASSWD", "TOKEN", "KEY", "CREDENTIAL"];
const HIDDEN: &str = "***";

pub(crate) fn is_secret(key: &str) -> bool {
    let key = key.to_uppercase();
    SECRET_WORDS.iter().any(|word| key.contains(word))
}

/// The value as JSON text, without secrets.
pub(crate) fn redact_value(key: &str, value: &Value) -> String {
    redacted(key, value).to_string()
}

pub(super) fn redacted(key: &str, value: &Value) -> Value {
    if is_secret(key) && !value.is_null() {
        return Value::String(HIDDEN.to_owned());
    }
    match value {
        Value::String(text) => Value::String(redact_urls(text)),
        Value::Array(items) => items.iter().map(|item| redacted(key, item)).collect(),
        Value::Object(table) => {
            table.iter().map(|(name, value)| (name.clone(), redacted(name, value))).collect()
        }
        other => other.clone(),
    }
}

/// Hides the password of every `scheme://user:password@host` and of every `password=` in a query.
pub(crate) fn redact_urls(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("://") {
        let (scheme, after) = rest.split_at(start + 3);
        out.push_str(scheme);
        // A password may hold any character that somebody forgot to encode, so the last @ of the word counts.
        let word = after.find(char::is_whitespace).unwrap_or(after.len());
        match after[..word].rfind('@') {
            Some(at) => {
                let user = after[..at].split(':').next().unwrap_or_default();
                out.push_str(user);
                if user.len() < at {
                    out.push(':');
                    out.push_str(HIDDEN);
                }
                rest = &after[at..];
            }
            None => rest = after,
        }
    }
    out.push_str(rest);
    redact_query(&out)
}

fn redact_query(text: &str) -> String {
    if !text.contains("://") {
        return text.to_owned();
    }
    text.split_inclusive(['?', '&'])
        .map(|part| match part.split_once('=') {
            Some((name, value)) if is_secret(name) && !name.contains("://") => {
                let end = if value.ends_with('&') { "&" } else { "" };
                format!("{name}={HIDDEN}{end}")
            }
            _ => part.to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_in_urls_are_hidden() {
        assert_eq!(redact_urls("postgres://root:p@ss/w:rd@db/app"), "postgres://root:***@db/app");
        assert_eq!(redact_urls("postgres://root@db/app"), "postgres://root@db/app");
        assert_eq!(redact_urls("mysql://u:p@h/d and redis://:q@h"), "mysql://u:***@h/d and redis://:***@h");
        assert_eq!(
            redact_urls("postgres://h/d?user=a&password=b&ssl=1"),
            "postgres://h/d?user=a&password=***&ssl=1"
        );
        assert_eq!(redact_urls("sqlite:///a.db"), "sqlite:///a.db");
    }

    #[test]
    fn secrets_are_hidden_at_any_depth() {
        let value = serde_json::json!([{ "host": "h", "api_token": "t" }]);
        assert_eq!(redact_value("SERVERS", &value), r#"[{"api_token":"***","host":"h"}]"#);
        assert_eq!(redact_value("MAIL.PASSWORD", &"p".into()), r#""***""#);
    }
}
