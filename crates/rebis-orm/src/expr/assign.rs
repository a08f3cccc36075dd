//! [`Assign`]: what may be given for a column of a type when a row is built. Invariant: no conversion loses anything.

use rebis_sql::ColumnType;

/// What may be given for a column of type `T`: a `T`; for `Option<U>` also a `U`; `&str` for `String`; a narrower number.
#[diagnostic::on_unimplemented(
    message = "a column of type `{T}` cannot be set to a `{Self}`",
    label = "expected `{T}`"
)]
pub trait Assign<T> {
    /// The value.
    fn assign(self) -> T;
}

impl<T: ColumnType> Assign<T> for T {
    fn assign(self) -> T {
        self
    }
}

impl<T: ColumnType> Assign<Option<T>> for T {
    fn assign(self) -> Option<T> {
        Some(self)
    }
}

macro_rules! assign {
    ($($from:ty => $to:ty;)*) => {
        $(impl Assign<$to> for $from { fn assign(self) -> $to { self.into() } }
        impl Assign<Option<$to>> for $from { fn assign(self) -> Option<$to> { Some(self.into()) } })*
    };
}

crate::expr::convert::conversions!(assign);
