//! Changes of a [`TableText`]. Invariant: an edit does the whole of its operation or refuses; nothing disappears that the script did not name,
//! save constraints over nothing but a dropped column.

use rebis_sql::SqlType;
use rebis_sql::ddl::{ColumnChange, Constraint, ConstraintKind};
use rebis_sql::schema::{Column, NamingConvention};

use super::piece::{self, ClauseKind};
use super::text::{Refused, TableText, column_text, constraint_text};
use super::token::mentions;

impl TableText {
    fn at(&self, name: &str) -> Result<usize, Refused> {
        self.column(name).map(|(i, _)| i).ok_or_else(|| {
            let there: Vec<String> = self.columns().map(|(_, c)| c.name).collect();
            format!("there is no column {name}; the table has {}", there.join(", "))
        })
    }

    /// Adds a column behind the others.
    pub(super) fn add_column(&mut self, column: &Column) -> Result<(), Refused> {
        if self.column(&column.name).is_some() {
            return Err(format!("there is a column {} already", column.name));
        }
        let behind = self.columns().map(|(i, _)| i + 1).max().unwrap_or(0);
        self.insert(behind, &column_text(column)?);
        Ok(())
    }

    /// Changes type, nullability, default and collation.
    pub(super) fn alter_column(&mut self, name: &str, change: &ColumnChange) -> Result<(), Refused> {
        let at = self.at(name)?;
        if let Some(ty) = &change.ty {
            self.set_type(at, name, ty)?;
        }
        if let Some(default) = &change.default {
            self.cut_clauses(at, |c| c.kind == ClauseKind::Default);
            if default.is_some() {
                let ty = change.ty.clone().unwrap_or_else(|| self.time_type(at));
                let fresh = column_text(&Column { default: default.clone(), ..Column::new(name, ty) })?;
                for text in clauses(&fresh, ClauseKind::Default) {
                    self.insert_after_type(at, &text);
                }
            }
        }
        if let Some(nullable) = change.nullable {
            self.cut_clauses(at, |c| matches!(c.kind, ClauseKind::NotNull | ClauseKind::Null));
            if !nullable {
                self.insert_after_type(at, "NOT NULL");
            }
        }
        if let Some(collation) = &change.collation {
            self.cut_clauses(at, |c| c.kind == ClauseKind::Collate);
            let fresh =
                column_text(&Column { collation: collation.clone(), ..Column::new(name, SqlType::Text) })?;
            for text in clauses(&fresh, ClauseKind::Collate) {
                self.insert_after_type(at, &text);
            }
        }
        Ok(())
    }

    fn set_type(&mut self, at: usize, name: &str, ty: &SqlType) -> Result<(), Refused> {
        let integer = matches!(ty, SqlType::SmallInteger | SqlType::Integer | SqlType::BigInteger);
        // A key that is the row's own number is so only as INTEGER, which holds 64 bits here whatever it is called elsewhere.
        if integer && self.is_row_number(name) {
            return Ok(());
        }
        let fresh = column_text(&Column::new(name, ty.clone()))?;
        let parsed = piece::column(&fresh).ok_or("the new type could not be read")?;
        // The labels of an enum are a check of the column; they go and come with the type.
        let labels = |n: &Option<String>| n.as_ref().is_some_and(|n| n.starts_with("enum_"));
        self.cut_clauses(at, |c| c.kind == ClauseKind::Check && labels(&c.name));
        let column = piece::column(&self.pieces[at]).ok_or("the column could not be read")?;
        let gap = if column.ty.is_empty() { " " } else { "" };
        self.pieces[at].replace_range(column.ty, &format!("{gap}{}", &fresh[parsed.ty]));
        for text in clauses(&fresh, ClauseKind::Check) {
            self.insert_after_type(at, &text);
        }
        Ok(())
    }

    /// The existing type as far as the current moment's spelling depends on it.
    fn time_type(&self, at: usize) -> SqlType {
        let text = piece::column(&self.pieces[at]).map(|c| self.pieces[at][c.ty].to_ascii_uppercase());
        match text.as_deref() {
            Some("DATE") => SqlType::Date,
            Some("TIME") => SqlType::Time,
            _ => SqlType::DateTime { timezone: false },
        }
    }

