//! What may be given for a value of another type. Invariant: one list, and no conversion in it loses anything.

/// Hands the list to a macro, which makes an `impl` of each line.
macro_rules! conversions {
    ($each:ident) => {
        $each! {
            &str => String;
            &String => String;
            char => String;
            std::borrow::Cow<'_, str> => String;
            &[u8] => Vec<u8>;
            i16 => i32;
            i16 => i64;
            i32 => i64;
            u32 => i64;
            f32 => f64;
            i32 => f64;
            i32 => rust_decimal::Decimal;
            i64 => rust_decimal::Decimal;
        }
    };
}
pub(crate) use conversions;

/// Hands the list of the types that columns usually have to a macro.
macro_rules! plain_types {
    ($each:ident) => {
        $each! {
            bool, i8, i16, i32, i64, u8, u16, u32, f32, f64, String, Vec<u8>, uuid::Uuid, rust_decimal::Decimal, serde_json::Value,
            chrono::NaiveDate, chrono::NaiveTime, chrono::NaiveDateTime, chrono::DateTime<chrono::Utc>, chrono::TimeDelta
        }
    };
}
pub(crate) use plain_types;
