//! The commands as a program calls them, with scripts that were written by them and compiled in: `tests/it/migrations`.

use std::fs;
use std::path::{Path, PathBuf};

use rebis_migrate::diff::{DiffOptions, diff};
use rebis_migrate::prelude::{Enum, Integer};
use rebis_migrate::{
    ErrorKind, HistoryOptions, MigrateOptions, Migrator, Operations, RevisionOptions, Script,
};
use rebis_sql::schema::{Column, PrimaryKey, Schema, ServerDefault, Table};
use rebis_sql::{Dialect, SqlType, Value};
use rebis_testkit::{TestDatabase, each_database};

use crate::execute::logged;
use crate::migrations::ALL;
use crate::wide::{changed, everything, users, users_and_posts};

const NONE: &[Script] = &[];

/// The tutorial's and the wide schema together.
fn all_models() -> Schema {
    let mut schema = users_and_posts();
    schema.tables.extend(everything(None).tables);
    schema
}

/// The same, changed in each way that a comparison knows.
fn all_changed() -> Schema {
    let mut schema = users_and_posts();
    schema.tables.extend(changed(None).tables);
    schema
}

fn checked_in() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/migrations")
}

fn migrator(db: &TestDatabase, models: Schema, scripts: &'static [Script], directory: &Path) -> Migrator {
    Migrator::new(db.engine().clone(), models, Some(scripts), directory).crate_path("rebis_migrate")
}

/// A folder that holds the scripts as they were compiled.
fn folder_of(scripts: &[Script]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for script in scripts {
        fs::write(folder.path().join(script.file), script.source).unwrap();
    }
    folder
}

fn named(id: &str) -> RevisionOptions {
    RevisionOptions { rev_id: Some(id.into()), ..RevisionOptions::default() }
}

fn options(id: &str) -> MigrateOptions {
    MigrateOptions { at: named(id), ..MigrateOptions::default() }
}

fn undated(script: &str) -> String {
    script.lines().filter(|l| !l.starts_with("//! Create Date: ")).collect::<Vec<_>>().join("\n")
}

/// The scripts under `tests/it/migrations` are what `migrate` writes; `REBIS_UPDATE=1` writes them anew, one at a time, since the next
/// one follows the compiled one.
async fn is_checked_in(db: &TestDatabase, applied: usize, models: Schema, message: &str, id: &str) {
    let before = &ALL[..applied.min(ALL.len())];
    let folder = folder_of(before);
    let m = migrator(db, models, before, folder.path());
    m.upgrade("head").await.unwrap();
    let generated = m.migrate(message, options(id)).await.unwrap().unwrap();
    let text = fs::read_to_string(&generated.path).unwrap();
    let name = generated.path.file_name().unwrap();
    let there = checked_in().join(name);
    if std::env::var("REBIS_UPDATE").is_ok() {
        fs::write(&there, &text).unwrap();
        return;
    }
    assert_eq!(undated(&fs::read_to_string(there).unwrap()), undated(&text));
}

// The tutorial's scripts are the same from whichever database they are written.
each_database! {
    async fn writes_the_users_script(db: TestDatabase) {
        is_checked_in(&db, 0, users(), "users table", "e517276bb1c2").await;
    }

    async fn writes_the_posts_script(db: TestDatabase) {
        is_checked_in(&db, 1, users_and_posts(), "posts table", "780739b227a7").await;
    }
}

/// Everything that models can declare, written and compiled, records the operations that were found.
#[tokio::test]
async fn a_wide_script_records_what_was_found() {
    let Some(db) = TestDatabase::create(rebis_testkit::Backend::Sqlite).await else { return };
    is_checked_in(&db, 2, all_models(), "everything else", "0ddba11c0ffe").await;
    let found = diff(&users_and_posts(), &all_models(), Dialect::ALL[0], &DiffOptions::default());
    let wanted: Vec<_> = found.into_iter().map(|n| n.op).collect();
    let mut recorded = Operations::new();
    (ALL[2].upgrade)(&mut recorded);
    assert_eq!(recorded.ops().len(), wanted.len());
    for (recorded, wanted) in recorded.ops().iter().zip(&wanted) {
        assert_eq!(recorded, wanted);
    }
}

