//! Comparisons: a database as recorded, models as recorded, and the differences between them.
//!
//! **Invariant.** The database is a real one, and after our own operations ran on it the comparison finds nothing more: what a row does not
//! ask is asked all the same.

use std::collections::{BTreeMap, BTreeSet};

use rebis_engine::Connection;
use rebis_migrate::diff::{self, DiffOptions, Noted};
use rebis_migrate::{Op, offline};
use rebis_sql::ddl::{ColumnChange, Constraint, ConstraintKind};
use rebis_sql::schema::{Column, IndexKey, NamingConvention, Schema, create_statements};
use rebis_sql::{Ddl, Dialect, SqlType};
use rebis_testkit::{Backend, TestDatabase};
use serde_json::Value;

use crate::Outcome;
use crate::row::{self, strings, text};

/// Where the cases run.
#[derive(Default)]
pub(crate) struct Databases {
    missing: BTreeMap<&'static str, bool>,
}

impl Databases {
    pub(crate) async fn case(&mut self, row: &Value) -> Outcome {
        let (backend, name) = match text(row, "dialect") {
            "sqlite" => (Backend::Sqlite, "sqlite"),
            "postgresql" => (Backend::Postgres, "postgresql"),
            "mariadb" | "mysql" => (Backend::MySql, "mysql"),
            _ => return Outcome::NotApplicable("a database that Rebis does not speak"),
        };
        if row["object_filter"] == Value::Bool(true) || row["name_filter"] == Value::Bool(true) {
            return Outcome::NotApplicable("a hook in Python decides");
        }
        if self.missing.contains_key(name) {
            return Outcome::NotApplicable("no server of this database is here");
        }
        let Some(db) = TestDatabase::create(backend).await else {
            self.missing.insert(name, true);
            return Outcome::NotApplicable("no server of this database is here");
        };
        match compare(&db, row).await {
            Ok(outcome) | Err(outcome) => outcome,
        }
    }
}

async fn compare(db: &TestDatabase, row: &Value) -> Result<Outcome, Outcome> {
    let mut connection = db.acquire().await;
    let dialect = connection.dialect();
    let read = |side: &Value| row::schema(side, dialect).map_err(Outcome::NotApplicable);
    let (there, mut models) = (read(&row["db"])?, read(&row["model"])?);
    models.tables.iter_mut().for_each(|t| NamingConvention::default().apply(t));
    if row["include_schemas"] == Value::Bool(false) && there.tables.iter().any(|t| t.schema.is_some()) {
        return Err(Outcome::NotApplicable("a schema that is not looked at"));
    }
    let all_schemas = row["include_schemas"] == Value::Bool(true);
    create(&mut connection, &there, &models, dialect).await?;
    let (database, found) = look(&mut connection, &models, &there, all_schemas).await?;
    let ours = ours(&found);
    let recorded = recorded(&row["diffs"]);
    let case = Case { row, there: &there, models: &models, ours: true };
    let outcome = judge(&recorded, &ours, &case)?;
    // What was found is what a migration has to do, and enough.
    let ops: Vec<Op> = found.into_iter().map(|n| n.op).collect();
    let made = offline(dialect, &ops, &mut database.clone()).map_err(|e| failed(format!("as SQL: {e}")))?;
    for sql in made.statements {
        connection.script(&sql).await.map_err(|e| failed(format!("{e}\n{sql}")))?;
    }
    let (_, left) = look(&mut connection, &models, &there, all_schemas).await?;
    if left.is_empty() {
        Ok(outcome)
    } else {
        Err(failed(format!("after the migration there is: {:?}", self::ours(&left))))
    }
}

fn failed(why: impl Into<String>) -> Outcome {
    Outcome::Failed(why.into())
}

