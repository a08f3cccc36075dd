//! SQLite's SQL as words. Invariant: every token keeps its place in the text, so what lies between two can be copied as it was written.

use std::ops::Range;

/// One token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A bare word, keyword or name.
    Word(String),
    /// A quoted name: `"a"`, `` `a` ``, `[a]`.
    Name(String),
    /// A text between single quotes.
    Text(String),
    /// Any other character.
    Mark(char),
}

/// The tokens of a statement and where each stands.
pub(super) struct Tokens<'a> {
    sql: &'a str,
    all: Vec<(Token, Range<usize>)>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(sql: &'a str) -> Self {
        let mut all = Vec::new();
        let mut at = 0;
        while let Some(c) = sql[at..].chars().next() {
            let rest = &sql[at..];
            let (token, length) = match c {
                c if c.is_whitespace() => (None, c.len_utf8()),
                '-' if rest.starts_with("--") => (None, rest.find('\n').unwrap_or(rest.len())),
                '/' if rest.starts_with("/*") => (None, rest.find("*/").map_or(rest.len(), |end| end + 2)),
                '\'' | '"' | '`' => match super::super::default::quoted(rest, false) {
                    Some((text, after)) => {
                        let token = if c == '\'' { Token::Text(text) } else { Token::Name(text) };
                        (Some(token), rest.len() - after.len())
                    }
                    None => (Some(Token::Mark(c)), 1),
                },
                '[' => match rest.find(']') {
                    Some(end) => (Some(Token::Name(rest[1..end].to_owned())), end + 1),
                    None => (Some(Token::Mark(c)), 1),
                },
                c if is_word(c) => {
                    let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                    (Some(Token::Word(rest[..length].to_owned())), length)
                }
                c => (Some(Token::Mark(c)), c.len_utf8()),
            };
            all.extend(token.map(|token| (token, at..at + length)));
            at += length;
        }
        Tokens { sql, all }
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn get(&self, i: usize) -> Option<&Token> {
        self.all.get(i).map(|(token, _)| token)
    }

    /// Whether the token is that keyword.
    pub(super) fn is(&self, i: usize, keyword: &str) -> bool {
        matches!(self.get(i), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword))
    }

    /// Whether the token is that character.
    pub(super) fn mark(&self, i: usize, mark: char) -> bool {
        self.get(i) == Some(&Token::Mark(mark))
    }

    /// The token as a name; SQLite takes texts for names too.
    pub(super) fn name(&self, i: usize) -> Option<&str> {
        match self.get(i)? {
            Token::Word(name) | Token::Name(name) | Token::Text(name) => Some(name),
            Token::Mark(_) => None,
        }
    }

    /// The text of the tokens, as it was written.
    pub(super) fn text(&self, range: Range<usize>) -> &'a str {
        match (self.all.get(range.start), range.end.checked_sub(1).and_then(|last| self.all.get(last))) {
            (Some((_, first)), Some((_, last))) if range.start < range.end => {
                &self.sql[first.start..last.end]
            }
            _ => "",
        }
    }

    /// The place of the bracket that closes the one at `open`, or the end.
    pub(super) fn close(&self, open: usize) -> usize {
        let mut depth = 0;
        for i in open..self.len() {
            depth += i32::from(self.mark(i, '(')) - i32::from(self.mark(i, ')'));
            if depth == 0 {
                return i;
            }
        }
        self.len()
    }

    /// The parts between commas, brackets respected.
    pub(super) fn parts(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let mut parts = Vec::new();
        let (mut start, mut i) = (range.start, range.start);
        while i < range.end {
            if self.mark(i, '(') {
                i = self.close(i);
            } else if self.mark(i, ',') {
                parts.push(start..i);
                start = i + 1;
            }
            i += 1;
        }
        if start < range.end {
            parts.push(start..range.end);
        }
        parts
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$' || !c.is_ascii() && !c.is_whitespace()
}
