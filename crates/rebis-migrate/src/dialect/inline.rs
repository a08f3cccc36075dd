//! Binds written into the text as literals. Invariant: a placeholder inside of quotes or a comment is no placeholder.

use rebis_sql::{Dialect, Value};

use crate::{Error, ErrorKind, Result};

/// The statement with its values written out.
pub(super) fn inline(dialect: Dialect, sql: &str, binds: &[Value]) -> Result<String> {
    if binds.is_empty() {
        return Ok(sql.to_owned());
    }
    let numbered = dialect == Dialect::Postgres;
    let mut out = String::with_capacity(sql.len() + 8 * binds.len());
    let (mut rest, mut used) = (sql, 0);
    while let Some(c) = rest.chars().next() {
        let length = quoted(dialect, rest);
        if length > 0 {
            out.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        let at = match c {
            '?' if !numbered => {
                used += 1;
                Some(used - 1)
            }
            '$' if numbered => {
                let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                let number = rest[..digits].parse::<usize>().ok();
                rest = &rest[digits..];
                Some(number.and_then(|n| n.checked_sub(1)).unwrap_or(usize::MAX))
            }
            _ => None,
        };
        match at.map(|i| binds.get(i)) {
            None => out.push(c),
            Some(Some(value)) => out.push_str(&dialect.literal(value)?),
            Some(None) => {
                return Err(Error::new(
                    ErrorKind::Usage,
                    format!("«{sql}» has more placeholders than the {} values given", binds.len()),
                ));
            }
        }
    }
    Ok(out)
}

/// The statement with its end, which does not belong to a comment that the statement ends with.
pub(super) fn ended(sql: &str, end: &str) -> String {
    let comment = sql.lines().next_back().is_some_and(|line| line.contains("--") || line.contains('#'));
    format!("{sql}{}{end}", if comment { "\n" } else { "" })
}

/// Whether a sign stands in the statement outside of quotes and comments.
pub(super) fn holds(dialect: Dialect, sql: &str, sign: char) -> bool {
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let length = quoted(dialect, rest);
        if length == 0 && c == sign {
            return true;
        }
        rest = &rest[length.max(c.len_utf8())..];
    }
    false
}

/// How long the quoted text or comment is that begins here; 0 when none does.
fn quoted(dialect: Dialect, sql: &str) -> usize {
    let until = |from: usize, end: &str| sql[from..].find(end).map_or(sql.len(), |i| from + i + end.len());
    let escapes = matches!(dialect, Dialect::MySql | Dialect::MariaDb);
    match sql.as_bytes() {
        [b'-', b'-', ..] => until(2, "\n"),
        [b'/', b'*', ..] => until(2, "*/"),
        [b'E' | b'e', b'\'', ..] if dialect == Dialect::Postgres => 1 + string(&sql[1..], true),
        [b'\'' | b'"' | b'`', ..] => string(sql, escapes),
        [b'$', ..] if dialect == Dialect::Postgres => {
            let tag = sql[1..].find('$').map(|i| &sql[..i + 2]);
            let word = |t: &str| t.chars().all(|c| c == '$' || c == '_' || c.is_alphanumeric());
            match tag.filter(|t| word(t) && !t[1..].starts_with(|c: char| c.is_ascii_digit())) {
                Some(tag) => until(tag.len(), tag),
                None => 0,
            }
        }
        _ => 0,
    }
}

/// The length of a text between quotes; a doubled quote belongs to it.
fn string(sql: &str, escapes: bool) -> usize {
    let mut chars = sql.char_indices();
    let Some((_, quote)) = chars.next() else { return 0 };
    while let Some((at, c)) = chars.next() {
        if c == '\\' && escapes {
            chars.next();
        } else if c == quote {
            // A doubled quote ends one text and begins the next, which is the same for the one who only skips it.
            return at + 1;
        }
    }
    sql.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_quotes_is_none() {
        assert!(!holds(Dialect::MariaDb, "INSERT INTO t VALUES ('a;b', \"it's;\") -- ;", ';'));
        assert!(holds(
            Dialect::MariaDb,
            "CREATE TRIGGER t BEFORE INSERT ON u FOR EACH ROW BEGIN SET @a = 1; END",
            ';'
        ));
        assert_eq!(ended("SELECT 1 -- one", ";"), "SELECT 1 -- one\n;");
    }

    #[test]
    fn only_placeholders_are_replaced() {
        let binds = [Value::Int(1), Value::Text("it's $1 ?".into()), Value::Null];
        let sql = "UPDATE t SET a = ?, b = '?''?' /* ? */, c = ?, \"?\" = ? -- ?";
        assert_eq!(
            inline(Dialect::Sqlite, sql, &binds).unwrap(),
            "UPDATE t SET a = 1, b = '?''?' /* ? */, c = 'it''s $1 ?', \"?\" = NULL -- ?"
        );
        let sql = "SELECT $2, $1, E'\\'$1', $x$ $1 $x$, '$1', a ? b, $$ $1 $$";
        assert_eq!(
            inline(Dialect::Postgres, sql, &binds).unwrap(),
            "SELECT 'it''s $1 ?', 1, E'\\'$1', $x$ $1 $x$, '$1', a ? b, $$ $1 $$"
        );
        assert_eq!(inline(Dialect::MariaDb, "SELECT '\\'?', ?", &binds).unwrap(), "SELECT '\\'?', 1");
        let e = inline(Dialect::Sqlite, "SELECT ?, ?", &binds[..1]).unwrap_err();
        assert!(e.to_string().contains("more placeholders than the 1 values"), "{e}");
    }
}
