//! A column's own collation, a table's options and exclusion constraints: made, found again, changed, kept when something else changes, and taken back.

use rebis_engine::{Connection, InspectOptions, inspect};
use rebis_migrate::prelude::*;
use rebis_migrate::{Migrator, offline};
use rebis_sql::schema::{
    Collation, Column, Exclusion, ForeignKey, Index, IndexKey, Objects, PrimaryKey, Schema, Table,
};
use rebis_sql::{Dialect, SqlType};
use rebis_testkit::{Backend, TestDatabase, each_database};

use crate::execute::{migrator, script};
use crate::pairs::{SCRIPTS, STEPS, clean, write};

type Text = std::string::String;

/// A name for each database, by which `a` and `B` stand in another order than by the usual rules.
fn other() -> Collation {
    [(Dialect::Sqlite, "nocase"), (Dialect::Postgres, "C"), (Dialect::MySql, "utf8mb4_BIN")].into()
}

pub(crate) fn user(collation: Option<Collation>, length: u32) -> Schema {
    let mut table = Table::new("user");
    let name = Column { collation, ..Column::new("name", SqlType::String(Some(length))).not_null() };
    table.columns = vec![Column::new("id", SqlType::Integer).not_null(), name];
    table.columns[0].autoincrement = true;
    table.primary_key = Some(PrimaryKey { name: None, columns: vec!["id".into()] });
    table.indexes.push(Index::new("ix_user_name", ["name"]).unique());
    Schema { tables: vec![table] }
}

/// Writes the step to `models`, runs it, and looks that nothing is left to do; gives what was found.
pub(crate) async fn step(db: &TestDatabase, at: usize, models: &Schema) -> Vec<Text> {
    let none = Objects::default();
    let detected = write(&mut db.acquire().await, at, models, &none).await.unwrap();
    to(db, at, models).upgrade("head").await.unwrap();
    clean(&mut db.acquire().await, models, &none, "after the step").await.unwrap();
    detected
}

pub(crate) fn to(db: &TestDatabase, at: usize, models: &Schema) -> Migrator {
    Migrator::new(db.engine().clone(), models.clone(), Some(&SCRIPTS[..=at]), "/nowhere")
}

async fn held(conn: &mut Connection) -> Option<Text> {
    let found = inspect(conn, &InspectOptions::default()).await.unwrap();
    let column = found.table("user").unwrap().column("name").unwrap().clone();
    column.collation.map(|c| c.on(conn.dialect()).unwrap().to_owned())
}

async fn names(conn: &mut Connection) -> Text {
    let sql = match conn.dialect() {
        Dialect::MySql | Dialect::MariaDb => "SELECT name FROM `user` ORDER BY name",
        _ => "SELECT name FROM \"user\" ORDER BY name",
    };
    conn.fetch_values::<Text>(sql, &[]).await.unwrap().concat()
}

/// How the catalogue calls it, and the order of `a` and `B` by it.
fn expected(dialect: Dialect) -> (&'static str, &'static str) {
    match dialect {
        Dialect::Sqlite => ("NOCASE", "aB"),
        Dialect::Postgres => ("C", "Ba"),
        _ => ("utf8mb4_bin", "Ba"),
    }
}

