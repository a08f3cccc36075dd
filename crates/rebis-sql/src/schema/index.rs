//! [`Index`]: what is indexed and how.

/// An index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    /// The index's name.
    pub name: String,
    /// What it indexes, in order.
    pub keys: Vec<IndexKey>,
    /// Whether it forbids duplicates.
    pub unique: bool,
    /// The condition of a partial index, as SQL.
    pub filter: Option<String>,
    /// The method (PostgreSQL: btree, gin …), when not the default.
    pub method: Option<String>,
    /// Columns stored beside the key (PostgreSQL INCLUDE).
    pub include: Vec<String>,
}

impl Index {
    /// An index of that name over columns.
    pub fn new<C: Into<String>>(name: impl Into<String>, columns: impl IntoIterator<Item = C>) -> Self {
        Index {
            name: name.into(),
            keys: columns
                .into_iter()
                .map(|c| IndexKey::Column { name: c.into(), descending: false })
                .collect(),
            ..Index::default()
        }
    }

    /// The same index, unique.
    #[must_use]
    pub fn unique(mut self) -> Self {
        self.unique = true;
        self
    }
}

/// One part of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexKey {
    /// A column.
    Column {
        /// Its name.
        name: String,
        /// Sorted from high to low.
        descending: bool,
    },
    /// An expression, as SQL.
    Expression(String),
}
