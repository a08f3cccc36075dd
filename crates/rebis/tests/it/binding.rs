//! Binding a database to an application: where it is, and what is said when that is wrong.

use rebis::prelude::*;

async fn ask(db: Database) -> Result<String> {
    Ok(db.engine()?.url().to_string())
}

#[test]
fn without_a_url_it_is_a_file_in_the_instance_folder() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::new(Config::new(folder.path()).with("NAME", "shop")).database(Database::new());
    let db = app.db().unwrap();
    let file = db.engine().unwrap().url().file().unwrap().to_owned();
    assert_eq!(file.parent().unwrap(), folder.path().join("instance"));
    assert!(folder.path().join("instance").is_dir());
}

#[rebis::main]
async fn without_a_folder() -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    // No user, root neither, makes a folder below a file.
    std::fs::write(folder.path().join("file"), "").unwrap();
    let app = App::new(Config::new(folder.path()).with("INSTANCE_PATH", "file/instance"));
    let app = app.database(Database::new());
    (app.migrator().unwrap_err().source().unwrap().to_string(), app.startup().await.unwrap_err().to_string())
}

#[test]
fn a_folder_that_cannot_be_made_is_said() {
    let (command, server) = without_a_folder();
    for said in [command, server] {
        assert!(
            said.starts_with("the instance folder ") && said.contains("file/instance cannot be made: "),
            "{said}"
        );
        assert!(said.contains("INSTANCE_PATH"), "{said}");
    }
}

#[rebis::main]
async fn asked() -> String {
    let app = App::new(Config::new(".").with("DATABASE_URL", "postgres://susan:secret@localhost/shop"))
        .database(Database::new())
        .get("/", ask);
    app.test_client().get("/").await.text()
}

#[test]
fn a_password_is_not_shown() {
    let shown = asked();
    assert!(shown.contains("susan") && !shown.contains("secret"), "{shown}");
}

#[rebis::main]
async fn wrong_url() -> String {
    let app =
        App::new(Config::new(".").with("DATABASE_URL", "postgres//localhost")).database(Database::new());
    app.migrator().unwrap_err().source().unwrap().to_string()
}

#[test]
fn a_wrong_url_is_said_when_the_database_is_used() {
    let said = wrong_url();
    assert!(said.contains("DATABASE_URL") && said.contains("://"), "{said}");
}

#[test]
fn two_applications_have_two_databases() {
    let app = |name: &str| {
        App::new(Config::new(".").with("DATABASE_URL", format!("sqlite:////tmp/{name}.db")))
            .database(Database::new())
    };
    let (one, two) = (app("one"), app("two"));
    let url = |app: &App| app.db().unwrap().engine().unwrap().url().to_string();
    assert_ne!(url(&one), url(&two));
}
