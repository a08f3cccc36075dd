//! Renames: those that somebody states, and those that look like one. Invariant: nothing is taken for a rename that nobody stated.

use std::str::FromStr;

use rebis_sql::schema::{Column, Schema, Table};
use rebis_sql::{Ddl, Dialect, SqlType};

use super::Noted;
use crate::{Error, ErrorKind, Op, Result};

/// What somebody says was renamed; a comparison alone sees a removal and an addition.
///
/// Read from `users:user` for a table and `user.mail:email` for a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rename {
    /// A table.
    Table {
        /// The name in the database.
        from: String,
        /// The name in the models.
        to: String,
    },
    /// A column.
    Column {
        /// Its table, as the models name it.
        table: String,
        /// The name in the database.
        from: String,
        /// The name in the models.
        to: String,
    },
}

impl FromStr for Rename {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            Error::new(
                ErrorKind::Usage,
                format!("'{text}' is no rename: write `table.old:new` for a column, `old:new` for a table"),
            )
        };
        let (left, to) = text.split_once(':').ok_or_else(wrong)?;
        let to = to.to_owned();
        let rename = match left.split_once('.') {
            None => Rename::Table { from: left.to_owned(), to },
            Some((table, from)) => {
                // `user.mail:user.email` is meant as clearly.
                let to = to.strip_prefix(&format!("{table}.")).map_or(to.clone(), str::to_owned);
                Rename::Column { table: table.to_owned(), from: from.to_owned(), to }
            }
        };
        let (Rename::Table { from, to } | Rename::Column { from, to, .. }) = &rename;
        if from.is_empty() || to.is_empty() || to.contains([':', '.']) { Err(wrong()) } else { Ok(rename) }
    }
}

impl Rename {
    /// Refuses a rename of what is not there, or to what the models do not have.
    pub(crate) fn check(&self, all: &[Rename], database: &Schema, models: &Schema) -> Result<()> {
        let lacks = |what: String| Err(Error::new(ErrorKind::Usage, format!("cannot rename: {what}")));
        match self {
            Rename::Table { from, to } => {
                if database.table(from).is_none() {
                    return lacks(format!("the database has no table {from}"));
                }
                if models.table(to).is_none() || database.table(to).is_some() {
                    return lacks(format!("{to} is no new table of the models"));
                }
            }
            Rename::Column { table, from, to } => {
                let Some(model) = models.table(table) else {
                    return lacks(format!("the models have no table {table}"));
                };
                if model.column(to).is_none() || model.column(from).is_some() {
                    return lacks(format!(
                        "{table}.{to} has to be in the models, and {table}.{from} no more"
                    ));
                }
                // Its table may be renamed at the same time.
                let before = all.iter().find_map(|r| match r {
                    Rename::Table { from, to } if to == table => Some(from),
                    _ => None,
                });
                let there = database
                    .table(before.unwrap_or(table))
                    .is_some_and(|t| t.column(from).is_some() && t.column(to).is_none());
                if !there {
                    return lacks(format!("the database has no {table}.{from}, or has {table}.{to} already"));
                }
            }
        }
        Ok(())
    }

    fn op(&self) -> (Op, String) {
        match self.clone() {
            Rename::Table { from, to } => {
                let said = format!("renamed table '{from}' to '{to}'");
                (Ddl::RenameTable { schema: None, from, to }.into(), said)
            }
            Rename::Column { table, from, to } => {
                let said = format!("renamed column '{table}.{from}' to '{table}.{to}'");
                (Ddl::RenameColumn { schema: None, table, from, to }.into(), said)
            }
        }
    }
}

/// Renames in `database`, tables first, so that the rest is compared under the new names.
pub(super) fn apply(database: &mut Schema, renames: &[Rename], found: &mut Vec<Noted>) {
    let tables = renames.iter().filter(|r| matches!(r, Rename::Table { .. }));
    let columns = renames.iter().filter(|r| matches!(r, Rename::Column { .. }));
    for rename in tables.chain(columns) {
        let (op, said) = rename.op();
        if op.apply(database).is_ok() {
            found.push(Noted::new(op, said));
        }
    }
}

/// The renames that the models declare themselves (`was = "…"`), where the old name is there and the new one is not.
pub(super) fn declared(database: &Schema, models: &Schema, given: &[Rename]) -> Vec<Rename> {
    let mut all = Vec::new();
    let says =
        |t: &&Table| t.schema.is_none() && (t.was.is_some() || t.columns.iter().any(|c| c.was.is_some()));
    for model in models.tables.iter().filter(says) {
        let stated = given.iter().find_map(|r| match r {
            Rename::Table { from, to } if *to == model.name => Some(from.clone()),
            _ => None,
        });
        let declared = model.was.clone().filter(|was| {
            stated.is_none()
                && database.table(&model.name).is_none()
                && database.table(was).is_some()
                && models.table(was).is_none()
        });
        if let Some(from) = declared.clone() {
            all.push(Rename::Table { from, to: model.name.clone() });
        }
        let old = stated.or(declared).unwrap_or_else(|| model.name.clone());
        let Some(there) = database.table(&old) else { continue };
        for column in &model.columns {
            let Some(from) = column.was.clone() else { continue };
            if there.column(&column.name).is_none()
                && there.column(&from).is_some()
                && model.column(&from).is_none()
            {
                let rename = Rename::Column { table: model.name.clone(), from, to: column.name.clone() };
                if !given.contains(&rename) {
                    all.push(rename);
                }
            }
        }
    }
    all
}

