//! The program as a process. Invariant: what it is given is what a person would type.

use std::process::{Command, Output};

use rebis_testkit::TestDatabase;

/// The program, to be run on a database.
pub fn command(db: &TestDatabase, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chronicle"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .env("DATABASE_URL", db.url())
        .env("CARGO_MANIFEST_DIR", env!("CARGO_MANIFEST_DIR"))
        .env_remove("RUST_LOG");
    command
}

/// What a run of it said.
#[derive(Debug)]
pub struct Said {
    pub out: String,
    pub log: String,
    pub code: Option<i32>,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { out: text(output.stdout), log: text(output.stderr), code: output.status.code() }
    }
}

/// Runs `db …`, whatever comes of it.
pub fn said(db: &TestDatabase, arguments: &[&str]) -> Said {
    let all: Vec<&str> = ["db"].iter().chain(arguments).copied().collect();
    command(db, &all).output().unwrap().into()
}

/// Runs `db …` and gives what it printed.
pub fn done(db: &TestDatabase, arguments: &[&str]) -> Said {
    let said = said(db, arguments);
    assert_eq!(said.code, Some(0), "db {arguments:?}\n{}\n{}", said.out, said.log);
    said
}

/// Runs `db …`, which fails, and gives what it said on standard error.
pub fn refused(db: &TestDatabase, arguments: &[&str]) -> String {
    let said = said(db, arguments);
    assert_eq!(said.code, Some(1), "db {arguments:?}\n{}\n{}", said.out, said.log);
    said.log
}
