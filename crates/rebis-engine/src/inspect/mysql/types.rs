//! MySQL's types. Invariant: what `Dialect::MySql` writes and what `column_type` says of it are read as the same type.

use rebis_sql::SqlType;

use crate::inspect::default::quoted;

/// The generic type of a spelled one; `name` is what an enum is called, since the database does not know.
pub(crate) fn read(spelled: &str, name: &str) -> SqlType {
    let spelled = spelled.trim();
    let other = || SqlType::Other(spelled.to_owned());
    let (base, rest) = match spelled.split_once('(') {
        Some((base, rest)) => (base.trim(), rest),
        None => (spelled, ")"),
    };
    let base = base.to_ascii_lowercase();
    if base == "enum" {
        let values = labels(rest);
        return values.map_or_else(other, |values| SqlType::Enum { name: name.to_owned(), values });
    }
    // What follows the bracket (`unsigned`, `zerofill`) makes it another type.
    let Some(arguments) = rest.strip_suffix(')') else { return other() };
    let numbers: Vec<u32> = arguments.split(',').filter_map(|n| n.trim().parse().ok()).collect();
    match (base.as_str(), numbers.as_slice()) {
        ("tinyint", [1]) | ("boolean" | "bool", _) => SqlType::Boolean,
        ("smallint", _) => SqlType::SmallInteger,
        ("int" | "integer", _) => SqlType::Integer,
        ("bigint", _) => SqlType::BigInteger,
        ("float", []) => SqlType::Float,
        ("double" | "double precision", []) => SqlType::Double,
        ("decimal" | "numeric", [p] | [p, 0]) => SqlType::Numeric { precision: Some(*p), scale: None },
        ("decimal" | "numeric", [p, s]) => SqlType::Numeric { precision: Some(*p), scale: Some(*s) },
        ("varchar", [n]) => SqlType::String(Some(*n)),
        ("char", [32]) | ("uuid", []) => SqlType::Uuid,
        ("tinytext" | "text" | "mediumtext" | "longtext", _) => SqlType::Text,
        ("tinyblob" | "blob" | "mediumblob" | "longblob", _) => SqlType::LargeBinary,
        ("date", []) => SqlType::Date,
        ("time", _) => SqlType::Time,
        ("datetime", _) => SqlType::DateTime { timezone: false },
        ("json", []) => SqlType::Json,
        _ => other(),
    }
}

/// `'a','b''c')` → `a`, `b'c`.
fn labels(list: &str) -> Option<Vec<String>> {
    let mut rest = list.trim_start();
    let mut labels = Vec::new();
    while rest.starts_with('\'') {
        let (label, after) = quoted(rest, true)?;
        labels.push(label);
        rest = after.trim_start().trim_start_matches(',').trim_start();
    }
    (rest == ")").then_some(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_one_type() {
        for (a, b) in [
            ("INTEGER", "int(11)"),
            ("BIGINT", "bigint(20)"),
            ("NUMERIC(38, 10)", "decimal(38,10)"),
            ("NUMERIC(10)", "decimal(10,0)"),
            ("TIME(6)", "time(6)"),
            ("LONGTEXT", "text"),
            ("ENUM('a', 'b''c', 'd\\\\e')", "enum('a','b''c','d\\\\e')"),
        ] {
            assert_eq!(read(a, "c"), read(b, "c"));
            assert!(!matches!(read(a, "c"), SqlType::Other(_)), "{a}");
        }
    }

    #[test]
    fn unsigned_is_another_type() {
        assert_eq!(read("int(10) unsigned", "c"), SqlType::Other("int(10) unsigned".into()));
        assert_eq!(read("int unsigned", "c"), SqlType::Other("int unsigned".into()));
        assert_eq!(read("tinyint(4)", "c"), SqlType::Other("tinyint(4)".into()));
        let values = vec!["a".into(), "b'c".into(), "d\\e".into()];
        assert_eq!(read("enum('a','b''c','d\\\\e')", "c"), SqlType::Enum { name: "c".into(), values });
    }
}
