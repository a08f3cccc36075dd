//! [`BulkInsert`]: the text of an INSERT of many rows, without the rows. Invariant: the text depends on the shape only, so that it is
//! prepared once for all statements of that shape.

use crate::compile::{Result, Writer};
use crate::{Compiled, Dialect, Insert};

/// An INSERT whose values the caller binds itself, in the order that its [`layout`](BulkInsert::layout) says.
///
/// ```
/// use rebis_sql::{Dialect, Insert, stmt::{BulkInsert, BulkLayout}};
/// let insert = Insert { columns: vec!["name".into(), "age".into()], ..Insert::into("user") };
/// let bulk = BulkInsert::new(&insert, Dialect::Sqlite);
/// assert_eq!(bulk.sql(2)?, r#"INSERT INTO "user" ("name", "age") VALUES (?, ?), (?, ?)"#);
/// let types = ["text".to_owned(), "int4".to_owned()];
/// let bulk = BulkInsert::new(&insert, Dialect::Postgres).of_arrays(Some(&types));
/// assert_eq!(bulk.layout(), BulkLayout::Columns);
/// assert_eq!(bulk.sql(2)?, r#"INSERT INTO "user" ("name", "age") SELECT * FROM unnest($1::text[], $2::int4[])"#);
/// # Ok::<(), rebis_sql::CompileError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct BulkInsert<'a> {
    insert: &'a Insert,
    dialect: Dialect,
    /// The types of the arrays that the rows come from, as the server spells them.
    arrays: Option<&'a [String]>,
}

/// In which order the values of a [`BulkInsert`] are bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkLayout {
    /// One bind for each value, row by row.
    Rows,
    /// One array for each column: the statement is the same for any number of rows.
    Columns,
}

impl<'a> BulkInsert<'a> {
    /// Columns, conflict rule and RETURNING are those of `insert`, whose rows are not looked at.
    #[must_use]
    pub fn new(insert: &'a Insert, dialect: Dialect) -> Self {
        BulkInsert { insert, dialect, arrays: None }
    }

    /// Takes the rows out of arrays, one for each column, where the types of their elements are given.
    #[must_use]
    pub fn of_arrays(self, types: Option<&'a [String]>) -> Self {
        BulkInsert { arrays: types.filter(|t| t.len() == self.insert.columns.len() && !t.is_empty()), ..self }
    }

    /// The order of the binds.
    #[must_use]
    pub fn layout(&self) -> BulkLayout {
        if self.arrays.is_some() { BulkLayout::Columns } else { BulkLayout::Rows }
    }

    /// The most rows that one statement takes, when `limit` is the most that is wanted.
    #[must_use]
    pub fn most_rows(&self, limit: usize) -> usize {
        match (self.layout(), self.insert.columns.len()) {
            // A row of defaults only cannot share a statement.
            (_, 0) => 1,
            (BulkLayout::Columns, _) => limit,
            (BulkLayout::Rows, n) => (self.dialect.capabilities().max_binds / n).clamp(1, limit),
        }
    }

    /// The text for so many rows.
    ///
    /// # Errors
    /// When the database lacks what the statement needs.
    pub fn sql(&self, rows: usize) -> Result<String> {
        let mut out = Compiled::default();
        Writer::new(self.dialect, &mut out).insert_with(self.insert, |w| match self.arrays {
            Some(types) => {
                let rules = w.rules();
                rules.unnest(w, types)
            }
            None => {
                w.push("VALUES ");
                w.placeholder_rows(rows, self.insert.columns.len());
                Ok(())
            }
        })?;
        Ok(out.sql)
    }
}

impl Writer<'_> {
    fn placeholder_rows(&mut self, rows: usize, columns: usize) {
        let mut n = 0;
        for row in 0..rows {
            self.push(if row == 0 { "(" } else { ", (" });
            for column in 0..columns {
                if column > 0 {
                    self.push(", ");
                }
                n += 1;
                self.placeholder(n);
            }
            self.push(")");
        }
    }
}