/// What looks like a rename, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Possible {
    /// The rename.
    pub rename: Rename,
    /// What speaks for it: `both are VARCHAR(120)`.
    pub evidence: String,
}

impl std::fmt::Display for Rename {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Rename::Table { from, to } => write!(f, "{from}:{to}"),
            Rename::Column { table, from, to } => write!(f, "{table}.{from}:{to}"),
        }
    }
}

/// The renames that nobody stated and nobody denied, each of what goes and what comes at most once.
pub(crate) fn possible(
    found: &[Noted],
    database: &Schema,
    dialect: Dialect,
    denied: &[Rename],
) -> Vec<Possible> {
    let mut all: Vec<Possible> = Vec::new();
    let dropped_tables: Vec<&Table> = found
        .iter()
        .filter_map(|n| match n.op.to_ddl() {
            Some(Ddl::DropTable { table, .. }) => database.table(table),
            _ => None,
        })
        .collect();
    for noted in found {
        let Some(Ddl::CreateTable { table, .. }) = noted.op.to_ddl() else { continue };
        for old in dropped_tables.iter().filter(|old| table_hint(table, std::slice::from_ref(old)).is_some())
        {
            let rename = Rename::Table { from: old.name.clone(), to: table.name.clone() };
            let columns: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
            push(&mut all, denied, rename, format!("both have the columns {}", columns.join(", ")));
        }
    }
    let gone: Vec<(&str, &Column)> = found
        .iter()
        .filter_map(|n| match n.op.to_ddl() {
            Some(Ddl::DropColumn { table, column, .. }) => {
                Some((table.as_str(), database.table(table)?.column(column)?))
            }
            _ => None,
        })
        .collect();
    for noted in found {
        let Some(Ddl::AddColumn { table, column, .. }) = noted.op.to_ddl() else { continue };
        let mut like: Vec<&Column> = gone
            .iter()
            .filter(|(t, c)| t == table && could_become(&c.ty, &column.ty) && c.name != column.name)
            .map(|(_, c)| *c)
            .collect();
        // The most alike first.
        like.sort_by_key(|c| std::cmp::Reverse((c.ty == column.ty, alike(&c.name, &column.name))));
        for old in like {
            let rename =
                Rename::Column { table: table.clone(), from: old.name.clone(), to: column.name.clone() };
            let [was, is] = [&old.ty, &column.ty].map(|ty| super::types::spelled(dialect, ty));
            let evidence =
                if was == is { format!("both are {is}") } else { format!("{was} can become {is}") };
            push(&mut all, denied, rename, evidence);
        }
    }
    all
}

fn push(all: &mut Vec<Possible>, denied: &[Rename], rename: Rename, evidence: String) {
    fn ends(r: &Rename) -> (&str, &str, &str) {
        match r {
            Rename::Table { from, to } => ("", from, to),
            Rename::Column { table, from, to } => (table, from, to),
        }
    }
    let taken = all.iter().any(|p| {
        let ((of, from, to), (this, old, new)) = (ends(&p.rename), ends(&rename));
        of == this && (from == old || to == new)
    });
    if !taken && !denied.contains(&rename) {
        all.push(Possible { rename, evidence });
    }
}

/// Whether a column may have got this type together with another name: texts of any length, numbers of any size.
fn could_become(was: &SqlType, is: &SqlType) -> bool {
    use SqlType::{
        BigInteger, DateTime, Double, Float, Integer, Numeric, SmallInteger, String as Varchar, Text,
    };
    let kind = |ty: &SqlType| match ty {
        Varchar(_) | Text => Some(0),
        SmallInteger | Integer | BigInteger => Some(1),
        Float | Double | Numeric { .. } => Some(2),
        DateTime { .. } => Some(3),
        _ => None,
    };
    was == is || kind(was).is_some_and(|k| kind(is) == Some(k))
}

/// How many characters two names share at their beginnings and ends.
fn alike(a: &str, b: &str) -> usize {
    let start = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    start + a.chars().rev().zip(b.chars().rev()).take_while(|(x, y)| x == y).count()
}

/// Whether a note is the hint at that rename.
pub(super) fn is_about(note: &str, rename: &Rename) -> bool {
    note.starts_with("POSSIBLE RENAME") && note.contains(&format!("--rename {rename}`"))
}

/// A table that goes while one of the same columns comes.
pub(super) fn table_hint(added: &Table, removed: &[&Table]) -> Option<String> {
    let shape = |t: &Table| {
        let mut columns: Vec<String> = t.columns.iter().map(|c| c.name.clone()).collect();
        columns.sort();
        columns
    };
    let old = removed.iter().find(|t| t.schema == added.schema && shape(t) == shape(added))?;
    Some(format!(
        "POSSIBLE RENAME of table {0} to {1}: as written here, the rows of {0} are lost. If it was renamed, delete this file and run \
         `db migrate --rename {0}:{1}`.",
        old.name, added.name
    ))
}

/// A column that goes while one of its kind comes to the same table.
pub(super) fn column_hint(table: &str, added: &Column, gone: &[&Column]) -> Option<String> {
    let same = gone.iter().find(|c| c.ty == added.ty);
    let old = same.or_else(|| gone.iter().find(|c| could_become(&c.ty, &added.ty)))?;
    Some(format!(
        "POSSIBLE RENAME of column {table}.{0} to {1}: as written here, the data of {0} is lost. If it was renamed, delete this file and \
         run `db migrate --rename {table}.{0}:{1}`.",
        old.name, added.name
    ))
}
