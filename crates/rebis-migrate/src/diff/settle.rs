//! The database's SQL texts in the models' words, where both mean the same.
//!
//! **Invariants.** Two texts mean the same when the database writes both in the same words; that is asked of the database itself and of nobody
//! else. What could not be asked stays as it is. Nothing is left behind: the tables are dropped, or their making is rolled back.

use std::collections::HashMap;

use rebis_engine::{Connection, InspectOptions, TransactionOptions, inspect};
use rebis_sql::schema::{
    Check, Column, Exclusion, Index, IndexKey, Schema, ServerDefault, Table, create_statements,
};

use super::exclusions;
use super::words::{same_key, same_sql};
use crate::dialect::{Scratch, rules};
use crate::{Error, Result};

/// What the names of tables in the making begin with, here and where a table is made anew.
pub(crate) const TEMPORARY: &str = "_rebis_tmp_";

/// Texts of a model's table on which the database is asked, and the columns that they need.
#[derive(Clone)]
struct Question {
    /// The places of the table in the database's schema and in the models'.
    there: usize,
    model: usize,
    columns: Vec<Column>,
    /// Under names that no other question has.
    checks: Vec<Check>,
    exclusions: Vec<Exclusion>,
    indexes: Vec<Asked>,
}

/// An index, under the name by which it is asked.
#[derive(Clone)]
struct Asked {
    name: String,
    index: Index,
}

/// Questions that share a table in the making, since their columns agree.
#[derive(Default)]
struct Group {
    columns: Vec<Column>,
    questions: Vec<Question>,
}

/// A table of more columns may be too wide for a row.
const MOST_COLUMNS: usize = 24;
/// And one of more constraints and indexes too slow to make, or more than a table may have.
const MOST_TEXTS: usize = 200;
const MOST_INDEXES: usize = 30;

/// Gives the texts of `database` that mean what the models' say the models' words.
pub(super) async fn settle(conn: &mut Connection, database: &mut Schema, models: &Schema) -> Result<()> {
    let Some(scratch) = rules(conn.dialect())?.scratch else { return Ok(()) };
    let places: HashMap<_, usize> =
        database.tables.iter().enumerate().map(|(i, t)| (super::named(t), i)).collect();
    let mut questions = Vec::new();
    for (model, table) in models.tables.iter().enumerate() {
        let Some(&there) = places.get(&super::named(table)) else { continue };
        questions.extend(question(there, &database.tables[there], model, table));
    }
    if questions.is_empty() {
        return Ok(());
    }
    let groups = grouped(questions);
    // All at once; one by one when a text of one of them is no SQL.
    match ask(conn, scratch, &groups).await {
        Ok(answers) => apply(database, models, &groups, &answers),
        Err(e) if e.is_connection() => return Err(e),
        Err(_) => {
            for question in groups.into_iter().flat_map(|g| g.questions) {
                let table = &models.tables[question.model].name;
                let alone = [Group { columns: question.columns.clone(), questions: vec![question] }];
                match ask(conn, scratch, &alone).await {
                    Ok(answers) => apply(database, models, &alone, &answers),
                    Err(e) if e.is_connection() => return Err(e),
                    Err(e) => tracing::warn!(
                        target: "rebis::migrate",
                        "cannot ask the database how it would write the expressions of table {table}: {e}",
                    ),
                }
            }
        }
    }
    Ok(())
}

/// What is to be asked about a table, when anything is.
fn question(there: usize, held: &Table, model: usize, table: &Table) -> Option<Question> {
    let mut asked = Question {
        there,
        model,
        columns: Vec::new(),
        checks: Vec::new(),
        exclusions: Vec::new(),
        indexes: Vec::new(),
    };
    // The texts whose columns have to be there.
    let mut texts: Vec<&str> = Vec::new();
    let mut plain: Vec<&str> = Vec::new();
    for column in &table.columns {
        let mut wanted = Column { default: None, ..Column::new(column.name.clone(), column.ty.clone()) };
        let Some(now) = held.column(&column.name) else { continue };
        if let (Some(now), Some(generated)) = (&now.computed, &column.computed)
            && !same_sql(&now.sql, &generated.sql)
        {
            texts.push(&generated.sql);
            wanted.computed = Some(generated.clone());
        } else if let (Some(ServerDefault::Sql(now)), Some(default)) = (&now.default, &column.default)
            && !matches!(default, ServerDefault::Sql(default) if same_sql(now, default))
        {
            wanted.default = Some(default.clone());
        } else {
            continue;
        }
        asked.columns.push(wanted);
    }
    for check in &table.checks {
        if !held.checks.is_empty() && !held.checks.iter().any(|t| same_sql(&t.sql, &check.sql)) {
            texts.push(&check.sql);
            let name = Some(format!("{TEMPORARY}{model}_{}", asked.checks.len()));
            asked.checks.push(Check { name, sql: check.sql.clone() });
        }
    }
    for exclusion in &table.exclusions {
        if !held.exclusions.is_empty() && !held.exclusions.iter().any(|t| exclusions::same(t, exclusion)) {
            texts.extend(
                exclusion.elements.iter().map(|(sql, _)| sql.as_str()).chain(exclusion.filter.as_deref()),
            );
            let name = Some(format!("{TEMPORARY}{model}_ex{}", asked.exclusions.len()));
            asked.exclusions.push(Exclusion { name, ..exclusion.clone() });
        }
    }
    for index in &table.indexes {
        if held.indexes.iter().any(|t| t.name == index.name && !same_index(t, index)) && is_sql(index) {
            texts.extend(index.filter.as_deref());
            for key in &index.keys {
                match key {
                    IndexKey::Column { name, .. } => plain.push(name),
                    IndexKey::Expression(sql) => texts.push(sql),
                }
            }
            // How it is used does not matter to how it is written.
            let name = format!("{TEMPORARY}{model}_ix{}", asked.indexes.len());
            let index = Index { include: Vec::new(), ..index.clone() };
            asked.indexes.push(Asked { name, index });
        }
    }
    for column in &table.columns {
        let needed =
            plain.contains(&column.name.as_str()) || texts.iter().any(|sql| speaks_of(sql, &column.name));
        if needed && !asked.columns.iter().any(|c| c.name == column.name) {
            asked
                .columns
                .push(Column { default: None, ..Column::new(column.name.clone(), column.ty.clone()) });
        }
    }
    let asks = !(asked.columns.is_empty()
        && asked.checks.is_empty()
        && asked.exclusions.is_empty()
        && asked.indexes.is_empty());
    asks.then_some(asked)
}

