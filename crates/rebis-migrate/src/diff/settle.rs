//! The database's SQL texts in the models' words, where both mean the same.
//!
//! **Invariants.** Two texts mean the same when the database writes both in the same words; that is asked of the database itself and of nobody
//! else. What could not be asked stays as it is. Nothing is left behind: the tables are dropped, or their making is rolled back.

use std::borrow::Cow;

use rebis_engine::{Connection, InspectOptions, TransactionOptions, inspect};
use rebis_sql::schema::{Check, Column, Index, IndexKey, Schema, ServerDefault, Table, create_statements};

use super::words::{same_key, same_sql};
use crate::dialect::{Scratch, rules};
use crate::{Error, Result};

/// What the names of tables in the making begin with, here and where a table is made anew.
pub(crate) const TEMPORARY: &str = "_rebis_tmp_";

/// A model's table with nothing but the texts in question, and which table of the database they belong to.
struct Question {
    there: usize,
    model: Table,
    scratch: Table,
}

/// Gives the texts of `database` that mean what the models' say the models' words.
pub(super) async fn settle(conn: &mut Connection, database: &mut Schema, models: &Schema) -> Result<()> {
    let Some(scratch) = rules(conn.dialect())?.scratch else { return Ok(()) };
    let questions: Vec<Question> = models
        .tables
        .iter()
        .filter_map(|model| {
            let there =
                database.tables.iter().position(|t| t.name == model.name && t.schema == model.schema)?;
            question(&database.tables[there], model).map(|scratch| Question {
                there,
                model: model.clone(),
                scratch,
            })
        })
        .collect();
    if questions.is_empty() {
        return Ok(());
    }
    // All at once; one by one when a text of one of them is no SQL.
    let all: Vec<&Question> = questions.iter().collect();
    match ask(conn, scratch, &all).await {
        Ok(answers) => apply(database, &all, &answers),
        Err(_) => {
            for question in &questions {
                match ask(conn, scratch, &[question]).await {
                    Ok(answers) => apply(database, &[question], &answers),
                    Err(e) => tracing::warn!(
                        target: "rebis::migrate",
                        "cannot ask the database how it would write the expressions of table {}: {e}",
                        question.model.name
                    ),
                }
            }
        }
    }
    Ok(())
}

/// The table that asks, when anything is to be asked.
fn question(there: &Table, model: &Table) -> Option<Table> {
    let mut asks = false;
    let mut scratch = Table::new(model.name.clone());
    for column in &model.columns {
        let mut plain = Column { default: None, ..Column::new(column.name.clone(), column.ty.clone()) };
        if let Some(now) = there.column(&column.name) {
            if let (Some(now), Some(wanted)) = (&now.computed, &column.computed)
                && !same_sql(&now.sql, &wanted.sql)
            {
                plain.computed = Some(wanted.clone());
                asks = true;
            }
            if let (Some(ServerDefault::Sql(now)), Some(wanted)) = (&now.default, &column.default)
                && !matches!(wanted, ServerDefault::Sql(wanted) if same_sql(now, wanted))
            {
                plain.default = Some(wanted.clone());
                asks = true;
            }
        }
        scratch.columns.push(plain);
    }
    for check in &model.checks {
        if !there.checks.is_empty() && !there.checks.iter().any(|t| same_sql(&t.sql, &check.sql)) {
            scratch.checks.push(Check { name: None, sql: check.sql.clone() });
            asks = true;
        }
    }
    for (i, check) in scratch.checks.iter_mut().enumerate() {
        check.name = Some(check_name(&model.name, i));
    }
    for index in &model.indexes {
        if there.indexes.iter().any(|t| t.name == index.name && !same_index(t, index)) && is_sql(index) {
            // How it is used does not matter to how it is written.
            scratch.indexes.push(Index { include: Vec::new(), ..index.clone() });
            asks = true;
        }
    }
    asks.then_some(scratch)
}

/// Some databases keep the names of checks apart for a whole schema.
fn check_name(table: &str, i: usize) -> String {
    let hash = table.bytes().fold(5381_u32, |h, b| h.wrapping_mul(33) ^ u32::from(b));
    format!("{TEMPORARY}{hash:08x}_{i}")
}

fn is_sql(index: &Index) -> bool {
    index.filter.is_some() || index.keys.iter().any(|k| matches!(k, IndexKey::Expression(_)))
}

fn same_index(a: &Index, b: &Index) -> bool {
    let same_filter = match (&a.filter, &b.filter) {
        (Some(a), Some(b)) => same_sql(a, b),
        (a, b) => a.is_none() && b.is_none(),
    };
    same_filter && a.keys.len() == b.keys.len() && a.keys.iter().zip(&b.keys).all(|(a, b)| same_keys(a, b))
}

fn same_keys(a: &IndexKey, b: &IndexKey) -> bool {
    match (a, b) {
        (IndexKey::Expression(a), IndexKey::Expression(b)) => same_key(a, b),
        (a, b) => a == b,
    }
}

