//! One piece of a CREATE TABLE: a column or a constraint, taken apart by place.
//!
//! **Invariant.** Taking apart changes nothing: an edit replaces a range of the text, and what it does not replace stays to the letter.

use std::ops::Range;

use rebis_sql::ddl::ConstraintKind;

use super::token::{Token, tokens};

/// A column's definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ColumnText {
    pub(super) name: String,
    /// The type; empty, right behind the name, when there is none.
    pub(super) ty: Range<usize>,
    pub(super) clauses: Vec<Clause>,
}

/// A clause of a column: `NOT NULL`, `REFERENCES …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) name: Option<String>,
    pub(super) kind: ClauseKind,
    /// With its `CONSTRAINT name`.
    pub(super) at: Range<usize>,
    /// The table that it refers to.
    pub(super) refers: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClauseKind {
    PrimaryKey,
    NotNull,
    Null,
    Unique,
    Check,
    Default,
    Collate,
    References,
    Generated,
}

impl ClauseKind {
    /// The kind of constraint that it is.
    pub(super) fn constraint(self) -> Option<ConstraintKind> {
        Some(match self {
            ClauseKind::PrimaryKey => ConstraintKind::PrimaryKey,
            ClauseKind::Unique => ConstraintKind::Unique,
            ClauseKind::Check => ConstraintKind::Check,
            ClauseKind::References => ConstraintKind::ForeignKey,
            _ => return None,
        })
    }
}

/// A constraint of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ConstraintText {
    pub(super) name: Option<String>,
    pub(super) kind: ConstraintKind,
    /// The columns; none for a check, whose expression may name any.
    pub(super) columns: Vec<String>,
    pub(super) refers: Option<String>,
    /// With its `CONSTRAINT name`.
    pub(super) at: Range<usize>,
}

/// Whether the piece is a constraint of the table, not a column.
pub(super) fn is_constraint(sql: &str) -> bool {
    let words = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];
    tokens(sql).and_then(|t| t.first().copied()).is_some_and(|t| words.iter().any(|w| t.is(sql, w)))
}

/// Takes a column's definition apart; `None` when it is not understood.
pub(super) fn column(sql: &str) -> Option<ColumnText> {
    let all = tokens(sql)?;
    let mut r = Reader { sql, all: &all, at: 0 };
    let first = r.next()?;
    let name = first.name(sql)?;
    let mut ty = first.end..first.end;
    while let Some(token) = r.peek() {
        if r.at_clause() {
            break;
        }
        if ty.is_empty() {
            ty.start = token.start;
        }
        ty.end = if r.is("(") { r.group()? } else { r.next()?.end };
    }
    let mut clauses = Vec::new();
    while r.peek().is_some() {
        clauses.push(r.clause()?);
    }
    Some(ColumnText { name, ty, clauses })
}

/// Takes constraints apart, between which SQLite lets the comma be left out; `None` when they are not understood.
pub(super) fn constraints(sql: &str) -> Option<Vec<ConstraintText>> {
    let all = tokens(sql)?;
    let mut r = Reader { sql, all: &all, at: 0 };
    let mut found = Vec::new();
    while r.peek().is_some() {
        found.push(r.constraint()?);
    }
    Some(found)
}

