//! PostgreSQL's types. Invariant: what `Dialect::Postgres` writes and what `format_type` says of it are read as the same type.

use rebis_sql::SqlType;

/// The generic type of a spelled one. An enum is [`SqlType::Other`] here; its labels stand in the catalogue.
pub(crate) fn read(spelled: &str) -> SqlType {
    let spelled = spelled.trim();
    if let Some(of) = spelled.strip_suffix("[]") {
        return SqlType::Array(Box::new(read(of)));
    }
    let lower = spelled.to_ascii_lowercase();
    let (name, arguments) = match lower.split_once('(') {
        Some((name, rest)) => (name.trim(), rest.strip_suffix(')').unwrap_or("?")),
        None => (lower.as_str(), ""),
    };
    let numbers: Option<Vec<u32>> = match arguments {
        "" => Some(Vec::new()),
        list => list.split(',').map(|n| n.trim().parse().ok()).collect(),
    };
    match (name, numbers.as_deref()) {
        ("smallint" | "int2", Some([])) => SqlType::SmallInteger,
        ("integer" | "int4" | "int", Some([])) => SqlType::Integer,
        ("bigint" | "int8", Some([])) => SqlType::BigInteger,
        ("real" | "float4", Some([])) => SqlType::Float,
        ("double precision" | "float8" | "float", Some([])) => SqlType::Double,
        ("numeric" | "decimal", Some([])) => SqlType::Numeric { precision: None, scale: None },
        ("numeric" | "decimal", Some([p] | [p, 0])) => SqlType::Numeric { precision: Some(*p), scale: None },
        ("numeric" | "decimal", Some([p, s])) => SqlType::Numeric { precision: Some(*p), scale: Some(*s) },
        ("character varying" | "varchar", Some([])) => SqlType::String(None),
        ("character varying" | "varchar", Some([n])) => SqlType::String(Some(*n)),
        ("text", Some([])) => SqlType::Text,
        ("boolean" | "bool", Some([])) => SqlType::Boolean,
        ("date", Some([])) => SqlType::Date,
        ("time" | "time without time zone", Some([])) => SqlType::Time,
        ("timestamp" | "timestamp without time zone", Some([])) => SqlType::DateTime { timezone: false },
        ("timestamptz" | "timestamp with time zone", Some([])) => SqlType::DateTime { timezone: true },
        ("interval", Some([])) => SqlType::Interval,
        ("bytea", Some([])) => SqlType::LargeBinary,
        ("json" | "jsonb", Some([])) => SqlType::Json,
        ("uuid", Some([])) => SqlType::Uuid,
        _ => SqlType::Other(spelled.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_one_type() {
        for (a, b) in [
            ("TIMESTAMP WITH TIME ZONE", "timestamp with time zone"),
            ("TIMESTAMP", "timestamp without time zone"),
            ("VARCHAR(64)[]", "character varying(64)[]"),
            ("NUMERIC(10, 2)", "numeric(10,2)"),
            ("NUMERIC(10)", "numeric(10,0)"),
            ("JSONB", "json"),
        ] {
            assert_eq!(read(a), read(b));
            assert!(!matches!(read(a), SqlType::Other(_)), "{a}");
        }
    }

    #[test]
    fn a_precision_that_rebis_does_not_write_is_another_type() {
        assert_eq!(
            read("timestamp(3) without time zone"),
            SqlType::Other("timestamp(3) without time zone".into())
        );
        assert_eq!(read("numeric(3,-2)"), SqlType::Other("numeric(3,-2)".into()));
    }
}
