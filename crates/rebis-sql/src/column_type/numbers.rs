//! Integers, floats, decimals and booleans. Invariant: a number that does not fit is refused, never wrapped or rounded to another.

use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

use super::wrong;
use crate::{Cell, ColumnType, DecodeError, SqlType, Value};

macro_rules! integer {
    ($($rust:ident => $sql:ident),* $(,)?) => {$(
        impl ColumnType for $rust {
            fn sql_type() -> SqlType {
                SqlType::$sql
            }

            fn to_value(&self) -> Value {
                Value::Int(i64::from(*self))
            }

            #[inline]
            fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
                if let Cell::Int(i) = cell
                    && let Ok(n) = <$rust>::try_from(i)
                {
                    return Ok(n);
                }
                other_integer(&cell).and_then(|n| <$rust>::try_from(n).ok()).ok_or_else(|| wrong(stringify!($rust), &cell))
            }
        }
    )*};
}

// An unsigned type takes the next wider signed one, so that every value fits. `u64` has none and is no column type.
integer! { i8 => SmallInteger, i16 => SmallInteger, i32 => Integer, i64 => BigInteger, u8 => SmallInteger, u16 => Integer, u32 => BigInteger }

/// An integer that arrives as something else: `sum()` gives decimals, SQLite a whole REAL, MySQL unsigned numbers.
#[cold]
fn other_integer(cell: &Cell<'_>) -> Option<i64> {
    match cell {
        Cell::Bool(b) => Some(i64::from(*b)),
        Cell::UInt(u) => i64::try_from(*u).ok(),
        Cell::Decimal(d) if d.fract().is_zero() => i64::try_from(d.trunc()).ok(),
        // Above 2^53 a float no longer tells neighbouring integers apart.
        Cell::Float(f) if f.fract() == 0.0 && f.abs() <= 9_007_199_254_740_992.0 => Some(*f as i64),
        _ => None,
    }
}

impl ColumnType for bool {
    fn sql_type() -> SqlType {
        SqlType::Boolean
    }

    fn to_value(&self) -> Value {
        Value::Bool(*self)
    }

    #[inline]
    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Bool(b) => Ok(b),
            Cell::Int(0) | Cell::UInt(0) => Ok(false),
            Cell::Int(1) | Cell::UInt(1) => Ok(true),
            other => Err(wrong("bool", &other)),
        }
    }
}

impl ColumnType for f64 {
    fn sql_type() -> SqlType {
        SqlType::Double
    }

    fn to_value(&self) -> Value {
        Value::Float(*self)
    }

    #[inline]
    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Float(f) => Ok(f),
            Cell::Float32(f) => Ok(f64::from(f)),
            Cell::Int(i) => Ok(i as f64),
            Cell::UInt(u) => Ok(u as f64),
            Cell::Decimal(d) => d.try_into().map_err(|_| wrong("f64", &Cell::Decimal(d))),
            other => Err(wrong("f64", &other)),
        }
    }
}

impl ColumnType for f32 {
    fn sql_type() -> SqlType {
        SqlType::Float
    }

    fn to_value(&self) -> Value {
        Value::Float(f64::from(*self))
    }

    #[inline]
    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Float32(f) => Ok(f),
            other => {
                f64::from_cell(other).map(|f| f as f32).map_err(|e| DecodeError { expected: "f32", ..e })
            }
        }
    }
}

impl ColumnType for Decimal {
    fn sql_type() -> SqlType {
        SqlType::Numeric { precision: None, scale: None }
    }

    fn to_value(&self) -> Value {
        Value::Decimal(*self)
    }

    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        let read = match &cell {
            Cell::Decimal(d) => Some(*d),
            Cell::Int(i) => Some(Decimal::from(*i)),
            Cell::UInt(u) => Some(Decimal::from(*u)),
            // `from_f64` takes the shortest digits that give this float: 0.1 is 0.1.
            Cell::Float(f) => Decimal::from_f64(*f),
            Cell::Float32(f) => Decimal::from_f32(*f),
            Cell::Text(t) => Decimal::from_str_exact(t).or_else(|_| Decimal::from_scientific(t)).ok(),
            _ => None,
        };
        read.ok_or_else(|| wrong("Decimal", &cell))
    }
}
