//! [`TableText`]: the text of a CREATE TABLE, cut at its top-level commas.
//!
//! **Invariant.** What no edit touches is written again to the letter: collations, comments, generated columns, clauses that Rebis has no
//! name for. A text that cannot be taken apart is refused.

use rebis_sql::ddl::{Constraint, ConstraintKind};
use rebis_sql::schema::{Column, Table};
use rebis_sql::{Ddl, Dialect, SqlType};

use super::piece::{self, Clause, ClauseKind, ColumnText, ConstraintText};
use super::token::{Kind, tokens};

/// Why an edit was refused, and what to do.
pub(super) type Refused = String;

/// The text of a CREATE TABLE.
#[derive(Clone, Debug)]
pub(super) struct TableText {
    /// Columns, then constraints, each as it is written.
    pub(super) pieces: Vec<String>,
    /// What follows the closing bracket.
    tail: String,
}

impl TableText {
    /// Cuts the text; `None` when it is no plain CREATE TABLE.
    pub(super) fn parse(sql: &str) -> Option<Self> {
        let all = tokens(sql)?;
        if !all.first()?.is(sql, "CREATE") || all.iter().take(3).any(|t| t.is(sql, "VIRTUAL")) {
            return None;
        }
        let open = all.iter().position(|t| t.kind == Kind::Sign && t.text(sql) == "(")?;
        let (mut depth, mut start, mut pieces) = (0usize, all[open].end, Vec::new());
        for token in &all[open..] {
            match token.text(sql) {
                "(" if token.kind == Kind::Sign => depth += 1,
                ")" if token.kind == Kind::Sign => {
                    depth -= 1;
                    if depth == 0 {
                        pieces.push(sql[start..token.start].to_owned());
                        let table = TableText { pieces, tail: sql[token.end..].to_owned() };
                        return table.understood().then_some(table);
                    }
                }
                "," if depth == 1 && token.kind == Kind::Sign => {
                    pieces.push(sql[start..token.start].to_owned());
                    start = token.end;
                }
                _ => {}
            }
        }
        None
    }

    fn understood(&self) -> bool {
        self.pieces.iter().all(|p| {
            if piece::is_constraint(p) { piece::constraints(p).is_some() } else { piece::column(p).is_some() }
        })
    }

    /// The text, for a table called `quoted`.
    pub(super) fn render(&self, quoted: &str) -> String {
        let mut sql = format!("CREATE TABLE {quoted} (");
        for (i, piece) in self.pieces.iter().enumerate() {
            sql.push_str(if i == 0 { "" } else { "," });
            sql.push_str(piece);
            if piece::ends_in_comment(piece) {
                sql.push('\n');
            }
        }
        sql.push(')');
        sql.push_str(&self.tail);
        sql
    }

