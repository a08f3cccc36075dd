//! [`DatabaseUrl`]: `scheme://user:password@host:port/database?option=value`. Invariant: it prints without its password.

use std::fmt;

use rebis_sql::Dialect;

use crate::Result;

/// A database's URL, parsed.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    _private: (),
}

impl DatabaseUrl {
    /// Parses a URL.
    ///
    /// # Errors
    /// When a part is missing or wrong; the error says which and shows the right form.
    pub fn parse(url: &str) -> Result<Self> {
        let _ = url;
        unimplemented!()
    }

    /// The database it speaks of, as far as the scheme tells (a `mysql://` server may turn out to be MariaDB).
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        unimplemented!()
    }

    /// The same URL with a relative SQLite file taken relative to `base`.
    #[must_use]
    pub fn relative_to(self, base: &std::path::Path) -> Self {
        let _ = base;
        self
    }

    /// The file of an SQLite database that is one.
    #[must_use]
    pub fn file(&self) -> Option<&std::path::Path> {
        None
    }

    /// The database's name: the path without its slash.
    #[must_use]
    pub fn database(&self) -> &str {
        unimplemented!()
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("")
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
