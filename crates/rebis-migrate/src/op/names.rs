//! Columns' names in SQL texts. Invariant: a text between quotes that is no name is never taken for one.

use rebis_sql::schema::{Exclusion, Index, IndexKey};

/// Whether the text names the column.
pub(crate) fn mentions(sql: &str, column: &str) -> bool {
    parts(sql).any(|part| part.is_named(column))
}

/// Whether the index needs the column.
pub(crate) fn is_over(index: &Index, column: &str) -> bool {
    index.keys.iter().any(|key| match key {
        IndexKey::Column { name, .. } => name == column,
        IndexKey::Expression(sql) => mentions(sql, column),
    }) || index.include.iter().any(|name| name == column)
        || index.filter.as_deref().is_some_and(|sql| mentions(sql, column))
}

/// The text with the column's new name.
pub(super) fn renamed(sql: &str, from: &str, to: &str) -> String {
    parts(sql)
        .map(|part| match part {
            Part::Name { quote: Some(quote), .. } if part.is_named(from) => format!("{quote}{to}{quote}"),
            Part::Name { .. } if part.is_named(from) => to.to_owned(),
            Part::Name { text, .. } | Part::Other(text) => text.to_owned(),
        })
        .collect()
}

enum Part<'a> {
    Name { text: &'a str, quote: Option<char> },
    Other(&'a str),
}

impl Part<'_> {
    fn is_named(&self, column: &str) -> bool {
        match self {
            Part::Name { text, quote: Some(quote) } => text.trim_matches(*quote) == column,
            Part::Name { text, quote: None } => text.eq_ignore_ascii_case(column),
            Part::Other(_) => false,
        }
    }
}

/// Names, and what stands between them.
fn parts(sql: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = sql;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let word = |c: char| c == '_' || c.is_alphanumeric();
        let end = match first {
            '\'' | '"' | '`' => rest[1..].find(first).map_or(rest.len(), |i| i + 2),
            c if word(c) => rest.find(|c| !word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (text, after) = rest.split_at(end);
        rest = after;
        Some(match first {
            '"' | '`' => Part::Name { text, quote: Some(first) },
            c if word(c) => Part::Name { text, quote: None },
            _ => Part::Other(text),
        })
    })
}

/// Whether an exclusion constraint speaks of a column.
pub(crate) fn excludes(exclusion: &Exclusion, column: &str) -> bool {
    exclusion.elements.iter().any(|(sql, _)| mentions(sql, column))
        || exclusion.filter.as_ref().is_some_and(|sql| mentions(sql, column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_and_changed() {
        assert!(mentions("lower(a) > 'x'", "a") && !mentions("ab > 'a'", "a") && mentions("`a` = 1", "a"));
        assert_eq!(renamed("a > 'a' AND \"a\" < ab", "a", "b"), "b > 'a' AND \"b\" < ab");
    }
}
