//! Random pairs of schemas, with data, collations, views and triggers, some columns and tables renamed: a database that is one becomes the other by what the comparison writes, and comes back.
//!
//! **Invariant.** The pairs depend on the seed only, which every failure prints: `REBIS_PROPTEST_SEED` takes it again, and
//! `REBIS_PROPTEST_CASES` raises the number of pairs.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use rebis_engine::{Connection, Row};
use rebis_migrate::diff::{DeclaredObjects, DiffOptions, compare, undo};
use rebis_migrate::{Migrator, Op, Operations, Script, revision};
use rebis_sql::schema::{
    Check, Collation, Column, Computed, ForeignKey, Identity, Index, IndexKey, NamingConvention, Objects,
    PrimaryKey, ReferentialAction, Schema, ServerDefault, Table, Trigger, Unique, View,
};
use rebis_sql::{Dialect, SqlType, Value};
use rebis_testkit::{Backend, TestDatabase};

/// What a column is called decides what kind of values it holds; which type of the kind, and what else, is random.
const NAMES: [&str; 7] = ["small", "title", "price", "yes", "at", "mood", "note"];

/// A table's dice.
#[derive(Clone, Debug)]
struct Spec {
    columns: Vec<Option<(u8, bool, u8)>>,
    key: u8,
    computed: Option<u8>,
    checks: Vec<u8>,
    indexes: Vec<u8>,
    uniques: Vec<u8>,
    references: Vec<Option<u8>>,
    comment: Option<u8>,
    /// The collations of `title` and `note`, and what the table says of itself.
    stored: (u8, u8, u8),
}

/// The tables' dice, the labels of the enum that all of them share, and what is over the tables.
type Dice = (Vec<Option<Spec>>, u8, Over);

/// Which views there are, whose text depends on the second, and which trigger.
type Over = ([bool; 4], bool, u8);

/// Whether a column and a table have another name in the second schema.
type Renamed = (bool, bool);

fn dice() -> impl Strategy<Value = Dice> {
    (specs(), 0..4_u8, (any::<[bool; 4]>(), any::<bool>(), 0..4_u8))
}

fn specs() -> impl Strategy<Value = Vec<Option<Spec>>> {
    let table = (
        proptest::collection::vec(proptest::option::of((0..4_u8, any::<bool>(), 0..4_u8)), NAMES.len()),
        0..6_u8,
        proptest::option::of(0..3_u8),
        proptest::collection::vec(0..6_u8, 0..3),
        proptest::collection::vec(0..8_u8, 0..4),
        proptest::collection::vec(0..3_u8, 0..2),
        proptest::collection::vec(proptest::option::of(0..4_u8), 3),
        proptest::option::of(0..2_u8),
        (0..4_u8, 0..4_u8, 0..6_u8),
    )
        .prop_map(|(columns, key, computed, checks, indexes, uniques, references, comment, stored)| Spec {
            columns,
            key,
            computed,
            checks,
            indexes,
            uniques,
            references,
            comment,
            stored,
        });
    proptest::collection::vec(proptest::option::weighted(0.8, table), 3)
}

fn schema((specs, labels, _): &Dice, dialect: Dialect) -> Schema {
    let labels: &[&str] =
        [&["good", "bad"][..], &["good", "bad", "ugly"], &["ugly", "good", "bad"], &["bad", "good"]]
            [usize::from(*labels)];
    let named = |i: usize| format!("t{i}");
    let counted = |i: usize| specs[i].as_ref().is_some_and(|s| s.key < 4);
    let mut tables = Vec::new();
    for (i, spec) in specs.iter().enumerate() {
        let Some(spec) = spec else { continue };
        let mut table = table(&named(i), spec, labels, dialect);
        for (to, action) in spec.references.iter().enumerate() {
            let Some(action) = action.filter(|_| to < specs.len() && counted(to)) else { continue };
            let column = format!("t{to}_id");
            table.columns.push(Column::new(column.clone(), SqlType::Integer));
            table.foreign_keys.push(ForeignKey {
                columns: vec![column],
                ref_table: named(to),
                ref_columns: vec!["id".into()],
                on_delete: [
                    ReferentialAction::NoAction,
                    ReferentialAction::Cascade,
                    ReferentialAction::SetNull,
                    ReferentialAction::Restrict,
                ][usize::from(action)],
                ..ForeignKey::default()
            });
        }
        NamingConvention::default().apply(&mut table);
        tables.push(table);
    }
    Schema { tables }
}