async fn create(
    connection: &mut Connection,
    there: &Schema,
    models: &Schema,
    dialect: Dialect,
) -> Result<(), Outcome> {
    let tables = there.tables.iter().chain(&models.tables);
    let schemas: BTreeSet<&String> = tables.filter_map(|t| t.schema.as_ref()).collect();
    let mut statements: Vec<String> =
        schemas.into_iter().map(|s| format!("CREATE SCHEMA IF NOT EXISTS {s}")).collect();
    match create_statements(there, dialect) {
        Ok(sql) => statements.extend(sql),
        Err(rebis_sql::CompileError::Unsupported(_)) => {
            return Err(Outcome::NotApplicable("what the database lacks is refused here"));
        }
        Err(e) if e.to_string().contains("is longer than the") => {
            return Err(Outcome::Better(
                "a name that the database would cut is refused, and a convention's is shortened",
            ));
        }
        Err(e) => return Err(failed(format!("the recorded database: {e}"))),
    }
    for sql in statements {
        connection.script(&sql).await.map_err(|e| failed(format!("the recorded database: {e}\n{sql}")))?;
    }
    Ok(())
}

/// Compares, looking at every schema that the row names when Alembic was told to.
async fn look(
    connection: &mut Connection,
    models: &Schema,
    there: &Schema,
    all_schemas: bool,
) -> Result<(Schema, Vec<Noted>), Outcome> {
    let mut options = DiffOptions::default();
    if all_schemas {
        options.schemas = there.tables.iter().filter_map(|t| t.schema.clone()).collect();
    }
    diff::compare(connection, models, &options).await.map_err(|e| failed(e.to_string()))
}

/// Our operations in the words of the recorded ones, sorted.
fn ours(found: &[Noted]) -> Vec<String> {
    let mut all = Vec::new();
    for noted in found {
        let Some(ddl) = noted.op.to_ddl() else { continue };
        match ddl {
            Ddl::CreateTable { table, .. } => all.push(format!("add_table {}", table.name)),
            Ddl::DropTable { table, .. } => all.push(format!("remove_table {table}")),
            Ddl::AddColumn { table, column, .. } => all.push(format!("add_column {table}.{}", column.name)),
            Ddl::DropColumn { table, column, .. } => all.push(format!("remove_column {table}.{column}")),
            Ddl::AlterColumn { table, existing, change, .. } => {
                altered(&format!("{table}.{}", existing.name), change, &mut all);
            }
            Ddl::CreateIndex { table, index, .. } => all.push(format!("add_index {table} {}", index.name)),
            Ddl::DropIndex { table, name, .. } => all.push(format!("remove_index {table} {name}")),
            Ddl::AddConstraint { table, constraint, .. } => match constraint {
                Constraint::ForeignKey(k) => {
                    all.push(format!("add_fk {table} {:?} {} {:?}", k.columns, k.ref_table, k.ref_columns));
                }
                Constraint::Unique(u) => all.push(format!("add_constraint {table} unique {:?}", u.columns)),
                Constraint::Check(c) => {
                    all.push(format!("add_constraint {table} check {}", c.name.as_deref().unwrap_or("-")));
                }
                _ => all.push(format!("add_constraint {table} key")),
            },
            Ddl::DropConstraint { table, name, kind, .. } => all.push(match kind {
                ConstraintKind::ForeignKey => format!("remove_fk {table} {name}"),
                ConstraintKind::Unique => format!("remove_constraint {table} unique {name}"),
                ConstraintKind::Check => format!("remove_constraint {table} check {name}"),
                ConstraintKind::PrimaryKey => format!("remove_constraint {table} key"),
                ConstraintKind::Exclusion => format!("remove_constraint {table} exclude {name}"),
            }),
            Ddl::CommentTable { table, comment: Some(_), .. } => {
                all.push(format!("add_table_comment {table}"))
            }
            Ddl::CommentTable { table, .. } => all.push(format!("remove_table_comment {table}")),
            other => all.push(format!("{other:?}")),
        }
    }
    all.sort();
    all
}

fn altered(at: &str, change: &ColumnChange, all: &mut Vec<String>) {
    for (changed, what) in [
        (change.ty.is_some(), "modify_type"),
        (change.nullable.is_some(), "modify_nullable"),
        (change.default.is_some() || change.identity.is_some(), "modify_default"),
        (change.comment.is_some(), "modify_comment"),
    ] {
        if changed {
            all.push(format!("{what} {at}"));
        }
    }
}

