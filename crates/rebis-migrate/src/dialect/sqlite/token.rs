//! SQL text as tokens with their places. Invariant: what is between two tokens is white space or a comment, and nothing else.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword, a bare name or a number.
    Word,
    /// A name in `"…"`, `` `…` `` or `[…]`.
    Quoted,
    /// A literal in `'…'`, with its `x` where it is a blob.
    Text,
    /// Anything else, one character.
    Sign,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Token {
    pub(super) fn text<'a>(&self, sql: &'a str) -> &'a str {
        &sql[self.start..self.end]
    }

    /// Whether it is that keyword, not a quoted name of the same letters.
    pub(super) fn is(&self, sql: &str, word: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Sign) && self.text(sql).eq_ignore_ascii_case(word)
    }

    /// The name that it spells; SQLite takes a text literal for a name, too.
    pub(super) fn name(&self, sql: &str) -> Option<String> {
        let text = self.text(sql);
        let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
        match (self.kind, text.chars().next()) {
            (Kind::Word, _) => Some(text.to_owned()),
            (Kind::Quoted, Some('[')) => Some(inner.to_owned()),
            (Kind::Quoted, Some(quote)) => {
                Some(inner.replace(&format!("{quote}{quote}"), &quote.to_string()))
            }
            (Kind::Text, Some('\'')) => Some(inner.replace("''", "'")),
            _ => None,
        }
    }
}

/// The tokens of `sql`; `None` when a quote, bracket or comment does not end.
pub(super) fn tokens(sql: &str) -> Option<Vec<Token>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = sql[at..].chars().next() {
        let rest = &sql[at..];
        if c.is_whitespace() || c == '\u{feff}' {
            at += c.len_utf8();
            continue;
        }
        if rest.starts_with("--") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        if rest.starts_with("/*") {
            at += rest.find("*/")? + 2;
            continue;
        }
        let blob = matches!(c, 'x' | 'X') && rest[1..].starts_with('\'');
        let (kind, length) = match c {
            _ if blob => (Kind::Text, 1 + quoted(&rest[1..], '\'')?),
            '\'' => (Kind::Text, quoted(rest, '\'')?),
            '"' | '`' => (Kind::Quoted, quoted(rest, c)?),
            '[' => (Kind::Quoted, rest.find(']')? + 1),
            c if is_word(c) => (Kind::Word, rest.find(|c| !is_word(c)).unwrap_or(rest.len())),
            c => (Kind::Sign, c.len_utf8()),
        };
        found.push(Token { kind, start: at, end: at + length });
        at += length;
    }
    Some(found)
}

/// Whether the text names that column or table anywhere, also inside an expression. Letters' case does not count.
pub(super) fn mentions(sql: &str, name: &str) -> bool {
    // A text that cannot be read may name anything.
    tokens(sql).is_none_or(|all| {
        all.iter()
            .filter(|t| t.kind != Kind::Text)
            .filter_map(|t| t.name(sql))
            .any(|n| n.eq_ignore_ascii_case(name))
    })
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

/// The length of a quoted text, whose own quotes are doubled.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut at = 1;
    loop {
        at += text.get(at..)?.find(quote)? + 1;
        if !text[at..].starts_with(quote) {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_comments_and_blobs() {
        let sql = "a \"b\"\"c\" -- x, (\n[d e] /* , */ 'it''s' x'00' `f`,(1.5)";
        let all = tokens(sql).unwrap();
        let texts: Vec<&str> = all.iter().map(|t| t.text(sql)).collect();
        assert_eq!(
            texts,
            ["a", "\"b\"\"c\"", "[d e]", "'it''s'", "x'00'", "`f`", ",", "(", "1", ".", "5", ")"]
        );
        let names: Vec<_> = all.iter().filter_map(|t| t.name(sql)).collect();
        assert_eq!(names, ["a", "b\"c", "d e", "it's", "f", "1", "5"]);
        assert!(tokens("a 'open").is_none() && tokens("/* open").is_none() && tokens("\"a\"\"").is_none());
    }

    #[test]
    fn mentions_names_and_not_texts() {
        assert!(mentions("lower(\"Name\") > 1", "name"));
        assert!(!mentions("x = 'name' -- name", "name"));
    }
}