each_database! {
    /// The last script changes what the one before made. What it alters it names as this database reports it, so it is written from one.
    async fn writes_and_runs_the_script_of_changes(db: TestDatabase) {
        let dialect = db.acquire().await.dialect();
        if !dialect.capabilities().arrays {
            println!("not tested on {}: it has no arrays", dialect.name());
            return;
        }
        is_checked_in(&db, 3, all_changed(), "changes", "c4a49e500000").await;
        let folder = folder_of(ALL);
        let before = migrator(&db, all_models(), &ALL[..3], Path::new("/nowhere"));
        let after = migrator(&db, all_changed(), ALL, folder.path());
        assert_eq!(before.check().await.unwrap().differences, [""; 0]);
        after.upgrade("head").await.unwrap();
        assert_eq!(after.check().await.unwrap().differences, [""; 0]);
        after.downgrade("-1").await.unwrap();
        assert_eq!(before.check().await.unwrap().differences, [""; 0]);
        after.downgrade("base").await.unwrap();
        after.upgrade("head").await.unwrap();
        assert_eq!(after.check().await.unwrap().differences, [""; 0]);
    }
}

/// `cargo fmt` of a program that carries the scripts changes nothing.
#[test]
fn scripts_are_laid_out_as_rustfmt_does() {
    for script in ALL {
        let path = checked_in().join(script.file);
        let run = std::process::Command::new("rustfmt")
            .args(["--edition", "2024", "--config", "max_width=100,use_small_heuristics=Default", "--check"])
            .arg(&path)
            .output();
        let Ok(output) = run else {
            println!("not tested: there is no rustfmt");
            return;
        };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

each_database! {
    async fn a_whole_life(db: TestDatabase) {
        let scripts = &ALL[..2];
        let folder = folder_of(scripts);
        let m = migrator(&db, users_and_posts(), scripts, folder.path());

        assert!(!m.is_at_head().await.unwrap());
        assert_eq!(m.current(false).await.unwrap().to_string(), "");
        let error = m.check().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::State);
        assert!(error.to_string().starts_with("Target database is not up to date."), "{error}");
        assert!(m.migrate("too early", MigrateOptions::default()).await.is_err());

        let steps = m.upgrade("head").await.unwrap();
        let messages: Vec<&str> = steps.iter().map(|s| s.message.as_str()).collect();
        assert_eq!(messages, ["users table", "posts table"]);
        assert!(m.is_at_head().await.unwrap());
        assert_eq!(m.check().await.unwrap().to_string(), "No new upgrade operations detected.");
        assert_eq!(m.migrate("nothing", MigrateOptions::default()).await.unwrap(), None);
        assert_eq!(m.current(false).await.unwrap().to_string(), "780739b227a7 (head)");

        m.downgrade("-1").await.unwrap();
        assert_eq!(m.current(false).await.unwrap().to_string(), "e517276bb1c2");
        m.downgrade("base").await.unwrap();
        assert_eq!(m.current(false).await.unwrap().to_string(), "");
        m.upgrade("head").await.unwrap();
        assert!(m.check().await.unwrap().is_clean());

        m.stamp("base").await.unwrap();
        assert_eq!(m.current(false).await.unwrap().to_string(), "");
        m.stamp("head").await.unwrap();
        assert!(m.check().await.unwrap().is_clean());
    }

    async fn changes_are_found_and_written(db: TestDatabase) {
        let scripts = &ALL[..1];
        let folder = folder_of(scripts);
        let m = migrator(&db, users_and_posts(), scripts, folder.path());
        m.upgrade("head").await.unwrap();
        let check = m.check().await.unwrap();
        assert!(!check.is_clean());
        assert_eq!(
            check.to_string(),
            "New upgrade operations detected:\n  create table post\n  create index ix_post_timestamp on post\n  \
             create index ix_post_user_id on post"
        );
        let generated = m.migrate("posts table", options("abcabcabcabc")).await.unwrap().unwrap();
        assert!(generated.path.is_absolute());
        assert_eq!(generated.to_string(), format!("Generating {} ...  done", generated.path.display()));
        let list = fs::read_to_string(folder.path().join("mod.rs")).unwrap();
        assert!(list.contains("    rebis_migrate::script!(rabcabcabcabc, \"abcabcabcabc_posts_table.rs\")"), "{list}");

        // The program that wrote it does not hold it, and would miss it in silence.
        let error = m.upgrade("head").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Stale);
        assert!(m.migrate("again", MigrateOptions::default()).await.is_err());
    }

    /// What was made can be undone and made again, on a schema that holds everything.
    async fn everything_goes_and_comes_back(db: TestDatabase) {
        let dialect = db.acquire().await.dialect();
        let m = migrator(&db, everything(Some(dialect)), &whole(dialect)[..1], Path::new("/nowhere"));
        m.upgrade("head").await.unwrap();
        assert_eq!(m.check().await.unwrap().differences, [""; 0]);
        m.downgrade("base").await.unwrap();
        m.upgrade("head").await.unwrap();
        assert_eq!(m.check().await.unwrap().differences, [""; 0]);
    }

    /// Each kind of change of tables that are there.
    async fn changes_are_made_and_undone(db: TestDatabase) {
        let dialect = db.acquire().await.dialect();
        let before = migrator(&db, everything(Some(dialect)), &whole(dialect)[..1], Path::new("/nowhere"));
        let after = migrator(&db, changed(Some(dialect)), whole(dialect), Path::new("/nowhere"));
        after.upgrade("head").await.unwrap();
        assert_eq!(after.check().await.unwrap().differences, [""; 0]);
        after.downgrade("-1").await.unwrap();
        assert_eq!(before.check().await.unwrap().differences, [""; 0]);
        after.upgrade("head").await.unwrap();
        assert_eq!(after.check().await.unwrap().differences, [""; 0]);
    }

    /// A comparison with a live database finds what a comparison of declarations finds.
    async fn changes_are_found(db: TestDatabase) {
        let dialect = db.acquire().await.dialect();
        let m = migrator(&db, changed(Some(dialect)), &whole(dialect)[..1], Path::new("/nowhere"));
        m.upgrade("head").await.unwrap();
        let wanted = diff(&everything(Some(dialect)), &changed(Some(dialect)), dialect, &DiffOptions::default());
        let mut wanted: Vec<String> = wanted.iter().map(|n| n.op.describe()).collect();
        let mut found = m.check().await.unwrap().differences;
        // MySQL reports a unique constraint as the index that it is there.
        for list in [&mut wanted, &mut found] {
            list.iter_mut().for_each(|d| *d = d.replace("drop constraint uq_", "drop index uq_"));
            list.sort();
        }
        assert_eq!(found, wanted);
    }
}

