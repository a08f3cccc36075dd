//! [`Deferred`]: a column that is read only when it is asked for. Invariant: «not loaded» is a state of its own, never a default value; what
//! is loaded once is seen by every handle and every version of the row.

use std::fmt;
use std::sync::{Arc, OnceLock, Weak};

use rebis_sql::{Cell, ColumnType, DecodeError, SqlType, Value};
use serde::ser::{Serialize, Serializer};

use super::{AnyInstance, Object, UNLOADED};
use crate::error::{Error, ErrorKind, Result};
use crate::relation::load_column;
use crate::session::FetchMode;

/// A column that queries leave out until it is asked for: `pub body: Deferred<String>`.
///
/// `article.body.get().await?` reads it, for all objects of the same query result in one statement; `select(Article).with(Article::body)`
/// brings it with a query. To write it: `article.edit().body = "…".into()`. In a query, `Article::body` is a column like any other.
///
/// ```
/// # extern crate rebis_orm as rebis;
/// use rebis::{Database, Deferred, select};
/// use rebis_macros::Model;
///
/// #[derive(Model, Clone, Debug)]
/// pub struct Article {
///     #[column(primary_key)]
///     pub id: i64,
///     pub title: String,
///     pub body: Deferred<String>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rebis::Result<()> {
/// let db = Database::connect("sqlite://")?;
/// db.create_all().await?;
/// let session = db.session();
/// session.add(Article::builder().title("On tides").body("Very long"));
/// session.commit().await?;
///
/// let session = db.session();
/// let article = session.get_or_404(Article, 1).await?;
/// assert!(article.body.loaded().is_err());
/// assert_eq!(article.body.get().await?, "Very long");
/// # Ok(())
/// # }
/// ```
pub struct Deferred<T> {
    owner: Option<(Weak<dyn AnyInstance>, u16)>,
    value: Arc<OnceLock<T>>,
}

impl<T> Deferred<T> {
    /// A value, to be written.
    #[must_use]
    pub fn new(value: T) -> Self {
        Deferred { owner: None, value: Arc::new(OnceLock::from(value)) }
    }

    /// The value without I/O.
    ///
    /// # Errors
    /// When it is not loaded; never a default value instead.
    pub fn loaded(&self) -> Result<&T> {
        self.value.get().ok_or_else(|| match self.owner() {
            Ok((owner, column)) => not_loaded(&owner, column),
            Err(error) => error,
        })
    }

    /// Whether it is loaded.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.value.get().is_some()
    }

    /// The value, read when it is not loaded: for all objects of the same query result in one statement (see [`FetchMode`]).
    ///
    /// # Errors
    /// When the object is in no session, its row is gone, or the session forbids it; and what the database says.
    pub async fn get(&self) -> Result<&T> {
        if let Some(value) = self.value.get() {
            return Ok(value);
        }
        let (owner, column) = self.owner()?;
        load_deferred(&owner, column).await?;
        self.value.get().ok_or_else(|| gone(&owner, column))
    }

    fn owner(&self) -> Result<(Object, usize)> {
        let what = match &self.owner {
            Some((owner, column)) => match owner.upgrade() {
                Some(owner) => return Ok((owner, usize::from(*column))),
                None => {
                    "this struct was copied out of an entity that is gone, so its deferred columns are out of reach"
                }
            },
            None => "a plain struct's deferred columns are not read",
        };
        Err(Error::new(ErrorKind::Detached, what).advise(
            "run the query on a `Session` to get entities, whose deferred columns load; or select the column itself beside the model",
        ))
    }

    /// For the derive: whose column it is.
    #[doc(hidden)]
    pub(crate) fn attach(&mut self, owner: &Weak<dyn AnyInstance>, column: usize) {
        self.owner = Some((Weak::clone(owner), column as u16));
    }

    /// For the derive: the value that was read. What was set in between stays.
    #[doc(hidden)]
    #[allow(clippy::missing_errors_doc)]
    pub fn fill(&self, cell: Cell<'_>) -> Result<(), DecodeError>
    where
        T: ColumnType,
    {
        let value = T::from_cell(cell)?;
        self.value.get_or_init(|| value);
        Ok(())
    }

    /// For the derive: whether this is another value than in an earlier version of the row. What is not loaded says nothing.
    #[doc(hidden)]
    #[must_use]
    pub fn differs(&self, old: &Self) -> bool
    where
        T: PartialEq,
    {
        !Arc::ptr_eq(&self.value, &old.value) && self.is_loaded() && self.value.get() != old.value.get()
    }
}

