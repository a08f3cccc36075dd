//! Comparisons as recorded from Alembic (`tests/data/compare.txt`), on real databases.
//!
//! **Invariant.** Every line is run on each database that it names; after our own operations nothing is left to find.

use rebis_engine::{Connection, as_inspected};
use rebis_migrate::diff::{DiffOptions, Noted, compare};
use rebis_migrate::{Op, offline};
use rebis_sql::ddl::{Constraint, ConstraintKind};
use rebis_sql::schema::{
    Check, Column, Computed, ForeignKey, Identity, Index, IndexKey, NamingConvention, PrimaryKey,
    ReferentialAction, Schema, ServerDefault, Table, Unique, create_statements,
};
use rebis_sql::{Ddl, Dialect, SqlType};
use rebis_testkit::{Backend, TestDatabase, run};
use serde_json::Value;

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn texts(value: &Value) -> Vec<String> {
    list(value).iter().filter_map(text).collect()
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn schema(value: &Value, dialect: Dialect) -> Schema {
    Schema { tables: list(value).iter().map(|t| table(t, dialect)).collect() }
}

fn table(value: &Value, dialect: Dialect) -> Table {
    let mut table = Table { comment: text(&value["comment"]), ..Table::new(text(&value["t"]).unwrap()) };
    let mut given = Vec::new();
    for of in list(&value["c"]) {
        let column = column(&of, dialect);
        if of[2]["given"] == Value::Bool(true) {
            given.push(column.name.clone());
        }
        table.columns.push(column);
    }
    if let Some(key) = value.get("pk") {
        table.primary_key = Some(PrimaryKey { name: text(&key[0]), columns: texts(&key[1]) });
    }
    let uniques = list(&value["uq"]);
    table.uniques = uniques
        .iter()
        .map(|u| Unique {
            name: text(&u[0]),
            columns: texts(&u[1]),
            deferrable: None,
            nulls_not_distinct: false,
        })
        .collect();
    let checks = list(&value["ck"]);
    table.checks = checks.iter().map(|c| Check { name: text(&c[0]), sql: text(&c[1]).unwrap() }).collect();
    table.foreign_keys = list(&value["fk"]).iter().map(foreign_key).collect();
    table.indexes = list(&value["ix"]).iter().map(index).collect();
    if let Some([key]) = table.primary_key.as_ref().map(|k| &k.columns[..]) {
        let refers = table.foreign_keys.iter().any(|k| k.columns.contains(key));
        let integer = [SqlType::SmallInteger, SqlType::Integer, SqlType::BigInteger];
        for c in table.columns.iter_mut().filter(|c| c.name == *key) {
            let filled = c.default.is_some() || c.identity.is_some() || given.contains(&c.name);
            c.autoincrement = integer.contains(&c.ty) && !refers && !filled;
        }
    }
    table
}

/// `[name, type, {not_null, comment, string, sql, computed, identity}]`
fn column(of: &Value, dialect: Dialect) -> Column {
    let spelled = SqlType::Other(text(&of[1]).unwrap());
    let alone = Table { columns: vec![Column::new("c", spelled)], ..Table::new("t") };
    let mut column = Column::new(text(&of[0]).unwrap(), as_inspected(dialect, &alone).columns.remove(0).ty);
    let more = &of[2];
    column.nullable = more["not_null"] != Value::Bool(true);
    column.comment = text(&more["comment"]);
    column.default = text(&more["sql"]).or(text(&more["text"])).map(ServerDefault::Sql);
    if let Some(constant) = text(&more["string"]) {
        column.default = Some(ServerDefault::Value(rebis_sql::Value::Text(constant)));
    }
    if let Some(sql) = text(&more["computed"]) {
        let stored = more["persisted"].as_bool().unwrap_or(dialect.capabilities().named_enums);
        column.computed = Some(Computed { sql, stored });
    }
    if let Some(of) = more.get("identity") {
        column.nullable = false;
        column.identity = Some(Identity {
            always: of["always"] == Value::Bool(true),
            start: of["start"].as_i64(),
            increment: of["increment"].as_i64(),
            min: of["minvalue"].as_i64(),
            max: of["maxvalue"].as_i64(),
            cycle: of["cycle"] == Value::Bool(true),
            cache: of["cache"].as_i64(),
        });
    }
    column
}

/// `[name, columns, ["table.column"], options]`
fn foreign_key(of: &Value) -> ForeignKey {
    let action = |words: Option<String>| match words.unwrap_or_default().to_uppercase().as_str() {
        "CASCADE" => ReferentialAction::Cascade,
        "RESTRICT" => ReferentialAction::Restrict,
        "SET NULL" => ReferentialAction::SetNull,
        "SET DEFAULT" => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    };
    let places = texts(&of[2]);
    let places: Vec<(&str, &str)> = places.iter().map(|p| p.split_once('.').unwrap()).collect();
    let deferred = text(&of[3]["initially"]).is_some_and(|w| w.eq_ignore_ascii_case("deferred"));
    ForeignKey {
        name: text(&of[0]),
        columns: texts(&of[1]),
        ref_table: places[0].0.to_owned(),
        ref_columns: places.iter().map(|(_, c)| (*c).to_owned()).collect(),
        on_delete: action(text(&of[3]["ondelete"])),
        on_update: action(text(&of[3]["onupdate"])),
        deferrable: (deferred || of[3]["deferrable"] == Value::Bool(true)).then_some(deferred),
        ..ForeignKey::default()
    }
}

/// `[name, unique, keys, options]`
fn index(of: &Value) -> Index {
    let plain = |t: &str| t.chars().all(|c| c.is_alphanumeric() || c == '_');
    let key = |expression: String| match expression.strip_suffix(" DESC") {
        Some(name) if plain(name) => IndexKey::Column { name: name.to_owned(), descending: true },
        _ if plain(&expression) => IndexKey::Column { name: expression, descending: false },
        _ => IndexKey::Expression(expression),
    };
    let include = text(&of[3]["include"]).unwrap_or_default();
    let include = include.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|c| !c.is_empty());
    Index {
        name: text(&of[0]).unwrap(),
        unique: of[1] == Value::Bool(true),
        keys: texts(&of[2]).into_iter().map(key).collect(),
        method: text(&of[3]["using"]),
        include: include.map(str::to_owned).collect(),
        ..Index::default()
    }
}