struct Reader<'a> {
    sql: &'a str,
    all: &'a [Token],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<Token> {
        self.all.get(self.at).copied()
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    fn is(&self, word: &str) -> bool {
        self.peek().is_some_and(|t| t.is(self.sql, word))
    }

    fn is_then(&self, first: &str, second: &str) -> bool {
        self.is(first) && self.all.get(self.at + 1).is_some_and(|t| t.is(self.sql, second))
    }

    fn take(&mut self, word: &str) -> bool {
        let there = self.is(word);
        self.at += usize::from(there);
        there
    }

    fn name(&mut self) -> Option<String> {
        let sql = self.sql;
        self.next()?.name(sql)
    }

    /// Passes `( … )`; gives its end.
    fn group(&mut self) -> Option<usize> {
        if !self.take("(") {
            return None;
        }
        let mut depth = 1;
        loop {
            let token = self.next()?;
            if token.is(self.sql, "(") {
                depth += 1;
            } else if token.is(self.sql, ")") {
                depth -= 1;
            }
            if depth == 0 {
                return Some(token.end);
            }
        }
    }

    /// Passes `(a, b COLLATE x DESC)`; gives the first name of each part.
    fn columns(&mut self) -> Option<Vec<String>> {
        let start = self.at;
        self.group()?;
        let (mut names, mut depth, mut expected) = (Vec::new(), 0, true);
        for token in &self.all[start..self.at] {
            if token.is(self.sql, "(") {
                depth += 1;
            } else if token.is(self.sql, ")") {
                depth -= 1;
            } else if depth == 1 && token.is(self.sql, ",") {
                expected = true;
            } else if depth == 1 && expected {
                names.push(token.name(self.sql)?);
                expected = false;
            }
        }
        Some(names)
    }

    fn at_clause(&self) -> bool {
        let alone = [
            "CONSTRAINT",
            "PRIMARY",
            "NOT",
            "NULL",
            "UNIQUE",
            "CHECK",
            "DEFAULT",
            "COLLATE",
            "REFERENCES",
            "AS",
        ];
        alone.iter().any(|w| self.is(w)) || self.is_then("GENERATED", "ALWAYS")
    }

    fn conflict(&mut self) -> Option<()> {
        if self.is_then("ON", "CONFLICT") {
            self.at += 2;
            self.next()?;
        }
        Some(())
    }

    fn end(&self) -> Option<usize> {
        Some(self.all.get(self.at.checked_sub(1)?)?.end)
    }

    fn clause(&mut self) -> Option<Clause> {
        let start = self.peek()?.start;
        let name = if self.take("CONSTRAINT") { Some(self.name()?) } else { None };
        let mut refers = None;
        let kind = if self.take("PRIMARY") {
            self.take("KEY").then_some(())?;
            let _ = self.take("ASC") || self.take("DESC");
            self.conflict()?;
            self.take("AUTOINCREMENT");
            ClauseKind::PrimaryKey
        } else if self.take("NOT") {
            self.take("NULL").then_some(())?;
            self.conflict()?;
            ClauseKind::NotNull
        } else if self.take("NULL") {
            self.conflict()?;
            ClauseKind::Null
        } else if self.take("UNIQUE") {
            self.conflict()?;
            ClauseKind::Unique
        } else if self.take("CHECK") {
            self.group()?;
            self.conflict()?;
            ClauseKind::Check
        } else if self.take("DEFAULT") {
            self.default()?;
            ClauseKind::Default
        } else if self.take("COLLATE") {
            self.name()?;
            ClauseKind::Collate
        } else if self.is("REFERENCES") {
            refers = Some(self.references()?);
            ClauseKind::References
        } else if self.is("GENERATED") || self.is("AS") {
            if self.take("GENERATED") {
                self.take("ALWAYS").then_some(())?;
            }
            self.take("AS").then_some(())?;
            self.group()?;
            let _ = self.take("STORED") || self.take("VIRTUAL");
            ClauseKind::Generated
        } else {
            return None;
        };
        Some(Clause { name, kind, at: start..self.end()?, refers })
    }

    /// A literal, a signed number or an expression in brackets.
    fn default(&mut self) -> Option<()> {
        if self.is("(") {
            return self.group().map(drop);
        }
        let _ = self.take("+") || self.take("-");
        let first = self.next()?;
        // A number with a point or an exponent's sign is several tokens without a gap.
        let mut end = first.end;
        let number = first.text(self.sql).starts_with(|c: char| c.is_ascii_digit() || c == '.');
        while let Some(token) = self.peek().filter(|t| number && t.start == end) {
            end = token.end;
            self.at += 1;
        }
        Some(())
    }

    fn references(&mut self) -> Option<String> {
        self.take("REFERENCES").then_some(())?;
        let table = self.name()?;
        if self.is("(") {
            self.group()?;
        }
        loop {
            if self.is_then("ON", "DELETE") || self.is_then("ON", "UPDATE") {
                self.at += 2;
                if self.take("SET") || self.take("NO") {
                    self.next()?;
                } else if !(self.take("CASCADE") || self.take("RESTRICT")) {
                    return None;
                }
            } else if self.take("MATCH") {
                self.next()?;
            } else if self.is("DEFERRABLE") || self.is_then("NOT", "DEFERRABLE") {
                self.take("NOT");
                self.take("DEFERRABLE");
                if self.take("INITIALLY") {
                    self.next()?;
                }
            } else {
                return Some(table);
            }
        }
    }

    fn constraint(&mut self) -> Option<ConstraintText> {
        let start = self.peek()?.start;
        let name = if self.take("CONSTRAINT") { Some(self.name()?) } else { None };
        let (mut columns, mut refers) = (Vec::new(), None);
        let kind = if self.take("PRIMARY") {
            self.take("KEY").then_some(())?;
            columns = self.columns()?;
            self.conflict()?;
            ConstraintKind::PrimaryKey
        } else if self.take("UNIQUE") {
            columns = self.columns()?;
            self.conflict()?;
            ConstraintKind::Unique
        } else if self.take("CHECK") {
            self.group()?;
            self.conflict()?;
            ConstraintKind::Check
        } else if self.take("FOREIGN") {
            self.take("KEY").then_some(())?;
            columns = self.columns()?;
            refers = Some(self.references()?);
            ConstraintKind::ForeignKey
        } else {
            return None;
        };
        Some(ConstraintText { name, kind, columns, refers, at: start..self.end()? })
    }
}