/// Whether a text may speak of a column: rather too often than not.
fn speaks_of(sql: &str, column: &str) -> bool {
    let (sql, column) = (sql.to_lowercase(), column.to_lowercase());
    let part = |c: char| c == '_' || c.is_alphanumeric();
    let mut from = 0;
    while let Some(at) = sql[from..].find(&column) {
        let (start, end) = (from + at, from + at + column.len());
        let apart = !sql[..start].chars().next_back().is_some_and(part)
            && !sql[end..].chars().next().is_some_and(part);
        if apart {
            return true;
        }
        from = end;
    }
    false
}

/// The questions in as few tables as can be: making one is what takes time.
fn grouped(questions: Vec<Question>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for question in questions {
        // Looking at the last few is enough, and at all of them would take long.
        let fits = groups.iter_mut().rev().take(8).find(|g| g.fits(&question));
        match fits {
            Some(group) => group.add(question),
            None => groups.push(Group { columns: question.columns.clone(), questions: vec![question] }),
        }
    }
    groups
}

impl Group {
    fn fits(&self, question: &Question) -> bool {
        let count = |of: fn(&Question) -> usize| self.questions.iter().map(of).sum::<usize>() + of(question);
        let agrees = |new: &Column| self.columns.iter().find(|c| c.name == new.name).is_none_or(|c| c == new);
        let new = question.columns.iter().filter(|c| !self.columns.contains(c)).count();
        self.columns.len() + new <= MOST_COLUMNS
            && count(|q| q.checks.len() + q.exclusions.len() + q.indexes.len()) <= MOST_TEXTS
            && count(|q| q.indexes.len()) <= MOST_INDEXES
            && question.columns.iter().all(agrees)
    }

    fn add(&mut self, question: Question) {
        for column in &question.columns {
            if !self.columns.contains(column) {
                self.columns.push(column.clone());
            }
        }
        self.questions.push(question);
    }