    /// The columns, with their places.
    pub(super) fn columns(&self) -> impl Iterator<Item = (usize, ColumnText)> + '_ {
        let columns = self.pieces.iter().enumerate().filter(|(_, p)| !piece::is_constraint(p));
        columns.filter_map(|(i, p)| Some((i, piece::column(p)?)))
    }

    /// The table's constraints, with their places.
    pub(super) fn constraints(&self) -> impl Iterator<Item = (usize, ConstraintText)> + '_ {
        let pieces = self.pieces.iter().enumerate().filter(|(_, p)| piece::is_constraint(p));
        pieces.flat_map(|(i, p)| piece::constraints(p).unwrap_or_default().into_iter().map(move |c| (i, c)))
    }

    pub(super) fn column(&self, name: &str) -> Option<(usize, ColumnText)> {
        self.columns().find(|(_, c)| c.name.eq_ignore_ascii_case(name))
    }

    /// The columns whose values are stored and copied, by name.
    pub(super) fn stored(&self) -> Vec<String> {
        let plain = |c: &ColumnText| c.clauses.iter().all(|c| c.kind != ClauseKind::Generated);
        self.columns().filter(|(_, c)| plain(c)).map(|(_, c)| c.name).collect()
    }

    /// The columns of the primary key.
    pub(super) fn key(&self) -> Vec<String> {
        let inline = self.columns().find(|(_, c)| c.clauses.iter().any(|c| c.kind == ClauseKind::PrimaryKey));
        if let Some((_, column)) = inline {
            return vec![column.name];
        }
        let key = self.constraints().find(|(_, c)| c.kind == ConstraintKind::PrimaryKey);
        key.map(|(_, c)| c.columns).unwrap_or_default()
    }

    /// Whether the whole key is that column and it is the row's own number.
    pub(super) fn is_row_number(&self, column: &str) -> bool {
        let [key] = &self.key()[..] else { return false };
        key.eq_ignore_ascii_case(column)
            && self
                .column(column)
                .is_some_and(|(i, c)| self.pieces[i][c.ty].trim().eq_ignore_ascii_case("INTEGER"))
    }

    /// Whether rows have a number that no column shows.
    pub(super) fn has_hidden_rowid(&self) -> bool {
        !self.tail_says("WITHOUT") && !self.key().first().is_some_and(|k| self.is_row_number(k))
    }

    /// Whether keys are never used again, which `sqlite_sequence` remembers.
    pub(super) fn has_autoincrement(&self) -> bool {
        self.pieces.iter().any(|p| tokens(p).is_some_and(|all| all.iter().any(|t| t.is(p, "AUTOINCREMENT"))))
    }

    fn tail_says(&self, word: &str) -> bool {
        tokens(&self.tail).is_some_and(|all| all.iter().any(|t| t.is(&self.tail, word)))
    }

    /// Makes the table strict or not, with row numbers or without.
    pub(super) fn alter_option(&mut self, option: &str, value: Option<&str>) -> Result<(), Refused> {
        let (mut strict, mut bare) = (self.tail_says("STRICT"), self.tail_says("WITHOUT"));
        match (option, value.unwrap_or("")) {
            ("sqlite_strict", "true" | "false" | "") => strict = value == Some("true"),
            ("sqlite_with_rowid", "true" | "false" | "") => bare = value == Some("false"),
            _ => {
                return Err(format!(
                    "{option} is no option that a table has here; there are sqlite_strict and sqlite_with_rowid, true or false"
                ));
            }
        }
        let words: Vec<&str> =
            [(strict, "STRICT"), (bare, "WITHOUT ROWID")].iter().filter(|w| w.0).map(|w| w.1).collect();
        self.tail = if words.is_empty() { String::new() } else { format!(" {}", words.join(", ")) };
        Ok(())
    }

    /// Puts a piece at a place.
    pub(super) fn insert(&mut self, at: usize, text: &str) {
        if at == self.pieces.len()
            && let Some(last) = self.pieces.last_mut()
        {
            last.truncate(last.trim_end().len());
            self.pieces.push(format!("\n    {text}\n"));
        } else {
            self.pieces.insert(at, format!("\n    {text}"));
        }
    }

    /// Takes a range out of a piece, and the piece when nothing else is in it.
    pub(super) fn cut(&mut self, at: usize, range: std::ops::Range<usize>) {
        let piece = &mut self.pieces[at];
        let start = piece[..range.start].trim_end().len();
        // The gap in front goes along, unless a comment ends there.
        let start = if piece::ends_in_comment(&piece[..start]) { range.start } else { start };
        piece.replace_range(start..range.end, "");
        if tokens(piece).is_some_and(|t| t.is_empty()) {
            let was_last = at + 1 == self.pieces.len();
            self.pieces.remove(at);
            if was_last && let Some(last) = self.pieces.last_mut() {
                last.truncate(last.trim_end().len());
                last.push('\n');
            }
        }
    }

    /// Takes a column's clauses of that description out.
    pub(super) fn cut_clauses(&mut self, at: usize, unwanted: impl Fn(&Clause) -> bool) {
        while let Some(clause) =
            piece::column(&self.pieces[at]).and_then(|c| c.clauses.into_iter().find(|c| unwanted(c)))
        {
            self.cut(at, clause.at);
        }
    }

    /// Puts text behind a column's type.
    pub(super) fn insert_after_type(&mut self, at: usize, text: &str) {
        if let Some(column) = piece::column(&self.pieces[at]) {
            self.pieces[at].insert_str(column.ty.end, &format!(" {text}"));
        }
    }
}

/// A column as the dialect writes it in CREATE TABLE.
pub(super) fn column_text(column: &Column) -> Result<String, Refused> {
    let mut table = Table::new("t");
    table.columns.push(column.clone());
    first_piece(table, 0)
}

/// A constraint as the dialect writes it in CREATE TABLE.
pub(super) fn constraint_text(constraint: &Constraint) -> Result<String, Refused> {
    let mut table = Table::new("t");
    table.columns.push(Column::new("c", SqlType::Integer));
    match constraint.clone() {
        Constraint::PrimaryKey(c) => table.primary_key = Some(c),
        Constraint::ForeignKey(c) => table.foreign_keys.push(c),
        Constraint::Unique(c) => table.uniques.push(c),
        Constraint::Check(c) => table.checks.push(c),
    }
    first_piece(table, 1)
}

fn first_piece(table: Table, at: usize) -> Result<String, Refused> {
    let create = Ddl::CreateTable { table, if_not_exists: false };
    let sql = Dialect::Sqlite.ddl(&create).map_err(|e| e.to_string())?;
    let text = sql.first().and_then(|sql| TableText::parse(sql)).and_then(|t| t.pieces.get(at).cloned());
    text.map(|t| t.trim().to_owned())
        .ok_or_else(|| String::from("its new definition could not be read; check the SQL text in it"))
}