    /// Drops a column, and the constraints that concern nothing else.
    pub(super) fn drop_column(&mut self, name: &str) -> Result<(), Refused> {
        let at = self.at(name)?;
        if self.key().iter().any(|k| k.eq_ignore_ascii_case(name)) {
            return Err(format!(
                "column {name} belongs to the primary key; drop that first: op.drop_constraint(…, PrimaryKey)"
            ));
        }
        let others: Vec<String> =
            self.columns().map(|(_, c)| c.name).filter(|c| !c.eq_ignore_ascii_case(name)).collect();
        if others.is_empty() {
            return Err(format!("column {name} is the table's last; drop the table instead"));
        }
        for (i, column) in self.columns().filter(|(i, _)| *i != at) {
            let uses = |k| matches!(k, ClauseKind::Check | ClauseKind::Generated);
            if column.clauses.iter().any(|c| uses(c.kind) && mentions(&self.pieces[i][c.at.clone()], name)) {
                return Err(format!(
                    "column {} is computed from or checked against column {name}; drop or change that first",
                    column.name
                ));
            }
        }
        let mut gone = Vec::new();
        for (i, c) in self.constraints() {
            let text = &self.pieces[i][c.at.clone()];
            let (touched, shared) = if c.kind == ConstraintKind::Check {
                (mentions(text, name), others.iter().any(|o| mentions(text, o)))
            } else {
                (c.columns.iter().any(|x| x.eq_ignore_ascii_case(name)), c.columns.len() > 1)
            };
            if touched && shared {
                let called = c.name.unwrap_or_else(|| text.to_owned());
                return Err(format!(
                    "constraint {called} is over column {name} and others; drop it first: op.drop_constraint(…)"
                ));
            }
            if touched {
                gone.push((i, c.at));
            }
        }
        for (i, range) in gone.into_iter().rev() {
            self.cut(i, range);
        }
        let whole = 0..self.pieces[at].len();
        self.cut(at, whole);
        Ok(())
    }

    /// Adds a constraint behind the others.
    pub(super) fn add_constraint(&mut self, constraint: &Constraint) -> Result<(), Refused> {
        let (name, columns) = match constraint {
            Constraint::PrimaryKey(c) => (&c.name, &c.columns[..]),
            Constraint::ForeignKey(c) => (&c.name, &c.columns[..]),
            Constraint::Unique(c) => (&c.name, &c.columns[..]),
            Constraint::Check(c) => (&c.name, &[][..]),
        };
        for column in columns {
            self.at(column)?;
        }
        if matches!(constraint, Constraint::PrimaryKey(_)) && !self.key().is_empty() {
            return Err(format!(
                "the table has the primary key ({}) already; drop that first",
                self.key().join(", ")
            ));
        }
        if let Some(name) = name
            && self.names().iter().any(|n| n.eq_ignore_ascii_case(name))
        {
            return Err(format!("there is a constraint {name} already"));
        }
        self.insert(self.pieces.len(), &constraint_text(constraint)?);
        Ok(())
    }