    fn table(&self, name: String, schema: Option<&str>) -> Table {
        let mut table = Table::new(name);
        table.schema = schema.map(str::to_owned);
        table.columns.clone_from(&self.columns);
        // A check of constants needs no column, but a table does.
        if table.columns.is_empty() {
            table.columns.push(Column::new("nothing", rebis_sql::SqlType::Integer));
        }
        for question in &self.questions {
            table.checks.extend(question.checks.iter().cloned());
            table.exclusions.extend(question.exclusions.iter().cloned());
            let indexes = question.indexes.iter();
            table.indexes.extend(indexes.map(|a| Index { name: a.name.clone(), ..a.index.clone() }));
        }
        table
    }
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

/// The tables as the database writes them, in the order of the groups.
async fn ask(conn: &mut Connection, scratch: Scratch, groups: &[Group]) -> Result<Vec<Table>> {
    match scratch {
        Scratch::Temporary { schema, name_of_schema } => {
            // Within a transaction of the caller's only what is done here is taken back.
            let within = conn.in_transaction();
            if within {
                conn.savepoint(TEMPORARY).await?;
            } else {
                conn.begin(TransactionOptions::default()).await?;
            }
            let answers = made(conn, Some((schema, name_of_schema)), groups).await;
            if within {
                conn.rollback_to(TEMPORARY).await?;
            } else {
                conn.rollback().await?;
            }
            answers
        }
        Scratch::Named => {
            drop_all(conn, groups.len()).await?;
            let answers = made(conn, None, groups).await;
            drop_all(conn, groups.len()).await?;
            answers
        }
    }
}

fn name_of(group: usize) -> String {
    format!("{TEMPORARY}{group}")
}

async fn made(conn: &mut Connection, apart: Option<(&str, &str)>, groups: &[Group]) -> Result<Vec<Table>> {
    let tables = groups.iter().enumerate().map(|(i, g)| g.table(name_of(i), apart.map(|(schema, _)| schema)));
    let sql = create_statements(&Schema { tables: tables.collect() }, conn.dialect())?;
    conn.script(&sql.join(";\n")).await?;
    let held: Option<String> = match apart {
        Some((_, name_of_schema)) => conn.fetch_value(name_of_schema, &[]).await?,
        None => None,
    };
    let tables = (0..groups.len()).map(name_of).collect();
    let options = InspectOptions { schemas: held.iter().cloned().collect(), tables };
    let mut found = inspect(conn, &options).await?.tables;
    found.retain(|t| t.schema == held);
    let in_order = (0..groups.len()).map(|i| {
        let name = name_of(i);
        found.iter().position(|t| t.name == name).map(|at| found.swap_remove(at)).ok_or_else(|| {
            Error::new(
                crate::ErrorKind::Database,
                format!("the table {name} that was just made is not there"),
            )
        })
    });
    in_order.collect()
}

async fn drop_all(conn: &mut Connection, count: usize) -> Result<()> {
    let names: Vec<String> = (0..count)
        .map(|i| {
            let mut name = String::new();
            conn.dialect().quote_into(&name_of(i), &mut name);
            name
        })
        .collect();
    Ok(conn.script(&format!("DROP TABLE IF EXISTS {}", names.join(", "))).await?)
}

/// Takes the models' words where the answer is what the database holds.
fn apply(database: &mut Schema, models: &Schema, groups: &[Group], answers: &[Table]) {
    for (group, answer) in groups.iter().zip(answers) {
        let checks: HashMap<_, _> = answer.checks.iter().map(|c| (c.name.as_deref(), c)).collect();
        let indexes: HashMap<_, _> = answer.indexes.iter().map(|i| (i.name.as_str(), i)).collect();
        for question in &group.questions {
            let (there, model) = (&mut database.tables[question.there], &models.tables[question.model]);
            for asked in &question.columns {
                let name = &asked.name;
                let column = there.columns.iter_mut().find(|c| c.name == *name);
                let (Some(column), Some(wanted), Some(made)) =
                    (column, model.column(name), answer.column(name))
                else {
                    continue;
                };
                if asked.computed.is_some()
                    && let (Some(now), Some(made), Some(wanted)) =
                        (&mut column.computed, &made.computed, &wanted.computed)
                    && now.sql == made.sql
                {
                    now.sql.clone_from(&wanted.sql);
                }
                if asked.default.is_some() && made.default == column.default {
                    column.default.clone_from(&wanted.default);
                }
            }
            for asked in &question.checks {
                let made = checks.get(&asked.name.as_deref());
                let held = made.and_then(|made| there.checks.iter_mut().find(|c| c.sql == made.sql));
                if let Some(held) = held {
                    held.sql.clone_from(&asked.sql);
                }
            }
            for asked in &question.exclusions {
                let made = answer.exclusions.iter().find(|e| e.name == asked.name);
                let held =
                    made.and_then(|made| there.exclusions.iter_mut().find(|e| exclusions::same(e, made)));
                if let Some(held) = held {
                    *held = Exclusion { name: held.name.clone(), ..asked.clone() };
                }
            }
            for asked in &question.indexes {
                let held = there.indexes.iter_mut().find(|i| i.name == asked.index.name);
                if let (Some(held), Some(made)) = (held, indexes.get(asked.name.as_str()))
                    && held.keys == made.keys
                    && held.filter == made.filter
                {
                    held.keys.clone_from(&asked.index.keys);
                    held.filter.clone_from(&asked.index.filter);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_speaks_of_whole_names() {
        assert!(speaks_of("\"Name\" <> ''", "name") && speaks_of("lower(a)", "a"));
        assert!(!speaks_of("amount > 0", "a") && !speaks_of("a_b > 0", "a"));
        assert!(speaks_of("\"two words\" > 0", "two words"));
    }

    #[test]
    fn questions_share_a_table_where_columns_agree() {
        let ask = |model: usize, ty: rebis_sql::SqlType| Question {
            there: model,
            model,
            columns: vec![Column::new("a", ty)],
            checks: vec![Check { name: Some(format!("c{model}")), sql: "a > 0".into() }],
            exclusions: Vec::new(),
            indexes: Vec::new(),
        };
        let (number, text) = (rebis_sql::SqlType::Integer, rebis_sql::SqlType::Text);
        let groups = grouped(vec![ask(0, number.clone()), ask(1, text), ask(2, number)]);
        let models = |g: &Group| g.questions.iter().map(|q| q.model).collect::<Vec<_>>();
        assert_eq!(groups.iter().map(models).collect::<Vec<_>>(), [vec![0, 2], vec![1]]);
        assert_eq!(groups[0].table("t".into(), None).checks.len(), 2);
    }
}
