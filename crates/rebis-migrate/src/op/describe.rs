//! What an operation does, in a few words for people. Invariant: one line, naming what is changed.

use rebis_sql::Ddl;
use rebis_sql::ddl::Constraint;

use super::Op;

pub(super) fn describe(op: &Op) -> String {
    let ddl = match op {
        Op::Schema(ddl) => ddl,
        Op::Execute { sql, .. } => return format!("execute {}", first_line(sql)),
        Op::Insert(insert) => return format!("insert {} rows into {}", insert.rows.len(), insert.table),
        Op::Run(_) => return String::from("run the script's own code"),
    };
    match ddl {
        Ddl::CreateTable { table, .. } => format!("create table {}", table.name),
        Ddl::DropTable { table, .. } => format!("drop table {table}"),
        Ddl::RenameTable { from, to, .. } => format!("rename table {from} to {to}"),
        Ddl::AddColumn { table, column, .. } => format!("add column {table}.{}", column.name),
        Ddl::DropColumn { table, column, .. } => format!("drop column {table}.{column}"),
        Ddl::RenameColumn { table, from, to, .. } => format!("rename column {table}.{from} to {to}"),
        Ddl::AlterColumn { table, existing, .. } => format!("alter column {table}.{}", existing.name),
        Ddl::CreateIndex { table, index, .. } => format!("create index {} on {table}", index.name),
        Ddl::DropIndex { table, name, .. } => format!("drop index {name} on {table}"),
        Ddl::AddConstraint { table, constraint, .. } | Ddl::AddNotValid { table, constraint, .. } => {
            let (kind, name) = match constraint {
                Constraint::PrimaryKey(c) => ("primary key", &c.name),
                Constraint::ForeignKey(c) => ("foreign key", &c.name),
                Constraint::Unique(c) => ("unique constraint", &c.name),
                Constraint::Check(c) => ("check", &c.name),
            };
            format!("add {kind} {} on {table}", name.as_deref().unwrap_or("(unnamed)"))
        }
        Ddl::ValidateConstraint { table, name, .. } => format!("validate constraint {name} on {table}"),
        Ddl::AddExclusion { table, exclusion, .. } => {
            format!(
                "add exclusion constraint {} on {table}",
                exclusion.name.as_deref().unwrap_or("(unnamed)")
            )
        }
        Ddl::CreateSequence { name, .. } => format!("create sequence {name}"),
        Ddl::CreateView { view } => format!("create view {}", view.name),
        Ddl::DropView { view } => format!("drop view {}", view.name),
        Ddl::CreateTrigger { trigger } => format!("create trigger {} on {}", trigger.name, trigger.table),
        Ddl::DropTrigger { trigger } => format!("drop trigger {} on {}", trigger.name, trigger.table),
        Ddl::DropSequence { name, .. } => format!("drop sequence {name}"),
        Ddl::Fill { table, column, .. } => format!("fill {table}.{column}"),
        Ddl::Guarded(change) | Ddl::Online { change, .. } => describe(&Op::Schema((**change).clone())),
        Ddl::DropConstraint { table, name, .. } => format!("drop constraint {name} on {table}"),
        Ddl::CommentTable { table, .. } => format!("comment on table {table}"),
        Ddl::AlterTableOption { table, option, .. } => format!("alter option {option} of table {table}"),
        Ddl::CreateType { name, .. } => format!("create type {name}"),
        Ddl::AlterType { name, .. } => format!("alter type {name}"),
        Ddl::DropType { name } => format!("drop type {name}"),
        _ => String::from("change the schema"),
    }
}

fn first_line(sql: &str) -> String {
    let line = sql.trim().lines().next().unwrap_or_default();
    match line.char_indices().nth(60) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line.to_owned(),
    }
}
