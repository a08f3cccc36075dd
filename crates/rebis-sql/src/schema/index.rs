//! [`Index`]: what is indexed and how.

use super::exclusion::{brackets, parts, unquoted};

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
    /// The method (PostgreSQL: btree, gin …; MySQL: hash, fulltext, spatial), when not the default.
    pub method: Option<String>,
    /// Columns stored beside the key (PostgreSQL INCLUDE).
    pub include: Vec<String>,
    /// How much of a column is indexed, where that is not all of it (MySQL, MariaDB; others index all): characters of a text, bytes of binary data.
    pub lengths: Vec<(String, u32)>,
    /// How it is stored, with what says the database: `postgresql_fillfactor`. Each database takes its own.
    pub options: Vec<(String, String)>,
    /// Whether a unique one takes two NULLs for duplicates (PostgreSQL 15).
    pub nulls_not_distinct: bool,
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

/// An index's expression, and what stands behind it in an index: `lower(a) text_pattern_ops DESC NULLS LAST` is `lower(a)` and the rest.
#[must_use]
pub fn split_key(sql: &str) -> (&str, &str) {
    let mut end = sql.trim_end().len();
    let mut last = |wanted: &dyn Fn(&str) -> bool| {
        let text = &sql[..end];
        let at = text.rfind(char::is_whitespace).map_or(0, |i| i + 1);
        let fits = at > 0 && wanted(&text[at..]);
        if fits {
            end = text[..at].trim_end().len();
        }
        fits
    };
    let word =
        |words: &'static [&'static str]| move |text: &str| words.iter().any(|w| text.eq_ignore_ascii_case(w));
    if last(&word(&["FIRST", "LAST"])) && !last(&word(&["NULLS"])) {
        return (sql.trim(), "");
    }
    last(&word(&["ASC", "DESC"]));
    last(&|text| text.ends_with("_ops"));
    (sql[..end].trim_start(), sql[end..].trim())
}

/// The keys of an index as its `CREATE INDEX` lists them.
///
/// ```
/// use rebis_sql::schema::keys_of;
///
/// let sql = "CREATE INDEX \"ix (a)\" ON t USING btree (lower(a) COLLATE \"C\" DESC, coalesce(b, ','::text))";
/// assert_eq!(keys_of(sql), ["lower(a) COLLATE \"C\" DESC", "coalesce(b, ','::text)"]);
/// ```
#[must_use]
pub fn keys_of(create_index: &str) -> Vec<&str> {
    let open = unquoted(create_index).find(|(_, c)| *c == '(');
    let keys = open.and_then(|(at, _)| brackets(&create_index[at..]));
    keys.map(|(keys, _)| parts(keys).into_iter().map(str::trim).collect()).unwrap_or_default()
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
    /// An expression, as SQL. An operator class, `ASC`, `DESC`, `NULLS FIRST` and `NULLS LAST` may stand behind it.
    Expression(String),
}
