//! Models, history and database: what each says of the others, and how many questions it takes.

use rebis_engine::Connection;
use rebis_migrate::diff::{DiffOptions, compare};
use rebis_migrate::prelude::*;
use rebis_migrate::{Migrator, Operations, Script};
use rebis_sql::schema::{Column, Index, PrimaryKey, Schema, Table, Unique, create_statements};
use rebis_testkit::{Backend, each_database};

use crate::execute::script;
use crate::wide::everything;

fn tables(op: &mut Operations) {
    op.create_table("author", |t| {
        t.column("id", Integer).primary_key();
        t.column("name", String(50)).not_null();
    });
    op.create_index("ix_author_name", "author", ["name"]);
}

fn none(op: &mut Operations) {
    op.drop_table("author");
}

fn author() -> Table {
    let mut author = Table::new("author");
    author.columns = vec![Column::new("id", Integer).not_null(), Column::new("name", String(50)).not_null()];
    author.columns[0].autoincrement = true;
    author.primary_key = Some(PrimaryKey { name: None, columns: vec!["id".into()] });
    author.indexes = vec![Index::new("ix_author_name", ["name"])];
    author
}

each_database! {
    async fn drift_tells_the_corners_apart(db: TestDatabase) {
        let scripts: &'static [Script] = vec![script("aaaa1111", &[], tables, none)].leak();
        let with = |models: Schema| Migrator::new(db.engine().clone(), models, Some(scripts), "/nowhere");
        let same = with(Schema { tables: vec![author()] });
        same.upgrade("head").await.unwrap();
        let drift = same.drift().await.unwrap();
        assert!(drift.is_clean(), "{drift}");
        assert_eq!(drift.to_string(), "Models, history and database agree.");

        let mut models = vec![author()];
        models[0].columns.push(Column::new("age", Integer));
        let more = with(Schema { tables: models });
        db.acquire().await.script("DROP INDEX ix_author_name".to_owned().as_str()).await.ok();
        db.acquire().await.script("DROP INDEX ix_author_name ON author").await.ok();
        let drift = more.drift().await.unwrap();
        assert_eq!(drift.database, ["create index ix_author_name on author"]);
        assert_eq!(drift.models, ["add column author.age"]);
        // History alone needs no database, and does not see what somebody did there.
        let check = more.check_history().await.unwrap();
        assert_eq!(check.differences, ["add column author.age"]);
        assert!(same.check_history().await.unwrap().is_clean());
        assert!(!same.check().await.unwrap().is_clean());
    }

    async fn a_database_becomes_models(db: TestDatabase) {
        let mut conn = db.acquire().await;
        let dialect = conn.dialect();
        create(&mut conn, &everything(Some(dialect))).await;
        let m = Migrator::new(db.engine().clone(), Schema::default(), Some(&[]), "/nowhere");
        let source = m.inspect().await.unwrap();
        for line in [
            "#[derive(Model, Clone, Debug)]",
            "pub struct AllTypes {",
            "    pub local: Option<NaiveDateTime>,",
            "    pub price: Option<Decimal>,",
            "    #[column(primary_key)]\n    pub id: i32,",
            "foreign_key = Node::id",
            "pub enum Mood {\n    #[default]\n",
            "primary_key(left_id, right_id)",
        ] {
            let found = source.contains(line) || (line.ends_with("i32,") && source.contains("pub id: i64,"));
            assert!(found, "{line}\n{source}");
        }
        let at = |text: &str| source.find(text).unwrap();
        assert!(at("pub struct Node ") < at("pub struct Profile "), "what is referred to stands first");
    }

    /// What the database cannot hold, or does not tell, is not written.
    async fn what_waits_stands_in_the_models(db: TestDatabase) {
        let deferrable = |sql: &'static str| if db.backend() == Backend::MySql { "" } else { sql };
        let postgres = |sql: &'static str| if db.backend() == Backend::Postgres { sql } else { "" };
        let create = format!(
            "CREATE TABLE list (id INTEGER NOT NULL PRIMARY KEY);
             CREATE TABLE item (
                id INTEGER NOT NULL PRIMARY KEY, list_id INTEGER NOT NULL, other_id INTEGER, place INTEGER, mark INTEGER,
                CONSTRAINT fk_list FOREIGN KEY (list_id) REFERENCES list (id) {} ON DELETE CASCADE {},
                CONSTRAINT fk_item_other_id_list FOREIGN KEY (other_id) REFERENCES list (id) {},
                CONSTRAINT uq_place UNIQUE (list_id, place) {},
                CONSTRAINT uq_mark UNIQUE {} (mark) {}
             );
             CREATE UNIQUE INDEX ix_place ON item (place) {}",
            postgres("MATCH FULL"),
            deferrable("DEFERRABLE INITIALLY DEFERRED"),
            deferrable("DEFERRABLE"),
            postgres("DEFERRABLE INITIALLY DEFERRED"),
            postgres("NULLS NOT DISTINCT"),
            postgres("DEFERRABLE"),
            postgres("NULLS NOT DISTINCT"),
        );
        db.acquire().await.script(&create).await.unwrap();
        let m = Migrator::new(db.engine().clone(), Schema::default(), Some(&[]), "/nowhere");
        let source = m.inspect().await.unwrap();
        // MariaDB/MySQL know a unique constraint as an index.
        let unique = |columns: &str, how: &str, name: &str| match db.backend() {
            Backend::MySql => format!("index({columns}, unique, name = {name:?})"),
            _ => format!("unique({columns}{how}, name = {name:?})"),
        };
        for line in [
            format!(
                "on_delete = cascade{}{}, foreign_key_name = \"fk_list\")]",
                deferrable(", initially_deferred"),
                postgres(", match_full")
            ),
            format!("    #[column(foreign_key = List::id{})]\n    pub other_id:", deferrable(", deferrable")),
            unique("list_id, place", postgres(", initially_deferred"), "uq_place"),
            unique("mark", postgres(", nulls_not_distinct, deferrable"), "uq_mark"),
            format!("index(place, unique{}, name = \"ix_place\")", postgres(", nulls_not_distinct")),
        ] {
            assert!(source.contains(&line), "{line}\n{source}");
        }
    }

    /// The number of statements does not depend on the number of tables.
    async fn a_comparison_asks_the_same_of_many_tables(db: TestDatabase) {
        let many: usize = std::env::var("REBIS_TEST_TABLES").ok().and_then(|n| n.parse().ok()).unwrap_or(60);
        let mut conn = db.acquire().await;
        let mut counts = Vec::new();
        for tables in [many / 10, many] {
            let models = Schema { tables: (0..tables).map(table).collect() };
            let missing = Schema { tables: models.tables.iter().skip(counts.len() * (many / 10)).cloned().collect() };
            create(&mut conn, &missing).await;
            let _ = db.statements();
            let start = std::time::Instant::now();
            let (_, found) = compare(&mut conn, &models, &DiffOptions::default()).await.unwrap();
            println!("{}: {tables} tables in {:?}", db.dialect().name(), start.elapsed());
            assert_eq!(found, []);
            counts.push(db.statements().len());
        }
        assert_eq!(counts[0], counts[1]);
        assert!(counts[1] <= 12, "{counts:?}");
    }
}

async fn create(conn: &mut Connection, schema: &Schema) {
    for sql in create_statements(schema, conn.dialect()).unwrap() {
        conn.script(&sql).await.unwrap_or_else(|e| panic!("{e}\n{sql}"));
    }
}

/// Ten columns, and a check that each database writes in its own words.
fn table(i: usize) -> Table {
    let mut table = Table::new(format!("t{i:04}"));
    table.columns = vec![Column::new("id", Integer).not_null()];
    table
        .columns
        .extend((1..10).map(|c| Column::new(format!("c{c}"), if c % 2 == 0 { Integer } else { String(40) })));
    table.columns[0].autoincrement = true;
    table.primary_key = Some(PrimaryKey { name: None, columns: vec!["id".into()] });
    table.uniques = vec![Unique {
        name: Some(format!("uq_t{i:04}_c1")),
        columns: vec!["c1".into()],
        deferrable: None,
        nulls_not_distinct: false,
    }];
    table.checks = vec![rebis_sql::schema::Check {
        name: Some(format!("ck_t{i:04}")),
        sql: "c2 BETWEEN 1 AND 5 OR c2 IN (7, 9)".into(),
    }];
    table
}
