//! [`Server`]: the databases beside the one that a URL names, made and dropped whole.
//!
//! **Invariant.** Only plain names are taken (small letters, digits, `_`), so a name is never more than a name; each call has a connection
//! of its own, which is closed before it returns.

use crate::driver::databases::{self, Statements};
use crate::{DatabaseUrl, Engine, Error, ErrorKind, Result};

/// The longest name that every server takes.
const LONGEST: usize = 63;

/// The server of a URL. The URL's own database must be there: it is what one connects to, and it is not touched.
///
/// ```no_run
/// # async fn example() -> Result<(), rebis_engine::Error> {
/// use rebis_engine::{DatabaseUrl, Server};
///
/// let server = Server::of(&DatabaseUrl::parse("postgres://127.0.0.1/postgres")?)?;
/// server.create("shop_of_a_test").await?;
/// server.drop("shop_of_a_test").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Server {
    url: DatabaseUrl,
}

impl Server {
    /// The server of that URL. Does no I/O.
    ///
    /// # Errors
    /// When the URL's database is a file, or in memory: there is no server then.
    pub fn of(url: &DatabaseUrl) -> Result<Self> {
        let server = Server { url: url.clone() };
        server.statements()?;
        Ok(server)
    }

    /// The URL of the database of that name.
    #[must_use]
    pub fn url(&self, name: &str) -> DatabaseUrl {
        self.url.clone().with_database(name)
    }

    /// The names of its databases.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub async fn databases(&self) -> Result<Vec<String>> {
        let sql = self.statements()?.list;
        let engine = self.engine()?;
        let names = async { engine.acquire().await?.fetch_values::<String>(sql, &[]).await }.await;
        engine.dispose().await;
        names
    }

    /// Makes an empty database.
    ///
    /// # Errors
    /// When the name is none, or taken, or this user may not.
    pub async fn create(&self, name: &str) -> Result<()> {
        self.run((self.statements()?.create)(checked(name)?)).await
    }

    /// Makes a database that holds what another one holds; `false`, and nothing done, where the server cannot copy databases. Nobody
    /// may be connected to the one that is copied.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub async fn copy(&self, from: &str, to: &str) -> Result<bool> {
        let Some(copy) = self.statements()?.copy else { return Ok(false) };
        self.run(copy(checked(from)?, checked(to)?)).await?;
        Ok(true)
    }

    /// Gives a database another name; `false`, and nothing done, where the server cannot. Nobody may be connected to it.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub async fn rename(&self, from: &str, to: &str) -> Result<bool> {
        let Some(rename) = self.statements()?.rename else { return Ok(false) };
        self.run(rename(checked(from)?, checked(to)?)).await?;
        Ok(true)
    }

    /// Drops a database with all that it holds, if it is there. PostgreSQL ends the connections to it; MariaDB and MySQL wait five seconds for
    /// transactions that use it.
    ///
    /// # Errors
    /// When the name is none, or this user may not, or a transaction goes on using it.
    pub async fn drop(&self, name: &str) -> Result<()> {
        self.run((self.statements()?.drop)(checked(name)?)).await
    }

    fn statements(&self) -> Result<Statements> {
        databases::statements(self.url.dialect()).ok_or_else(|| {
            Error::new(
                ErrorKind::Url,
                "this database is a file or in memory, and has no server to make others on",
            )
        })
    }

    fn engine(&self) -> Result<Engine> {
        Engine::builder(self.url.clone()).pool_size(1).max_overflow(0).build()
    }

    async fn run(&self, sql: String) -> Result<()> {
        let engine = self.engine()?;
        let done = async { engine.acquire().await?.script(&sql).await }.await;
        engine.dispose().await;
        done
    }
}

fn checked(name: &str) -> Result<&str> {
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if plain && !name.is_empty() && name.len() <= LONGEST && !name.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(name);
    }
    let what = format!(
        "{name:?} is no name for a database here: small letters, digits and _, at most {LONGEST} of them, and a letter first"
    );
    Err(Error::new(ErrorKind::Other, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_name() {
        for wrong in ["", "a b", "a;DROP DATABASE b", "\"a\"", "1a", "Shop", &"a".repeat(64)] {
            assert!(checked(wrong).is_err(), "{wrong}");
        }
        assert_eq!(checked("rebis_test_1").ok(), Some("rebis_test_1"));
    }

    #[test]
    fn a_file_has_no_server() {
        for url in ["sqlite://", "sqlite:///a.db"] {
            assert!(Server::of(&DatabaseUrl::parse(url).unwrap()).is_err(), "{url}");
        }
    }
}