/// A table with an enum of these labels.
fn moods(labels: &[&str]) -> Schema {
    let mut table = Table::new("day");
    let values = labels.iter().map(|l| (*l).to_owned()).collect();
    table.columns = vec![
        Column { autoincrement: true, ..Column::new("id", SqlType::Integer).not_null() },
        Column {
            default: Some(ServerDefault::Value(Value::Text("good".into()))),
            ..Column::new("mood", SqlType::Enum { name: "mood".into(), values }).not_null()
        },
    ];
    table.primary_key = Some(PrimaryKey { name: None, columns: vec!["id".into()] });
    Schema { tables: vec![table] }
}

const MOODS: &[Script] = &[
    Script {
        revision: rebis_migrate::revision("aaaaaaaaaaaa"),
        file: "a.rs",
        source: "//! moods",
        program: "",
        upgrade: |op| {
            op.create_table("day", |t| {
                t.column("id", Integer).primary_key();
                t.column("mood", Enum("mood", ["good", "bad"])).not_null().server_default("good");
            });
        },
        downgrade: |op| {
            op.drop_table("day");
            op.drop_type("mood");
        },
    },
    Script {
        revision: rebis_migrate::revision("bbbbbbbbbbbb").down(&["aaaaaaaaaaaa"]),
        file: "b.rs",
        source: "//! more",
        program: "",
        upgrade: |op| {
            op.alter_column("day", "mood")
                .existing_type(Enum("mood", ["good", "bad"]))
                .existing_nullable(false)
                .existing_server_default("good")
                .set_type(Enum("mood", ["good", "fair", "bad"]));
        },
        downgrade: |op| {
            op.alter_column("day", "mood")
                .existing_type(Enum("mood", ["good", "fair", "bad"]))
                .existing_nullable(false)
                .existing_server_default("good")
                .set_type(Enum("mood", ["good", "bad"]));
        },
    },
];

