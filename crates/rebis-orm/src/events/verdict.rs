//! [`Verdict`]: what a closure that is told of an event gives. Invariant: a reason is text; the error around it says what it was about.

use std::fmt::Display;

/// Nothing, or a `Result` whose error says why not.
#[diagnostic::on_unimplemented(
    message = "a closure that is told of an event gives nothing, or a `Result` with nothing in it, not `{Self}`",
    label = "expected `()` or `Result<(), _>`"
)]
pub trait Verdict {
    #[doc(hidden)]
    fn verdict(self) -> Result<(), String>;
}

impl Verdict for () {
    fn verdict(self) -> Result<(), String> {
        Ok(())
    }
}

impl<E: Display> Verdict for Result<(), E> {
    fn verdict(self) -> Result<(), String> {
        self.map_err(|why| why.to_string())
    }
}
