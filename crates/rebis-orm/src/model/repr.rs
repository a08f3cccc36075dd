//! How a row reads in one line where its type is not known. Invariant: what its struct says with `Display` goes first.

use std::fmt::Display;

/// A row, of which the derive asks whether its struct has a `Display`.
#[derive(Debug)]
pub struct Repr<'a, T>(pub &'a T);

impl<T: Display> Repr<'_, T> {
    /// What the struct says of itself.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        Some(self.0.to_string())
    }
}

/// Nothing: found when [`Repr`] has no text of its own, because the struct has no `Display`.
pub trait NoRepr {
    /// Nothing.
    #[must_use]
    fn text(&self) -> Option<String> {
        None
    }
}

impl<T> NoRepr for Repr<'_, T> {}
