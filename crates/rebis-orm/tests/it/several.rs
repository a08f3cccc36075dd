//! Models of several databases.

use rebis::{BelongsTo, Database, delete, insert, select, update};
use rebis_macros::Model;

#[derive(Model, Clone, Debug)]
#[model(table = "ledger_entry", bind = "ledger")]
pub struct LedgerEntry {
    #[column(primary_key)]
    pub id: i64,
}

#[derive(Model, Clone, Debug)]
pub struct Receipt {
    #[column(primary_key)]
    pub id: i64,
    pub entry_id: i64,
    #[relation(key = entry_id)]
    pub entry: BelongsTo<LedgerEntry>,
}

#[derive(Model, Clone, Debug)]
pub struct Voucher {
    #[column(primary_key)]
    pub id: i64,
    #[column(foreign_key = LedgerEntry::id)]
    pub entry_id: i64,
}

fn ledger() -> Database {
    let db = Database::connect("sqlite://").unwrap();
    db.set_bind("ledger");
    db
}

#[tokio::test]
async fn a_database_holds_its_own_models() {
    let db = ledger();
    assert_eq!(db.model_list().iter().map(|m| m.name()).collect::<Vec<_>>(), ["LedgerEntry"]);
    assert!(!Database::new().model_list().iter().any(|m| m.name() == "LedgerEntry"));
    db.create_all().await.unwrap();
    let session = db.session();
    let entry = session.add(LedgerEntry::builder());
    session.commit().await.unwrap();
    assert_eq!(select(LedgerEntry).one(&session).await.unwrap(), entry);
}

#[tokio::test]
async fn a_session_refuses_models_of_another_database() {
    let own = Database::connect("sqlite://").unwrap();
    let session = own.session();
    let mut errors = vec![
        select(LedgerEntry).all(&session).await.unwrap_err(),
        select(LedgerEntry::id).all(&own).await.unwrap_err(),
        session.get(LedgerEntry, 1).await.unwrap_err(),
        own.get(LedgerEntry, 1).await.unwrap_err(),
    ];
    session.add(LedgerEntry::builder());
    errors.push(session.commit().await.unwrap_err());
    for error in errors {
        for part in [
            "LedgerEntry lives in the database `ledger`",
            "this is the application's own database",
            "one database",
        ] {
            assert!(error.to_string().contains(part), "{error}");
        }
    }
    let error = select(crate::models::Blog).all(&ledger().session()).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("Blog lives in the application's own database, and this is the database `ledger`"),
        "{error}"
    );
    // A database that was given a model holds it, whatever the model names.
    let given = Database::connect("sqlite://").unwrap().models(rebis::models![LedgerEntry]);
    given.create_all().await.unwrap();
    assert_eq!(select(LedgerEntry).count(&given).await.unwrap(), 0);
}

#[test]
fn nothing_leads_from_one_database_to_another() {
    let error = rebis::models![Receipt][0].check().unwrap_err();
    assert!(
        error.to_string().contains("Receipt.entry leads to LedgerEntry, which lives in another database"),
        "{error}"
    );
    let error = rebis::models![Voucher][0].check().unwrap_err();
    assert!(
        error.to_string().contains("Voucher.entry_id refers to LedgerEntry, which lives in another database"),
        "{error}"
    );
}

#[tokio::test]
async fn statements_without_objects_are_refused_too() {
    let own = Database::connect("sqlite://").unwrap();
    // The table is there: nothing but the bind stands in the way.
    own.execute(rebis::sql("CREATE TABLE ledger_entry (id INTEGER PRIMARY KEY)")).await.unwrap();
    let session = own.session();
    let errors = [
        update(LedgerEntry).set(LedgerEntry::id, 2).execute(&session).await.unwrap_err(),
        update(LedgerEntry).set(LedgerEntry::id, 2).returning(LedgerEntry::id).all(&own).await.unwrap_err(),
        delete(LedgerEntry).execute(&own).await.unwrap_err(),
        insert(LedgerEntry).values([LedgerEntry::builder()]).execute(&own).await.unwrap_err(),
        insert(LedgerEntry)
            .values([LedgerEntry::builder()])
            .returning(LedgerEntry::id)
            .all(&session)
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert!(error.to_string().contains("LedgerEntry lives in the database `ledger`"), "{error}");
    }
    assert_eq!(
        own.fetch_all::<(i64,)>(rebis::sql("SELECT count(*) FROM ledger_entry")).await.unwrap(),
        [(0,)]
    );
}
