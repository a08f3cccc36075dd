//! `Choice`: one of the values that a field offers.
//!
//! Invariant: `value` is what is sent and compared, `label` what is read by people; neither is markup.

/// One of the values that a field offers: what is sent, and what the visitor reads.
///
/// ```
/// use rebis_web::Choice;
///
/// assert_eq!(Choice::from("red"), Choice::new("red", "red"));
/// assert_eq!(Choice::from((7, "Susan")).value, "7");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
}

impl Choice {
    /// A choice that is shown as `label`.
    pub fn new(value: impl ToString, label: impl Into<String>) -> Self {
        Self { value: value.to_string(), label: label.into() }
    }
}

impl From<&str> for Choice {
    fn from(value: &str) -> Self {
        Self::new(value, value)
    }
}

impl From<String> for Choice {
    fn from(value: String) -> Self {
        Self { label: value.clone(), value }
    }
}

impl<V: ToString, L: Into<String>> From<(V, L)> for Choice {
    fn from((value, label): (V, L)) -> Self {
        Self::new(value, label)
    }
}
