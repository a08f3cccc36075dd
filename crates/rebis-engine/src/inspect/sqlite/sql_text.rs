//! What only the text of CREATE TABLE and CREATE INDEX says: names, checks, generated columns, filters.
//!
//! **Invariant.** The text was accepted by SQLite, so the reader looks for what it wants and skips the rest; it refuses nothing.

use std::ops::Range;

use super::token::{Token, Tokens};

/// What the text of a table says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct TableText {
    pub(super) constraints: Vec<Constraint>,
    /// Generated columns and their expressions.
    pub(super) computed: Vec<(String, String)>,
    /// Columns and their collations.
    pub(super) collations: Vec<(String, String)>,
    /// Enum columns: column, the enum's name, its labels.
    pub(super) enums: Vec<(String, String, Vec<String>)>,
    /// Whether the table has no rowid, so that no key counts up.
    pub(super) without_rowid: bool,
    /// A lone INTEGER key written DESC is no rowid: an old mistake that SQLite keeps.
    pub(super) key_descending: bool,
}

/// A constraint and its name.
#[derive(Debug, PartialEq)]
pub(super) struct Constraint {
    pub(super) name: Option<String>,
    pub(super) kind: Kind,
}

/// What a constraint says.
#[derive(Debug, PartialEq)]
pub(super) enum Kind {
    PrimaryKey,
    Unique(Vec<String>),
    Check(String),
    ForeignKey { columns: Vec<String>, table: String, deferrable: Option<bool> },
}

/// Reads CREATE TABLE.
pub(super) fn table(sql: &str) -> TableText {
    let tokens = Tokens::new(sql);
    let mut out = TableText::default();
    let Some(open) = (0..tokens.len()).find(|&i| tokens.mark(i, '(')) else { return out };
    let close = tokens.close(open);
    out.without_rowid = (close..tokens.len()).any(|i| tokens.is(i, "WITHOUT") && tokens.is(i + 1, "ROWID"));
    for part in tokens.parts(open + 1..close) {
        let opens = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];
        let of_table = opens.iter().any(|word| tokens.is(part.start, word));
        let column = if of_table { None } else { tokens.name(part.start) };
        let start = part.start + usize::from(!of_table);
        Reader { tokens: &tokens, column, out: &mut out }.constraints(start..part.end);
    }
    out
}

struct Reader<'a> {
    tokens: &'a Tokens<'a>,
    column: Option<&'a str>,
    out: &'a mut TableText,
}