/// The tables as the database writes them, in the order of the questions.
async fn ask(conn: &mut Connection, scratch: Scratch, questions: &[&Question]) -> Result<Vec<Table>> {
    match scratch {
        Scratch::Temporary { schema, name_of_schema } => {
            // Within a transaction of the caller's only what is done here is taken back.
            let within = conn.in_transaction();
            if within {
                conn.savepoint(TEMPORARY).await?;
            } else {
                conn.begin(TransactionOptions::default()).await?;
            }
            let answers = in_temporary(conn, schema, name_of_schema, questions).await;
            if within {
                conn.rollback_to(TEMPORARY).await?;
            } else {
                conn.rollback().await?;
            }
            answers
        }
        Scratch::Named => {
            drop_named(conn, questions.len()).await?;
            let answers = in_named(conn, questions).await;
            drop_named(conn, questions.len()).await?;
            answers
        }
    }
}

async fn in_temporary(
    conn: &mut Connection,
    schema: &str,
    name_of_schema: &str,
    questions: &[&Question],
) -> Result<Vec<Table>> {
    let tables = questions.iter().map(|q| Table { schema: Some(schema.to_owned()), ..q.scratch.clone() });
    create(conn, tables.collect()).await?;
    let held: Option<String> = conn.fetch_value(name_of_schema, &[]).await?;
    let names: Vec<String> = questions.iter().map(|q| q.scratch.name.clone()).collect();
    let options = InspectOptions { schemas: held.iter().cloned().collect(), tables: names };
    let mut made = inspect(conn, &options).await?.tables;
    made.retain(|t| t.schema == held);
    in_order(made, questions, |q, _| Cow::Borrowed(&q.scratch.name))
}

async fn in_named(conn: &mut Connection, questions: &[&Question]) -> Result<Vec<Table>> {
    let named = |i: usize| format!("{TEMPORARY}{i}");
    let tables = questions.iter().enumerate().map(|(i, q)| Table { name: named(i), ..q.scratch.clone() });
    create(conn, tables.collect()).await?;
    let options = InspectOptions { tables: (0..questions.len()).map(named).collect(), schemas: Vec::new() };
    let made = inspect(conn, &options).await?.tables;
    in_order(made, questions, |_, i| Cow::Owned(named(i)))
}

fn in_order<'a>(
    made: Vec<Table>,
    questions: &'a [&Question],
    name: impl Fn(&'a Question, usize) -> Cow<'a, String>,
) -> Result<Vec<Table>> {
    let all = questions.iter().enumerate();
    all.map(|(i, q)| {
        let name = name(q, i);
        made.iter().find(|t| t.name == **name).cloned().ok_or_else(|| {
            Error::new(
                crate::ErrorKind::Database,
                format!("the table {name} that was just made is not there"),
            )
        })
    })
    .collect()
}

async fn create(conn: &mut Connection, tables: Vec<Table>) -> Result<()> {
    let sql = create_statements(&Schema { tables }, conn.dialect())?;
    Ok(conn.script(&sql.join(";\n")).await?)
}

async fn drop_named(conn: &mut Connection, count: usize) -> Result<()> {
    let names: Vec<String> = (0..count)
        .map(|i| {
            let mut name = String::new();
            conn.dialect().quote_into(&format!("{TEMPORARY}{i}"), &mut name);
            name
        })
        .collect();
    Ok(conn.script(&format!("DROP TABLE IF EXISTS {}", names.join(", "))).await?)
}

/// Takes the models' words where the answer is what the database holds.
fn apply(database: &mut Schema, questions: &[&Question], answers: &[Table]) {
    for (question, answer) in questions.iter().zip(answers) {
        let Question { there, model, scratch } = question;
        let there = &mut database.tables[*there];
        for column in &mut there.columns {
            let (Some(wanted), Some(made)) = (model.column(&column.name), answer.column(&column.name)) else {
                continue;
            };
            if let (Some(now), Some(made), Some(wanted)) =
                (&mut column.computed, &made.computed, &wanted.computed)
                && now.sql == made.sql
            {
                now.sql.clone_from(&wanted.sql);
            }
            if column.default.is_some() && made.default == column.default {
                column.default.clone_from(&wanted.default);
            }
        }
        for asked in &scratch.checks {
            let made = answer.checks.iter().find(|c| c.name == asked.name);
            let held = made.and_then(|made| there.checks.iter_mut().find(|c| c.sql == made.sql));
            if let Some(held) = held {
                held.sql.clone_from(&asked.sql);
            }
        }
        for made in &answer.indexes {
            let (held, wanted) = (
                there.indexes.iter_mut().find(|i| i.name == made.name),
                model.indexes.iter().find(|i| i.name == made.name),
            );
            if let (Some(held), Some(wanted)) = (held, wanted)
                && held.keys == made.keys
                && held.filter == made.filter
            {
                held.keys.clone_from(&wanted.keys);
                held.filter.clone_from(&wanted.filter);
            }
        }
    }
}