each_database! {
    async fn labels_of_an_enum_come_and_go(db: TestDatabase) {
        let two = migrator(&db, moods(&["good", "bad"]), &MOODS[..1], Path::new("/nowhere"));
        let wanting = migrator(&db, moods(&["good", "fair", "bad"]), &MOODS[..1], Path::new("/nowhere"));
        let three = migrator(&db, moods(&["good", "fair", "bad"]), MOODS, Path::new("/nowhere"));
        two.upgrade("head").await.unwrap();
        assert!(two.check().await.unwrap().is_clean());
        assert_eq!(wanting.check().await.unwrap().differences, ["alter column day.mood"]);
        three.upgrade("head").await.unwrap();
        assert_eq!(three.check().await.unwrap().differences, [""; 0]);
        three.downgrade("-1").await.unwrap();
        assert_eq!(two.check().await.unwrap().differences, [""; 0]);
        three.downgrade("base").await.unwrap();
        three.upgrade("head").await.unwrap();
    }
}

/// Scripts that make `everything` and then `changed`, for each dialect.
fn whole(dialect: Dialect) -> &'static [Script] {
    /// The `N`th step's operations and the schema before it.
    fn ops<const D: usize, const N: usize>() -> (Vec<rebis_migrate::Op>, Schema) {
        let dialect = Dialect::ALL[D];
        let steps = [Schema::default(), everything(Some(dialect)), changed(Some(dialect))];
        let found = diff(&steps[N], &steps[N + 1], dialect, &DiffOptions::default());
        (found.into_iter().map(|n| n.op).collect(), steps[N].clone())
    }
    fn up<const D: usize, const N: usize>(op: &mut Operations) {
        ops::<D, N>().0.into_iter().for_each(|o| op.push(o));
    }
    fn down<const D: usize, const N: usize>(op: &mut Operations) {
        let (ops, mut before) = ops::<D, N>();
        let mut undone = Vec::new();
        for o in ops {
            undone.push(o.reverse(&before).unwrap());
            o.apply(&mut before).unwrap();
        }
        undone.into_iter().rev().for_each(|o| op.push(o));
        if N == 0 {
            op.drop_type("mood");
        }
    }
    const fn both<const D: usize>() -> [Script; 2] {
        let (source, first, second) =
            ("//! step", rebis_migrate::revision("aaaaaaaaaaaa"), rebis_migrate::revision("bbbbbbbbbbbb"));
        [
            Script {
                revision: first,
                file: "a.rs",
                source,
                program: "",
                upgrade: up::<D, 0>,
                downgrade: down::<D, 0>,
            },
            Script {
                revision: second.down(&["aaaaaaaaaaaa"]),
                file: "b.rs",
                source,
                program: "",
                upgrade: up::<D, 1>,
                downgrade: down::<D, 1>,
            },
        ]
    }
    const EACH: [&[Script]; 4] = [&both::<0>(), &both::<1>(), &both::<2>(), &both::<3>()];
    EACH[Dialect::ALL.iter().position(|d| *d == dialect).unwrap()]
}

#[tokio::test]
async fn a_stated_rename_keeps_the_data() {
    let db = sqlite().await;
    let folder = folder_of(&ALL[..1]);
    let mut models = users();
    models.tables[0].columns[3].name = "secret".into();
    let m = migrator(&db, models, &ALL[..1], folder.path());
    m.upgrade("head").await.unwrap();
    for wrong in [
        "user.nothing:secret",
        "user.password_hash:other",
        "people:user",
        "nobody.x:y",
        "user.version_num:secret",
    ] {
        let options = MigrateOptions { renames: vec![wrong.parse().unwrap()], ..MigrateOptions::default() };
        let error = m.migrate("wrong", options).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage, "{wrong}");
        assert!(error.to_string().starts_with("cannot rename: "), "{error}");
    }
    let renames = vec!["user.password_hash:secret".parse().unwrap()];
    let made =
        m.migrate("secret", MigrateOptions { renames, ..options("0123456789ab") }).await.unwrap().unwrap();
    let text = fs::read_to_string(made.path).unwrap();
    let body = &text[text.find("pub fn upgrade").unwrap()..];
    assert_eq!(
        body,
        "pub fn upgrade(op: &mut Operations) {\n    op.rename_column(\"user\", \"password_hash\", \"secret\");\n}\n\n\
         pub fn downgrade(op: &mut Operations) {\n    op.rename_column(\"user\", \"secret\", \"password_hash\");\n}\n"
    );
}

