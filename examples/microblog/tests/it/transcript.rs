//! The tutorial's migrations, typed into real processes: from an empty folder to two tables and back, on every database.
//!
//! An application of its own is written into a folder, built with cargo, and given the commands of the tutorial; between them it is edited
//! as the tutorial edits it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

use rebis_testkit::{Backend, TestDatabase, run};

const MAIN: &str = r#"
mod models;

use rebis::prelude::*;
use std::process::ExitCode;

fn create_app(config: Config) -> App {
    App::new(config).database(Database::new())
}

#[rebis::main]
async fn main() -> ExitCode {
    rebis::cli(create_app).await
}
"#;

const USER: &str = r#"
use rebis::prelude::*;

#[derive(Model, Clone, Debug)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 64, unique, index)]
    pub username: String,
    #[column(length = 120, unique, index)]
    pub email: String,
    #[column(length = 256)]
    pub password_hash: Option<String>,
}
"#;

const POST: &str = r#"
#[derive(Model, Clone, Debug)]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 140)]
    pub body: String,
    #[column(index, default = Utc::now)]
    pub timestamp: DateTime<Utc>,
    #[column(index, foreign_key = User::id)]
    pub user_id: i64,
    #[relation(key = user_id)]
    pub author: BelongsTo<User>,
}
"#;

/// The workspace's own, so that what cargo has built for this test serves here too.
const PROFILE: &str = "[profile.dev]\ndebug = 1\n\n[profile.dev.package.\"*\"]\ndebug = 0\n";

/// The three tests share one folder for what cargo builds, and so take turns.
static TURN: Mutex<()> = Mutex::new(());

#[test]
fn sqlite() {
    on(Backend::Sqlite);
}

#[test]
fn postgres() {
    on(Backend::Postgres);
}

#[test]
fn mysql() {
    on(Backend::MySql);
}

fn on(backend: Backend) {
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    run(backend, |db| async move { tutorial(&db) });
}

fn tutorial(db: &TestDatabase) {
    let app = TutorialApp::new(db);

    let said = app.db(&["init"]);
    assert!(said.out.contains("migrations ...  done"), "{said}");
    assert!(
        said.out.contains("mod migrations;") && said.out.contains(".migrations(migrations::ALL)"),
        "{said}"
    );
    app.edit("main.rs", "mod models;", "mod migrations;\nmod models;");
    app.edit(
        "main.rs",
        ".database(Database::new())",
        ".database(Database::new()).migrations(migrations::ALL)",
    );

    let said = app.db(&["migrate", "-m", "users table"]);
    assert!(said.log.contains("Detected added table 'user'"), "{said}");
    assert!(said.log.contains("Detected added index 'ix_user_email' on '[\"email\"]'"), "{said}");
    assert!(said.log.contains("Detected added index 'ix_user_username' on '[\"username\"]'"), "{said}");
    let (first, script) = app.script("_users_table.rs");
    assert!(said.out.contains(&format!("{first}_users_table.rs ...  done")), "{said}");
    for line in [
        "//! users table",
        &format!("//! Revision ID: {first}"),
        &format!("pub const REVISION: Revision = revision(\"{first}\").down(&[]);"),
        "t.column(\"username\", String(64)).not_null();",
        "t.column(\"password_hash\", String(256));",
        "op.create_index(\"ix_user_email\", \"user\", [\"email\"]).unique();",
        "op.drop_table(\"user\");",
    ] {
        assert!(script.contains(line), "no `{line}` in\n{script}");
    }

    let said = app.db(&["upgrade"]);
    assert!(said.log.contains(&format!("Running upgrade  -> {first}, users table")), "{said}");
    let said = app.db(&["check"]);
    assert!(said.out.contains("No new upgrade operations detected."), "{said}");
    let said = app.db(&["migrate", "-m", "nothing"]);
    assert!(said.log.contains("No changes in schema detected."), "{said}");

    app.edit("models.rs", USER, &format!("{USER}{POST}"));
    let said = app.db(&["migrate", "-m", "posts table"]);
    assert!(said.log.contains("Detected added table 'post'"), "{said}");
    assert!(said.log.contains("Detected added index 'ix_post_timestamp' on '[\"timestamp\"]'"), "{said}");
    assert!(!said.log.contains("'user'"), "nothing else has changed: {said}");
    let (second, _) = app.script("_posts_table.rs");

    let said = app.db(&["upgrade"]);
    assert!(said.log.contains(&format!("Running upgrade {first} -> {second}, posts table")), "{said}");

    let said = app.db(&["history"]);
    assert_eq!(
        said.out.trim_end(),
        format!("{first} -> {second} (head), posts table\n<base> -> {first}, users table"),
        "{said}"
    );
    assert_eq!(app.db(&["current"]).out.trim_end(), format!("{second} (head)"));
    assert_eq!(app.db(&["heads"]).out.trim_end(), format!("{second} (head)"));

    let said = app.db(&["downgrade"]);
    assert!(said.log.contains(&format!("Running downgrade {second} -> {first}, posts table")), "{said}");
    assert_eq!(app.db(&["current"]).out.trim_end(), first);
    let said = app.db(&["downgrade", "base"]);
    assert!(said.log.contains(&format!("Running downgrade {first} -> , users table")), "{said}");
    assert_eq!(app.db(&["current"]).out.trim_end(), "");

    let said = app.db(&["upgrade"]);
    assert!(said.log.contains(&format!("Running upgrade {first} -> {second}, posts table")), "{said}");
    assert!(app.db(&["check"]).out.contains("No new upgrade operations detected."));

    // What is wrong is said, and the exit code tells.
    let refused = app.command(&["db", "upgrade", "ffffffffffff"]);
    assert_eq!(refused.status.code(), Some(1));
    let text = String::from_utf8_lossy(&refused.stderr);
    assert!(text.contains("ffffffffffff"), "{text}");
}

