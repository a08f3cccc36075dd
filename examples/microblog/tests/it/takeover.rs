//! A database that Flask-Migrate made is taken over, and one that Rebis made is shown to Flask-Migrate: neither side finds anything to change.
//!
//! Runs where `REBIS_TEST_PYTHON` names a Python that has `flask-migrate`, `flask-sqlalchemy`, `psycopg` and `pymysql`.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use microblog::create_app;
use rebis::prelude::*;
use rebis_testkit::each_database;

each_database! {
    async fn what_flask_migrate_made_is_taken_over(test: TestDatabase) {
        let Some(python) = python() else { return };
        let folder = tempfile::tempdir().unwrap();
        let flask = |arguments: &[&str]| flask(&python, test.url(), folder.path(), arguments);
        flask(&["init"]);
        flask(&["migrate", "-m", "all"]);
        flask(&["upgrade"]);
        let app = create_app(Config::new(env!("CARGO_MANIFEST_DIR")).with("DATABASE_URL", test.url()));
        let migrator = app.migrator().unwrap();
        // Its revision is none of ours.
        assert!(migrator.upgrade("head").await.unwrap_err().to_string().contains("Can't locate revision"));
        migrator.stamp_purging("head").await.unwrap();
        assert_eq!(migrator.check().await.unwrap().to_string(), "No new upgrade operations detected.");
        assert!(migrator.is_at_head().await.unwrap());
    }

    async fn what_rebis_made_is_as_flask_migrate_would_have_it(test: TestDatabase) {
        let Some(python) = python() else { return };
        let config = Config::new(env!("CARGO_MANIFEST_DIR")).with("DATABASE_URL", test.url()).with("DATABASE_HISTORY", "false");
        create_app(config).migrator().unwrap().upgrade("head").await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let flask = |arguments: &[&str]| flask(&python, test.url(), folder.path(), arguments);
        flask(&["init"]);
        flask(&["stamp", "--purge", "head"]);
        assert!(flask(&["check"]).contains("No new upgrade operations detected."));
    }
}

fn python() -> Option<OsString> {
    std::env::var_os("REBIS_TEST_PYTHON")
}

/// Runs `flask db …` in the folder; gives what it says.
fn flask(python: &OsString, url: &str, folder: &Path, arguments: &[&str]) -> String {
    let url = ["postgres://", "postgresql://"]
        .iter()
        .fold(url.to_owned(), |url, scheme| url.replacen(scheme, "postgresql+psycopg://", 1));
    let url = ["mysql://", "mariadb://"]
        .iter()
        .fold(url, |url, scheme| url.replacen(scheme, "mysql+pymysql://", 1));
    let app = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flask/app.py");
    let output = Command::new(python)
        .args(["-m", "flask", "--app"])
        .arg(app)
        .arg("db")
        .args(arguments)
        .env("FLASK_DATABASE_URL", url)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(folder)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "flask db {arguments:?}: {said}");
    said
}
