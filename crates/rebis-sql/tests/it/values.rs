//! Each Rust type survives the way through a value and through the form in which SQLite stores it.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use proptest::prelude::*;
use rebis_sql::{Array, Blob, Cell, ColumnType, Json, Value, storage};
use rust_decimal::Decimal;
use uuid::Uuid;

fn micros() -> impl Strategy<Value = DateTime<Utc>> {
    // Year 0 to 9999, the range that sorts as text.
    (-62_167_219_200_000_000_i64..253_402_300_799_999_999)
        .prop_map(|m| DateTime::from_timestamp_micros(m).unwrap_or_default())
}

proptest! {
    #[test]
    fn integers(i in any::<i64>()) {
        prop_assert_eq!(i64::from_cell(Cell::Int(i)), Ok(i));
        prop_assert_eq!(i16::from_cell(Cell::Int(i)).ok(), i16::try_from(i).ok());
        prop_assert_eq!(u32::from_cell(Cell::Int(i)).ok(), u32::try_from(i).ok());
        prop_assert_eq!(Option::<i32>::from_cell(Cell::Int(i)).ok().flatten(), i32::try_from(i).ok());
    }

    #[test]
    fn moments(at in micros()) {
        let text = storage::datetime_text(at.naive_utc());
        prop_assert_eq!(DateTime::<Utc>::from_cell(Cell::Text(&text)), Ok(at));
        prop_assert_eq!(NaiveDateTime::from_cell(Cell::Text(&text)), Ok(at.naive_utc()));
        prop_assert_eq!(DateTime::<Utc>::from_cell(Cell::Text(&at.to_rfc3339())), Ok(at));
        let date = storage::date_text(at.date_naive());
        prop_assert_eq!(chrono::NaiveDate::from_cell(Cell::Text(&date)), Ok(at.date_naive()));
        let time = storage::time_text(at.time());
        prop_assert_eq!(chrono::NaiveTime::from_cell(Cell::Text(&time)), Ok(at.time()));
    }

    #[test]
    fn moments_sort_as_text(a in micros(), b in micros()) {
        let text = |at: DateTime<Utc>| storage::datetime_text(at.naive_utc());
        prop_assert_eq!(a.cmp(&b), text(a).cmp(&text(b)));
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".*") {
        // The reader by position must not take what only looks right, nor panic inside a character.
        if let Ok(at) = NaiveDateTime::from_cell(Cell::Text(&text)) {
            let again = storage::datetime_text(at);
            prop_assert_eq!(NaiveDateTime::from_cell(Cell::Text(&again)).is_ok(), true);
        }
    }

    #[test]
    fn decimals(n in any::<i64>(), scale in 0_u32..18) {
        let d = Decimal::new(n, scale);
        prop_assert_eq!(Decimal::from_cell(Cell::Text(&d.to_string())), Ok(d));
        prop_assert_eq!(d.to_value(), Value::Decimal(d));
    }

    #[test]
    fn uuids(bytes in any::<[u8; 16]>()) {
        let u = Uuid::from_bytes(bytes);
        for text in [u.simple().to_string(), u.hyphenated().to_string()] {
            prop_assert_eq!(Uuid::from_cell(Cell::Text(&text)), Ok(u));
        }
        prop_assert_eq!(Uuid::from_cell(Cell::Bytes(&bytes)), Ok(u));
    }

    #[test]
    fn serde_types(map in prop::collection::btree_map(".*", any::<i32>(), 0..5)) {
        let Value::Bytes(bytes) = Blob(map.clone()).to_value() else { panic!() };
        prop_assert_eq!(Blob::from_cell(Cell::Bytes(&bytes)), Ok(Blob(map.clone())));
        let Value::Json(json) = Json(map.clone()).to_value() else { panic!() };
        prop_assert_eq!(Json::from_cell(Cell::Text(&json.to_string())), Ok(Json(map)));
    }

    #[test]
    fn arrays(items in prop::collection::vec(any::<Option<i32>>(), 0..5)) {
        let Value::Array(values) = Array(items.clone()).to_value() else { panic!() };
        prop_assert_eq!(Array::from_cell(Cell::Array(values)), Ok(Array(items)));
    }
}

#[test]
fn forms_that_other_programs_write() {
    let at = "2026-11-20T10:12:33.5Z".parse::<DateTime<Utc>>().unwrap();
    for text in [
        "2026-11-20 10:12:33.500000",
        "2026-11-20 10:12:33.5",
        "2026-11-20T10:12:33.5Z",
        "2026-11-20T12:12:33.500+02:00",
        "2026-11-20 12:12:33.5+02",
    ] {
        assert_eq!(DateTime::<Utc>::from_cell(Cell::Text(text)), Ok(at), "{text}");
    }
    assert_eq!(bool::from_cell(Cell::Int(1)), Ok(true));
    assert!(bool::from_cell(Cell::Int(5)).is_err());
    assert_eq!(i64::from_cell(Cell::Decimal(Decimal::new(700, 2))), Ok(7));
    assert!(i64::from_cell(Cell::Float(7.5)).is_err());
    assert_eq!(Decimal::from_cell(Cell::Float(0.1)), Ok(Decimal::new(1, 1)));
    assert_eq!(TimeDelta::from_cell(Cell::Int(1_500_000)), Ok(TimeDelta::milliseconds(1500)));
    assert_eq!(serde_json::Value::from_cell(Cell::Int(3)), Ok(serde_json::json!(3)));
    assert_eq!(Option::<String>::from_cell(Cell::Null), Ok(None));
    let error = String::from_cell(Cell::Null).unwrap_err().to_string();
    assert_eq!(error, "expected String, found NULL (make the field an Option if the column allows NULL)");
}
