//! SQLite's declared types. Invariant: what `Dialect::Sqlite` writes is read as the type it was, or as one of the same spelling.

use rebis_sql::SqlType;

use super::super::default::unwrap_brackets;

/// The generic type of a declared one.
pub(crate) fn read(declared: &str) -> SqlType {
    let upper = declared.trim().to_ascii_uppercase();
    let (name, arguments) = match upper.split_once('(') {
        Some((name, rest)) => (name.trim(), rest.trim_end().trim_end_matches(')')),
        None => (upper.as_str(), ""),
    };
    let numbers: Vec<u32> =
        unwrap_brackets(arguments).split(',').filter_map(|n| n.trim().parse().ok()).collect();
    match (name, numbers.as_slice()) {
        ("SMALLINT", []) => SqlType::SmallInteger,
        ("INTEGER" | "INT", []) => SqlType::Integer,
        ("BIGINT", []) => SqlType::BigInteger,
        ("FLOAT", []) => SqlType::Float,
        ("DOUBLE" | "DOUBLE PRECISION" | "REAL", []) => SqlType::Double,
        ("NUMERIC" | "DECIMAL", []) => SqlType::Numeric { precision: None, scale: None },
        ("NUMERIC" | "DECIMAL", [p] | [p, 0]) => SqlType::Numeric { precision: Some(*p), scale: None },
        ("NUMERIC" | "DECIMAL", [p, s]) => SqlType::Numeric { precision: Some(*p), scale: Some(*s) },
        ("VARCHAR", []) => SqlType::String(None),
        ("VARCHAR", [n]) => SqlType::String(Some(*n)),
        ("CHAR", [32]) => SqlType::Uuid,
        ("TEXT", []) => SqlType::Text,
        ("BOOLEAN", []) => SqlType::Boolean,
        ("DATE", []) => SqlType::Date,
        ("TIME", []) => SqlType::Time,
        ("DATETIME" | "TIMESTAMP", []) => SqlType::DateTime { timezone: false },
        ("BLOB", []) => SqlType::LargeBinary,
        ("JSON", []) => SqlType::Json,
        _ => SqlType::Other(declared.trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_types_are_read_back() {
        assert_eq!(read("varchar(64)"), SqlType::String(Some(64)));
        assert_eq!(read("NUMERIC(10, 2)"), SqlType::Numeric { precision: Some(10), scale: Some(2) });
        assert_eq!(read("CHAR(32)"), SqlType::Uuid);
        assert_eq!(read("GEOMETRY(1)"), SqlType::Other("GEOMETRY(1)".into()));
    }
}