#[tokio::test]
async fn what_the_author_must_look_at_stands_in_the_script() {
    let db = sqlite().await;
    let folder = folder_of(&ALL[..1]);
    let mut models = users();
    models.tables[0].columns[3].name = "secret".into();
    let m = migrator(&db, models, &ALL[..1], folder.path());
    m.upgrade("head").await.unwrap();
    let made = m.migrate("secret", MigrateOptions::default()).await.unwrap().unwrap();
    let text = fs::read_to_string(made.path).unwrap();
    assert!(
        text.contains(
            "    // POSSIBLE RENAME of column user.password_hash to secret: as written here, the data of\n    // password_hash is lost."
        ),
        "{text}"
    );
}

#[tokio::test]
async fn what_fails_over_rows_is_said_once() {
    let db = sqlite().await;
    let folder = folder_of(&ALL[..1]);
    let m = migrator(&db, users(), &ALL[..1], folder.path());
    m.upgrade("head").await.unwrap();
    let mut models = users();
    models.tables[0].columns[3].nullable = false;
    models.tables[0].columns.push(Column::new("age", SqlType::Integer).not_null());
    let m = migrator(&db, models, &ALL[..1], folder.path());
    let _ = logged();
    let made = m.migrate("stricter", options("0123456789ab")).await.unwrap().unwrap();
    let said = logged();
    let of = |column: &str| {
        said.iter().filter(|line| line.contains(column) && !line.starts_with("Detected")).collect::<Vec<_>>()
    };
    assert!(matches!(of("age")[..], [line] if line.starts_with("L201 add column user.age")), "{said:#?}");
    assert!(matches!(of("password_hash")[..], [line] if line.starts_with("L202 ")), "{said:#?}");
    let script = fs::read_to_string(made.path).unwrap();
    assert!(script.contains("// user.age is NOT NULL without a default"), "the script says it too: {script}");
    fs::remove_file(folder.path().join("0123456789ab_stricter.rs")).unwrap();
    assert!(!m.check().await.unwrap().is_clean());
    assert!(
        logged().iter().any(|line| line.contains("this fails while rows hold NULL")),
        "no remark follows"
    );
}

#[tokio::test]
async fn what_only_the_author_knows_is_asked() {
    use rebis_migrate::Question;
    let db = sqlite().await;
    let folder = folder_of(&ALL[..1]);
    let mut models = users();
    models.tables[0].columns[3].name = "secret".into();
    models.tables[0].columns[3].nullable = false;
    let m = migrator(&db, models, &ALL[..1], folder.path());
    m.upgrade("head").await.unwrap();
    let asked = m.questions(&MigrateOptions::default()).await.unwrap();
    let Question::Renamed(possible) = &asked[0] else { panic!("{asked:?}") };
    assert_eq!(possible.rename.to_string(), "user.password_hash:secret");
    assert_eq!(possible.evidence, "both are VARCHAR(256)");
    let fill = |column: &str| Question::Fill { table: "user".into(), column: column.into() };
    assert_eq!(asked[1..], [fill("secret")]);
    let renames = vec![possible.rename.clone()];
    let renamed = MigrateOptions { renames: renames.clone(), ..MigrateOptions::default() };
    assert_eq!(m.questions(&renamed).await.unwrap(), [fill("secret")]);
    let denied = MigrateOptions { not_renamed: renames, ..MigrateOptions::default() };
    assert_eq!(m.questions(&denied).await.unwrap(), [fill("secret")]);
    let all = MigrateOptions { fills: vec!["user.secret=''".parse().unwrap()], ..renamed };
    assert_eq!(m.questions(&all).await.unwrap(), []);
    let made = m.migrate("secret", all).await.unwrap().unwrap();
    let text = fs::read_to_string(made.path).unwrap();
    assert!(text.contains("op.rename_column(\"user\", \"password_hash\", \"secret\");"), "{text}");
    assert!(text.contains("op.fill(\"user\", \"secret\", \"''\");"), "{text}");
    assert!(!text.contains("POSSIBLE RENAME"), "{text}");
}