/// Our operations in the data's words.
fn words(found: &[Noted]) -> Vec<String> {
    let mut all = Vec::new();
    for noted in found {
        all.push(match noted.op.to_ddl().unwrap() {
            Ddl::CreateTable { table, .. } => format!("add_table {}", table.name),
            Ddl::DropTable { table, .. } => format!("remove_table {table}"),
            Ddl::AddColumn { table, column, .. } => format!("add_column {table}.{}", column.name),
            Ddl::DropColumn { table, column, .. } => format!("remove_column {table}.{column}"),
            Ddl::CreateIndex { table, .. } => format!("add_index {table}"),
            Ddl::DropIndex { table, .. } => format!("remove_index {table}"),
            Ddl::AddConstraint { table, constraint, .. } => match constraint {
                Constraint::ForeignKey(_) => format!("add_fk {table}"),
                Constraint::Unique(_) => format!("add_constraint {table} unique"),
                Constraint::Check(_) => format!("add_constraint {table} check"),
                Constraint::PrimaryKey(_) => format!("add_constraint {table} key"),
            },
            Ddl::DropConstraint { table, kind, .. } => match kind {
                ConstraintKind::ForeignKey => format!("remove_fk {table}"),
                ConstraintKind::Unique => format!("remove_constraint {table} unique"),
                ConstraintKind::Check => format!("remove_constraint {table} check"),
                _ => format!("remove_constraint {table} key"),
            },
            Ddl::CommentTable { table, comment: Some(_), .. } => format!("add_table_comment {table}"),
            Ddl::CommentTable { table, .. } => format!("remove_table_comment {table}"),
            Ddl::AlterColumn { table, existing, change, .. } => {
                let at = format!("{table}.{}", existing.name);
                for (changed, what) in [
                    (change.ty.is_some(), "modify_type"),
                    (change.nullable.is_some(), "modify_nullable"),
                    (change.default.is_some() || change.identity.is_some(), "modify_default"),
                    (change.comment.is_some(), "modify_comment"),
                ] {
                    all.extend(changed.then(|| format!("{what} {at}")));
                }
                continue;
            }
            other => format!("{other:?}"),
        });
    }
    all.sort();
    all
}

async fn look(conn: &mut Connection, models: &Schema) -> (Schema, Vec<Noted>) {
    compare(conn, models, &DiffOptions::default()).await.unwrap()
}

async fn case(db: &TestDatabase, row: &Value) -> Result<(), String> {
    let mut conn = db.acquire().await;
    let dialect = conn.dialect();
    let (there, mut models) = (schema(&row[0], dialect), schema(&row[1], dialect));
    models.tables.iter_mut().for_each(|t| NamingConvention::default().apply(t));
    for sql in create_statements(&there, dialect).map_err(|e| e.to_string())? {
        conn.script(&sql).await.map_err(|e| format!("{e}\n{sql}"))?;
    }
    let (database, found) = look(&mut conn, &models).await;
    let (wanted, made) = (texts(&row[2]), words(&found));
    if wanted != made {
        return Err(format!("wanted {wanted:?}\nfound  {made:?}"));
    }
    let ops: Vec<Op> = found.into_iter().map(|n| n.op).collect();
    for sql in offline(dialect, &ops, &mut database.clone()).map_err(|e| e.to_string())?.statements {
        conn.script(&sql).await.map_err(|e| format!("{e}\n{sql}"))?;
    }
    let left = words(&look(&mut conn, &models).await.1);
    // The database is used again: what is there goes, whatever refers to what.
    let (_, found) = look(&mut conn, &Schema::default()).await;
    let ops: Vec<Op> = found.into_iter().map(|n| n.op).collect();
    let before = rebis_engine::inspect(&mut conn, &Default::default()).await.map_err(|e| e.to_string())?;
    for sql in offline(dialect, &ops, &mut before.clone()).map_err(|e| e.to_string())?.statements {
        conn.script(&sql).await.map_err(|e| format!("{e}\n{sql}"))?;
    }
    if left.is_empty() { Ok(()) } else { Err(format!("after the migration there is {left:?}")) }
}

fn every_line(backend: Backend, letter: char) {
    run(backend, async |db| {
        let (mut ran, mut wrong) = (0, Vec::new());
        for (number, line) in include_str!("../data/compare.txt").lines().enumerate() {
            let Some((on, row)) = line.split_once(' ').filter(|_| !line.starts_with('#')) else { continue };
            if !on.contains(letter) {
                continue;
            }
            let row: Value = serde_json::from_str(row).unwrap();
            ran += 1;
            if let Err(e) = case(&db, &row).await {
                wrong.push(format!("line {}: {e}", number + 1));
                break;
            }
        }
        assert!(wrong.is_empty() && ran > 50, "{ran} ran\n{}", wrong.join("\n"));
    });
}

#[test]
fn every_recorded_comparison_on_sqlite() {
    every_line(Backend::Sqlite, 's');
}

#[test]
fn every_recorded_comparison_on_postgres() {
    every_line(Backend::Postgres, 'p');
}

#[test]
fn every_recorded_comparison_on_mysql() {
    every_line(Backend::MySql, 'm');
}
