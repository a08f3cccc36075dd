//! Renames: those that somebody states, and those that look like one. Invariant: nothing is taken for a rename that nobody stated.

use std::str::FromStr;

use rebis_sql::Ddl;
use rebis_sql::schema::{Column, Schema, Table};

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

/// A column that goes while one of the same type comes to the same table.
pub(super) fn column_hint(table: &str, added: &Column, gone: &[&Column]) -> Option<String> {
    let old = gone.iter().find(|c| c.ty == added.ty)?;
    Some(format!(
        "POSSIBLE RENAME of column {table}.{0} to {1}: as written here, the data of {0} is lost. If it was renamed, delete this file and \
         run `db migrate --rename {table}.{0}:{1}`.",
        old.name, added.name
    ))
}
