//! `INSERT … SELECT`. Invariant: what the query gives fits into the columns, one for one, or it does not compile.

use rebis_sql::{Insert, Name};

use super::insert::InsertStatement;
use super::select::SelectStatement;
use super::selection::Selection;
use super::upsert::Columns;
use crate::expr::Column;
use crate::model::Model;

/// A type whose values fit into a column of type `T`: itself, also where the column allows NULL and it does not.
#[diagnostic::on_unimplemented(
    message = "a value of type `{Self}` does not fit into a column of type `{T}`",
    label = "expected `{T}`"
)]
pub trait FitsInto<T> {}

impl<T> FitsInto<T> for T {}
impl<T> FitsInto<Option<T>> for T {}

/// Rows that fill these columns.
#[diagnostic::on_unimplemented(
    message = "rows of `{Self}` do not fill the columns `{C}`",
    label = "select one value for each column, of its type"
)]
pub trait Fills<C> {}

impl<M, T, P: FitsInto<T>> Fills<Column<M, T>> for P {}

macro_rules! tuples {
    ($($have:ident $want:ident),+) => {
        impl<M, $($want,)+ $($have: FitsInto<$want>),+> Fills<($(Column<M, $want>,)+)> for ($($have,)+) {}
    };
}

tuples!(A X, B Y);
tuples!(A X, B Y, C Z);
tuples!(A X, B Y, C Z, D W);
tuples!(A X, B Y, C Z, D W, E V);
tuples!(A X, B Y, C Z, D W, E V, F U);

impl<M: Model> InsertStatement<M> {
    /// The rows that a query gives, written into these columns by the database itself. Other columns take their defaults of the database;
    /// those of the program are not asked.
    ///
    /// ```
    /// # use rebis_orm::*; use rebis_macros::Model; extern crate rebis_orm as rebis;
    /// # #[derive(Model, Clone, Debug)] struct User { #[column(primary_key)] id: i64, name: String, gone: bool }
    /// # #[derive(Model, Clone, Debug)] struct Archive { #[column(primary_key)] id: i64, name: String }
    /// # async fn run(db: &Database) -> Result<()> {
    /// let gone = select((User::id, User::name)).filter(User::gone);
    /// let rows = insert(Archive).from_select((Archive::id, Archive::name), gone).execute(db).await?;
    /// # let _ = rows; Ok(()) }
    /// # fn main() {}
    /// ```
    pub fn from_select<C, S>(mut self, columns: C, query: SelectStatement<S>) -> Self
    where
        C: Columns<M>,
        S: Selection<Plain: Fills<C>>,
    {
        let meta = M::meta();
        let names = columns.names().into_iter().map(Name::Borrowed).collect();
        let (select, broken) = query.into_subquery();
        let insert = Insert {
            schema: meta.schema_name(),
            columns: names,
            select: Some(Box::new(select)),
            ..Insert::into(M::TABLE)
        };
        self.push_select(insert, broken);
        self
    }
}