fn table(name: &str, spec: &Spec, labels: &[&str], dialect: Dialect) -> Table {
    let can = dialect.capabilities();
    let mut table = Table::new(name);
    table.columns =
        vec![Column::new("id", SqlType::Integer).not_null(), Column::new("n", SqlType::Integer).not_null()];
    table.primary_key = Some(PrimaryKey {
        name: None,
        columns: match spec.key {
            4 => vec!["id".into(), "n".into()],
            5 => vec!["n".into()],
            _ => vec!["id".into()],
        },
    });
    if spec.key < 4 {
        table.columns[0].autoincrement = true;
        if spec.key > 1 && can.named_enums {
            let identity = Identity::by_default();
            table.columns[0].identity = Some(if spec.key == 3 { identity.increment(2) } else { identity });
        }
    }
    for (name, dice) in NAMES.iter().zip(&spec.columns) {
        let Some((ty, nullable, default)) = *dice else { continue };
        let mut column = Column::new(*name, kind(name, ty, labels));
        column.default = self::default(name, default);
        // A new column of a table with rows needs a value for them.
        column.nullable = nullable || column.default.is_none();
        column.collation = match *name {
            "title" => collation(spec.stored.0),
            "note" => collation(spec.stored.1),
            _ => None,
        };
        column.comment = (can.comments && default == 3).then(|| format!("About {name}: «it's»"));
        table.columns.push(column);
    }
    let has = |table: &Table, column: &str| table.column(column).is_some();
    if let Some(n) = spec.computed {
        let sql = ["n + 1", "n * 2 + 1", "n + n"][usize::from(n)];
        let stored = can.named_enums || n != 2;
        table.columns.push(Column {
            computed: Some(Computed { sql: sql.into(), stored }),
            ..Column::new("next", SqlType::Integer)
        });
    }
    for n in &spec.checks {
        let (name, sql) = [
            ("ck_a", "n > 0"),
            ("ck_a", "n > -1 AND n < 1000"),
            ("ck_b", "n BETWEEN -5 AND 500"),
            ("ck_b", "n IN (1, 2, 3) OR n > 3"),
            ("ck_c", "NOT (n = -7)"),
            ("ck_c", "(n + 1) * 2 > n"),
        ][usize::from(*n)];
        if !table.checks.iter().any(|c| c.name.as_deref() == Some(&format!("{}_{name}", table.name))) {
            table.checks.push(Check { name: Some(format!("{}_{name}", table.name)), sql: sql.into() });
        }
    }
    let expressions = can.named_enums || !can.alter_table;
    for n in &spec.indexes {
        let plain = |name: &str, columns: &[&str]| {
            Index::new(format!("ix_{}_{name}", table.name), columns.iter().copied())
        };
        let index = match n {
            0 => plain("n", &["n"]),
            1 => Index {
                nulls_not_distinct: can.named_enums && spec.key % 2 == 1,
                ..plain("n", &["n"]).unique()
            },
            2 => plain("n_id", &["n", "id"]),
            3 if has(&table, "small") => plain("small", &["small", "n"]),
            4 if has(&table, "title") => Index {
                lengths: (spec.stored.0 > 1).then(|| ("title".into(), 5)).into_iter().collect(),
                options: vec![("postgresql_fillfactor".into(), (70 + spec.stored.0).to_string())],
                ..plain("title", &["title"])
            },
            5 if expressions => Index { filter: Some("n > 1 AND n < 50".into()), ..plain("part", &["n"]) },
            6 if expressions && has(&table, "title") => Index {
                keys: vec![IndexKey::Expression("lower(title)".into())],
                ..plain("lower", &["title"])
            },
            7 => Index {
                keys: vec![IndexKey::Column { name: "n".into(), descending: true }],
                ..plain("down", &["n"])
            },
            _ => continue,
        };
        if !table.indexes.iter().any(|i| i.name == index.name) {
            table.indexes.push(index);
        }
    }
    for n in &spec.uniques {
        let columns: &[&str] = [&["n"][..], &["n", "id"], &["id", "n"]][usize::from(*n)];
        table.uniques.push(Unique {
            name: None,
            columns: columns.iter().map(|c| (*c).to_owned()).collect(),
            deferrable: None,
            nulls_not_distinct: can.named_enums && spec.stored.1 == 1,
        });
    }
    table.options = [
        &[][..],
        &[("mysql_row_format", "COMPRESSED"), ("postgresql_fillfactor", "70")],
        &[("mysql_row_format", "dynamic"), ("postgresql_fillfactor", "80")],
        &[("mysql_collate", "utf8mb4_bin"), ("postgresql_autovacuum_enabled", "false")],
        &[("mysql_collate", "utf8mb4_unicode_ci"), ("mysql_engine", "InnoDB")],
        &[("mysql_stats_persistent", "1"), ("mysql_charset", "utf8mb4")],
    ][usize::from(spec.stored.2)]
    .iter()
    .map(|(option, value)| ((*option).to_owned(), (*value).to_owned()))
    .collect();
    table.comment = spec.comment.filter(|_| can.comments).map(|n| format!("Table comment {n}"));
    table
}

