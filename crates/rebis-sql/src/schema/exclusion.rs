//! [`Exclusion`]: an exclusion constraint. Invariant: its text and its parts say the same.

use std::fmt;
use std::str::FromStr;

/// No two rows for which every operator holds between the expressions (PostgreSQL EXCLUDE).
///
/// It is read from what stands behind the word EXCLUDE:
///
/// ```
/// use rebis_sql::schema::Exclusion;
///
/// let one: Exclusion = "USING gist (room WITH =, during WITH &&) WHERE (NOT cancelled)".parse()?;
/// assert_eq!(one.method.as_deref(), Some("gist"));
/// assert_eq!(one.elements[1], ("during".to_owned(), "&&".to_owned()));
/// assert_eq!(one.filter.as_deref(), Some("NOT cancelled"));
/// # Ok::<(), rebis_sql::schema::NoExclusion>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exclusion {
    /// The constraint's name.
    pub name: Option<String>,
    /// The method of its index: `gist` mostly.
    pub method: Option<String>,
    /// Expressions and operators, as SQL: `("during", "&&")`.
    pub elements: Vec<(String, String)>,
    /// Only rows that fulfil the condition.
    pub filter: Option<String>,
    /// `Some(initially_deferred)` when the check can wait until the end of the transaction.
    pub deferrable: Option<bool>,
}

/// What stands behind the word EXCLUDE, without the name.
impl fmt::Display for Exclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(method) = &self.method {
            write!(f, "USING {method} ")?;
        }
        let elements: Vec<String> =
            self.elements.iter().map(|(sql, with)| format!("{sql} WITH {with}")).collect();
        write!(f, "({})", elements.join(", "))?;
        if let Some(filter) = &self.filter {
            write!(f, " WHERE ({filter})")?;
        }
        f.write_str(match self.deferrable {
            None => "",
            Some(false) => " DEFERRABLE",
            Some(true) => " DEFERRABLE INITIALLY DEFERRED",
        })
    }
}

/// A text that says no exclusion constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoExclusion(String);

impl fmt::Display for NoExclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no exclusion constraint; write USING gist (column WITH operator, …)", self.0)
    }
}

impl std::error::Error for NoExclusion {}

impl FromStr for Exclusion {
    type Err = NoExclusion;

    fn from_str(text: &str) -> Result<Self, NoExclusion> {
        read(text).ok_or_else(|| NoExclusion(text.to_owned()))
    }
}

fn read(text: &str) -> Option<Exclusion> {
    let mut rest = text.trim();
    rest = word(rest, "EXCLUDE").unwrap_or(rest);
    let mut found = Exclusion::default();
    if let Some(behind) = word(rest, "USING") {
        let open = behind.find('(')?;
        found.method = Some(behind[..open].trim().trim_matches('"').to_ascii_lowercase());
        rest = &behind[open..];
    }
    let (inside, behind) = brackets(rest)?;
    for element in parts(inside) {
        // The last one: an expression may hold the word too.
        let at = element.to_ascii_uppercase().rfind(" WITH ")?;
        let operator = element[at + 6..].trim();
        found.elements.push((element[..at].trim().to_owned(), operator.to_owned()));
    }
    rest = behind.trim();
    if let Some(behind) = word(rest, "WHERE") {
        let (inside, behind) = brackets(behind)?;
        let mut inside = inside.trim();
        while let Some((within, "")) = brackets(inside) {
            inside = within.trim();
        }
        found.filter = Some(inside.to_owned());
        rest = behind.trim();
    }
    let upper = rest.to_ascii_uppercase();
    found.deferrable = match upper.as_str() {
        "" | "NOT DEFERRABLE" => None,
        "DEFERRABLE" | "DEFERRABLE INITIALLY IMMEDIATE" => Some(false),
        "DEFERRABLE INITIALLY DEFERRED" => Some(true),
        _ => return None,
    };
    (!found.elements.is_empty()).then_some(found)
}

/// What stands behind a word, when the text begins with it.
fn word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (start, behind) = text.split_at_checked(word.len())?;
    let apart = !behind.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    (start.eq_ignore_ascii_case(word) && apart).then(|| behind.trim_start())
}

/// What stands within the brackets that the text begins with, and behind them.
pub(super) fn brackets(text: &str) -> Option<(&str, &str)> {
    text.starts_with('(').then_some(())?;
    let mut depth = 0_usize;
    for (i, c) in unquoted(text) {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&text[1..i], text[i + 1..].trim_start()));
        }
    }
    None
}

/// The parts between the commas that stand in no brackets.
pub(super) fn parts(text: &str) -> Vec<&str> {
    let (mut all, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (i, c) in unquoted(text) {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                all.push(&text[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    all.push(&text[start..]);
    all
}

/// The characters that stand in no quotes, with their places.
pub(super) fn unquoted(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut quote = None;
    text.char_indices().filter(move |(_, c)| match quote {
        Some(open) => {
            if open == *c {
                quote = None;
            }
            false
        }
        None if *c == '\'' || *c == '"' => {
            quote = Some(*c);
            false
        }
        None => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogues_text_is_taken_apart() {
        let text = "EXCLUDE USING gist (((a || ')'::text)) WITH =, int4range(b, c, '[)'::text) WITH &&) WHERE ((\"d,e\" > 0)) DEFERRABLE INITIALLY DEFERRED";
        let one: Exclusion = text.parse().unwrap();
        assert_eq!(
            one.elements,
            [
                ("((a || ')'::text))".to_owned(), "=".to_owned()),
                ("int4range(b, c, '[)'::text)".to_owned(), "&&".to_owned())
            ]
        );
        assert_eq!((one.filter.as_deref(), one.deferrable), (Some("\"d,e\" > 0"), Some(true)));
        assert_eq!(one.to_string().parse(), Ok(one));
        let plain: Exclusion = "(a WITH =)".parse().unwrap();
        assert_eq!((plain.method, plain.deferrable), (None, None));
        for wrong in
            ["", "gist (a WITH =)", "USING gist", "USING gist (a)", "USING gist (a WITH =) OR", "(a WITH ="]
        {
            let e = wrong.parse::<Exclusion>().unwrap_err();
            assert!(e.to_string().contains("column WITH operator"), "{wrong}");
        }
    }
}
