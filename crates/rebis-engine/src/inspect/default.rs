//! Default expressions as values. Invariant: text that is not certainly a constant stays SQL.

use std::str::FromStr as _;

use rebis_sql::schema::ServerDefault;
use rebis_sql::{Cell, ColumnType, SqlType, Value, storage};

/// A constant before the column's type says what it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    Bytes(Vec<u8>),
}

/// A default as its column means it; none when it is NULL.
pub(super) fn read(ty: &SqlType, sql: &str, backslash_escapes: bool) -> Option<ServerDefault> {
    let sql = unwrap_brackets(sql.trim());
    if is_now(ty, sql) {
        return Some(ServerDefault::Now);
    }
    match scan(sql, backslash_escapes).and_then(|literal| value(ty, literal)) {
        Some(Value::Null) => None,
        Some(value) => Some(ServerDefault::Value(value)),
        None => Some(ServerDefault::Sql(sql.to_owned())),
    }
}

/// Whether it is the current moment, as far as a column of that type keeps it.
pub(super) fn is_now(ty: &SqlType, sql: &str) -> bool {
    let lower = sql.to_ascii_lowercase();
    let word = lower.split('(').next().unwrap_or_default().trim();
    let arguments = &lower[lower.find('(').unwrap_or(lower.len())..];
    let no_argument = arguments.chars().all(|c| matches!(c, '(' | ')' | '0'..='9' | ' '));
    let words: &[&str] = match ty {
        SqlType::Date => &["current_date", "curdate"],
        SqlType::Time => &["current_time", "curtime", "localtime"],
        _ => &["current_timestamp", "now", "localtimestamp", "utc_timestamp", "transaction_timestamp"],
    };
    // Words that are functions everywhere are no moment without their brackets.
    let bare = word.starts_with("current_") || word.starts_with("local");
    no_argument && words.contains(&word) && (bare || arguments.starts_with('('))
}

/// The text without brackets around the whole of it.
pub(super) fn unwrap_brackets(sql: &str) -> &str {
    let mut sql = sql.trim();
    while let Some(inner) = sql.strip_prefix('(').and_then(|s| s.strip_suffix(')')) {
        let (mut depth, mut quote) = (0_i32, None);
        for c in inner.chars() {
            match (quote, c) {
                (Some(q), c) if q == c => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"' | '`') => quote = Some(c),
                (None, '(') => depth += 1,
                (None, ')') => depth -= 1,
                _ => {}
            }
            if depth < 0 {
                return sql;
            }
        }
        sql = inner.trim();
    }
    sql
}

/// Reads a whole text as one constant, with an optional `::type` behind it.
pub(super) fn scan(sql: &str, backslash_escapes: bool) -> Option<Literal> {
    let sql = unwrap_brackets(without_cast(sql));
    let lower = sql.to_ascii_lowercase();
    match lower.as_str() {
        "null" => return Some(Literal::Null),
        "true" => return Some(Literal::Bool(true)),
        "false" => return Some(Literal::Bool(false)),
        _ => {}
    }
    if let Some(digits) = lower.strip_prefix("x'").and_then(|s| s.strip_suffix('\'')) {
        return unhex(digits).map(Literal::Bytes);
    }
    // PostgreSQL writes decode('00ff'::text, 'hex'::text), or without the casts.
    let compact = lower.replace("::text", "").replace(' ', "");
    if let Some(digits) = compact.strip_prefix("decode('").and_then(|s| s.strip_suffix("','hex')")) {
        return unhex(digits).map(Literal::Bytes);
    }
    let escaped = lower.starts_with("e'");
    let text = if escaped { &sql[1..] } else { sql };
    if text.starts_with('\'') {
        let (text, rest) = quoted(text, backslash_escapes || escaped)?;
        return rest.trim().is_empty().then_some(Literal::Text(text));
    }
    let number = sql.strip_prefix('+').unwrap_or(sql);
    let plain = number.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E'));
    (plain && number.parse::<f64>().is_ok()).then(|| Literal::Number(number.to_owned()))
}

/// `'a'::character varying` → `'a'`; anything that is more than a constant and a type stays.
fn without_cast(sql: &str) -> &str {
    let Some(at) = sql.rfind("::") else { return sql };
    let (before, ty) = (&sql[..at], &sql[at + 2..]);
    let is_type = !ty.is_empty()
        && ty
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '.' | '(' | ')' | ',' | '[' | ']' | '"'));
    // `lower('a'::text)` ends in a cast only by accident: its bracket closes what was opened before.
    let balanced = ty.matches('(').count() == ty.matches(')').count();
    let constant =
        before.starts_with(['\'', 'E', '(', '-']) || before.starts_with(|c: char| c.is_ascii_digit());
    if is_type && balanced && (constant || before.eq_ignore_ascii_case("null")) { before } else { sql }
}