    /// Drops a constraint: by its name, the primary key whatever it is called, and an unnamed one by the name that the convention gives it.
    pub(super) fn drop_constraint(
        &mut self,
        table: &str,
        name: &str,
        kind: ConstraintKind,
    ) -> Result<(), Refused> {
        let same = |n: &Option<String>| n.as_ref().is_some_and(|n| n.eq_ignore_ascii_case(name));
        let by_convention = |columns: &[String], refers: Option<&str>| {
            let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            match (kind, refers) {
                (ConstraintKind::Unique, _) => NamingConvention::default().unique(table, &columns) == name,
                (ConstraintKind::ForeignKey, Some(to)) => {
                    NamingConvention::default().foreign_key(table, &columns, to) == name
                }
                (ConstraintKind::PrimaryKey, _) => true,
                _ => false,
            }
        };
        let mut named = None;
        let mut unnamed = Vec::new();
        let mut nameless: Vec<(String, (usize, std::ops::Range<usize>))> = Vec::new();
        for (i, c) in self.constraints().filter(|(_, c)| c.kind == kind) {
            if same(&c.name) {
                named = Some((i, c.at));
            } else if c.name.is_none() && kind == ConstraintKind::Check {
                nameless.push((condition(&self.pieces[i][c.at.clone()]), (i, c.at)));
            } else if c.name.is_none() && by_convention(&c.columns, c.refers.as_deref()) {
                unnamed.push((i, c.at));
            }
        }
        for (i, column) in self.columns() {
            for c in column.clauses.into_iter().filter(|c| c.kind.constraint() == Some(kind)) {
                if same(&c.name) {
                    named = Some((i, c.at));
                } else if c.name.is_none() && kind == ConstraintKind::Check {
                    nameless.push((condition(&self.pieces[i][c.at.clone()]), (i, c.at)));
                } else if c.name.is_none()
                    && by_convention(std::slice::from_ref(&column.name), c.refers.as_deref())
                {
                    unnamed.push((i, c.at));
                }
            }
        }
        // Inspection lists those without a name first, by their conditions, and the convention counts them.
        nameless.sort_by(|(a, _), (b, _)| a.cmp(b));
        let counted = nameless.into_iter().enumerate().map(|(i, (_, at))| (i, at));
        unnamed.extend(
            counted
                .filter(|(i, _)| NamingConvention::default().check(table, &(i + 1).to_string()) == name)
                .map(|(_, at)| at),
        );
        let found = match (named, &unnamed[..]) {
            (Some(found), _) => found,
            (None, [one]) => one.clone(),
            (None, [_, _, ..]) => {
                return Err(format!(
                    "{name} could be any of several constraints without a name; use op.execute"
                ));
            }
            (None, []) => {
                let there = self.names();
                return Err(format!(
                    "there is no such constraint as {name}; those with a name are: {}",
                    if there.is_empty() { String::from("none") } else { there.join(", ") }
                ));
            }
        };
        if kind == ConstraintKind::PrimaryKey {
            tracing::warn!(target: "rebis::migrate", "table '{table}' loses its primary key");
        }
        self.cut(found.0, found.1);
        Ok(())
    }

    fn names(&self) -> Vec<String> {
        let inline = self.columns().flat_map(|(_, c)| c.clauses.into_iter().filter_map(|c| c.name));
        self.constraints().filter_map(|(_, c)| c.name).chain(inline).collect()
    }
}

/// What stands between the brackets of `CHECK (…)`.
fn condition(check: &str) -> String {
    let inner = check.find('(').map_or("", |open| &check[open + 1..]);
    inner.rfind(')').map_or(inner, |close| &inner[..close]).to_owned()
}

