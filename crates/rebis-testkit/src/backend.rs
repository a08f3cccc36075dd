//! [`Backend`]: which database a test runs on, and where its server is.

/// A database that tests run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backend {
    /// SQLite, in a file of its own. Always there.
    Sqlite,
    /// PostgreSQL, at `REBIS_TEST_POSTGRES_URL`.
    Postgres,
    /// MySQL or MariaDB, at `REBIS_TEST_MYSQL_URL`.
    MySql,
}

impl Backend {
    /// Every backend.
    pub const ALL: [Backend; 3] = [Backend::Sqlite, Backend::Postgres, Backend::MySql];

    /// Where its server is: `Some("")` for SQLite, `None` when there is none and that is no failure.
    ///
    /// # Panics
    /// When there is none and `REBIS_TEST_REQUIRE_ALL` is set.
    #[must_use]
    pub fn server(self) -> Option<String> {
        let variable = match self {
            Backend::Sqlite => return Some(String::new()),
            Backend::Postgres => "REBIS_TEST_POSTGRES_URL",
            Backend::MySql => "REBIS_TEST_MYSQL_URL",
        };
        let url = std::env::var(variable).ok().filter(|url| !url.is_empty());
        let required = std::env::var("REBIS_TEST_REQUIRE_ALL").is_ok_and(|v| !v.is_empty() && v != "0");
        assert!(url.is_some() || !required, "{variable} is not set, and REBIS_TEST_REQUIRE_ALL is");
        if url.is_none() {
            println!("not tested on {self:?}: {variable} is not set");
        }
        url
    }

    /// Placeholders written as `?` in the form of this database.
    pub(crate) fn placeholders(self, sql: &str) -> String {
        if self != Backend::Postgres {
            return sql.to_owned();
        }
        let mut parts = sql.split('?');
        let mut written = parts.next().unwrap_or_default().to_owned();
        for (i, part) in parts.enumerate() {
            written.push_str(&format!("${}{part}", i + 1));
        }
        written
    }
}
