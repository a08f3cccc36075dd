//! What `--sql` prints, run by each database's own client: equal schemas and equal rows as a connection makes them.

use std::io::Write as _;
use std::process::{Command, Stdio};

use rebis::engine::{InspectOptions, inspect};
use rebis::sql::schema::Schema;
use rebis_testkit::{Backend, TestDatabase, each_database};

use crate::program::{done, refused};

/// The client, reading from its standard input; `None` when it is not installed.
fn client(db: &TestDatabase) -> Option<Command> {
    let (program, arguments): (&str, Vec<String>) = match db.backend() {
        Backend::Sqlite => {
            ("sqlite3", vec!["-bail".into(), db.url().trim_start_matches("sqlite:///").into()])
        }
        Backend::Postgres => {
            ("psql", vec!["-qX".into(), "-v".into(), "ON_ERROR_STOP=1".into(), db.url().into()])
        }
        Backend::MySql => {
            let url = db.url().trim_start_matches("mysql://");
            let (user, rest) = url.split_once('@')?;
            let (address, database) = rest.split_once('/')?;
            let (host, port) = address.split_once(':').unwrap_or((address, "3306"));
            let (user, password) = user.split_once(':').unwrap_or((user, ""));
            let mut all =
                vec![format!("-h{host}"), format!("-P{port}"), format!("-u{user}"), "--protocol=tcp".into()];
            if !password.is_empty() {
                all.push(format!("-p{password}"));
            }
            all.push(database.into());
            ("mariadb", all)
        }
    };
    if Command::new(program).arg("--version").output().is_err() {
        println!("not tested: {program} is not installed");
        return None;
    }
    let mut command = Command::new(program);
    command.args(arguments);
    Some(command)
}

/// Gives a text to the client.
fn pipe(mut client: Command, sql: &str) {
    let mut child =
        client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let text = sql.to_owned();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && !said.to_lowercase().contains("error"), "{said}\n{sql}");
    writer.join().unwrap().unwrap();
}

/// What a command prints for this very server: the URL says MySQL where MariaDB may answer.
async fn printed(db: &TestDatabase, arguments: &[&str]) -> String {
    let dialect = db.acquire().await.dialect().name();
    done(db, &[arguments, &["--sql", "--dialect", dialect]].concat()).out
}

/// What the database holds.
async fn schema(db: &TestDatabase) -> Schema {
    let mut found = inspect(&mut db.acquire().await, &InspectOptions::default()).await.unwrap();
    found.tables.retain(|t| !t.name.starts_with("rebis_"));
    found
}

/// Rows that the migrations wrote, in words.
async fn rows(db: &TestDatabase) -> Vec<String> {
    let mut connection = db.acquire().await;
    let mut all = Vec::new();
    for sql in [
        "SELECT version_num FROM alembic_version ORDER BY version_num",
        "SELECT name FROM author ORDER BY id",
        "SELECT email FROM author ORDER BY id",
        "SELECT slug FROM article ORDER BY id",
        "SELECT text FROM article ORDER BY id",
        "SELECT value FROM setting ORDER BY name",
        "SELECT name FROM plan ORDER BY id",
        "SELECT body FROM comment ORDER BY id",
        "SELECT revision FROM rebis_history ORDER BY id",
        "SELECT direction FROM rebis_history ORDER BY id",
        "SELECT checksum FROM rebis_history ORDER BY id",
    ] {
        all.extend(connection.fetch_values::<String>(sql, &[]).await.unwrap());
    }
    all
}

each_database! {
    async fn what_is_printed_does_what_a_connection_does(test: TestDatabase) {
        let (Some(up), Some(other)) = (client(&test), TestDatabase::create(test.backend()).await) else { return };
        let sql = printed(&test, &["upgrade", "heads"]).await;
        pipe(up, &sql);
        done(&other, &["upgrade", "heads"]);
        assert_eq!(schema(&test).await, schema(&other).await);
        assert_eq!(rows(&test).await, rows(&other).await);
        done(&test, &["check"]);

        // Half of it back, by the client here and by a connection there.
        let down = "f3004b2ea370";
        let sql = printed(&test, &["downgrade", &format!("heads:{down}")]).await;
        pipe(client(&test).unwrap(), &sql);
        done(&other, &["downgrade", down]);
        assert_eq!(schema(&test).await, schema(&other).await);
        assert_eq!(done(&test, &["current"]).out, done(&other, &["current"]).out);

        // And forward again from there, and all of it back.
        let from = done(&other, &["current"]).out;
        let from: Vec<&str> = from.lines().map(|l| l.split(' ').next().unwrap()).collect();
        let sql = printed(&test, &["upgrade", &format!("{}:heads", from.join(" "))]).await;
        pipe(client(&test).unwrap(), &sql);
        done(&other, &["upgrade", "heads"]);
        assert_eq!(schema(&test).await, schema(&other).await);
        assert_eq!(rows(&test).await, rows(&other).await);
        let sql = printed(&test, &["downgrade", "heads:base"]).await;
        pipe(client(&test).unwrap(), &sql);
        assert_eq!(schema(&test).await.tables.len(), 1, "the version table stays");
        assert_eq!(done(&test, &["current"]).out, "");

        let sql = printed(&test, &["stamp", "heads"]).await;
        pipe(client(&test).unwrap(), &sql.replace("CREATE TABLE alembic_version", "CREATE TABLE IF NOT EXISTS alembic_version"));
        done(&test, &["current", "--check-heads"]);
    }

    async fn all_in_one_transaction_where_there_is_such_a_thing(test: TestDatabase) {
        let Some(up) = client(&test) else { return };
        if !test.acquire().await.dialect().capabilities().transactional_ddl {
            let error = refused(&test, &["upgrade", "heads", "--sql", "--single-transaction"]);
            assert!(error.contains("it has no transactional DDL"), "{error}");
            return;
        }
        let sql = printed(&test, &["upgrade", "heads", "--single-transaction"]).await;
        assert_eq!(sql.matches("\nBEGIN;\n").count(), 1);
        pipe(up, &sql);
        done(&test, &["check"]);
        done(&test, &["current", "--check-heads"]);
    }

    async fn what_cannot_be_printed_is_said(test: TestDatabase) {
        let db = &test;
        assert!(refused(db, &["upgrade", "base:heads"]).contains("Error: Range revision not allowed: 'base:heads'"));
        assert!(refused(db, &["downgrade", "base", "--sql"]).contains("downgrade with --sql requires <fromrev>:<torev>"));
        assert!(refused(db, &["stamp", "heads", "--sql", "--purge"]).contains("Can't use --purge with --sql mode"));
        assert!(refused(db, &["migrate", "--sql"]).contains("Using --sql with `db migrate` does not make any sense"));
        assert!(done(db, &["ensure-version", "--sql"]).out.starts_with("CREATE TABLE alembic_version ("));
        assert!(schema(db).await.tables.is_empty(), "nothing of this touches the database");
    }
}
