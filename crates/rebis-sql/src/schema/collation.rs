//! [`Collation`]: by which rules the texts of a column are compared. Invariant: one name for each database at most.

use crate::Dialect;

/// By which rules the texts of a column are compared and sorted; on MySQL and MariaDB it also says the character set.
///
/// No two databases call their collations alike, so a name is said for all of them or for each.
///
/// ```
/// use rebis_sql::{Dialect, schema::Collation};
///
/// let one = Collation::from("C");
/// assert_eq!(one.on(Dialect::Postgres), Some("C"));
///
/// let each = Collation::from([(Dialect::Sqlite, "NOCASE"), (Dialect::MySql, "utf8mb4_general_ci")]);
/// assert_eq!(each.on(Dialect::Sqlite), Some("NOCASE"));
/// // What is said for MySQL holds on MariaDB, unless something else is said for that.
/// assert_eq!(each.on(Dialect::MariaDb), Some("utf8mb4_general_ci"));
/// assert_eq!(each.on(Dialect::Postgres), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collation(Vec<(Option<Dialect>, String)>);

impl Collation {
    /// Its name on a database; none where the database's own rules hold.
    #[must_use]
    pub fn on(&self, dialect: Dialect) -> Option<&str> {
        let said = |of: Option<Dialect>| self.0.iter().find(|(d, _)| *d == of).map(|(_, name)| name.as_str());
        let alike = || dialect.alike().and_then(|d| said(Some(d)));
        said(Some(dialect)).or_else(alike).or_else(|| said(None))
    }

    /// The names that were said: each for a database, or for all that have none of their own.
    pub fn names(&self) -> impl Iterator<Item = (Option<Dialect>, &str)> {
        self.0.iter().map(|(dialect, name)| (*dialect, name.as_str()))
    }
}

impl From<&str> for Collation {
    fn from(name: &str) -> Self {
        Collation(vec![(None, name.to_owned())])
    }
}

impl From<String> for Collation {
    fn from(name: String) -> Self {
        Collation(vec![(None, name)])
    }
}

impl<const N: usize> From<[(Dialect, &str); N]> for Collation {
    fn from(names: [(Dialect, &str); N]) -> Self {
        names.into_iter().map(|(dialect, name)| (Some(dialect), name.to_owned())).collect()
    }
}

/// Of several names for one database the last counts.
impl FromIterator<(Option<Dialect>, String)> for Collation {
    fn from_iter<I: IntoIterator<Item = (Option<Dialect>, String)>>(names: I) -> Self {
        let mut all: Vec<(Option<Dialect>, String)> = Vec::new();
        for (dialect, name) in names {
            all.retain(|(d, _)| *d != dialect);
            all.push((dialect, name));
        }
        Collation(all)
    }
}
