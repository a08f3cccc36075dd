//! [`ColumnType`]: how a Rust type is stored. Invariant: `from_cell(to_value(x)) == x` on every database that has the type.

mod enums;
mod numbers;
mod structured;
mod texts;
mod times;

pub use enums::EnumType;
pub use structured::{Array, Blob, Json};

use crate::{Cell, DecodeError, SqlType, Value};

/// A Rust type that can be stored in a column.
///
/// Implemented for the types of the table in the crate's documentation and for `Option` of each, which means that NULL is allowed. Implement
/// it for a type of your own by going through one that has it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a column",
    label = "not a column type",
    note = "integers, floats, `bool`, `String`, `Vec<u8>`, `chrono` dates and times, `Decimal`, `Uuid`, `serde_json::Value`, `rebis::sql::Json<T>` (the prelude's `Json` is a body) and `Option` of these can be stored",
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

    /// What the description of a column keeps of the type.
    #[doc(hidden)]
    const STORED: Stored = Stored {
        nullable: Self::NULLABLE,
        sql_type: Self::sql_type,
        value: |cell| Self::from_cell(cell).map(Self::into_value),
    };
}

/// A [`ColumnType`] as data: what a column needs of it where the Rust type is not known.
#[derive(Clone, Copy, Debug)]
pub struct Stored {
    /// Whether SQL NULL is one of the values.
    pub nullable: bool,
    /// The type in the database.
    pub sql_type: fn() -> SqlType,
    /// Reads a cell as a value of the type.
    pub value: fn(Cell<'_>) -> Result<Value, DecodeError>,
}

impl<T: ColumnType> ColumnType for Option<T> {
    const NULLABLE: bool = true;

    fn sql_type() -> SqlType {
        T::sql_type()
    }

    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_value)
    }

    fn into_value(self) -> Value {
        self.map_or(Value::Null, T::into_value)
    }

    #[inline]
    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Null => Ok(None),
            cell => T::from_cell(cell).map(Some),
        }
    }
}

/// The error of a cell that is no value of the type; out of the way of what decodes.
#[cold]
fn wrong(expected: &'static str, cell: &Cell<'_>) -> DecodeError {
    const MOST: usize = 60;
    let mut found = match cell {
        Cell::Null => {
            return DecodeError::new(expected, "NULL (make the field an Option if the column allows NULL)");
        }
        other => format!("{other:?}"),
    };
    if let Some((cut, _)) = found.char_indices().nth(MOST) {
        found.truncate(cut);
        found.push('…');
    }
    DecodeError::new(expected, found)
}

/// A value as the cell that a driver would lend, for arrays, whose items arrive as values.
fn cell_of(value: &Value) -> Cell<'_> {
    match value {
        // One that could not be written comes from no database, so no cell has to hold it.
        Value::Null | Value::Unwritable(_) => Cell::Null,
        Value::Bool(v) => Cell::Bool(*v),
        Value::Int(v) => Cell::Int(*v),
        Value::Float(v) => Cell::Float(*v),
        Value::Decimal(v) => Cell::Decimal(*v),
        Value::Text(v) => Cell::Text(v),
        Value::Bytes(v) => Cell::Bytes(v),
        Value::Date(v) => Cell::Date(*v),
        Value::Time(v) => Cell::Time(*v),
        Value::DateTime(v) => Cell::DateTime(*v),
        Value::DateTimeUtc(v) => Cell::DateTimeUtc(*v),
        Value::Interval(v) => Cell::Interval(*v),
        Value::Json(v) => Cell::Json(v.to_string().into()),
        Value::Uuid(v) => Cell::Uuid(*v),
        Value::Array(v) => Cell::Array(v.clone()),
    }
}
