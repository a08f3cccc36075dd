//! What an operation keeps others from doing, in a sentence. Invariant: it says who waits and how long, not what the lock is called alone.

use rebis_sql::ddl::{ColumnChange, Constraint};
use rebis_sql::{Ddl, Dialect};

use super::sqlite;
use crate::op::Op;

/// Who waits for whom while the operation runs.
pub(crate) fn locks(dialect: Dialect, op: &Op) -> String {
    let Some(ddl) = op.to_ddl() else {
        return match op {
            Op::Insert(insert) => format!("the new rows of {}", insert.table),
            Op::Run(_) => String::from("whatever the script's code takes"),
            _ => String::from("whatever the script's own SQL takes"),
        };
    };
    let table = op.table().map(|(_, table)| table).unwrap_or_default();
    match dialect {
        Dialect::Sqlite => sqlite_locks(op, table),
        Dialect::Postgres => postgres_locks(ddl, table),
        _ => mysql_locks(ddl, table),
    }
}

fn sqlite_locks(op: &Op, table: &str) -> String {
    let all = "nobody else writes to the database until the migration is committed";
    if sqlite::copies_rows(op) {
        format!("{all}; {table} is made anew, every row of it is copied")
    } else {
        all.to_owned()
    }
}

fn postgres_locks(ddl: &Ddl, table: &str) -> String {
    let nobody = |why: &str| format!("ACCESS EXCLUSIVE on {table}: nobody reads or writes it{why}");
    let until = " until the migration is committed";
    match ddl {
        Ddl::CreateTable { table, .. } if table.foreign_keys.is_empty() => {
            String::from("none: the table is new")
        }
        Ddl::CreateTable { table, .. } => {
            let mut referred: Vec<&str> = table.foreign_keys.iter().map(|k| k.ref_table.as_str()).collect();
            referred.dedup();
            format!("SHARE ROW EXCLUSIVE on {}: nobody writes there{until}", referred.join(", "))
        }
        Ddl::CreateIndex { concurrently: true, .. } => {
            format!("SHARE UPDATE EXCLUSIVE on {table}: readers and writers go on")
        }
        Ddl::CreateIndex { .. } => {
            format!("SHARE on {table}: nobody writes it while the index is built, nor{until}")
        }
        Ddl::AddConstraint { constraint: Constraint::ForeignKey(key), .. } => format!(
            "SHARE ROW EXCLUSIVE on {table} and {}: nobody writes there while every row is checked, nor{until}",
            key.ref_table
        ),
        Ddl::AddConstraint { constraint: Constraint::Check(_), .. } => {
            nobody(&format!(" while every row is checked, nor{until}"))
        }
        Ddl::AddConstraint { .. } => nobody(&format!(" while an index is built, nor{until}")),
        Ddl::AlterColumn { change: ColumnChange { ty: Some(_), .. }, .. } => {
            nobody(&format!(" while every row may be written anew, nor{until}"))
        }
        Ddl::AlterColumn { change: ColumnChange { collation: Some(_), .. }, .. } => {
            nobody(&format!(" while the indexes over the column are made anew, nor{until}"))
        }
        Ddl::AlterColumn { change: ColumnChange { nullable: Some(false), .. }, .. } => {
            nobody(&format!(" while every row is checked, nor{until}"))
        }
        Ddl::CommentTable { .. } => format!("SHARE UPDATE EXCLUSIVE on {table}: readers and writers go on"),
        Ddl::CreateType { .. } | Ddl::DropType { .. } => String::from("none on tables"),
        _ => nobody(until),
    }
}

fn mysql_locks(ddl: &Ddl, table: &str) -> String {
    let copies = || format!("nobody writes {table} while every row is copied or checked");
    match ddl {
        Ddl::CreateTable { .. } => String::from("none: the table is new"),
        Ddl::CreateIndex { .. } => format!(
            "readers and writers of {table} go on while the index is built, save a moment at its begin and end"
        ),
        Ddl::AlterColumn { change: ColumnChange { ty: None, nullable: None, .. }, .. } => moment(table),
        Ddl::AlterColumn { .. } => copies(),
        Ddl::AddConstraint { constraint: Constraint::Unique(_), .. } => {
            format!(
                "readers and writers of {table} go on while the index is built, save a moment at its begin and end"
            )
        }
        Ddl::AddConstraint { .. } => copies(),
        _ => moment(table),
    }
}

fn moment(table: &str) -> String {
    format!("a metadata lock on {table}: a moment, once nobody has a transaction open that has seen it")
}