/// Whether a comment up to the end of the line closes the text, so that something behind it needs a new line.
pub(super) fn ends_in_comment(sql: &str) -> bool {
    let after = tokens(sql).and_then(|t| t.last().map(|t| t.end)).unwrap_or(0);
    sql[after..].rsplit('\n').next().is_some_and(|line| line.contains("--"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_taken_apart() {
        let sql = "b VARCHAR(10, 2) CONSTRAINT nn NOT NULL ON CONFLICT FAIL DEFAULT -1.5e-3 COLLATE NOCASE \
                   REFERENCES p(id) ON DELETE SET NULL NOT DEFERRABLE INITIALLY DEFERRED CHECK (b > 'x,)')";
        let c = column(sql).unwrap();
        assert_eq!((c.name.as_str(), &sql[c.ty.clone()]), ("b", "VARCHAR(10, 2)"));
        let parts: Vec<(ClauseKind, &str)> = c.clauses.iter().map(|c| (c.kind, &sql[c.at.clone()])).collect();
        assert_eq!(
            parts,
            [
                (ClauseKind::NotNull, "CONSTRAINT nn NOT NULL ON CONFLICT FAIL"),
                (ClauseKind::Default, "DEFAULT -1.5e-3"),
                (ClauseKind::Collate, "COLLATE NOCASE"),
                (
                    ClauseKind::References,
                    "REFERENCES p(id) ON DELETE SET NULL NOT DEFERRABLE INITIALLY DEFERRED"
                ),
                (ClauseKind::Check, "CHECK (b > 'x,)')"),
            ]
        );
        assert_eq!(c.clauses[0].name.as_deref(), Some("nn"));
        let bare = column("\"not\"").unwrap();
        assert_eq!((bare.name.as_str(), bare.ty.is_empty()), ("not", true));
        let g = column("g INT GENERATED ALWAYS AS (a+1) STORED UNIQUE").unwrap();
        assert_eq!(g.clauses.len(), 2);
        assert!(column("a INT DEFAULT 1 nonsense here").is_none());
    }

    #[test]
    fn constraints_are_taken_apart() {
        let sql = "CONSTRAINT u UNIQUE (a COLLATE NOCASE, \"b c\" DESC) CHECK (a>0) \
                   FOREIGN KEY (a) REFERENCES p ON UPDATE NO ACTION MATCH FULL";
        let all = constraints(sql).unwrap();
        assert_eq!(all[0].columns, ["a", "b c"]);
        assert_eq!((all[1].kind, &sql[all[1].at.clone()]), (ConstraintKind::Check, "CHECK (a>0)"));
        assert_eq!((all[2].refers.as_deref(), &all[2].columns[..]), (Some("p"), &["a".to_owned()][..]));
        assert!(is_constraint(" unique (a)") && !is_constraint("\"unique\" INT"));
    }
}