/// The recorded differences in the same words.
fn recorded(diffs: &Value) -> Vec<String> {
    let mut all = Vec::new();
    for diff in diffs.as_array().into_iter().flatten() {
        let inner = diff.as_array().into_iter().flatten().filter(|d| d.is_array() && d[0].is_string());
        let group: Vec<&Value> = if diff[0].is_string() { vec![diff] } else { inner.collect() };
        for diff in group {
            let what = diff[0].as_str().unwrap_or_default();
            let of = &diff[1];
            let table = text(of, "table");
            all.push(match what {
                "add_table" | "remove_table" => {
                    // Its indexes stand in operations of their own, here as there.
                    format!("{what} {}", text(&of["table"], "name"))
                }
                "add_table_comment" | "remove_table_comment" => {
                    format!("{what} {}", text(&of["table"], "name"))
                }
                "add_column" | "remove_column" => {
                    let name = text(&diff[3]["column"], "name");
                    format!("{what} {}.{name}", diff[2].as_str().unwrap_or_default())
                }
                "add_index" | "remove_index" => format!("{what} {table} {}", text(of, "name")),
                "add_fk" | "remove_fk" => {
                    let columns = strings(&of["cols"]);
                    let places = strings(&of["ref"]);
                    let split: Vec<(&str, &str)> = places.iter().filter_map(|p| p.rsplit_once('.')).collect();
                    let to = split.first().map_or("", |(t, _)| t.rsplit('.').next().unwrap_or(t));
                    let named: Vec<&str> = split.iter().map(|(_, c)| *c).collect();
                    match what {
                        "add_fk" => format!("add_fk {table} {columns:?} {to} {named:?}"),
                        _ => format!("remove_fk {table} {}", of["name"].as_str().unwrap_or("?")),
                    }
                }
                "add_constraint" | "remove_constraint" => match (text(of, "kind"), what) {
                    ("unique", "add_constraint") => {
                        format!("{what} {table} unique {:?}", strings(&of["cols"]))
                    }
                    (kind, _) => format!("{what} {table} {kind} {}", of["name"].as_str().unwrap_or("?")),
                },
                _ => format!(
                    "{what} {}.{}",
                    diff[2].as_str().unwrap_or_default(),
                    diff[3].as_str().unwrap_or_default()
                ),
            });
        }
    }
    all.sort();
    all
}

/// A rule: which differences it is about, and when it holds.
struct Rule {
    reason: &'static str,
    /// Whether it explains this difference, which only one side has.
    explains: fn(difference: &str, case: &Case<'_>) -> bool,
}

/// What a rule may look at.
struct Case<'a> {
    row: &'a Value,
    there: &'a Schema,
    models: &'a Schema,
    /// Whether the difference is one of ours.
    ours: bool,
}

impl Case<'_> {
    fn plugin(&self, name: &str) -> bool {
        text(&self.row["opts"], "autogenerate_plugins").contains(name)
    }

    fn column(&self, of: &Schema, difference: &str) -> Option<Column> {
        let (table, column) = difference.split_once(' ')?.1.split_once('.')?;
        of.tables.iter().find(|t| t.name == table)?.column(column).cloned()
    }
}

