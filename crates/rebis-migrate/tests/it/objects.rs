//! Views and triggers that an application declares: what differs, in which order it is made, what is left alone.

use rebis_engine::inspect_objects;
use rebis_migrate::{MigrateOptions, Migrator, Operations, Trigger, View};
use rebis_sql::SqlType;
use rebis_sql::schema::{Column, Schema, Table};
use rebis_testkit::{Backend, TestDatabase, each_database};

use crate::execute::{ids, script};

const ADULT: &str = "SELECT id, name FROM person WHERE age >= 18";

fn models(age: SqlType) -> Schema {
    let mut table = Table::new("person");
    table.columns = vec![
        Column::new("id", SqlType::Integer),
        Column::new("name", SqlType::String(Some(40))),
        Column::new("age", age),
    ];
    Schema { tables: vec![table] }
}

/// A table, and a view that a migration made.
fn scripts() -> &'static [rebis_migrate::Script] {
    fn up(op: &mut Operations) {
        op.execute("CREATE TABLE person (id INTEGER, name VARCHAR(40), age INTEGER)");
        op.create_view("adult", ADULT);
    }
    fn down(op: &mut Operations) {
        op.drop_view("adult");
        op.drop_table("person");
    }
    vec![script("aaaa1111", &[], up, down)].leak()
}

fn migrator(db: &TestDatabase, models: &Schema) -> Migrator {
    Migrator::new(db.engine().clone(), models.clone(), Some(scripts()), "/nowhere")
}

async fn differences(m: Migrator) -> Vec<String> {
    m.check().await.unwrap().differences
}