impl Reader<'_> {
    fn constraints(&mut self, range: Range<usize>) {
        let t = self.tokens;
        let mut name = None;
        let mut columns = Vec::new();
        let mut i = range.start;
        while i < range.end {
            let at = i;
            i += 1;
            if t.is(at, "CONSTRAINT") {
                name = t.name(i).map(str::to_owned);
                i += 1;
            } else if t.is(at, "PRIMARY") && t.is(i, "KEY") {
                self.out.key_descending |= self.column.is_some() && t.is(i + 1, "DESC");
                self.push(name.take(), Kind::PrimaryKey);
            } else if t.is(at, "UNIQUE") {
                let columns = if t.mark(i, '(') { self.columns(i) } else { self.own() };
                self.push(name.take(), Kind::Unique(columns));
            } else if t.is(at, "CHECK") && t.mark(i, '(') {
                let close = t.close(i);
                self.check(name.take(), i + 1..close);
                i = close + 1;
            } else if t.is(at, "FOREIGN") && t.is(i, "KEY") {
                columns = self.columns(i + 1);
            } else if t.is(at, "REFERENCES") {
                let columns = if self.column.is_some() { self.own() } else { std::mem::take(&mut columns) };
                let table = t.name(i).unwrap_or_default().to_owned();
                let deferrable = self.deferrable(i + 1..range.end);
                self.push(name.take(), Kind::ForeignKey { columns, table, deferrable });
                i += 1;
            } else if t.is(at, "AS") && t.mark(i, '(') {
                let close = t.close(i);
                let column = self.column.unwrap_or_default().to_owned();
                self.out.computed.push((column, t.text(i + 1..close).to_owned()));
                i = close + 1;
                name = None;
            } else if t.is(at, "DEFAULT") {
                // A default may be any word: what it is must not be read as a constraint.
                i += 1;
                name = None;
                if t.mark(at + 1, '(') {
                    i = t.close(at + 1) + 1;
                }
            } else if t.is(at, "NULL") {
                name = None;
            } else if t.is(at, "COLLATE") {
                // The last of several is the one that counts.
                if let (Some(column), Some(called)) = (self.column, t.name(i)) {
                    self.out.collations.retain(|(c, _)| c != column);
                    self.out.collations.push((column.to_owned(), called.to_owned()));
                }
                i += 1;
                name = None;
            } else if t.mark(at, '(') {
                i = t.close(at) + 1;
            }
        }
    }

    fn push(&mut self, name: Option<String>, kind: Kind) {
        self.out.constraints.push(Constraint { name, kind });
    }

    fn own(&self) -> Vec<String> {
        self.column.iter().map(|c| (*c).to_owned()).collect()
    }

    /// The names in the brackets that open there.
    fn columns(&self, open: usize) -> Vec<String> {
        let close = self.tokens.close(open);
        let parts = self.tokens.parts(open + 1..close);
        parts.iter().filter_map(|part| self.tokens.name(part.start).map(str::to_owned)).collect()
    }

    /// What a foreign key says before the next constraint.
    fn deferrable(&self, range: Range<usize>) -> Option<bool> {
        let t = self.tokens;
        let next = ["CONSTRAINT", "CHECK", "UNIQUE", "PRIMARY", "REFERENCES", "FOREIGN", "GENERATED"];
        let end = range.clone().find(|&i| next.iter().any(|word| t.is(i, word))).unwrap_or(range.end);
        let at = (range.start..end).find(|&i| t.is(i, "DEFERRABLE"))?;
        if t.is(at - 1, "NOT") {
            return None;
        }
        Some(t.is(at + 1, "INITIALLY") && t.is(at + 2, "DEFERRED"))
    }

    /// A check, or the one that makes a VARCHAR an enum: `CONSTRAINT "enum_mood" CHECK ("mood" IN ('a', 'b'))`.
    fn check(&mut self, name: Option<String>, range: Range<usize>) {
        let t = self.tokens;
        let called = name.as_deref().and_then(|n| n.strip_prefix("enum_"));
        if let (Some(called), Some(column)) = (called, self.column)
            && t.name(range.start) == Some(column)
            && t.is(range.start + 1, "IN")
            && t.mark(range.start + 2, '(')
            && t.close(range.start + 2) + 1 == range.end
        {
            let parts = t.parts(range.start + 3..range.end - 1);
            let labels: Option<Vec<String>> = parts.iter().map(|part| self.label(part)).collect();
            if let Some(labels) = labels {
                self.out.enums.push((column.to_owned(), called.to_owned(), labels));
                return;
            }
        }
        let sql = t.text(range).to_owned();
        self.push(name, Kind::Check(sql));
    }

    fn label(&self, part: &Range<usize>) -> Option<String> {
        match self.tokens.get(part.start) {
            Some(Token::Text(label)) if part.len() == 1 => Some(label.clone()),
            _ => None,
        }
    }
}

