//! A database besides the application's own: its models, its URL, its migrations.

use rebis::migrate::{Script, revision};
use rebis::prelude::*;

#[derive(Model, Clone, Debug)]
#[model(table = "bound_entry", bind = "ledger")]
struct Entry {
    #[column(primary_key)]
    id: i64,
}

const LEDGER: &[Script] = &[Script {
    revision: revision("aaaa1111"),
    file: "aaaa1111_entries.rs",
    source: "//! entries",
    program: "tests 1",
    upgrade: |op| op.execute("CREATE TABLE bound_entry (id INTEGER NOT NULL PRIMARY KEY)"),
    downgrade: |op| op.drop_table("bound_entry"),
}];

fn app(folder: &std::path::Path) -> App {
    let url = format!("sqlite:///{}", folder.join("own.db").display());
    let other = format!("sqlite:///{}", folder.join("other.db").display());
    let config = Config::new(folder).with("DATABASE_URL", url).with("DATABASE_URL_LEDGER", other);
    App::new(config).database(Database::new()).migrations(&[]).bind("ledger", Database::new(), LEDGER)
}

#[rebis::main]
async fn migrated() -> Result<()> {
    let folder = tempfile::tempdir().map_err(HttpError::internal)?;
    let app = app(folder.path());
    assert!(!app.is_at_head().await?);
    assert_eq!(app.upgrade().await?.len(), 1);
    assert!(app.is_at_head().await?);
    let ledger = app.migrator_of("ledger")?;
    assert!(ledger.check().await.map_err(HttpError::internal)?.is_clean(), "its models are its own");
    let session = app.db_of("ledger")?.session();
    session.add(Entry { id: 7 });
    session.commit().await?;
    let done = app.shell_of("ledger").map_err(HttpError::internal)?.command("Entry.get(7).id").await;
    assert_eq!(done.map_err(HttpError::internal)?.text.as_deref(), Some("7"));
    let own = app.shell().map_err(HttpError::internal)?.command("Entry.count()").await;
    let told = own.expect_err("its models are not those of the application's own database").to_string();
    assert!(told.contains("`shell --bind ledger` opens"), "{told}");
    let nobody = app.shell_of("nobody").unwrap_err().to_string();
    assert!(nobody.contains("--bind takes ledger"), "{nobody}");
    assert_eq!(app.migrator()?.current(false).await.map_err(HttpError::internal)?.to_string(), "");
    Ok(())
}

#[test]
fn it_has_its_own_migrations() {
    migrated().unwrap();
}

#[test]
fn a_name_is_bound_once() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path());
    assert!(app.clone().bind("other", Database::new(), &[]).build().is_ok());
    let error = app.bind("ledger", Database::new(), &[]).build().unwrap_err();
    assert_eq!(
        error.complaints(),
        ["two databases are bound as ledger: give one another name, or bind it once"]
    );
}

#[test]
fn without_a_url_it_is_a_file_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let app =
        App::new(Config::new(folder.path()).with("NAME", "shop")).bind("ledger", Database::new(), LEDGER);
    let db = app.db_of("ledger").unwrap();
    assert!(db.engine().unwrap().url().file().unwrap().ends_with("instance/shop_ledger.db"));
    let error = app.db_of("nobody").unwrap_err();
    assert!(error.source().unwrap().to_string().contains("the application has no database nobody"));
}