#[tokio::test]
async fn a_rename_that_makes_room_is_asked_too() {
    use rebis_migrate::Question;
    let db = sqlite().await;
    let folder = folder_of(&ALL[..1]);
    let mut models = users();
    let secret = &mut models.tables[0].columns[3];
    (secret.name, secret.ty) = ("secret".into(), SqlType::Text);
    // Of another kind: no rename, so it takes no part.
    models.tables[0].columns.push(Column::new("logins", SqlType::Integer));
    let m = migrator(&db, models, &ALL[..1], folder.path());
    m.upgrade("head").await.unwrap();
    let asked = m.questions(&MigrateOptions::default()).await.unwrap();
    let [Question::Renamed(possible)] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!(possible.rename.to_string(), "user.password_hash:secret");
    assert_eq!(possible.evidence, "VARCHAR(256) can become TEXT");
    let options = MigrateOptions { renames: vec![possible.rename.clone()], ..MigrateOptions::default() };
    let made = m.migrate("secret", options).await.unwrap().unwrap();
    let text = fs::read_to_string(made.path).unwrap();
    assert!(text.contains("op.rename_column(\"user\", \"password_hash\", \"secret\");"), "{text}");
    assert!(text.contains("op.alter_column(\"user\", \"secret\""), "{text}");
}

#[tokio::test]
async fn a_table_of_nobodys_is_left_alone() {
    let db = sqlite().await;
    let m = migrator(&db, Schema::default(), &ALL[..1], Path::new("/nowhere"));
    m.upgrade("head").await.unwrap();
    db.acquire().await.script("CREATE TABLE other_app (id INTEGER)").await.unwrap();
    let found = m.check().await.unwrap().differences;
    assert_eq!(found.last().unwrap(), "drop table user");
    assert!(!found.iter().any(|d| d.contains("other_app")), "{found:?}");
    assert!(m.clone().ignoring(&["us*"]).check().await.unwrap().is_clean());
}

async fn sqlite() -> TestDatabase {
    TestDatabase::create(rebis_testkit::Backend::Sqlite).await.unwrap()
}

/// A command can run in a web handler or a spawned task.
#[tokio::test]
async fn commands_move_between_threads() {
    let db = sqlite().await;
    let m = migrator(&db, users(), &ALL[..1], Path::new("/nowhere"));
    let at_head = tokio::spawn(async move {
        m.upgrade("head").await?;
        m.check().await?;
        m.migrate("nothing", MigrateOptions::default()).await.err();
        m.history(HistoryOptions::default()).await?;
        m.is_at_head().await
    });
    assert!(at_head.await.unwrap().unwrap());
}

#[tokio::test]
async fn a_message_is_only_a_message() {
    let db = sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    let m = migrator(&db, users(), NONE, folder.path());
    let message = "first \u{2014} \"line\"\n\nsecond\r\n*/ pub fn evil() {}\rthird";
    let made = m.revision(message, named("abc")).await.unwrap();
    let text = fs::read_to_string(made.path).unwrap();
    assert!(
        text.starts_with(
            "//! first \u{2014} \"line\"\n//!\n//! second\n//! */ pub fn evil() {} third\n//!\n//! Revision ID: abc\n"
        ),
        "{text}"
    );
}

#[tokio::test]
async fn init_makes_a_folder_once() {
    let db = sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("src/migrations");
    let m = Migrator::new(db.engine().clone(), users(), None, &at).crate_path("rebis_migrate");
    let text = m.init().await.unwrap().to_string();
    assert_eq!(
        text,
        format!(
            "Creating directory {0} ...  done\nGenerating {0}/mod.rs ...  done\nAdd to main.rs:  mod migrations;\nand to the \
             application:  .migrations(migrations::ALL)",
            at.display()
        )
    );
    assert!(
        fs::read_to_string(at.join("mod.rs"))
            .unwrap()
            .contains("pub const ALL: &[rebis_migrate::Script] = &[\n];")
    );
    fs::write(at.join("mod.rs"), "// mine").unwrap();
    assert!(m.init().await.unwrap().to_string().starts_with(&format!("{} is ready", at.display())));
    assert_eq!(fs::read_to_string(at.join("mod.rs")).unwrap(), "// mine", "what is there stays");

    let error = m.upgrade("head").await.unwrap_err().to_string();
    assert!(error.contains(".migrations(migrations::ALL)"), "{error}");
    let error = m.revision("x", RevisionOptions::default()).await.unwrap_err();
    assert!(error.to_string().contains("has no `pub const ALL"), "{error}");
    let left = fs::read_dir(&at).unwrap().count();
    assert_eq!(left, 1, "a script that no list names is not left behind");
}

