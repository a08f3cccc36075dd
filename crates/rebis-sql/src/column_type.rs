//! [`ColumnType`]: how a Rust type is stored. Invariant: `from_cell(to_value(x)) == x` on every database that has the type.

use crate::{Cell, DecodeError, SqlType, Value};

/// A Rust type that can be stored in a column.
///
/// Implemented for the types of the table in the crate's documentation and for `Option` of each, which means that NULL is allowed. Implement
/// it for a type of your own by going through one that has it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a column",
    label = "not a column type",
    note = "integers, floats, `bool`, `String`, `Vec<u8>`, `chrono` dates and times, `Decimal`, `Uuid`, `serde_json::Value`, `Json<T>` and `Option` of these can be stored",
    note = "for an enum, derive `rebis::Enum`; for another type, implement `rebis::ColumnType`"
)]
pub trait ColumnType: Sized {
    /// Whether SQL NULL is one of the values: `true` for `Option<T>` only.
    const NULLABLE: bool = false;

    /// The column type that `#[derive(Model)]` gives a field of this type when no attribute says otherwise.
    fn sql_type() -> SqlType;

    /// The value to bind.
    fn to_value(&self) -> Value;

    /// The value to bind, when the Rust value is no longer needed.
    fn into_value(self) -> Value {
        self.to_value()
    }

    /// Reads the value from a cell.
    ///
    /// # Errors
    /// When the cell is NULL and the type is not an `Option`, or holds something that is no value of this type.
    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError>;
}