/// Reads a deferred column as the session's fetch mode says: for the object's peers too, for it alone, or not at all.
pub(crate) async fn load_deferred(owner: &Object, column: usize) -> Result<()> {
    let group = owner.status().group.clone();
    let Some((group, session)) = group.and_then(|g| g.session.upgrade().map(|s| (g, s))) else {
        return Err(Error::new(
            ErrorKind::Detached,
            format!(
                "{} cannot be loaded: its object is in no session, or its session is gone",
                name(owner, column)
            ),
        )
        .on(owner.meta().def.name)
        .advise(format!(
            "keep the session while you load, or load with the query: {}",
            with(owner, column)
        )));
    };
    let mut owners = vec![Arc::clone(owner)];
    match group.fetch.unwrap_or_else(|| session.fetch_mode()) {
        FetchMode::Raise => {
            return Err(Error::new(
                ErrorKind::NotLoaded,
                format!(
                    "{} is not loaded, and its query or session forbids to load it later",
                    name(owner, column)
                ),
            )
            .on(owner.meta().def.name)
            .advise(format!("load it with the query: {}", with(owner, column))));
        }
        FetchMode::One => {}
        FetchMode::Peers => owners.extend(group.peers(owner)),
    }
    session.autoflush().await?;
    load_column(&session, owner.meta(), owners, column).await
}

pub(crate) fn gone(owner: &Object, column: usize) -> Error {
    Error::new(ErrorKind::NotFound, format!("{} cannot be loaded: the row is gone", name(owner, column)))
        .on(owner.meta().def.name)
}

/// `Article.body of Article(1)`
fn name(owner: &Object, column: usize) -> String {
    let meta = owner.meta();
    format!("the column {}.{} of {}", meta.def.name, meta.def.columns[column].field, owner.label())
}

fn with(owner: &Object, column: usize) -> String {
    let meta = owner.meta();
    format!("`select({0}).with({0}::{1})`", meta.def.name, meta.def.columns[column].field)
}

pub(crate) fn not_loaded(owner: &Object, column: usize) -> Error {
    let field = owner.meta().def.columns[column].field;
    Error::new(ErrorKind::NotLoaded, format!("{} is deferred and not loaded", name(owner, column)))
        .on(owner.meta().def.name)
        .advise(format!("load it with `.{field}.get().await?`, or with the query: {}", with(owner, column)))
}

impl<T> Default for Deferred<T> {
    /// Not loaded.
    fn default() -> Self {
        Deferred { owner: None, value: Arc::default() }
    }
}

impl<T> Clone for Deferred<T> {
    fn clone(&self) -> Self {
        Deferred { owner: self.owner.clone(), value: Arc::clone(&self.value) }
    }
}

impl<T> From<T> for Deferred<T> {
    fn from(value: T) -> Self {
        Deferred::new(value)
    }
}

impl From<&str> for Deferred<String> {
    fn from(value: &str) -> Self {
        Deferred::new(value.to_owned())
    }
}

impl<T: PartialEq> PartialEq for Deferred<T> {
    /// Equal values, or both not loaded.
    fn eq(&self, other: &Self) -> bool {
        self.value.get() == other.value.get()
    }
}

impl<T: fmt::Debug> fmt::Debug for Deferred<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value.get() {
            Some(value) => value.fmt(f),
            None => f.write_str("<not loaded>"),
        }
    }
}

impl<T: Serialize> Serialize for Deferred<T> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.value.get() {
            Some(value) => value.serialize(s),
            None => s.serialize_unit_struct(UNLOADED),
        }
    }
}

/// Stored as `T` is; what is not loaded is written by no statement.
impl<T: ColumnType> ColumnType for Deferred<T> {
    const NULLABLE: bool = T::NULLABLE;

    fn sql_type() -> SqlType {
        T::sql_type()
    }

    fn to_value(&self) -> Value {
        self.value.get().map_or(Value::Null, T::to_value)
    }

    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        T::from_cell(cell).map(Deferred::new)
    }
}
