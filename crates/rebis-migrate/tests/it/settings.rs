//! What an application sets: the version table, files, and the functions that are asked or told.

use std::fs;

use rebis_migrate::diff::ObjectKind;
use rebis_migrate::{ErrorKind, MigrateOptions, Migrator, RevisionOptions, SqlOptions};
use rebis_sql::schema::{Column, Index, Schema, ServerDefault, Table};
use rebis_sql::{SqlType, Value};
use rebis_testkit::{Backend, TestDatabase, each_database};

use crate::execute::{ids, migrator, script};

fn chain() -> Vec<rebis_migrate::Script> {
    vec![
        script("aaaa1111", &[], |op| op.execute("CREATE TABLE a (id INTEGER)"), |op| op.drop_table("a")),
        script(
            "bbbb2222",
            &["aaaa1111"],
            |op| op.execute("CREATE TABLE b (id INTEGER)"),
            |op| op.drop_table("b"),
        ),
    ]
}

/// A table of that name with these columns.
fn table(name: &str, columns: &[(&str, SqlType)]) -> Table {
    let mut table = Table::new(name);
    table.columns = columns.iter().map(|(name, ty)| Column::new(*name, ty.clone())).collect();
    table
}

async fn make(db: &TestDatabase, table: &Table) {
    let mut conn = db.acquire().await;
    for sql in
        rebis_sql::schema::create_statements(&Schema { tables: vec![table.clone()] }, conn.dialect()).unwrap()
    {
        conn.script(&sql).await.unwrap();
    }
}

each_database! {
    async fn the_version_table_has_another_name(db: TestDatabase) {
        drop(db.acquire().await);
        let m = migrator(&db, chain()).version_table("Shop version");
        m.upgrade("head").await.unwrap();
        assert!(m.is_at_head().await.unwrap());
        assert!(!migrator(&db, chain()).is_at_head().await.unwrap(), "the usual table is not used");
        let mut conn = db.acquire().await;
        let mut name = std::string::String::new();
        conn.dialect().quote_into("Shop version", &mut name);
        assert_eq!(ids(&mut conn, &format!("SELECT COUNT(*) FROM {name}")).await, [1]);
        drop(conn);
        assert_eq!(m.inspect().await.unwrap().matches("pub struct").count(), 2, "the version table is no model");
        m.downgrade("-1").await.unwrap();
        assert_eq!(m.current(false).await.unwrap().to_string(), "aaaa1111");
        m.stamp("head").await.unwrap();
        assert_eq!(m.current(false).await.unwrap().to_string(), "bbbb2222 (head)");
        let sql = m.upgrade_sql("head", &SqlOptions::default()).unwrap();
        assert!(sql.contains(&format!("CREATE TABLE {name} ")) && sql.contains(&format!("UPDATE {name} SET")), "{sql}");
    }

    async fn the_version_table_is_in_a_schema(db: TestDatabase) {
        let mut conn = db.acquire().await;
        let schema = format!("versions_{}", std::process::id());
        let m = migrator(&db, chain()).version_table_schema(&schema);
        if db.backend() == Backend::Sqlite {
            let error = m.upgrade("head").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Usage);
            assert!(error.to_string().contains("SQLite has no schemas"), "{error}");
            return;
        }
        conn.script(&format!("CREATE SCHEMA {schema}")).await.unwrap();
        let ran = m.upgrade("head").await;
        let at_head = m.is_at_head().await;
        let rows = ids(&mut conn, &format!("SELECT COUNT(*) FROM {schema}.alembic_version")).await;
        let dropped = if db.backend() == Backend::Postgres { " CASCADE" } else { "" };
        conn.script(&format!("DROP SCHEMA {schema}{dropped}")).await.unwrap();
        assert_eq!(ran.unwrap().len(), 2);
        assert!(at_head.unwrap());
        assert_eq!(rows, [1]);
    }

    async fn each_step_is_told_before_it_is_committed(db: TestDatabase) {
        make(&db, &table("deployment", &[("what", SqlType::String(Some(200)))])).await;
        let m = migrator(&db, chain()).on_version_apply(async |conn, applied| {
            let (to, heads) = (applied.to.join(","), applied.heads.join(","));
            let sql = format!("INSERT INTO deployment (what) VALUES ('{} {to} {heads}')", applied.direction);
            conn.execute(&sql, &[]).await?;
            Ok(())
        });
        m.upgrade("head").await.unwrap();
        m.downgrade("base").await.unwrap();
        m.stamp("head").await.unwrap();
        let told: Vec<String> = db.acquire().await.fetch_values("SELECT what FROM deployment ORDER BY what", &[]).await.unwrap();
        assert_eq!(told, [
            "downgrade  ",
            "downgrade aaaa1111 aaaa1111",
            "stamp bbbb2222 bbbb2222",
            "upgrade aaaa1111 aaaa1111",
            "upgrade bbbb2222 bbbb2222",
        ]);
        let told = std::sync::Mutex::new(Vec::<String>::new());
        let told = std::sync::Arc::new(told);
        let holding = migrator(&db, chain()).on_version_apply_with(told.clone(), async |_, applied, told: std::sync::Arc<std::sync::Arc<std::sync::Mutex<Vec<String>>>>| {
            told.lock().unwrap().push(applied.direction.to_owned());
            Ok(())
        });
        holding.stamp("base").await.unwrap();
        holding.stamp("head").await.unwrap();
        assert_eq!(*told.lock().unwrap(), ["stamp", "stamp"]);
        let count = async || ids(&mut db.acquire().await, "SELECT COUNT(*) FROM deployment").await;
        // Who is told can refuse: the row does not move, and where the database can, nothing of the step remains.
        m.stamp("base").await.unwrap();
        let refusing = migrator(&db, chain()).on_version_apply(async |conn, _| {
            conn.execute("INSERT INTO deployment (what) VALUES ('never')", &[]).await?;
            conn.execute("SELECT no_such_column FROM deployment", &[]).await?;
            Ok(())
        });
        refusing.upgrade("head").await.unwrap_err();
        assert_eq!(count().await, [6], "only the stamp's");
        assert_eq!(m.current(false).await.unwrap().to_string(), "");
    }

    async fn the_application_decides_what_differs(db: TestDatabase) {
        let held = Table {
            indexes: vec![Index::new("ix_mine_a", ["a"])],
            ..table("mine", &[("a", SqlType::Integer), ("b", SqlType::String(Some(20))), ("spare", SqlType::Integer)])
        };
        make(&db, &held).await;
        let mut wanted = table("mine", &[("a", SqlType::BigInteger), ("b", SqlType::String(Some(40)))]);
        wanted.columns[0].default = Some(ServerDefault::Value(Value::Int(1)));
        let models = Schema { tables: vec![wanted] };
        let check = async |m: Migrator| m.check().await.unwrap().differences;
        let plain = || Migrator::new(db.engine().clone(), models.clone(), Some(&[]), "/nowhere");
        assert_eq!(check(plain()).await.len(), 4);
        let kept = check(plain().include_object(|o| o.kind != ObjectKind::Index && !(o.kind == ObjectKind::Column && o.goes))).await;
        assert_eq!(kept, ["alter column mine.a", "alter column mine.b"]);
        let none = check(plain().include_object(|o| o.kind != ObjectKind::Table || o.table != "mine")).await;
        assert_eq!(none, [""; 0]);
        let types = check(plain().compare_type(|pair| (pair.model.name == "b").then_some(false))).await;
        assert!(!types.contains(&"alter column mine.b".into()) && types.contains(&"alter column mine.a".into()), "{types:?}");
        let neither = plain().compare_type(|_| Some(false)).compare_server_default(|_| Some(false));
        assert_eq!(check(neither).await.len(), 2, "what goes is asked nobody but include_object");
        // What looks the same may differ for the application.
        let same = Schema { tables: vec![held.clone()] };
        let m = Migrator::new(db.engine().clone(), same, Some(&[]), "/nowhere").compare_type(|pair| Some(pair.model.name == "a"));
        assert_eq!(check(m).await, ["alter column mine.a"]);
    }
}

