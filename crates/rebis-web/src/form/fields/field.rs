//! `Field`: the checks of one field, in the order they are written.
//!
//! Invariant: nothing is checked before the form is sent, and an empty field meets no check but `required`.

use std::fmt::Display;
use std::ops::{Bound, RangeBounds};
use std::str::FromStr;

use super::FormFields;

/// One field of a [`FormFields`]. The first check that fails leaves its message beside the field.
#[derive(Debug)]
#[must_use = "a field is checked to be read: end with `.text()`, `.parse()` or `.done()`"]
pub struct Field<'a> {
    form: &'a mut FormFields,
    name: &'a str,
}

impl<'a> Field<'a> {
    pub(super) fn new(form: &'a mut FormFields, name: &'a str) -> Self {
        Self { form, name }
    }

    /// Something other than white space must be there.
    pub fn required(self) -> Self {
        if self.form.submitted && self.form.value(self.name).trim().is_empty() {
            self.form.add_error(self.name, "This field is required.");
        }
        self
    }

    /// How many characters it may have: `.length(2..=20)`.
    pub fn length(self, allowed: impl RangeBounds<usize>) -> Self {
        let message = length_message(&allowed);
        self.check(|value| allowed.contains(&value.chars().count()), message)
    }

    /// It must look like an address: something, `@`, something. Only a mail to it proves it.
    pub fn email(self) -> Self {
        self.check(is_email, "Not a valid email address.")
    }

    /// It must be one of these.
    pub fn one_of(self, choices: &[&str]) -> Self {
        self.check(|value| choices.contains(&value), "Not a valid choice.")
    }

    /// It must be the same as another field, even if that one is empty: a password said twice.
    pub fn equal_to(self, other: &str) -> Self {
        if self.form.submitted && self.form.value(self.name) != self.form.value(other) {
            let message = format!("This must be the same as {other}.");
            self.form.add_error(self.name, message);
        }
        self
    }

    /// A check of the application's own, and what to say when it is false.
    pub fn check(self, check: impl FnOnce(&str) -> bool, message: impl Display) -> Self {
        let value = self.form.value(self.name);
        if self.form.submitted && !value.is_empty() && !check(value) {
            self.form.add_error(self.name, message.to_string());
        }
        self
    }

    /// The text that was sent; empty when there was none.
    pub fn text(self) -> String {
        self.form.value(self.name).to_owned()
    }

    /// The text as a number or whatever else can be read from text; `None` when it is empty, or cannot, which is an error of the field.
    pub fn parse<T: FromStr>(self) -> Option<T> {
        let value = self.form.value(self.name).trim();
        let parsed = value.parse().ok();
        if parsed.is_none() && self.form.submitted && !value.is_empty() {
            self.form.add_error(self.name, "Not a valid value.");
        }
        parsed
    }

    /// Ends the checks of a field that is read elsewhere.
    pub fn done(self) {}
}

pub(in crate::form) fn is_email(value: &str) -> bool {
    let parts = value.rsplit_once('@').filter(|(name, host)| !name.is_empty() && !host.is_empty());
    parts.is_some() && value.len() <= 254 && !value.chars().any(|c| c.is_whitespace() || c.is_control())
}

pub(in crate::form) fn length_message(allowed: &impl RangeBounds<usize>) -> String {
    let least = match allowed.start_bound() {
        Bound::Included(least) => *least,
        Bound::Excluded(below) => below.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let most = match allowed.end_bound() {
        Bound::Included(most) => Some(*most),
        Bound::Excluded(above) => Some(above.saturating_sub(1)),
        Bound::Unbounded => None,
    };
    match (least, most) {
        (least, None) => format!("Field must be at least {least} characters long."),
        (0, Some(most)) => format!("Field cannot be longer than {most} characters."),
        (least, Some(most)) if least == most => format!("Field must be exactly {least} characters long."),
        (least, Some(most)) => format!("Field must be between {least} and {most} characters long."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_said_as_people_say_them() {
        assert_eq!(length_message(&(2..=20)), "Field must be between 2 and 20 characters long.");
        assert_eq!(length_message(&(..21)), "Field cannot be longer than 20 characters.");
        assert_eq!(length_message(&(8..)), "Field must be at least 8 characters long.");
        assert_eq!(length_message(&(4..=4)), "Field must be exactly 4 characters long.");
    }
}