/// By which rules a text is compared, on each database.
fn collation(n: u8) -> Option<Collation> {
    let [sqlite, postgres, mysql] = [
        ["NOCASE", "C", "utf8mb4_bin"],
        ["RTRIM", "POSIX", "latin1_swedish_ci"],
        ["binary", "default", "utf8mb4_unicode_ci"],
    ][usize::from(n.checked_sub(1)?)];
    Some([(Dialect::Sqlite, sqlite), (Dialect::Postgres, postgres), (Dialect::MySql, mysql)].into())
}

/// The views and triggers over a schema.
fn objects((_, _, (views, other, trigger)): &Dice, schema: &Schema, dialect: Dialect) -> Objects {
    let mut all = Objects::default();
    let Some(t0) = schema.table("t0") else { return all };
    let [plain, sum, over, title] = *views;
    let at_least = if *other { "n >= 2" } else { "n > 0" };
    if plain {
        all.views.push(View::new("v_plain", "SELECT id, n FROM t0"));
    }
    if sum {
        all.views.push(View::new("v_sum", format!("SELECT n + 1 AS m FROM t0 WHERE {at_least}")));
    }
    if sum && over {
        all.views.push(View::new("a_over", "SELECT m FROM v_sum"));
    }
    let has_title = t0.column("title").is_some();
    if title && has_title {
        all.views.push(View::new("v_title", "SELECT n, title FROM t0"));
    }
    let can = dialect.capabilities();
    let body = match (can.alter_table, can.named_enums) {
        (false, _) => "BEGIN SELECT NEW.n; END",
        (_, true) => "FOR EACH ROW EXECUTE FUNCTION rebis_noop()",
        _ => "FOR EACH ROW SET @rebis = NEW.n",
    };
    let when = match trigger {
        0 => return all,
        1 => "AFTER INSERT",
        2 if has_title && (!can.alter_table || can.named_enums) => "AFTER UPDATE OF title",
        _ => "AFTER UPDATE",
    };
    all.triggers.push(Trigger::new("seen", "t0", when, body));
    all
}

/// The names that the second schema has instead of the first's, where both have what they name.
fn rename((column, table): Renamed, a: &Schema, b: &mut Schema) {
    for model in &mut b.tables {
        let held = a.table(&model.name).is_some_and(|t| t.column("note").is_some());
        if column
            && held
            && model.name == "t1"
            && let Some(note) = model.columns.iter_mut().find(|c| c.name == "note")
        {
            (note.name, note.was) = ("remark".into(), Some("note".into()));
        }
    }
    if table && a.table("t2").is_some() && b.table("t2").is_some() {
        for model in &mut b.tables {
            model
                .foreign_keys
                .iter_mut()
                .filter(|k| k.ref_table == "t2")
                .for_each(|k| k.ref_table = "moved".into());
            if model.name == "t2" {
                (model.name, model.was) = ("moved".into(), Some("t2".into()));
            }
        }
    }
}