#[tokio::test]
async fn empty_scripts_follow_the_head() {
    let db = sqlite().await;
    let folder = folder_of(&ALL[..1]);
    let m = migrator(&db, users(), &ALL[..1], folder.path());
    let generated = m.revision("by hand", named("hand")).await.unwrap();
    let text = fs::read_to_string(&generated.path).unwrap();
    assert!(
        text.starts_with("//! by hand\n//!\n//! Revision ID: hand\n//! Revises: e517276bb1c2\n"),
        "{text}"
    );
    assert!(text.contains("pub const REVISION: Revision = revision(\"hand\").down(&[\"e517276bb1c2\"]);\n"));
    assert!(text.ends_with("pub fn downgrade(op: &mut Operations) {\n    let _ = op;\n}\n"), "{text}");

    let m = migrator(&db, users(), NONE, tempfile::tempdir().unwrap().path());
    assert_eq!(m.revision("x", RevisionOptions::default()).await.unwrap_err().kind(), ErrorKind::File);
    let folder = tempfile::tempdir().unwrap();
    let m = migrator(&db, users(), NONE, folder.path());
    for id in ["../x", "a-b", ""] {
        let options = named(id);
        assert_eq!(m.revision("x", options).await.unwrap_err().kind(), ErrorKind::Usage, "{id}");
    }
    let made_up = m.revision("", RevisionOptions::default()).await.unwrap();
    assert_eq!(made_up.revision.len(), 12);
    assert_eq!(made_up.path.file_name().unwrap().to_str().unwrap(), format!("{}_.rs", made_up.revision));
}

#[tokio::test]
async fn listings_read_as_alembics() {
    let db = sqlite().await;
    let m = migrator(&db, users_and_posts(), &ALL[..2], Path::new("/app/migrations"));
    m.upgrade("+1").await.unwrap();
    let history = |range: &str, indicate_current, verbose| {
        let range = (!range.is_empty()).then(|| range.to_owned());
        m.history(HistoryOptions { range, indicate_current, verbose })
    };
    assert_eq!(
        history("", false, false).await.unwrap().to_string(),
        "e517276bb1c2 -> 780739b227a7 (head), posts table\n<base> -> e517276bb1c2, users table"
    );
    assert_eq!(
        history("", true, false).await.unwrap().to_string(),
        "e517276bb1c2 -> 780739b227a7 (head), posts table\n<base> -> e517276bb1c2 (current), users table"
    );
    assert_eq!(history("current:", false, false).await.unwrap().revisions.len(), 2);
    assert_eq!(history("7807:", false, false).await.unwrap().revisions.len(), 1);
    assert_eq!(history(":e517", false, false).await.unwrap().revisions.len(), 1);
    assert_eq!(history("-1:", false, false).await.unwrap().revisions.len(), 2);
    assert!(
        history("e517", false, false).await.unwrap_err().to_string().starts_with("History range requires")
    );
    assert!(history("7807:e517", false, false).await.is_err());
    assert_eq!(m.heads(false, false).await.unwrap().to_string(), "780739b227a7 (head)");
    let shown = m.show("head").await.unwrap().to_string();
    let date = ALL[1].source.lines().find(|l| l.contains("Create Date")).unwrap().trim_start_matches("//! ");
    assert_eq!(
        shown,
        format!(
            "Rev: 780739b227a7 (head)\nParent: e517276bb1c2\nPath: /app/migrations/780739b227a7_posts_table.rs\n\n    posts table\n\n    \
             Revision ID: 780739b227a7\n    Revises: e517276bb1c2\n    {date}"
        )
    );
    assert_eq!(m.show("current").await.unwrap().revisions[0].id, "e517276bb1c2");
    assert_eq!(m.show("base").await.unwrap().to_string(), "");
    assert!(m.current(true).await.unwrap().to_string().starts_with("Current revision(s) for sqlite:///"));
}
