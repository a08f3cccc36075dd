//! Values for the moment between giving a unique value up and taking the next. Invariant: no other row has it: it is NULL, or made from the
//! row's own key.

use std::hash::{Hash, Hasher};

use rebis_sql::{SqlType, Value};

use crate::entity::Object;
use crate::model::ColumnSet;

/// For each of these unique keys a column and its value in between; `Err` names a column for which there is none.
pub(super) fn stand_in(
    object: &Object,
    keys: impl Iterator<Item = ColumnSet>,
) -> Result<Vec<(usize, Value)>, usize> {
    let mut values: Vec<(usize, Value)> = Vec::new();
    for key in keys {
        if values.iter().any(|(column, _)| key.has(*column)) {
            continue;
        }
        let columns = || key.iter().filter(|c| !object.meta().key.contains(c));
        let found = columns()
            .find(|&c| holds_null(object, c))
            .map(|c| (c, Value::Null))
            .or_else(|| columns().find_map(|c| made(object, c).map(|value| (c, value))));
        values.push(found.ok_or_else(|| key.iter().next().unwrap_or_default())?);
    }
    Ok(values)
}

/// Whether NULL can be written, and held by the object meanwhile: a field of a kind may be no Option though its column is NULL in other rows.
fn holds_null(object: &Object, column: usize) -> bool {
    let def = &object.meta().def.columns[column];
    def.may_be_null() && def.holds_null
}

/// A value made from the row's key, where the column's type has room for one that nobody would choose.
fn made(object: &Object, column: usize) -> Option<Value> {
    let meta = object.meta();
    let def = meta.def.columns[column];
    if def.foreign_key.is_some() || def.computed.is_some() || meta.version == Some(column) {
        return None;
    }
    let key = object.values(&meta.key);
    let number = match key.as_slice() {
        [Value::Int(n)] => n.unsigned_abs(),
        other => {
            // Without a seed: the same program writes the same values.
            let mut hasher = std::hash::DefaultHasher::new();
            other.iter().for_each(|v| format!("{v:?}").hash(&mut hasher));
            hasher.finish()
        }
    };
    let lowest = |bits: u32| {
        let lowest = -(1_i64 << (bits - 1));
        let room = 1_u64 << (bits - 2);
        i64::try_from(number % room).ok().and_then(|n| lowest.checked_add(n)).map(Value::Int)
    };
    match (def.sql_type)() {
        SqlType::SmallInteger => lowest(16),
        SqlType::Integer => lowest(32),
        SqlType::BigInteger => lowest(63),
        SqlType::String(_) | SqlType::Text => {
            let text = format!("~{number:x}~");
            let fits = def.length.is_none_or(|most| text.len() <= most as usize);
            fits.then_some(Value::Text(text))
        }
        // A day of the last thousand years that all databases know.
        SqlType::Date => last_days(number).map(Value::Date),
        SqlType::DateTime { timezone } => last_days(number).and_then(|day| {
            let at = day.and_hms_micro_opt(23, 59, 59, 999_999)?;
            Some(if timezone { Value::DateTimeUtc(at.and_utc()) } else { Value::DateTime(at) })
        }),
        SqlType::Uuid => Some(Value::Uuid(uuid::Uuid::from_u128(u128::MAX - u128::from(number)))),
        _ => None,
    }
}

fn last_days(number: u64) -> Option<chrono::NaiveDate> {
    chrono::NaiveDate::from_ymd_opt(9999, 12, 31)?.checked_sub_days(chrono::Days::new(number % 365_000))
}