fn clauses(text: &str, kind: ClauseKind) -> Vec<String> {
    let all = piece::column(text).map(|c| c.clauses).unwrap_or_default();
    all.into_iter().filter(|c| c.kind == kind).map(|c| text[c.at].to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use rebis_sql::Value;
    use rebis_sql::schema::{Check, ForeignKey, PrimaryKey, ServerDefault, Unique};

    use super::*;

    const TABLE: &str = "CREATE TABLE \"t\" (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- the key, of course
    a TEXT COLLATE NOCASE NOT NULL DEFAULT 'x,)', /* b */
    b INTEGER REFERENCES p(id) ON DELETE CASCADE,
    g INT GENERATED ALWAYS AS (b + 1) STORED,
    CONSTRAINT u UNIQUE (a, b) CHECK (a <> '')
) STRICT -- end";

    fn edited(edit: impl FnOnce(&mut TableText) -> Result<(), Refused>) -> Result<String, Refused> {
        let mut table = TableText::parse(TABLE).unwrap();
        edit(&mut table)?;
        let text = table.render("\"t\"");
        TableText::parse(&text).expect("the result can be read");
        Ok(text)
    }

    #[test]
    fn untouched_text_stays() {
        assert_eq!(edited(|_| Ok(())).unwrap(), TABLE);
    }

    #[test]
    fn columns_change_where_they_must() {
        let change = ColumnChange {
            ty: Some(SqlType::Integer),
            nullable: Some(true),
            default: Some(Some(ServerDefault::Value(Value::Int(3)))),
            ..ColumnChange::default()
        };
        let text = edited(|t| t.alter_column("A", &change)).unwrap();
        assert_eq!(
            text,
            TABLE.replace(
                "a TEXT COLLATE NOCASE NOT NULL DEFAULT 'x,)'",
                "a INTEGER DEFAULT 3 COLLATE NOCASE"
            )
        );
        let big = ColumnChange { ty: Some(SqlType::BigInteger), ..ColumnChange::default() };
        assert_eq!(edited(|t| t.alter_column("id", &big)).unwrap(), TABLE);
        let tight = ColumnChange { nullable: Some(false), ..ColumnChange::default() };
        let text = edited(|t| t.alter_column("b", &tight)).unwrap();
        assert_eq!(text, TABLE.replace("b INTEGER REF", "b INTEGER NOT NULL REF"));
        assert!(edited(|t| t.alter_column("zz", &tight)).unwrap_err().contains("id, a, b, g"));
    }

    #[test]
    fn enums_take_their_check_along() {
        let set = |name: &str, labels: &[&str]| ColumnChange {
            ty: Some(SqlType::Enum {
                name: name.into(),
                values: labels.iter().map(|l| (*l).to_owned()).collect(),
            }),
            ..ColumnChange::default()
        };
        let mut table = TableText::parse("CREATE TABLE t (a TEXT)").unwrap();
        table.alter_column("a", &set("mood", &["sad", "ok"])).unwrap();
        table.alter_column("a", &set("mood", &["ok", "good"])).unwrap();
        let text = table.render("t");
        assert_eq!(text.matches("CHECK").count(), 1, "{text}");
        assert!(text.contains("'good'") && !text.contains("'sad'"), "{text}");
        let back = ColumnChange { ty: Some(SqlType::Text), ..ColumnChange::default() };
        table.alter_column("a", &back).unwrap();
        assert_eq!(table.render("t"), "CREATE TABLE t (a TEXT)");
    }

    #[test]
    fn columns_come_and_go() {
        let text = edited(|t| t.add_column(&Column::new("n", SqlType::Integer))).unwrap();
        assert!(text.contains("STORED,\n    \"n\" INTEGER,\n    CONSTRAINT u"), "{text}");
        let e = edited(|t| t.drop_column("a")).unwrap_err();
        assert!(e.contains("constraint u"), "{e}");
        let e = edited(|t| t.drop_column("b")).unwrap_err();
        assert!(e.contains("column g is computed"), "{e}");
        let text = edited(|t| {
            t.drop_constraint("t", "u", ConstraintKind::Unique)?;
            t.drop_column("g")?;
            t.drop_column("b")?;
            t.drop_column("a")
        })
        .unwrap();
        assert!(!text.contains("CHECK") && !text.contains("UNIQUE"), "{text}");
        assert!(edited(|t| t.drop_column("id")).unwrap_err().contains("primary key"));
    }

    #[test]
    fn constraints_come_and_go() {
        let text = edited(|t| t.drop_constraint("t", "u", ConstraintKind::Unique)).unwrap();
        assert!(text.contains("STORED, CHECK (a <> '')\n)"), "{text}");
        let text = edited(|t| t.drop_constraint("t", "fk_t_b_p", ConstraintKind::ForeignKey)).unwrap();
        assert_eq!(text, TABLE.replace(" REFERENCES p(id) ON DELETE CASCADE", ""));
        let text = edited(|t| {
            t.drop_constraint("t", "t_pkey", ConstraintKind::PrimaryKey)?;
            t.add_constraint(&Constraint::PrimaryKey(PrimaryKey { name: None, columns: vec!["a".into()] }))
        })
        .unwrap();
        assert!(text.contains("PRIMARY KEY (\"a\")") && !text.contains("AUTOINCREMENT"), "{text}");
        let e = edited(|t| t.drop_constraint("t", "nope", ConstraintKind::Check)).unwrap_err();
        assert!(e.ends_with("those with a name are: u"), "{e}");
        let unique = |name: &str| {
            Constraint::Unique(Unique {
                name: Some(name.into()),
                columns: vec!["b".into()],
                deferrable: None,
                nulls_not_distinct: false,
            })
        };
        assert!(edited(|t| t.add_constraint(&unique("U"))).unwrap_err().contains("already"));
        let text = edited(|t| t.add_constraint(&unique("uq"))).unwrap();
        assert!(text.contains(",\n    CONSTRAINT \"uq\" UNIQUE (\"b\")\n) STRICT"), "{text}");
        let check = Constraint::Check(Check { name: Some("c".into()), sql: "b > 0 -- why".into() });
        assert!(edited(|t| t.add_constraint(&check)).is_err());
        let fk = Constraint::ForeignKey(ForeignKey {
            columns: vec!["zz".into()],
            ref_table: "p".into(),
            ref_columns: vec!["id".into()],
            ..ForeignKey::default()
        });
        assert!(edited(|t| t.add_constraint(&fk)).unwrap_err().contains("no column zz"));
    }
}
