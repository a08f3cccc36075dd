//! Opening an SQLite database. Invariant: every connection has foreign keys on unless the URL says otherwise, and a file is in WAL mode.

use std::path::Path;
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::OpenFlags;

use super::{Sqlite, Wait, error};
use crate::{DatabaseUrl, Error, ErrorKind, Result};

/// Statements kept prepared per connection.
const STATEMENTS: usize = 256;

impl Sqlite {
    pub(crate) async fn connect(url: &DatabaseUrl) -> Result<Self> {
        let options = &url.options;
        let busy_timeout = options.busy_timeout.unwrap_or(Duration::from_secs(5));
        let connection = match url.file() {
            Some(file) => open(file, options.read_only)?,
            None => rusqlite::Connection::open_in_memory().map_err(error::classify)?,
        };
        // Waiting is done on the task, not in SQLite: see `Wait`.
        connection.busy_timeout(Duration::ZERO).map_err(error::classify)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        let mut driver = Sqlite {
            connection: Mutex::new(connection),
            busy_timeout,
            on_disk: url.file().is_some(),
            commits_wait: false,
            changes_at_begin: 0,
            query_only: false,
            lost: false,
        };

        let on = if options.foreign_keys.unwrap_or(true) { "ON" } else { "OFF" };
        driver.simple(&format!("PRAGMA foreign_keys = {on}")).await?;
        if url.file().is_some() && !options.read_only {
            let journal = options.journal_mode.as_deref().unwrap_or("wal");
            let synchronous = options.synchronous.as_deref().unwrap_or("normal");
            // Both come from a fixed list. Two connections that open a new file at once may meet here, hence the wait.
            let opened = driver.pragma(&format!("PRAGMA journal_mode = {journal}")).await;
            opened.map_err(|e| name_what_is_none(url.file(), e))?;
            driver.simple(&format!("PRAGMA synchronous = {synchronous}")).await?;
            driver.commits_wait = !matches!((journal, synchronous), (_, "off") | ("wal", "normal"));
        }
        Ok(driver)
    }

    /// A pragma that answers with a row, which is not read.
    async fn pragma(&mut self, sql: &str) -> Result<()> {
        let mut wait = Wait::new(self.busy_timeout);
        loop {
            let connection = self.connection.get_mut();
            match connection.query_row(sql, [], |_| Ok(())).map_err(error::classify) {
                Err(e) if e.kind() == ErrorKind::Locked && wait.again().await => {}
                done => return done,
            }
        }
    }
}

fn open(file: &Path, read_only: bool) -> Result<rusqlite::Connection> {
    let mode = if read_only {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    } else {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
    };
    // A connection is used by one task at a time, so SQLite's own mutex would only cost.
    rusqlite::Connection::open_with_flags(file, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|e| explain(file, read_only, e))
}

/// A file of another kind is opened without a word, and refused by the first statement, which does not name it.
fn name_what_is_none(file: Option<&Path>, e: Error) -> Error {
    match file {
        Some(file) if error::is_no_database(&e) => {
            let shown = file.display();
            let why = format!(
                "{shown} is no SQLite database: correct the path in the URL (an encrypted database cannot be read either)"
            );
            Error::new(ErrorKind::Connection, why).with_source(e)
        }
        _ => e,
    }
}

/// SQLite only says "unable to open database file"; the reason is found here.
fn explain(file: &Path, read_only: bool, e: rusqlite::Error) -> Error {
    let shown = file.display();
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let (kind, why) = if !folder.is_dir() {
        (
            ErrorKind::Connection,
            format!(
                "its folder {} does not exist; create it, or correct the path in the URL",
                folder.display()
            ),
        )
    } else if file.is_dir() {
        (ErrorKind::Connection, String::from("it is a folder; the URL must name a file"))
    } else if !file.exists() && read_only {
        (ErrorKind::Connection, String::from("it does not exist, and mode=ro creates nothing"))
    } else {
        (
            ErrorKind::ReadOnly,
            format!("check that this user may read and write it and its folder {}", folder.display()),
        )
    };
    Error::new(kind, format!("cannot open the SQLite database {shown}: {why}")).with_source(e)
}