/// What the first schema called it.
fn first_name(name: &str) -> &str {
    match name {
        "remark" => "note",
        "moved" => "t2",
        name => name,
    }
}

fn options(objects: &Objects) -> DiffOptions {
    let made = ["v_plain", "v_sum", "a_over", "v_title", "seen"].map(str::to_owned).into();
    DiffOptions { objects: DeclaredObjects { declared: objects.clone(), made }, ..DiffOptions::default() }
}

fn kind(name: &str, n: u8, labels: &[&str]) -> SqlType {
    let n = usize::from(n);
    match name {
        "small" => {
            [SqlType::SmallInteger, SqlType::Integer, SqlType::BigInteger, SqlType::Integer][n].clone()
        }
        "title" => [
            SqlType::String(Some(20)),
            SqlType::String(Some(50)),
            SqlType::String(Some(80)),
            SqlType::String(None),
        ][n]
            .clone(),
        "price" => {
            let scale = [2, 3, 4, 2][n];
            SqlType::Numeric { precision: Some(8 + scale), scale: Some(scale) }
        }
        "yes" => SqlType::Boolean,
        "at" => SqlType::DateTime { timezone: n < 2 },
        "mood" => {
            SqlType::Enum { name: "mood".into(), values: labels.iter().map(|l| (*l).to_owned()).collect() }
        }
        _ => [SqlType::Text, SqlType::Text, SqlType::String(Some(200)), SqlType::Text][n].clone(),
    }
}

fn default(name: &str, n: u8) -> Option<ServerDefault> {
    let value = |v: Value| Some(ServerDefault::Value(v));
    let text = |t: &str| value(Value::Text(t.into()));
    match (name, n) {
        (_, 0) => None,
        ("small", 1) => value(Value::Int(7)),
        ("small", _) => Some(ServerDefault::Sql("3 + 4".into())),
        ("title", 1) => text("it's"),
        ("title", _) => text("other"),
        ("price", 1) => value(Value::Decimal("1.5".parse().unwrap())),
        ("price", _) => value(Value::Decimal("2.25".parse().unwrap())),
        ("yes", n) => value(Value::Bool(n == 1)),
        ("at", _) => Some(ServerDefault::Now),
        ("mood", 1) => text("good"),
        ("mood", _) => text("bad"),
        (_, 1) => text("a note"),
        _ => text("another"),
    }
}

thread_local! {
    /// What the two scripts of the running case do, up and down.
    pub(crate) static STEPS: RefCell<[(Vec<Op>, Vec<Op>); 2]> = const { RefCell::new([(Vec::new(), Vec::new()), (Vec::new(), Vec::new())]) };
}

fn record(op: &mut Operations, of: impl Fn(&[(Vec<Op>, Vec<Op>); 2]) -> Vec<Op>) {
    STEPS.with_borrow(of).into_iter().for_each(|o| op.push(o));
}

pub(crate) static SCRIPTS: [Script; 2] = [
    Script {
        revision: revision("aaaa1111"),
        file: "a.rs",
        source: "//! first",
        program: "",
        upgrade: |op| record(op, |s| s[0].0.clone()),
        downgrade: |op| record(op, |s| s[0].1.clone()),
    },
    Script {
        revision: revision("bbbb2222").down(&["aaaa1111"]),
        file: "b.rs",
        source: "//! second",
        program: "",
        upgrade: |op| record(op, |s| s[1].0.clone()),
        downgrade: |op| record(op, |s| s[1].1.clone()),
    },
];

/// Writes the migration from what the database is to `models`, as `db migrate` would.
pub(crate) async fn write(
    conn: &mut Connection,
    step: usize,
    models: &Schema,
    objects: &Objects,
) -> Result<Vec<String>, String> {
    let (before, found) = compare(conn, models, &options(objects)).await.map_err(|e| e.to_string())?;
    let detected = found.iter().map(|n| n.detected.clone()).collect();
    let ops: Vec<Op> = found.into_iter().map(|n| n.op).collect();
    for op in &ops {
        op.render().map_err(|e| format!("{} is not written: {e}", op.describe()))?;
    }
    let undone = undo(&ops, &before).map_err(|e| e.to_string())?;
    STEPS.with_borrow_mut(|s| s[step] = (ops, undone));
    Ok(detected)
}