/// Reads `'text'` at the start; gives the text and what follows it.
pub(super) fn quoted(sql: &str, backslash_escapes: bool) -> Option<(String, &str)> {
    let mut chars = sql.char_indices().peekable();
    let (_, quote) = chars.next()?;
    let mut text = String::new();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            if chars.next_if(|(_, next)| *next == quote).is_none() {
                return Some((text, &sql[at + c.len_utf8()..]));
            }
            text.push(quote);
        } else if c == '\\' && backslash_escapes {
            text.push(match chars.next()?.1 {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '0' => '\0',
                'Z' => '\u{1a}',
                other => other,
            });
        } else {
            text.push(c);
        }
    }
    None
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    let pairs = digits.chunks(2).map(|pair| match pair {
        [a, b] => Some(((*a as char).to_digit(16)? * 16 + (*b as char).to_digit(16)?) as u8),
        _ => None,
    });
    pairs.collect()
}

/// The constant as a value of a column of that type; none when it is no such value.
pub(super) fn value(ty: &SqlType, literal: Literal) -> Option<Value> {
    fn through<T: ColumnType>(text: &str) -> Option<Value> {
        T::from_cell(Cell::Text(text)).ok().map(ColumnType::into_value)
    }
    if literal == Literal::Null {
        return Some(Value::Null);
    }
    let text = match &literal {
        Literal::Number(text) | Literal::Text(text) => text.trim(),
        _ => "",
    };
    match (ty, &literal) {
        (SqlType::Boolean, Literal::Bool(b)) => Some(Value::Bool(*b)),
        (SqlType::Boolean, _) => match text {
            "1" | "t" | "true" => Some(Value::Bool(true)),
            "0" | "f" | "false" => Some(Value::Bool(false)),
            _ => None,
        },
        (SqlType::SmallInteger | SqlType::Integer | SqlType::BigInteger, _) => {
            text.parse().ok().map(Value::Int)
        }
        (SqlType::Float | SqlType::Double, _) => {
            text.parse().ok().filter(|f: &f64| f.is_finite()).map(Value::Float)
        }
        (SqlType::Numeric { .. }, _) => rust_decimal::Decimal::from_str(text).ok().map(Value::Decimal),
        (SqlType::LargeBinary, Literal::Bytes(bytes)) => Some(Value::Bytes(bytes.clone())),
        (SqlType::LargeBinary, Literal::Text(text)) => match text.strip_prefix("\\x") {
            Some(digits) => unhex(digits).map(Value::Bytes),
            None => Some(Value::Bytes(text.clone().into_bytes())),
        },
        (
            SqlType::String(_) | SqlType::Text | SqlType::Enum { .. },
            Literal::Text(text) | Literal::Number(text),
        ) => Some(Value::Text(text.clone())),
        (SqlType::Date, Literal::Text(_)) => through::<chrono::NaiveDate>(text),
        (SqlType::Time, Literal::Text(_)) => through::<chrono::NaiveTime>(text),
        (SqlType::DateTime { timezone: false }, Literal::Text(_)) => through::<chrono::NaiveDateTime>(text),
        (SqlType::DateTime { timezone: true }, Literal::Text(_)) => {
            through::<chrono::DateTime<chrono::Utc>>(text)
        }
        (SqlType::Interval, Literal::Text(_)) => interval(text).map(Value::Interval),
        (SqlType::Json, Literal::Text(_) | Literal::Number(_)) => {
            serde_json::from_str(text).ok().map(Value::Json)
        }
        (SqlType::Uuid, Literal::Text(_)) => uuid::Uuid::try_parse(text).ok().map(Value::Uuid),
        (SqlType::Array(_), Literal::Text(text)) if text == "{}" => Some(Value::Array(Vec::new())),
        _ => None,
    }
}

/// `[-]HH:MM:SS[.ffffff]`, as PostgreSQL writes what has no days or months.
fn interval(text: &str) -> Option<chrono::TimeDelta> {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let mut parts = text.splitn(3, ':');
    let mut whole = || parts.next()?.parse::<i64>().ok();
    let (hours, minutes) = (whole()?, whole()?);
    let seconds = parts.next()?;
    let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let micros: i64 = format!("{fraction:0<6}").parse().ok()?;
    let all = ((hours * 60 + minutes) * 60 + seconds.parse::<i64>().ok()?).checked_mul(1_000_000)?;
    Some(chrono::TimeDelta::microseconds(sign * (all + micros)))
}

