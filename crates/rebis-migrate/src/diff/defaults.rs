//! Whether two columns have one server default. Invariant: an expression that cannot be compared counts as equal; a constant never does.

use rebis_sql::schema::{Column, ServerDefault, Table};
use rebis_sql::{Ddl, Dialect, SqlType, Value};

/// A default in a form that does not depend on who wrote it.
#[derive(Debug, PartialEq)]
enum Plain {
    Constant(String),
    Now,
    Expression(String),
}

pub(super) fn same(dialect: Dialect, now: &Column, wanted: &Column) -> bool {
    let counts = |c: &Column| c.autoincrement || c.computed.is_some() || c.identity.is_some();
    if now.default == wanted.default || counts(now) || counts(wanted) {
        return true;
    }
    let plain_of = |c: &Column| c.default.as_ref().and_then(|d| plain(dialect, &wanted.ty, d));
    match (plain_of(now), plain_of(wanted)) {
        (None, None) => true,
        (None, Some(_)) | (Some(_), None) => false,
        (Some(Plain::Expression(_)), Some(_)) | (Some(_), Some(Plain::Expression(_))) => true,
        // Written forms of these differ in too many ways.
        _ if matches!(wanted.ty, SqlType::Interval | SqlType::Array(_) | SqlType::LargeBinary) => true,
        (a, b) => a == b,
    }
}

fn plain(dialect: Dialect, ty: &SqlType, default: &ServerDefault) -> Option<Plain> {
    match default {
        ServerDefault::Value(Value::Null) => None,
        ServerDefault::Now => Some(Plain::Now),
        ServerDefault::Sql(sql) => parse(ty, sql),
        ServerDefault::Value(_) => match written(dialect, ty, default) {
            Some(sql) => parse(ty, &sql),
            None => Some(Plain::Expression(String::new())),
        },
    }
}

/// The default as CREATE TABLE writes it.
fn written(dialect: Dialect, ty: &SqlType, default: &ServerDefault) -> Option<String> {
    // An enum would bring its type or its check; its default is a text's.
    let ty = if let SqlType::Enum { .. } = ty { SqlType::String(Some(255)) } else { ty.clone() };
    let create = |default: Option<ServerDefault>| {
        let column = Column { default, ..Column::new("c", ty.clone()) };
        let table = Table { columns: vec![column], ..Table::new("t") };
        dialect.ddl(&Ddl::CreateTable { table, if_not_exists: false }).ok()?.pop()
    };
    let (without, with) = (create(None)?, create(Some(default.clone()))?);
    let tail = without.rfind("\n)")?;
    let rest = with.strip_prefix(&without[..tail])?.strip_suffix(&without[tail..])?;
    Some(rest.strip_prefix(" DEFAULT ")?.to_owned())
}

fn parse(ty: &SqlType, sql: &str) -> Option<Plain> {
    let text = bare(sql);
    if text.eq_ignore_ascii_case("null") {
        return None;
    }
    let word: String =
        text.to_ascii_lowercase().chars().filter(|c| c.is_ascii_alphabetic() || *c == '_').collect();
    const NOW: [&str; 10] = [
        "now",
        "current_timestamp",
        "utc_timestamp",
        "localtimestamp",
        "current_date",
        "curdate",
        "current_time",
        "curtime",
        "utc_time",
        "utc_date",
    ];
    if NOW.contains(&word.as_str()) && !text.starts_with('\'') {
        return Some(Plain::Now);
    }
    let (constant, quoted) = match text.strip_prefix(['E', 'e']).unwrap_or(text).strip_prefix('\'') {
        Some(rest) => match rest.strip_suffix('\'') {
            Some(inner) if !inner.replace("''", "").contains('\'') => {
                (inner.replace("''", "'").replace("\\\\", "\\"), true)
            }
            _ => return Some(Plain::Expression(text.to_owned())),
        },
        None => (text.to_owned(), false),
    };
    let number = constant.parse::<rust_decimal::Decimal>().ok().map(|d| d.normalize().to_string());
    let simple = match constant.to_ascii_lowercase().as_str() {
        "true" | "t" | "b1" if matches!(ty, SqlType::Boolean) => Some(String::from("1")),
        "false" | "f" | "b0" if matches!(ty, SqlType::Boolean) => Some(String::from("0")),
        _ => None,
    };
    Some(match (simple, number) {
        (Some(simple), _) => Plain::Constant(simple),
        (None, Some(number)) if !quoted || !is_text(ty) => Plain::Constant(number),
        _ if !quoted => constant
            .parse::<f64>()
            .map_or_else(|_| Plain::Expression(text.to_owned()), |f| Plain::Constant(f.to_string())),
        _ => Plain::Constant(canonical(ty, constant)),
    })
}

fn is_text(ty: &SqlType) -> bool {
    matches!(ty, SqlType::String(_) | SqlType::Text | SqlType::Enum { .. })
}

/// One form for constants that several texts stand for.
fn canonical(ty: &SqlType, text: String) -> String {
    match ty {
        SqlType::Json => serde_json::from_str::<serde_json::Value>(&text).map_or(text, |v| v.to_string()),
        SqlType::Uuid => text.replace('-', "").to_ascii_lowercase(),
        SqlType::Date | SqlType::Time | SqlType::DateTime { .. } => {
            let text = text.trim_end_matches("+00:00").trim_end_matches("+00").replace('T', " ");
            if text.contains('.') {
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            } else {
                text
            }
        }
        _ => text,
    }
}

/// Without brackets around it and without PostgreSQL's casts behind it.
fn bare(sql: &str) -> &str {
    let mut text = sql.trim();
    loop {
        let before = text;
        if text.starts_with('(') && closes_at_end(text) {
            text = text[1..text.len() - 1].trim();
        }
        if let Some(at) = text.rfind("::")
            && !text[at..].contains('\'')
        {
            text = text[..at].trim();
        }
        if text == before {
            return text;
        }
    }
}

/// Whether the bracket at the start is closed by the one at the end.
fn closes_at_end(text: &str) -> bool {
    let (mut depth, mut quoted) = (0_usize, false);
    for (i, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return i + 1 == text.len();
                }
            }
            _ => {}
        }
    }
    false
}