#[tokio::test]
async fn a_draft_is_changed_before_it_is_written() {
    let Some(db) = TestDatabase::create(Backend::Sqlite).await else { return };
    let models = Schema { tables: vec![table("t", &[("a", SqlType::Integer)])] };
    let folder = tempfile::tempdir().unwrap();
    let m = || {
        Migrator::new(db.engine().clone(), models.clone(), Some(&[]), folder.path())
            .crate_path("rebis_migrate")
    };
    let none = m().on_revision(|draft| {
        draft.upgrade.clear();
        draft.downgrade.clear();
    });
    assert_eq!(none.migrate("nothing", MigrateOptions::default()).await.unwrap(), None);
    let kept = m().on_revision(|draft| draft.downgrade.retain(|op| op.describe() != "drop table t"));
    let written = kept.migrate("one way", MigrateOptions::default()).await.unwrap().unwrap();
    let text = fs::read_to_string(written.path).unwrap();
    assert!(text.contains("op.create_table(\"t\"") && !text.contains("drop_table"), "{text}");
}

#[tokio::test]
async fn files_are_called_and_treated_as_the_application_says() {
    let folder = tempfile::tempdir().unwrap();
    let engine = rebis_engine::Engine::new("sqlite://").unwrap();
    let m = Migrator::new(engine, Schema::default(), Some(&[]), folder.path())
        .crate_path("rebis_migrate")
        .file_template("{year}/{rev}_{slug}")
        .truncate_slug_length(8)
        .timezone(chrono::FixedOffset::east_opt(2 * 3600).unwrap());
    let named = || RevisionOptions { rev_id: Some("aaaa1111".into()), ..RevisionOptions::default() };
    let hooked = m.clone().post_write_hook(&["cp", "{file}", "{file}.copy"]);
    let written = hooked.revision("users and posts", named()).await.unwrap();
    let year = chrono::Utc::now()
        .with_timezone(&chrono::FixedOffset::east_opt(7200).unwrap())
        .format("%Y")
        .to_string();
    assert!(written.path.ends_with(format!("{year}/aaaa1111_users_.rs")), "{:?}", written.path);
    let text = fs::read_to_string(&written.path).unwrap();
    assert!(text.contains(" +02:00\n"), "{text}");
    assert_eq!(fs::read_to_string(written.path.with_extension("rs.copy")).unwrap(), text);
    let list = fs::read_to_string(folder.path().join("mod.rs")).unwrap();
    assert!(list.contains(&format!("\"{year}/aaaa1111_users_.rs\"")), "{list}");

    let folder = tempfile::tempdir().unwrap();
    let engine = rebis_engine::Engine::new("sqlite://").unwrap();
    let m = Migrator::new(engine, Schema::default(), Some(&[]), folder.path()).crate_path("rebis_migrate");
    let failing = m.clone().post_write_hook(&["sh", "-c", "echo no >&2; exit 3"]);
    let error = failing.revision("x", named()).await.unwrap_err().to_string();
    assert!(error.contains("was written, but the post write hook `sh") && error.ends_with(": no"), "{error}");
    let error =
        m.file_template("{when}").revision("y", RevisionOptions::default()).await.unwrap_err().to_string();
    assert!(error.contains("means nothing") || error.contains("newer than this program"), "{error}");
}