each_database! {
    async fn a_collation_is_kept_when_something_else_changes(db: TestDatabase) {
        let (short, long) = (user(Some(other()), 20), user(Some(other()), 80));
        step(&db, 0, &short).await;
        let mut conn = db.acquire().await;
        let (called, order) = expected(conn.dialect());
        assert_eq!(held(&mut conn).await.as_deref(), Some(called));
        let source = to(&db, 0, &short).inspect().await.unwrap();
        assert!(source.contains(&format!("#[column(length = 20, collation = {called:?})]")), "{source}");
        let insert = match conn.dialect() {
            Dialect::MySql | Dialect::MariaDb => "INSERT INTO `user` (name) VALUES ('a'), ('B')",
            _ => "INSERT INTO \"user\" (name) VALUES ('a'), ('B')",
        };
        conn.script(insert).await.unwrap();
        assert_eq!(names(&mut conn).await, order);

        let detected = step(&db, 1, &long).await;
        assert_eq!(detected, ["type change from VARCHAR(20) to VARCHAR(80) on 'user.name'"]);
        let ops = STEPS.with_borrow(|steps| steps[1].0.clone());
        let sql = offline(conn.dialect(), &ops, &mut short.clone()).unwrap().statements;
        let wanted = match conn.dialect() {
            Dialect::Sqlite => "name\" VARCHAR(80) COLLATE \"nocase\" NOT NULL",
            Dialect::Postgres => "ALTER COLUMN \"name\" TYPE VARCHAR(80) COLLATE \"C\"",
            _ => "MODIFY COLUMN `name` VARCHAR(80) COLLATE utf8mb4_BIN NOT NULL",
        };
        assert!(sql.iter().any(|s| s.contains(wanted)), "{sql:#?}");
        assert_eq!((held(&mut conn).await.as_deref(), names(&mut conn).await.as_str()), (Some(called), order));
        to(&db, 1, &short).downgrade("-1").await.unwrap();
        assert_eq!((held(&mut conn).await.as_deref(), names(&mut conn).await.as_str()), (Some(called), order));
    }

    async fn a_collation_changes_and_comes_back(db: TestDatabase) {
        let (plain, collated) = (user(None, 20), user(Some(other()), 20));
        step(&db, 0, &plain).await;
        let mut conn = db.acquire().await;
        let (called, order) = expected(conn.dialect());
        assert_eq!(held(&mut conn).await, None);
        let detected = step(&db, 1, &collated).await;
        assert_eq!(detected, [format!("collation change from the usual one to {called} on 'user.name'")]);
        assert_eq!(held(&mut conn).await.as_deref(), Some(called));
        let insert = match conn.dialect() {
            Dialect::MySql | Dialect::MariaDb => "INSERT INTO `user` (name) VALUES ('B'), ('a')",
            _ => "INSERT INTO \"user\" (name) VALUES ('B'), ('a')",
        };
        conn.script(insert).await.unwrap();
        assert_eq!(names(&mut conn).await, order);
        to(&db, 1, &plain).downgrade("-1").await.unwrap();
        assert_eq!(held(&mut conn).await, None);
        clean(&mut conn, &plain, &Objects::default(), "back").await.unwrap();
    }

    async fn a_script_that_does_not_speak_of_it_keeps_it(db: TestDatabase) {
        let scripts = || vec![
            script("aaaa1111", &[], |op| {
                op.create_table("user", |t| {
                    t.column("id", Integer).primary_key();
                    t.column("name", String(20)).not_null().collation([
                        (Dialect::Sqlite, "NOCASE"), (Dialect::Postgres, "C"), (Dialect::MariaDb, "utf8mb4_bin"), (Dialect::MySql, "utf8mb4_bin"),
                    ]);
                });
            }, |op| op.drop_table("user")),
            script("bbbb2222", &["aaaa1111"], |op| {
                op.alter_column("user", "name").existing_type(String(20)).existing_nullable(false).set_type(String(80));
            }, |_| {}),
            script("cccc3333", &["bbbb2222"], |op| {
                op.alter_column("user", "name").set_nullable(true).set_type(Text);
            }, |_| {}),
        ];
        migrator(&db, scripts()).upgrade("head").await.unwrap();
        let mut conn = db.acquire().await;
        assert_eq!(held(&mut conn).await.as_deref(), Some(expected(conn.dialect()).0));
        // The printed form knows it from the script before.
        let mut known = Schema::default();
        let mut last = Vec::new();
        for script in scripts() {
            let mut op = rebis_migrate::Operations::new();
            (script.upgrade)(&mut op);
            last = offline(conn.dialect(), op.ops(), &mut known).unwrap().statements;
        }
        assert!(last.iter().any(|sql| sql.contains(" COLLATE ")), "{last:#?}");
    }

    async fn what_is_no_text_has_none(db: TestDatabase) {
        let mut schema = user(Some(other()), 20);
        schema.tables[0].indexes.clear();
        schema.tables[0].columns[1].ty = SqlType::Integer;
        let table = schema.tables.remove(0);
        let dialect = db.acquire().await.dialect();
        let e = dialect.ddl(&rebis_sql::Ddl::CreateTable { table, if_not_exists: false }).unwrap_err().to_string();
        assert!(e.contains("column \"name\"") && e.contains(dialect.name()), "{e}");
    }

    async fn a_declared_option_is_compared_and_comes_back(db: TestDatabase) {
        let options: [(&str, &str); 3] =
            [("postgresql_fillfactor", "70"), ("mysql_row_format", "COMPRESSED"), ("mysql_engine", "InnoDB")];
        let plain = user(None, 20);
        let mut stored = plain.clone();
        stored.tables[0].options = options.iter().map(|(o, v)| ((*o).to_owned(), (*v).to_owned())).collect();
        step(&db, 0, &plain).await;
        let mut conn = db.acquire().await;
        let wanted: &[&str] = match conn.dialect() {
            Dialect::Sqlite => &[],
            Dialect::Postgres => &["option postgresql_fillfactor from none to 70 on table 'user'"],
            _ => &["option mysql_row_format from Dynamic to compressed on table 'user'"],
        };
        assert_eq!(step(&db, 1, &stored).await, wanted);
        let source = to(&db, 1, &stored).inspect().await.unwrap();
        let written = match conn.dialect() {
            Dialect::Sqlite => "table = \"user\"",
            Dialect::Postgres => "options(postgresql_fillfactor = \"70\")",
            _ => "options(mysql_row_format = \"COMPRESSED\")",
        };
        assert!(source.to_lowercase().contains(&written.to_lowercase()), "{source}");
        // What the models do not speak of is left alone.
        clean(&mut conn, &plain, &Objects::default(), "undeclared").await.unwrap();
        to(&db, 1, &plain).downgrade("-1").await.unwrap();
        let found = inspect(&mut conn, &InspectOptions::default()).await.unwrap();
        let left: Vec<_> = found.table("user").unwrap().options.iter().filter(|(n, _)| !n.ends_with("row_format")).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

/// Two tables whose natural key is of that type and collation.
fn keyed(ty: SqlType, collation: Option<Collation>) -> Schema {
    let column =
        |name: &str| Column { collation: collation.clone(), ..Column::new(name, ty.clone()).not_null() };
    let mut country = Table::new("country");
    country.columns.push(column("code"));
    country.primary_key = Some(PrimaryKey { name: None, columns: vec!["code".into()] });
    let mut city = Table::new("city");
    city.columns = vec![Column::new("id", SqlType::Integer).not_null(), column("country")];
    city.columns[0].autoincrement = true;
    city.primary_key = Some(PrimaryKey { name: None, columns: vec!["id".into()] });
    city.foreign_keys.push(ForeignKey {
        name: Some("fk_city_country".into()),
        columns: vec!["country".into()],
        ref_table: "country".into(),
        ref_columns: vec!["code".into()],
        ..ForeignKey::default()
    });
    Schema { tables: vec![city, country] }
}

each_database! {
    async fn a_key_changes_with_those_who_refer_to_it(db: TestDatabase) {
        let small = keyed(SqlType::Integer, None);
        step(&db, 0, &small).await;
        let mut conn = db.acquire().await;
        conn.script("INSERT INTO country (code) VALUES (7); INSERT INTO city (country) VALUES (7)").await.unwrap();
        step(&db, 1, &keyed(SqlType::BigInteger, None)).await;
        assert!(conn.execute("INSERT INTO city (country) VALUES (8)", &[]).await.is_err(), "the key holds");
        assert_eq!(crate::execute::ids(&mut conn, "SELECT country FROM city").await, [7]);
        to(&db, 1, &small).downgrade("-1").await.unwrap();
        assert!(conn.execute("INSERT INTO city (country) VALUES (8)", &[]).await.is_err(), "the key holds again");
        clean(&mut conn, &small, &Objects::default(), "back").await.unwrap();
    }

    async fn a_key_changes_its_collation_with_those_who_refer_to_it(db: TestDatabase) {
        let text = || SqlType::String(Some(9));
        let plain = keyed(text(), None);
        step(&db, 0, &plain).await;
        let mut conn = db.acquire().await;
        conn.script("INSERT INTO country (code) VALUES ('de'); INSERT INTO city (country) VALUES ('de')").await.unwrap();
        step(&db, 1, &keyed(text(), Some(other()))).await;
        assert!(conn.execute("INSERT INTO city (country) VALUES ('fr')", &[]).await.is_err(), "the key holds");
        to(&db, 1, &plain).downgrade("-1").await.unwrap();
        assert!(conn.execute("INSERT INTO city (country) VALUES ('fr')", &[]).await.is_err(), "the key holds again");
        clean(&mut conn, &plain, &Objects::default(), "back").await.unwrap();
    }
}

#[test]
fn columns_follow_the_collation_of_their_table() {
    rebis_testkit::run(Backend::MySql, |db| async move {
        let plain = user(None, 20);
        let mut collated = plain.clone();
        collated.tables[0].options = vec![("mysql_collate".into(), "utf8mb4_bin".into())];
        // Said again of a column, it says nothing new.
        let mut both = collated.clone();
        both.tables[0].columns[1].collation = Some("utf8mb4_bin".into());
        step(&db, 0, &plain).await;
        let detected = step(&db, 1, &collated).await;
        assert_eq!(detected.len(), 1, "{detected:?}");
        let mut conn = db.acquire().await;
        let of_column = "SELECT collation_name FROM information_schema.columns
            WHERE table_schema = DATABASE() AND table_name = 'user' AND column_name = 'name'";
        let now: Option<Text> = conn.fetch_value(of_column, &[]).await.unwrap();
        assert_eq!(now.as_deref(), Some("utf8mb4_bin"));
        clean(&mut conn, &both, &Objects::default(), "said twice").await.unwrap();
        to(&db, 1, &plain).downgrade("-1").await.unwrap();
        let now: Option<Text> = conn.fetch_value(of_column, &[]).await.unwrap();
        assert_ne!(now.as_deref(), Some("utf8mb4_bin"));
        clean(&mut conn, &plain, &Objects::default(), "back").await.unwrap();
    });
}

/// A column's own collation that becomes the table's is told apart again on the way back.
#[test]
fn a_column_keeps_what_was_its_own() {
    rebis_testkit::run(Backend::MySql, |db| async move {
        let own = user(Some("utf8mb4_bin".into()), 20);
        let mut of_table = user(None, 20);
        of_table.tables[0].options = vec![("mysql_collate".into(), "utf8mb4_bin".into())];
        step(&db, 0, &own).await;
        assert_eq!(step(&db, 1, &of_table).await.len(), 1);
        let down = STEPS.with_borrow(|steps| steps[1].1[0].clone());
        assert_eq!(
            down.render().unwrap(),
            "op.set_table_option(\"user\", \"mysql_collate\", \"utf8mb4_general_ci\")\n    .keeping([\"name\"]);"
        );
        to(&db, 1, &own).downgrade("-1").await.unwrap();
        clean(&mut db.acquire().await, &own, &Objects::default(), "back").await.unwrap();
    });
}

#[test]
fn a_table_without_row_numbers_and_back() {
    rebis_testkit::run(Backend::Sqlite, |db| async move {
        let mut plain = user(None, 20);
        plain.tables[0].columns[0].ty = SqlType::Text;
        plain.tables[0].columns[1].ty = SqlType::Text;
        plain.tables[0].columns[0].autoincrement = false;
        let mut bare = plain.clone();
        bare.tables[0].options =
            vec![("sqlite_with_rowid".into(), "false".into()), ("sqlite_strict".into(), "true".into())];
        step(&db, 0, &plain).await;
        let mut conn = db.acquire().await;
        conn.script("INSERT INTO user VALUES ('a', 'b')").await.unwrap();
        assert_eq!(step(&db, 1, &bare).await.len(), 2);
        let sql = "SELECT sql FROM sqlite_master WHERE name = 'user'";
        let text: Option<Text> = conn.fetch_value(sql, &[]).await.unwrap();
        assert!(text.clone().unwrap().ends_with(") STRICT, WITHOUT ROWID"), "{text:?}");
        assert_eq!(names(&mut conn).await, "b");
        to(&db, 1, &plain).downgrade("-1").await.unwrap();
        let text: Option<Text> = conn.fetch_value(sql, &[]).await.unwrap();
        assert!(text.clone().unwrap().ends_with(')'), "{text:?}");
        assert_eq!(names(&mut conn).await, "b");
    });
}

/// A key of an index that is compared in another way than its column is no plain column; with the column's own way it is one.
async fn indexes(db: TestDatabase) {
    let mut conn = db.acquire().await;
    let dialect = conn.dialect();
    let called = if dialect == Dialect::Sqlite { "NOCASE" } else { "\"C\"" };
    let mut models = user(Some(other()), 20);
    models.tables[0].columns.push(Column::new("plain", SqlType::Text));
    let over =
        |name: &str, sql: Text| Index { keys: vec![IndexKey::Expression(sql)], ..Index::new(name, ["x"]) };
    models.tables[0].indexes.push(over("ix_other", format!("plain COLLATE {called} DESC")));
    models.tables[0].indexes.push(over("ix_same", format!("name COLLATE {called} DESC")));
    step(&db, 0, &models).await;
    let found = inspect(&mut conn, &InspectOptions::default()).await.unwrap();
    let key = |name: &str| {
        found.table("user").unwrap().indexes.iter().find(|i| i.name == name).unwrap().keys[0].clone()
    };
    assert_eq!(key("ix_same"), IndexKey::Column { name: "name".into(), descending: true });
    assert!(
        matches!(key("ix_other"), IndexKey::Expression(sql) if sql.contains("COLLATE") && sql.ends_with("DESC"))
    );
    // An index without the collation is another one.
    let mut without = models.clone();
    without.tables[0].indexes.retain(|i| i.name != "ix_other");
    without.tables[0].indexes.push(Index {
        keys: vec![IndexKey::Column { name: "plain".into(), descending: true }],
        ..Index::new("ix_other", ["x"])
    });
    assert_eq!(step(&db, 1, &without).await.len(), 2);
}

#[test]
fn indexes_with_a_collation_on_sqlite() {
    rebis_testkit::run(Backend::Sqlite, indexes);
}

#[test]
fn indexes_with_a_collation_on_postgres() {
    rebis_testkit::run(Backend::Postgres, indexes);
}

#[test]
fn exclusion_constraints_are_compared_by_their_meaning() {
    rebis_testkit::run(Backend::Postgres, |db| async move {
        let mut models = user(None, 20);
        models.tables[0].columns.push(Column::new("during", SqlType::Other("int4range".into())));
        let plain = models.clone();
        let with = |text: &str| {
            let mut models = models.clone();
            let one = text.parse::<Exclusion>().unwrap();
            models.tables[0].exclusions.push(Exclusion { name: Some("ex_user".into()), ..one });
            models
        };
        // Within CREATE TABLE.
        let first = with("USING gist (during WITH &&) WHERE (id>0 AND lower(name) <> 'x')");
        assert_eq!(step(&db, 0, &first).await.len(), 2);
        let mut conn = db.acquire().await;
        let spelled = with("using GIST ((during) WITH &&) where ((id > 0) and (lower((name)) != 'x'))");
        clean(&mut conn, &spelled, &Objects::default(), "in other words").await.unwrap();
        let insert = "INSERT INTO \"user\" (name, during) VALUES ('a', '[1,5)'), ('b', '[4,9)')";
        assert!(conn.execute(insert, &[]).await.is_err(), "it holds");
        let detected = step(&db, 1, &with("USING gist (during WITH -|-) DEFERRABLE")).await;
        assert_eq!(
            detected,
            [
                "changed exclusion constraint 'ex_user' on table 'user'",
                "changed exclusion constraint 'ex_user' on table 'user'",
            ]
        );
        to(&db, 1, &first).downgrade("-1").await.unwrap();
        clean(&mut conn, &first, &Objects::default(), "back").await.unwrap();
        assert_eq!(step(&db, 1, &plain).await, ["removed exclusion constraint 'ex_user' on table 'user'"]);
        to(&db, 1, &first).downgrade("base").await.unwrap();
    });
}

#[test]
fn an_exclusion_constraint_is_refused_where_there_is_none() {
    for dialect in [Dialect::Sqlite, Dialect::MySql, Dialect::MariaDb] {
        let mut op = rebis_migrate::Operations::new();
        op.create_table("t", |t| {
            t.column("a", Integer);
            t.exclude("ex", "gist", [("a", "=")]);
        });
        let e = offline(dialect, op.ops(), &mut Schema::default()).unwrap_err().to_string();
        assert!(e.contains("exclusion constraints") && e.contains(dialect.name()), "{e}");
    }
}

#[test]
fn a_fulltext_index_is_found_again_and_comes_back() {
    rebis_testkit::run(Backend::MySql, |db| async move {
        let plain = user(None, 20);
        let mut searched = plain.clone();
        let method = Some("fulltext".into());
        searched.tables[0].indexes.push(Index { method, ..Index::new("ix_user_words", ["name"]) });
        step(&db, 0, &searched).await;
        let mut conn = db.acquire().await;
        conn.script("INSERT INTO `user` (name) VALUES ('one two')").await.unwrap();
        let found = "SELECT id FROM `user` WHERE MATCH (name) AGAINST ('two' IN BOOLEAN MODE)";
        assert_eq!(crate::execute::ids(&mut conn, found).await, [1]);
        assert_eq!(step(&db, 1, &plain).await, ["removed index 'ix_user_words' on 'user'"]);
        to(&db, 1, &searched).downgrade("-1").await.unwrap();
        clean(&mut conn, &searched, &Objects::default(), "back").await.unwrap();
    });
}