/// The value as a constant without a type, where it has such a form.
pub(super) fn literal(value: &Value) -> Option<Literal> {
    Some(match value {
        Value::Null => Literal::Null,
        Value::Bool(b) => Literal::Number(u8::from(*b).to_string()),
        Value::Int(i) => Literal::Number(i.to_string()),
        Value::Float(f) => Literal::Number(format!("{f:?}")),
        Value::Decimal(d) => Literal::Number(d.to_string()),
        Value::Text(t) => Literal::Text(t.clone()),
        Value::Bytes(b) => Literal::Bytes(b.clone()),
        Value::Date(d) => Literal::Text(storage::date_text(*d)),
        Value::Time(t) => Literal::Text(storage::time_text(*t)),
        Value::DateTime(at) => Literal::Text(storage::datetime_text(*at)),
        Value::DateTimeUtc(at) => Literal::Text(storage::datetime_text(at.naive_utc())),
        Value::Interval(i) => Literal::Number(storage::interval_micros(*i)?.to_string()),
        Value::Json(json) => Literal::Text(json.to_string()),
        Value::Uuid(u) => Literal::Text(storage::uuid_text(*u)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn constant(ty: &SqlType, sql: &str) -> Option<Value> {
        match read(ty, sql, false) {
            Some(ServerDefault::Value(value)) => Some(value),
            _ => None,
        }
    }

    #[test]
    fn constants_lose_their_quotes_and_casts() {
        let text = |t: &str| Some(Value::Text(t.into()));
        assert_eq!(constant(&SqlType::Text, "'it''s \\ x'::character varying"), text("it's \\ x"));
        assert_eq!(constant(&SqlType::Text, "E'a\\\\b'::text"), text("a\\b"));
        assert_eq!(constant(&SqlType::Text, "('a::b')"), text("a::b"));
        assert_eq!(constant(&SqlType::BigInteger, "'-5'::integer"), Some(Value::Int(-5)));
        assert_eq!(constant(&SqlType::Integer, "(-5)"), Some(Value::Int(-5)));
        assert_eq!(constant(&SqlType::Boolean, "true"), Some(Value::Bool(true)));
        assert_eq!(constant(&SqlType::Boolean, "1"), Some(Value::Bool(true)));
        assert_eq!(constant(&SqlType::Double, "1.5"), Some(Value::Float(1.5)));
        assert_eq!(
            constant(&SqlType::LargeBinary, "decode('00ff'::text, 'hex'::text)"),
            Some(Value::Bytes(vec![0, 255]))
        );
        assert_eq!(constant(&SqlType::LargeBinary, "X'00ff'"), Some(Value::Bytes(vec![0, 255])));
        let long = chrono::TimeDelta::microseconds(86_400_000_005);
        assert_eq!(constant(&SqlType::Interval, "'24:00:00.000005'::interval"), Some(Value::Interval(long)));
    }

    #[test]
    fn what_is_more_than_a_constant_stays_sql() {
        for sql in [
            "lower('a'::text)",
            "'a'::text || 'b'::text",
            "1 + 2",
            "nextval('s'::regclass)",
            "uuid()",
            "'a' || 'b'",
        ] {
            assert_eq!(read(&SqlType::Text, sql, false), Some(ServerDefault::Sql(sql.into())), "{sql}");
        }
        assert_eq!(read(&SqlType::Integer, "(1 + 2)", false), Some(ServerDefault::Sql("1 + 2".into())));
        assert_eq!(read(&SqlType::Integer, "(1) + (2)", false), Some(ServerDefault::Sql("(1) + (2)".into())));
    }

    #[test]
    fn null_is_no_default() {
        assert_eq!(read(&SqlType::Text, "NULL::character varying", false), None);
        assert_eq!(read(&SqlType::Text, "NULL", false), None);
    }

    #[test]
    fn the_current_moment_fits_its_column() {
        let at = SqlType::DateTime { timezone: false };
        for sql in ["CURRENT_TIMESTAMP", "now()", "utc_timestamp(6)", "(CURRENT_TIMESTAMP(6))"] {
            assert_eq!(read(&at, sql, false), Some(ServerDefault::Now), "{sql}");
        }
        assert_eq!(read(&SqlType::Date, "curdate()", false), Some(ServerDefault::Now));
        assert_eq!(read(&at, "CURRENT_DATE", false), Some(ServerDefault::Sql("CURRENT_DATE".into())));
        assert_eq!(read(&SqlType::Text, "now", false), Some(ServerDefault::Sql("now".into())));
    }
}