/// Ours is better.
const BETTER: &[Rule] = &[
    Rule {
        reason: "checks are compared, always",
        explains: |d, case| {
            let skipped = case.row["log"].to_string().contains("Cannot compare check constraint");
            case.ours && is_check(d) && (skipped || !case.plugin("'alembic.ext.checkconstraint_byname'"))
        },
    },
    Rule {
        reason: "a check without a name gets one, and is known by what it says",
        explains: |d, case| {
            let nameless = |s: &Value| {
                let tables = s
                    .as_array()
                    .into_iter()
                    .flatten()
                    .flat_map(|m| m["tables"].as_array().into_iter().flatten());
                tables
                    .flat_map(|t| t["constraints"].as_array().into_iter().flatten())
                    .any(|c| c["kind"] == "check" && c["name"].is_null())
            };
            is_check(d) && (nameless(&case.row["model"]) || nameless(&case.row["db"]))
        },
    },
    Rule {
        reason: "indexes over expressions are compared where Alembic cannot see them",
        explains: |d, case| {
            case.ours && d.contains("_index ") && text(case.row, "dialect") == "sqlite" && {
                let name = d.rsplit(' ').next().unwrap_or_default();
                let all = case.there.tables.iter().chain(&case.models.tables).flat_map(|t| &t.indexes);
                all.filter(|i| i.name == name)
                    .any(|i| i.keys.iter().any(|k| matches!(k, IndexKey::Expression(_))))
            }
        },
    },
    Rule {
        reason: "a generated column that changed is made anew",
        explains: |d, case| {
            let computed = |s| case.column(s, d).is_some_and(|c| c.computed.is_some());
            case.ours
                && (d.starts_with("add_column") || d.starts_with("remove_column"))
                && (computed(case.there) || computed(case.models))
        },
    },
    Rule {
        reason: "an identity column is NOT NULL, and one that was is what the model says",
        explains: |d, case| {
            let identity = |s| case.column(s, d).is_some_and(|c| c.identity.is_some());
            case.ours && d.starts_with("modify_nullable") && (identity(case.there) || identity(case.models))
        },
    },
    Rule {
        reason: "a key that SQLite counts is INTEGER, which holds 64 bits, whatever it is called",
        explains: |d, case| {
            let integer = |s| {
                case.column(s, d).is_some_and(|c| {
                    matches!(c.ty, SqlType::SmallInteger | SqlType::Integer | SqlType::BigInteger)
                })
            };
            !case.ours
                && d.starts_with("modify_type")
                && text(case.row, "dialect") == "sqlite"
                && integer(case.there)
                && integer(case.models)
        },
    },
    Rule {
        reason: "a primary key that changed is a difference",
        explains: |d, case| case.ours && d.ends_with(" key"),
    },
];

fn is_check(difference: &str) -> bool {
    difference.contains("_constraint ") && difference.contains(" check ")
}

/// Cases that are about Alembic itself.
fn about_alembic(row: &Value) -> Option<&'static str> {
    let test = text(row, "test");
    ["NoUqReflection", "NoReflection"]
        .iter()
        .any(|class| test.contains(class))
        .then_some("a database that is made to forget what it holds")
}

/// Equal, or different for reasons that have names.
fn judge(recorded: &[String], ours: &[String], case: &Case<'_>) -> Result<Outcome, Outcome> {
    let (mut missing, mut extra) = (recorded.to_vec(), ours.to_vec());
    // What the database named, and what has no name in Python, is the same difference.
    let unnamed = |d: &str| {
        let name = d.rsplit(' ').next().unwrap_or_default();
        let named = case.there.tables.iter().flat_map(|t| {
            let keys = t.foreign_keys.iter().filter_map(|k| k.name.as_deref());
            let uniques = t.uniques.iter().filter_map(|u| u.name.as_deref());
            keys.chain(uniques).chain(t.indexes.iter().map(|i| i.name.as_str())).collect::<Vec<_>>()
        });
        d.starts_with("remove_") && !named.into_iter().any(|n| n == name)
    };
    let start = |d: &str| d.rsplit_once(' ').map(|(start, _)| start.to_owned());
    let same = |a: &str, b: &str| a == b || (unnamed(a) && unnamed(b) && start(a) == start(b));
    missing.retain(|d| extra.iter().position(|e| same(d, e)).map(|at| extra.remove(at)).is_none());
    let mut reason = None;
    for (differences, ours) in [(&mut missing, false), (&mut extra, true)] {
        let case = Case { ours, ..*case };
        differences.retain(|d| {
            let rule = BETTER.iter().find(|rule| (rule.explains)(d, &case));
            reason = reason.or(rule.map(|r| r.reason));
            rule.is_none()
        });
    }
    match (missing.is_empty() && extra.is_empty(), reason) {
        (true, None) => Ok(Outcome::Passed),
        (true, Some(reason)) => Ok(Outcome::Better(reason)),
        _ => match about_alembic(case.row) {
            Some(reason) => Err(Outcome::NotApplicable(reason)),
            None => Err(failed(format!("recorded {recorded:?}\nours     {ours:?}"))),
        },
    }
}
