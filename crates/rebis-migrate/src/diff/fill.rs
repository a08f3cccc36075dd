//! NOT NULL over rows that are there: they get a value first. Invariant: the column ends as it would have without.

use std::str::FromStr;

use rebis_sql::Ddl;
use rebis_sql::ddl::ColumnChange;
use rebis_sql::schema::Column;

use super::Noted;
use crate::{Error, ErrorKind, Result};

/// What rows that are there get in a column: read from `user.age=18`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fill {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// The value, as SQL.
    pub sql: String,
}

impl FromStr for Fill {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parts = text.split_once('=').and_then(|(at, sql)| Some((at.split_once('.')?, sql.trim())));
        match parts {
            Some(((table, column), sql)) if !table.is_empty() && !column.is_empty() && !sql.is_empty() => {
                Ok(Fill { table: table.trim().into(), column: column.trim().into(), sql: sql.into() })
            }
            _ => Err(Error::new(
                ErrorKind::Usage,
                format!(
                    "'{text}' says no value: write `table.column=SQL`, as in user.age=18 or user.name=''"
                ),
            )),
        }
    }
}

/// Puts the values before what needs them. A new column comes with NULL allowed first.
pub(super) fn fill(found: Vec<Noted>, fills: &[Fill]) -> Vec<Noted> {
    let of = |table: &str, column: &str| fills.iter().find(|f| f.table == table && f.column == column);
    let mut out = Vec::new();
    for noted in found {
        let said = noted.detected.clone();
        match noted.op.to_ddl() {
            Some(Ddl::AddColumn { schema, table, column }) if !column.nullable => {
                let Some(fill) = of(table, &column.name) else {
                    out.push(noted);
                    continue;
                };
                let open = Column { nullable: true, ..column.clone() };
                let change = ColumnChange { nullable: Some(false), ..ColumnChange::default() };
                for ddl in [
                    Ddl::AddColumn { schema: schema.clone(), table: table.clone(), column: open.clone() },
                    value(schema, table, fill),
                    Ddl::AlterColumn { schema: schema.clone(), table: table.clone(), existing: open, change },
                ] {
                    out.push(Noted::new(ddl, said.clone()));
                }
            }
            Some(Ddl::AlterColumn { schema, table, existing, change }) if change.nullable == Some(false) => {
                if let Some(fill) = of(table, &existing.name) {
                    out.push(Noted::new(value(schema, table, fill), said));
                    out.push(Noted { notes: Vec::new(), ..noted });
                } else {
                    out.push(noted);
                }
            }
            _ => out.push(noted),
        }
    }
    out
}

fn value(schema: &Option<String>, table: &str, fill: &Fill) -> Ddl {
    Ddl::Fill {
        schema: schema.clone(),
        table: table.to_owned(),
        column: fill.column.clone(),
        sql: fill.sql.clone(),
    }
}
