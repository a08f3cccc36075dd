//! What `#[derive(FormEnum)]` calls.
//!
//! Invariant: nothing here is for people; it may change with any release.

use super::choice::Choice;

/// The choices of an enum.
pub type Choices = Vec<Choice>;

/// Values and labels, as choices.
pub fn choices(all: &[(&str, &str)]) -> Choices {
    all.iter().map(|(value, label)| Choice::new(value, *label)).collect()
}

/// The words for a value that is none of them.
pub fn not_a_choice() -> String {
    "Not a valid choice.".to_owned()
}