/// The keys of CREATE INDEX as they are written, without ASC and DESC, and its filter.
pub(super) fn index(sql: &str) -> (Vec<String>, Option<String>) {
    let t = Tokens::new(sql);
    let Some(open) = (0..t.len()).find(|&i| t.mark(i, '(')) else { return (Vec::new(), None) };
    let close = t.close(open);
    let keys = t.parts(open + 1..close).into_iter().map(|mut part| {
        while part.len() > 1 && (t.is(part.end - 1, "ASC") || t.is(part.end - 1, "DESC")) {
            part.end -= 1;
        }
        t.text(part).to_owned()
    });
    let filter = t.is(close + 1, "WHERE").then(|| t.text(close + 2..t.len()).to_owned());
    (keys.collect(), filter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, kind: Kind) -> Constraint {
        Constraint { name: Some(name.into()), kind }
    }

    #[test]
    fn names_checks_and_keys_come_from_the_text() {
        let read = table(
            r#"CREATE TABLE "t, (x" ( -- a comment, with (brackets
                "id" INTEGER NOT NULL CONSTRAINT pk PRIMARY KEY, /* , */
                [mail] VARCHAR(10) DEFAULT 'a, UNIQUE (' CONSTRAINT nn NOT NULL CONSTRAINT uq_mail UNIQUE,
                `other` NUMERIC(10, 2) DEFAULT (1 + (2)) REFERENCES o ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED CHECK (other > 0),
                check_me TEXT COLLATE binary COLLATE "NoCase" NOT NULL, unique_one INTEGER UNIQUE,
                g INTEGER GENERATED ALWAYS AS (id + 1) STORED,
                CONSTRAINT fk FOREIGN KEY (mail, other) REFERENCES "o p" (a, b) NOT DEFERRABLE
                CONSTRAINT ck CHECK (mail <> ')' AND other IN (1, 2)),
                UNIQUE (id, mail COLLATE nocase)
            )"#,
        );
        let column = |c: &str| vec![c.to_owned()];
        assert_eq!(
            read.constraints,
            [
                named("pk", Kind::PrimaryKey),
                named("uq_mail", Kind::Unique(column("mail"))),
                Constraint {
                    name: None,
                    kind: Kind::ForeignKey {
                        columns: column("other"),
                        table: "o".into(),
                        deferrable: Some(true)
                    }
                },
                Constraint { name: None, kind: Kind::Check("other > 0".into()) },
                Constraint { name: None, kind: Kind::Unique(column("unique_one")) },
                named(
                    "fk",
                    Kind::ForeignKey {
                        columns: vec!["mail".into(), "other".into()],
                        table: "o p".into(),
                        deferrable: None
                    }
                ),
                named("ck", Kind::Check("mail <> ')' AND other IN (1, 2)".into())),
                Constraint { name: None, kind: Kind::Unique(vec!["id".into(), "mail".into()]) },
            ]
        );
        assert_eq!(read.computed, [("g".into(), "id + 1".into())]);
        assert_eq!(read.collations, [("check_me".into(), "NoCase".into())]);
        assert!(!read.without_rowid);
    }

    #[test]
    fn an_enum_is_known_by_its_check() {
        let read = table(
            r#"CREATE TABLE t ("m" VARCHAR(4) DEFAULT 'a' NOT NULL CONSTRAINT "enum_mood" CHECK ("m" IN ('a', 'it''s')),
                n TEXT CONSTRAINT enum_n CHECK (n IN ('a') OR n = 'b')) WITHOUT ROWID"#,
        );
        assert_eq!(read.enums, [("m".into(), "mood".into(), vec!["a".into(), "it's".into()])]);
        assert_eq!(read.constraints, [named("enum_n", Kind::Check("n IN ('a') OR n = 'b'".into()))]);
        assert!(read.without_rowid);
    }

    #[test]
    fn an_index_has_expressions_and_a_filter() {
        let (keys, filter) =
            index(r#"CREATE UNIQUE INDEX "i" ON "t" ("a" DESC, (lower(b)), c) WHERE a > 0 AND (b) "#);
        assert_eq!(keys, ["\"a\"", "(lower(b))", "c"]);
        assert_eq!(filter.as_deref(), Some("a > 0 AND (b)"));
        assert_eq!(index("CREATE INDEX i ON t (a)"), (vec!["a".into()], None));
    }
}