each_database! {
    async fn drift_looks_at_views_and_triggers(db: TestDatabase) {
        let models = models(SqlType::Integer);
        let m = || migrator(&db, &models).view(View::new("adult", ADULT));
        m().upgrade("head").await.unwrap();
        // The tables of these scripts are their own SQL's, so the history knows none: only the view is looked at here.
        let of_views = |lines: Vec<String>| lines.into_iter().filter(|l| l.contains("view")).collect::<Vec<_>>();
        let drift = m().drift().await.unwrap();
        assert_eq!((of_views(drift.database), of_views(drift.models)), (vec![], vec![]));
        let more = m().view(View::new("child", "SELECT id FROM person WHERE age < 18")).drift().await.unwrap();
        assert_eq!(of_views(more.models), ["create view child"]);
        let mut conn = db.acquire().await;
        conn.script("DROP VIEW adult").await.unwrap();
        let drift = m().drift().await.unwrap();
        assert_eq!((of_views(drift.database), of_views(drift.models)), (vec!["create view adult".to_owned()], vec![]));
        conn.script("CREATE VIEW adult AS SELECT id FROM person WHERE age >= 21").await.unwrap();
        let drift = m().drift().await.unwrap();
        assert_eq!(of_views(drift.database), ["drop view adult", "create view adult"]);
    }

    async fn a_declared_view_is_compared_by_its_meaning(db: TestDatabase) {
        let models = models(SqlType::Integer);
        let m = || migrator(&db, &models);
        m().upgrade("head").await.unwrap();
        assert_eq!(differences(m().view(View::new("adult", ADULT))).await, [""; 0]);
        let spaced = "select id,  name FROM \n person where age>=18;";
        assert_eq!(differences(m().view(View::new("adult", spaced))).await, [""; 0]);
        if db.backend() != Backend::Sqlite {
            let bracketed = "SELECT person.id, person.name FROM person WHERE (18 <= age OR FALSE) = (18 <= age OR FALSE) AND age >= 18";
            let plain = View::new("adult", "SELECT (id), name FROM person WHERE ((age >= 18))");
            assert_eq!(differences(m().view(plain)).await, [""; 0]);
            assert_eq!(differences(m().view(View::new("adult", bracketed))).await.len(), 2);
        }
        let other = m().view(View::new("adult", "SELECT id FROM person WHERE age >= 21"));
        assert_eq!(differences(other).await, ["drop view adult", "create view adult"]);
        assert_eq!(differences(m()).await, ["drop view adult"], "a migration made it, and nobody declares it");
        let second = m().view(View::new("adult", ADULT)).view(View::new("a_name", "SELECT name FROM adult"));
        assert_eq!(differences(second).await, ["create view a_name"]);
        // What does not work yet is a difference, and nothing is left of the question.
        let broken = m().view(View::new("adult", "SELECT no_such FROM person"));
        assert_eq!(differences(broken).await, ["drop view adult", "create view adult"]);
        let held = inspect_objects(&mut db.acquire().await).await.unwrap();
        assert_eq!(held.views.iter().map(|v| v.name.as_str()).collect::<Vec<_>>(), ["adult"]);
        m().downgrade("base").await.unwrap();
        assert!(inspect_objects(&mut db.acquire().await).await.unwrap().is_empty());
    }

    async fn what_nobody_declared_and_no_migration_made_is_left_alone(db: TestDatabase) {
        let models = models(SqlType::Integer);
        let m = || migrator(&db, &models).view(View::new("adult", ADULT));
        m().upgrade("head").await.unwrap();
        db.acquire().await.script("CREATE VIEW by_hand AS SELECT id FROM person").await.unwrap();
        assert_eq!(differences(m()).await, [""; 0]);
    }

    async fn a_trigger_is_made_and_works(db: TestDatabase) {
        let models = models(SqlType::Integer);
        migrator(&db, &models).upgrade("head").await.unwrap();
        let mut conn = db.acquire().await;
        let body = match db.backend() {
            Backend::Sqlite => "BEGIN UPDATE person SET age = 99 WHERE id = NEW.id; END",
            Backend::Postgres => {
                let function = "CREATE FUNCTION older() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.age := 99; RETURN NEW; END'";
                conn.script(function).await.unwrap();
                "for each row when (new.age > 1) execute procedure older()"
            }
            Backend::MySql => "FOR EACH ROW BEGIN SET @one = 1; SET NEW.age = 99; END",
        };
        let when = if db.backend() == Backend::Sqlite { "AFTER INSERT" } else { "BEFORE INSERT" };
        let m = |body: &str| {
            migrator(&db, &models).view(View::new("adult", ADULT)).trigger(Trigger::new("older", "person", when, body))
        };
        assert_eq!(differences(m(body)).await, ["create trigger older on person"]);
        let create = rebis_sql::Ddl::CreateTrigger { trigger: Trigger::new("older", "person", when, body) };
        for sql in conn.dialect().ddl(&create).unwrap() {
            conn.script(&sql).await.unwrap();
        }
        assert_eq!(differences(m(body)).await, [""; 0], "however the database writes it");
        let other = body.replace("99", "98").replace("> 1", "> 2");
        assert_eq!(differences(m(&other)).await, ["drop trigger older on person", "create trigger older on person"]);
        conn.script("INSERT INTO person (id, name, age) VALUES (1, 'x', 7)").await.unwrap();
        assert_eq!(ids(&mut conn, "SELECT age FROM person").await, [99]);
        let held = inspect_objects(&mut conn).await.unwrap();
        assert_eq!(held.triggers.len(), 1, "nothing is left of the question: {held:?}");
    }

    async fn a_view_goes_out_of_the_way_of_a_column(db: TestDatabase) {
        let held = models(SqlType::Integer);
        migrator(&db, &held).upgrade("head").await.unwrap();
        let wider = models(SqlType::BigInteger);
        let found = differences(migrator(&db, &wider).view(View::new("adult", ADULT))).await;
        let change = match db.backend() {
            Backend::Postgres => vec!["drop view adult", "alter column person.age", "create view adult"],
            _ => vec!["alter column person.age"],
        };
        assert_eq!(found, change);
    }

    async fn the_history_knows_views(db: TestDatabase) {
        drop(db.acquire().await);
        let none = Schema::default();
        let check = async |m: Migrator| m.check_history().await.unwrap().differences;
        assert_eq!(check(migrator(&db, &none).view(View::new("adult", ADULT))).await, [""; 0]);
        assert_eq!(check(migrator(&db, &none)).await, ["drop view adult"]);
        let other = migrator(&db, &none).view(View::new("adult", "SELECT 1 AS one"));
        assert_eq!(check(other).await, ["drop view adult", "create view adult"]);
    }
}

#[tokio::test]
async fn a_script_holds_both_texts() {
    let Some(db) = TestDatabase::create(Backend::Sqlite).await else { return };
    let models = models(SqlType::Integer);
    migrator(&db, &models).upgrade("head").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let m = Migrator::new(db.engine().clone(), models, Some(scripts()), folder.path())
        .view(View::new("adult", "SELECT id FROM person WHERE age >= 21"))
        .trigger(Trigger::new("seen", "person", "AFTER INSERT", "BEGIN SELECT 1; END"));
    std::fs::write(folder.path().join("aaaa1111_change.rs"), scripts()[0].source).unwrap();
    let written = m.migrate("change", MigrateOptions::default()).await.unwrap().unwrap();
    let text = std::fs::read_to_string(written.path).unwrap();
    let (up, down) = text.split_once("pub fn downgrade").unwrap();
    for line in [
        "op.drop_view(\"adult\");",
        "op.create_view(\"adult\", \"SELECT id FROM person WHERE age >= 21\");",
        "op.create_trigger(\"seen\", \"person\", \"AFTER INSERT\", \"BEGIN SELECT 1; END\");",
    ] {
        assert!(up.contains(line), "{line}\n{up}");
    }
    assert!(down.contains("op.drop_trigger(\"seen\", \"person\");"), "{down}");
    assert!(down.contains(&format!("op.create_view(\"adult\", \"{ADULT}\");")), "{down}");
}
