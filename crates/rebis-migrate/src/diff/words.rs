//! Whether two SQL texts are the same words. Invariant: spaces, the case of words and the quotes of plain names do not count; brackets do, save
//! those around the whole.

use rebis_sql::schema::split_key;

/// Whether two expressions are the same words.
pub(super) fn same_sql(a: &str, b: &str) -> bool {
    a == b || words(a) == words(b)
}

/// Whether two expressions of an index are, with what stands behind them.
pub(super) fn same_key(a: &str, b: &str) -> bool {
    let ((a, behind), (b, other)) = (split_key(a), split_key(b));
    same_sql(a, b) && same_sql(behind, other)
}

fn words(sql: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let end = match c {
            '\'' | '"' | '`' => {
                let close = rest[1..].find(c).map_or(rest.len(), |i| i + 2);
                let name = rest.get(1..close - 1).unwrap_or_default();
                let plain = !name.is_empty()
                    && name.chars().all(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit());
                found.push(match c {
                    '\'' => rest[..close].to_owned(),
                    _ if plain => name.to_owned(),
                    _ => format!("\"{name}\""),
                });
                close
            }
            c if c == '_' || c.is_alphanumeric() => {
                let more = |c: char| c == '_' || c == '.' || c.is_alphanumeric();
                let end = rest.find(|c| !more(c)).unwrap_or(rest.len());
                found.push(rest[..end].to_lowercase());
                end
            }
            c if c.is_whitespace() => c.len_utf8(),
            '!' if rest.starts_with("!=") => {
                found.extend([String::from("<"), String::from(">")]);
                2
            }
            c => {
                found.push(c.to_string());
                c.len_utf8()
            }
        };
        rest = &rest[end..];
    }
    while is_bracketed(&found) {
        found.pop();
        found.remove(0);
    }
    found
}

/// Whether the first bracket is closed by the last.
fn is_bracketed(words: &[String]) -> bool {
    let mut depth = 0usize;
    for (i, word) in words.iter().enumerate() {
        match word.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return i > 0 && i + 1 == words.len();
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_are_the_same() {
        for (a, b) in [
            ("x > 0", "(x>0)"),
            ("`x` <> 1 AND y", "X != 1 and \"y\""),
            ("lower(a)", "LOWER( a )"),
            ("a = 'It''s'", "a='It''s'"),
        ] {
            assert!(same_sql(a, b), "{a} {b}");
        }
        for (a, b) in [
            ("x > 0", "x > 5"),
            ("(a + b) * c", "a + (b * c)"),
            ("(a) + (b)", "a) + (b"),
            ("a = 'x'", "a = 'X'"),
            ("\"A\" = 1", "a = 1"),
        ] {
            assert!(!same_sql(a, b), "{a} {b}");
        }
        assert!(same_key("lower(x) DESC", "(lower(x)) desc") && !same_key("lower(x)", "lower(x) desc"));
    }
}
