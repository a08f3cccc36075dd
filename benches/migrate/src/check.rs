//! The comparison of many tables with their models, when nothing differs. Invariant: the models are those of `beside.py`, column by column.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use rebis_engine::{Connection, Engine};
use rebis_migrate::diff::{DiffOptions, compare};
use rebis_sql::SqlType;
use rebis_sql::schema::{
    Check, Column, ForeignKey, Index, PrimaryKey, Schema, Table, Unique, create_statements,
};

use crate::database::Database;
use crate::options::Options;
use crate::report::{self, Rounds};
use crate::{Result, alembic};

/// Two checks per table, which PostgreSQL and MariaDB write in other words than the models, or none.
const KINDS: [(&str, &str); 2] = [("plain", "no checks"), ("checks", "two checks each, compared here only")];

pub async fn run(options: &Options, database: &Database, python: Option<&Path>) -> Result<()> {
    report::heading(&format!("{}: check of {} tables of 10 columns", database.title, options.tables));
    for (kind, title) in KINDS {
        let made = database.make().await?;
        let measured = measure(options, &made.url, kind, python).await;
        made.remove().await?;
        let [ours, theirs, our_command, their_command] = measured?;
        report::line(&format!("comparison, {title}"), &ours, &theirs);
        report::line(&format!("whole command, {title}"), &our_command, &their_command);
    }
    println!();
    Ok(())
}

async fn measure(options: &Options, url: &str, kind: &str, python: Option<&Path>) -> Result<[Rounds; 4]> {
    let models = models(options.tables, kind);
    let engine = Engine::new(url)?;
    let conn = &mut engine.acquire().await?;
    for sql in create_statements(&models, conn.dialect())? {
        conn.script(&sql).await?;
    }
    let count = options.tables.to_string();
    let [mut ours, mut theirs, mut our_command, mut their_command] = <[Rounds; 4]>::default();
    let program = std::env::current_exe()?;
    for round in 0..=options.rounds {
        let start = Instant::now();
        compared(conn, &models).await?;
        let took = start.elapsed();
        let start = Instant::now();
        let done = Command::new(&program).args(["check-once", url, &count, kind]).status()?;
        let command = start.elapsed();
        if !done.success() {
            return Err("check-once failed".into());
        }
        // Round 0 warms up.
        if round > 0 {
            ours.add(took);
            our_command.add(command);
        }
        if let Some(python) = python {
            let (said, command) = alembic::run(python, &["check", &alembic::url(url), &count, kind])?;
            if round > 0 {
                theirs.add(alembic::own_time(&said)?);
                their_command.add(command);
            }
        }
    }
    Ok([ours, theirs, our_command, their_command])
}

/// The whole command: a connection, the comparison, the end.
pub async fn once(url: &str, tables: usize, kind: &str) -> Result<()> {
    let models = models(tables, kind);
    compared(&mut Engine::new(url)?.acquire().await?, &models).await
}

async fn compared(conn: &mut Connection, models: &Schema) -> Result<()> {
    let (_, found) = compare(conn, models, &DiffOptions::default()).await?;
    match found.first() {
        None => Ok(()),
        Some(first) => Err(format!("{} differences, the first: {}", found.len(), first.detected).into()),
    }
}

fn models(tables: usize, kind: &str) -> Schema {
    Schema { tables: (0..tables).map(|i| model(i, kind == "checks")).collect() }
}

fn model(i: usize, checks: bool) -> Table {
    let name = format!("t{i:04}");
    let mut table = Table::new(name.clone());
    let mut id = Column::new("id", SqlType::Integer).not_null();
    id.autoincrement = true;
    table.columns = vec![
        id,
        Column::new("name", SqlType::String(Some(64))).not_null(),
        Column::new("code", SqlType::String(Some(20))),
        Column::new("amount", SqlType::Integer).not_null(),
        Column::new("price", SqlType::Numeric { precision: Some(10), scale: Some(2) }),
        Column::new("created", SqlType::DateTime { timezone: false }),
        Column::new("note", SqlType::Text),
        Column::new("flag", SqlType::Boolean),
        Column::new("parent_id", SqlType::Integer),
        Column::new("total", SqlType::BigInteger),
    ];
    table.primary_key = Some(PrimaryKey { name: None, columns: vec!["id".into()] });
    table.indexes = vec![Index::new(format!("ix_{name}_name"), ["name"])];
    table.uniques = vec![Unique {
        name: Some(format!("uq_{name}_code")),
        columns: vec!["code".into()],
        ..Unique::default()
    }];
    if i > 0 {
        table.foreign_keys = vec![ForeignKey {
            name: Some(format!("fk_{name}_parent_id")),
            columns: vec!["parent_id".into()],
            ref_table: format!("t{:04}", i - 1),
            ref_columns: vec!["id".into()],
            ..ForeignKey::default()
        }];
    }
    if checks {
        for (what, sql) in [("name", "name <> ''"), ("amount", "amount >= 0 AND amount < 1000000")] {
            table.checks.push(Check { name: Some(format!("ck_{name}_{what}")), sql: sql.into() });
        }
    }
    table
}
