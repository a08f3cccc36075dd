//! What waits until the end of the transaction, and MATCH FULL: a script makes it, the model says the same, and so does what the model makes. On
//! PostgreSQL, which alone knows all of it; hence in a database of its own, which no other test's list of models holds.

use rebis::migrate::{Script, revision};
use rebis::prelude::*;
use rebis_testkit::{Backend, TestDatabase, run};

#[derive(Model, Clone, Debug)]
#[model(table = "waiting_list", bind = "waiting")]
struct List {
    #[column(primary_key)]
    id: i64,
}

#[derive(Model, Clone, Debug)]
#[model(
    table = "waiting_item",
    bind = "waiting",
    unique(list_id, place, initially_deferred, name = "uq_place"),
    unique(mark, nulls_not_distinct, deferrable, name = "uq_mark")
)]
struct Item {
    #[column(primary_key)]
    id: i64,
    #[column(foreign_key = List::id, on_delete = cascade, initially_deferred, match_full)]
    list_id: i64,
    #[column(foreign_key = Item::id, deferrable)]
    after_id: Option<i64>,
    place: i32,
    mark: Option<i32>,
}

const SCRIPTS: &[Script] = &[Script {
    revision: revision("aaaa7777"),
    file: "aaaa7777_lists.rs",
    source: "//! lists",
    program: "tests 1",
    upgrade: |op| {
        use rebis::migrate::prelude::*;
        op.create_table("waiting_list", |t| {
            t.column("id", BigInteger).primary_key();
        });
        op.create_table("waiting_item", |t| {
            t.column("id", BigInteger).primary_key();
            t.column("list_id", BigInteger).not_null();
            t.column("after_id", BigInteger);
            t.column("place", Integer).not_null();
            t.column("mark", Integer);
            t.unique(["list_id", "place"]).name("uq_place").deferrable(true);
            t.unique(["mark"]).name("uq_mark").nulls_not_distinct().deferrable(false);
            t.foreign_key(["list_id"], "waiting_list", ["id"])
                .on_delete(ReferentialAction::Cascade)
                .deferrable(true)
                .match_full();
            t.foreign_key(["after_id"], "waiting_item", ["id"]).deferrable(false);
        });
    },
    downgrade: |op| {
        op.drop_table("waiting_item");
        op.drop_table("waiting_list");
    },
}];

const CONSTRAINTS: &str = "SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = 'waiting_item'::regclass AND contype IN ('f', 'u') ORDER BY 1";

async fn constraints(test: &TestDatabase) -> Vec<String> {
    test.acquire().await.fetch_values(CONSTRAINTS, &[]).await.unwrap()
}

#[test]
fn scripts_and_models_say_the_same_of_what_waits() {
    run(Backend::Postgres, |test| async move {
        let config = Config::new(".").with("DATABASE_URL_WAITING", test.url());
        let app = App::new(config).bind("waiting", Database::new(), SCRIPTS);
        let migrator = app.migrator_of("waiting").unwrap();
        migrator.upgrade("head").await.unwrap();
        let made = constraints(&test).await;
        assert_eq!(
            made,
            [
                "FOREIGN KEY (after_id) REFERENCES waiting_item(id) DEFERRABLE",
                "FOREIGN KEY (list_id) REFERENCES waiting_list(id) MATCH FULL ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
                "UNIQUE (list_id, place) DEFERRABLE INITIALLY DEFERRED",
                "UNIQUE NULLS NOT DISTINCT (mark) DEFERRABLE",
            ]
        );
        let check = migrator.check().await.unwrap();
        assert!(check.is_clean(), "{check}");
        let check = migrator.check_history().await.unwrap();
        assert!(check.is_clean(), "{check}");

        migrator.downgrade("base").await.unwrap();
        let db = app.db_of("waiting").unwrap();
        db.create_all().await.unwrap();
        assert_eq!(constraints(&test).await, made, "the models alone make the same");
        two_change_places(&db).await.unwrap();
    });
}

/// Between the two updates both stand at one place: only the end of the transaction may look.
async fn two_change_places(db: &Database) -> Result<()> {
    let session = db.session();
    session.add(List { id: 1 });
    let item = |id, place| Item { id, list_id: 1, after_id: None, place, mark: Some(place) };
    session.add_all([item(1, 1), item(2, 2)]);
    session.commit().await?;
    for (id, place) in [(1, 2), (2, 1)] {
        update(Item).set(Item::place, place).filter(Item::id.eq(id)).execute(&session).await?;
    }
    session.commit().await?;
    assert_eq!(select(Item::place).order_by(Item::id).all(db).await?, [2, 1]);

    update(Item).set(Item::place, 1).execute(&session).await?;
    let error = session.commit().await.unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
    Ok(())
}
