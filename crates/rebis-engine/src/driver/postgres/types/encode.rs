//! A [`Value`] in the form of the server's parameter type. Invariant: a value that the type cannot hold exactly is refused.

use chrono::{NaiveDateTime, NaiveTime, Timelike};
use rebis_sql::Value;
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, Kind, ToSql, Type, to_sql_checked};

use super::{EPOCH, EPOCH_TIME, Refused, is_text, numeric, refused};

/// A value on its way to the server.
#[derive(Debug)]
pub(in crate::driver::postgres) struct Bind<'a>(pub(in crate::driver::postgres) &'a Value);

impl ToSql for Bind<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        encode(self.0, ty, out).map_err(Into::into)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn encode(value: &Value, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Refused> {
    if let Kind::Domain(of) = ty.kind() {
        return encode(value, of, out);
    }
    match (value, ty) {
        (Value::Null, _) => return Ok(IsNull::Yes),
        (Value::Unwritable(why), _) => return refused(why),
        (Value::Bool(b), &Type::BOOL) => out.extend_from_slice(&[u8::from(*b)]),
        (Value::Int(i), _) => return integer(*i, ty, out),
        (Value::Float(f), &Type::FLOAT8) => out.extend_from_slice(&f.to_be_bytes()),
        (Value::Float(f), &Type::FLOAT4) => out.extend_from_slice(&(*f as f32).to_be_bytes()),
        (Value::Float(f), &Type::NUMERIC) => match Decimal::from_f64(*f) {
            Some(d) => numeric::encode(&d, out),
            None => return refused("the number does not fit a decimal of 28 digits"),
        },
        (Value::Decimal(d), &Type::NUMERIC) => numeric::encode(d, out),
        (Value::Decimal(d), &Type::FLOAT8) => {
            out.extend_from_slice(&d.to_f64().unwrap_or(f64::NAN).to_be_bytes())
        }
        (Value::Decimal(d), &Type::FLOAT4) => {
            out.extend_from_slice(&d.to_f32().unwrap_or(f32::NAN).to_be_bytes())
        }
        (Value::Decimal(d), &Type::INT2 | &Type::INT4 | &Type::INT8) if d.fract().is_zero() => {
            match d.to_i64() {
                Some(i) => return integer(i, ty, out),
                None => return refused("the number is too large for the server's integer"),
            }
        }
        (Value::Text(t), &Type::JSON) => out.extend_from_slice(t.as_bytes()),
        (Value::Text(t), &Type::JSONB) => jsonb(t, out),
        (Value::Text(t), &Type::UUID) => match uuid::Uuid::parse_str(t) {
            Ok(u) => out.extend_from_slice(u.as_bytes()),
            Err(_) => return refused("the text is no UUID"),
        },
        (Value::Text(t), ty) if is_text(ty) => {
            if t.contains('\0') {
                return Err(Refused::character(
                    "PostgreSQL's text cannot hold the character U+0000; remove it, or store bytes",
                ));
            }
            out.extend_from_slice(t.as_bytes());
        }
        (Value::Bytes(b), &Type::BYTEA) => out.extend_from_slice(b),
        (Value::Date(d), &Type::DATE) => {
            let days = d.signed_duration_since(EPOCH).num_days();
            out.extend_from_slice(
                &i32::try_from(days).map_err(|_| Refused::new("the date is out of range"))?.to_be_bytes(),
            );
        }
        (Value::Date(d), &Type::TIMESTAMP | &Type::TIMESTAMPTZ) => {
            timestamp(d.and_time(NaiveTime::MIN), out)?
        }
        (Value::Time(t), &Type::TIME) => {
            // A leap second is the last moment of its minute here.
            let micros = i64::from(t.num_seconds_from_midnight()) * 1_000_000
                + i64::from(t.nanosecond() / 1000).min(999_999);
            out.extend_from_slice(&micros.to_be_bytes());
        }
        (Value::DateTime(at), &Type::TIMESTAMP | &Type::TIMESTAMPTZ) => timestamp(*at, out)?,
        (Value::DateTimeUtc(at), &Type::TIMESTAMPTZ | &Type::TIMESTAMP) => timestamp(at.naive_utc(), out)?,
        (Value::Interval(i), &Type::INTERVAL) => {
            let Some(micros) = i.num_microseconds() else {
                return refused("the interval is too long to be counted in microseconds");
            };
            out.extend_from_slice(&micros.to_be_bytes());
            out.extend_from_slice(&[0; 8]);
        }
        (Value::Json(json), &Type::JSONB) => jsonb(&json.to_string(), out),
        (Value::Json(json), ty) if *ty == Type::JSON || is_text(ty) => {
            out.extend_from_slice(json.to_string().as_bytes())
        }
        (Value::Uuid(u), &Type::UUID) => out.extend_from_slice(u.as_bytes()),
        (Value::Uuid(u), ty) if is_text(ty) => out.extend_from_slice(u.hyphenated().to_string().as_bytes()),
        (Value::Array(items), ty) => match ty.kind() {
            Kind::Array(of) => return array(items, of, out),
            _ => return mismatch(value, ty),
        },
        _ => return mismatch(value, ty),
    }
    Ok(IsNull::No)
}

fn integer(i: i64, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Refused> {
    let range = |_| Refused::new(format!("{i} does not fit the server's type `{}`", ty.name()));
    match *ty {
        Type::INT8 => out.extend_from_slice(&i.to_be_bytes()),
        Type::INT4 => out.extend_from_slice(&i32::try_from(i).map_err(range)?.to_be_bytes()),
        Type::INT2 => out.extend_from_slice(&i16::try_from(i).map_err(range)?.to_be_bytes()),
        Type::NUMERIC => numeric::encode(&Decimal::from(i), out),
        Type::FLOAT8 => out.extend_from_slice(&(i as f64).to_be_bytes()),
        Type::FLOAT4 => out.extend_from_slice(&(i as f32).to_be_bytes()),
        Type::OID => out.extend_from_slice(&u32::try_from(i).map_err(range)?.to_be_bytes()),
        _ => return mismatch(&Value::Int(i), ty),
    }
    Ok(IsNull::No)
}

fn timestamp(at: NaiveDateTime, out: &mut BytesMut) -> Result<(), Refused> {
    match at.signed_duration_since(EPOCH_TIME).num_microseconds() {
        Some(micros) => out.extend_from_slice(&micros.to_be_bytes()),
        None => return refused("the moment is out of range"),
    }
    Ok(())
}

fn jsonb(text: &str, out: &mut BytesMut) {
    out.extend_from_slice(&[1]);
    out.extend_from_slice(text.as_bytes());
}

fn array(items: &[Value], of: &Type, out: &mut BytesMut) -> Result<IsNull, Refused> {
    let length = i32::try_from(items.len()).map_err(|_| Refused::new("the array is too long"))?;
    let has_null = i32::from(items.iter().any(Value::is_null));
    let dimensions = i32::from(!items.is_empty());
    out.extend_from_slice(&dimensions.to_be_bytes());
    out.extend_from_slice(&has_null.to_be_bytes());
    out.extend_from_slice(&of.oid().to_be_bytes());
    if items.is_empty() {
        return Ok(IsNull::No);
    }
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&1_i32.to_be_bytes());
    for item in items {
        let at = out.len();
        out.extend_from_slice(&(-1_i32).to_be_bytes());
        if let IsNull::No = encode(item, of, out)? {
            let size =
                i32::try_from(out.len() - at - 4).map_err(|_| Refused::new("the array is too long"))?;
            out[at..at + 4].copy_from_slice(&size.to_be_bytes());
        }
    }
    Ok(IsNull::No)
}

fn mismatch<T>(value: &Value, ty: &Type) -> Result<T, Refused> {
    let (what, cast) = match value {
        Value::Bool(_) => ("a boolean", "boolean"),
        Value::Int(_) => ("an integer", "bigint"),
        Value::Float(_) => ("a float", "double precision"),
        Value::Decimal(_) => ("a decimal", "numeric"),
        Value::Text(_) => ("text", "text"),
        Value::Bytes(_) => ("bytes", "bytea"),
        Value::Date(_) => ("a date", "date"),
        Value::Time(_) => ("a time", "time"),
        Value::DateTime(_) => ("a date and time", "timestamp"),
        Value::DateTimeUtc(_) => ("a moment", "timestamptz"),
        Value::Interval(_) => ("an interval", "interval"),
        Value::Json(_) => ("JSON", "jsonb"),
        Value::Uuid(_) => ("a UUID", "uuid"),
        Value::Array(_) => ("an array", "the array's type"),
        _ => ("a value", "its type"),
    };
    refused(format!(
        "PostgreSQL expects `{}` here and got {what}; bind the right type, or say it in the statement: CAST($n AS {cast})",
        ty.name()
    ))
}
