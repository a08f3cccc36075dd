//! What an argument of `#[form(…)]` asks of its field: one trait per argument, so that the compiler says in words which field it does not fit.
//!
//! Invariant: nothing is decided here that the bounds behind each trait do not say; what fits them fits.

use std::borrow::Borrow;
use std::ops::{Bound, RangeBounds};

use super::upload::Upload;
use super::value::FormType;

/// A field of text: of any type that is text (`AsRef<str>`).
#[diagnostic::on_unimplemented(
    message = "a field of `{Self}` is no text: `length`, `pattern`, `email` and `url` are for texts",
    label = "the field is of `{Self}`",
    note = "the least and the greatest number, date or time are `range = 1..=10`; any other check is `validate = function`"
)]
pub trait TextValue {}

impl<T: AsRef<str>> TextValue for T {}

/// A field of files.
#[diagnostic::on_unimplemented(
    message = "a field of `{Self}` is no file: `max_size` and `accept` are for `Upload`",
    label = "the field is of `{Self}`",
    note = "a field of files is `Upload`, `Option<Upload>` or `Vec<Upload>`; how long a text may be is `length = ..=20`"
)]
pub trait FileValue {}

impl FileValue for Upload {}

/// The bounds of a field of `T`.
#[diagnostic::on_unimplemented(
    message = "a field of `{T}` has no such `range`",
    label = "not a range of `{T}`",
    note = "a range is of the field's own type: `range = 1..=10` of an integer, `range = 0.5..` of a float; how long a text may be is `length = 2..=20`"
)]
pub trait BoundsOf<T> {
    /// The bounds as a browser is told them.
    fn texts(&self) -> [Bound<String>; 2];

    /// Whether the text is a value outside.
    fn excludes(&self, text: &str) -> bool;
}

impl<T: FormType + PartialOrd, R: RangeBounds<T>> BoundsOf<T> for R {
    fn texts(&self) -> [Bound<String>; 2] {
        [self.start_bound().map(FormType::text), self.end_bound().map(FormType::text)]
    }

    fn excludes(&self, text: &str) -> bool {
        T::parse(text).is_ok_and(|value| !self.contains(&value))
    }
}

/// A field that a check of the application's own can look at: as its value, or as what that borrows as, such as `&str`.
#[diagnostic::on_unimplemented(
    message = "a check of `&{B}` does not fit a field of `{Self}`",
    label = "the field is of `{Self}`",
    note = "a check takes a reference to one value of the field, a text as `&str`, and gives a `Result` whose error is shown: `fn even(n: &i64) -> Result<(), &'static str>`",
    note = "checkboxes and files are checked by the form's own `#[form(validate = …)]`, which is given the whole struct"
)]
pub trait CheckedAs<B: ?Sized> {
    /// What the check says of the text, if it is a value.
    fn check<E>(text: &str, check: impl Fn(&B) -> Result<(), E>) -> Result<(), E>;
}

impl<B: ?Sized, T: FormType + Borrow<B>> CheckedAs<B> for T {
    fn check<E>(text: &str, check: impl Fn(&B) -> Result<(), E>) -> Result<(), E> {
        // What is no value has its complaint already.
        T::parse(text).map_or(Ok(()), |value| check(value.borrow()))
    }
}