pub(crate) async fn clean(
    conn: &mut Connection,
    models: &Schema,
    objects: &Objects,
    when: &str,
) -> Result<(), String> {
    let (_, found) = compare(conn, models, &options(objects)).await.map_err(|e| e.to_string())?;
    let left: Vec<String> = found.into_iter().map(|n| n.detected).collect();
    if left.is_empty() { Ok(()) } else { Err(format!("{when} there is still: {left:#?}")) }
}

/// Three rows for each table, parents first.
async fn fill(conn: &mut Connection, schema: &Schema) -> Result<(), String> {
    let dialect = conn.dialect();
    for update in [false, true] {
        for table in &schema.tables {
            let refers = |c: &Column| table.foreign_keys.iter().any(|k| k.columns.contains(&c.name));
            for row in 1..=3_i64 {
                let mut set = Vec::new();
                for column in table.columns.iter().filter(|c| c.computed.is_none() && refers(c) == update) {
                    let value = match column.name.as_str() {
                        "title" => Value::Text(format!("Title {row}")),
                        "price" => Value::Decimal(format!("{row}.5").parse().map_err(|_| "a number")?),
                        "yes" => Value::Bool(row == 1),
                        "at" => Value::Text(format!("2026-11-2{row} 10:12:33")),
                        "mood" => Value::Text(if row == 2 { "bad".into() } else { "good".into() }),
                        "note" => Value::Text(format!("Note {row}, it's")),
                        _ => Value::Int(row),
                    };
                    let mut name = String::new();
                    dialect.quote_into(&column.name, &mut name);
                    set.push((name, dialect.literal(&value).map_err(|e| e.to_string())?));
                }
                let sql = if update {
                    if set.is_empty() {
                        continue;
                    }
                    let set: Vec<String> = set.iter().map(|(n, v)| format!("{n} = {v}")).collect();
                    format!("UPDATE {} SET {} WHERE n = {row}", table.name, set.join(", "))
                } else {
                    let (names, values): (Vec<String>, Vec<String>) = set.into_iter().unzip();
                    format!(
                        "INSERT INTO {} ({}) VALUES ({})",
                        table.name,
                        names.join(", "),
                        values.join(", ")
                    )
                };
                conn.script(&sql).await.map_err(|e| format!("{e}\n{sql}"))?;
            }
        }
    }
    Ok(())
}

type Data = BTreeMap<(String, String), Vec<String>>;

/// What both schemas hold, in words that do not depend on the type, under the first names.
async fn data(conn: &mut Connection, a: &Schema, b: &Schema) -> Result<Data, String> {
    let mut all = Data::new();
    let text = if conn.dialect().capabilities().alter_table && !conn.dialect().capabilities().named_enums {
        "CHAR(200)"
    } else {
        "VARCHAR(200)"
    };
    for table in &a.tables {
        let Some(other) = b.tables.iter().find(|t| first_name(&t.name) == first_name(&table.name)) else {
            continue;
        };
        for column in &table.columns {
            let same = |o: &&Column| first_name(&o.name) == first_name(&column.name);
            let kept = other
                .columns
                .iter()
                .find(same)
                .is_some_and(|o| o.computed.is_some() == column.computed.is_some());
            if !kept || column.computed.is_some() || column.name == "at" {
                continue;
            }
            let mut name = String::new();
            conn.dialect().quote_into(&column.name, &mut name);
            let sql = format!("SELECT CAST({name} AS {text}) FROM {} ORDER BY n", table.name);
            let mut values = Vec::new();
            conn.query(&sql, &[], |row: &Row<'_>| {
                let value: Option<String> = row.get(0)?;
                let value = value.unwrap_or_else(|| "NULL".into());
                // 1.50 and 1.5000 are one number.
                values.push(match (column.name.as_str(), value.parse::<f64>()) {
                    ("price", Ok(number)) => number.to_string(),
                    _ => value,
                });
                Ok(())
            })
            .await
            .map_err(|e| format!("{e}\n{sql}"))?;
            all.insert((first_name(&table.name).to_owned(), first_name(&column.name).to_owned()), values);
        }
    }
    Ok(all)
}