/// An application in a folder.
struct TutorialApp {
    folder: tempfile::TempDir,
    url: String,
}

/// What a command printed.
struct Said {
    out: String,
    log: String,
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\n--- stdout\n{}\n--- stderr\n{}", self.out, self.log)
    }
}

impl TutorialApp {
    fn new(db: &TestDatabase) -> Self {
        let root = workspace();
        let folder = tempfile::tempdir().unwrap();
        let manifest = format!(
            "[package]\nname = \"tutorial\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
             rebis = {{ path = {:?}, features = [\"postgres\", \"mysql\"] }}\n\n{PROFILE}",
            root.join("crates/rebis")
        );
        fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
        // The workspace's own versions: nothing is resolved anew, and nothing is fetched.
        fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
        fs::create_dir(folder.path().join("src")).unwrap();
        fs::write(folder.path().join("src/main.rs"), MAIN).unwrap();
        fs::write(folder.path().join("src/models.rs"), USER).unwrap();
        TutorialApp { folder, url: db.url().to_owned() }
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.folder.path().join("src").join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "no `{from}` in {text}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
    }

    /// The one script whose name ends so: its revision and its text.
    fn script(&self, ending: &str) -> (String, String) {
        let folder = self.folder.path().join("src/migrations");
        let name = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .find(|name| name.ends_with(ending))
            .unwrap_or_else(|| panic!("no …{ending} in {}", folder.display()));
        let revision = name.strip_suffix(ending).unwrap().to_owned();
        (revision, fs::read_to_string(folder.join(name)).unwrap())
    }

    fn db(&self, arguments: &[&str]) -> Said {
        let mut all = vec!["db"];
        all.extend(arguments);
        let output = self.command(&all);
        let said = Said {
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            log: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        assert!(output.status.success(), "db {arguments:?} failed: {said}");
        said
    }

    fn command(&self, arguments: &[&str]) -> Output {
        Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .current_dir(self.folder.path())
            .args(["run", "--quiet", "--offline", "--"])
            .args(arguments)
            .env("CARGO_TARGET_DIR", built())
            .env("DATABASE_URL", &self.url)
            .env_remove("RUST_LOG")
            .env_remove("CARGO_MANIFEST_DIR")
            .output()
            .unwrap()
    }
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Where cargo builds the tutorial: where it built this test, so that the libraries are not built again.
fn built() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    // …/target/debug/deps/it-0123
    test.ancestors().nth(3).unwrap().to_owned()
}