/// What PostgreSQL's triggers call.
const FUNCTION: &str =
    "CREATE FUNCTION rebis_noop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'";

async fn pair(db: &TestDatabase, a: &Dice, b: &Dice, renamed: Renamed) -> Result<(), String> {
    let mut conn = db.acquire().await;
    let dialect = conn.dialect();
    if dialect.capabilities().named_enums {
        conn.script(FUNCTION).await.map_err(|e| e.to_string())?;
    }
    let (dice_a, dice_b) = (a, b);
    let (a, mut b) = (schema(a, dialect), schema(b, dialect));
    let (over_a, over_b) = (objects(dice_a, &a, dialect), objects(dice_b, &b, dialect));
    rename(renamed, &a, &mut b);
    let none = Objects::default();
    let migrator = |models: &Schema, scripts: &'static [Script]| {
        Migrator::new(db.engine().clone(), models.clone(), Some(scripts), "/nowhere")
    };
    write(&mut conn, 0, &a, &over_a).await?;
    migrator(&a, &SCRIPTS[..1]).upgrade("head").await.map_err(|e| format!("to A: {e}"))?;
    clean(&mut conn, &a, &over_a, "after A").await?;
    fill(&mut conn, &a).await?;
    let before = data(&mut conn, &a, &b).await?;
    let detected = write(&mut conn, 1, &b, &over_b).await?;
    let within = |e: String| format!("{e}\nthe migration: {detected:#?}");
    migrator(&b, &SCRIPTS).upgrade("head").await.map_err(|e| within(format!("to B: {e}")))?;
    clean(&mut conn, &b, &over_b, "after B").await.map_err(within)?;
    let after = data(&mut conn, &b, &a).await.map_err(within)?;
    if before != after {
        return Err(within(format!("the data was {before:?}\nand is {after:?}")));
    }
    migrator(&a, &SCRIPTS).downgrade("-1").await.map_err(|e| within(format!("back to A: {e}")))?;
    clean(&mut conn, &a, &over_a, "back at A").await.map_err(within)?;
    let after = data(&mut conn, &a, &b).await.map_err(within)?;
    if before != after {
        return Err(within(format!("back at A the data was {before:?}\nand is {after:?}")));
    }
    migrator(&a, &SCRIPTS).downgrade("base").await.map_err(|e| within(format!("to the base: {e}")))?;
    clean(&mut conn, &Schema::default(), &none, "at the base").await.map_err(within)
}

fn pairs(backend: Backend, cases: u32) {
    let cases = std::env::var("REBIS_PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(cases);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 100, ..Config::default() };
    let given = std::env::var("REBIS_PROPTEST_SEED").ok().and_then(|seed| seed.parse::<u128>().ok());
    let seed = given.unwrap_or_else(|| uuid::Uuid::new_v4().as_u128());
    let bytes: Vec<u8> = seed.to_le_bytes().repeat(2);
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let first = std::sync::Once::new();
    let done = runner.run(&(dice(), dice(), any::<Renamed>()), |(a, b, renamed)| {
        runtime.block_on(async {
            // A server that is missing is said by the other tests.
            let Some(db) = TestDatabase::create(backend).await else { return Ok(()) };
            pair(&db, &a, &b, renamed).await.map_err(|e| {
                // Making the pair smaller takes long.
                first.call_once(|| println!("REBIS_PROPTEST_SEED={seed}, to be made smaller: {e}"));
                TestCaseError::fail(e)
            })
        })
    });
    if let Err(e) = done {
        panic!("REBIS_PROPTEST_SEED={seed}: {e}");
    }
}

#[test]
fn pairs_on_sqlite() {
    pairs(Backend::Sqlite, 40);
}

#[test]
fn pairs_on_postgres() {
    pairs(Backend::Postgres, 6);
}

#[test]
fn pairs_on_mysql() {
    pairs(Backend::MySql, 6);
}
