//! Pages by keys: each begins after the last row of the one before. Invariant: no row is shown twice or left out because rows before it came or
//! went, and a page costs the same however far it is from the start.

use rebis_engine::Row;
use rebis_sql::expr::AfterKey;
use rebis_sql::{Cell, Expr, Name, Select, Value};

use super::cursor::Cursor;
use super::runner::Runner;
use super::select::SelectStatement;
use super::selection::{Arrivals, Selection};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Order;
use crate::relation::multiplies;
use crate::session::Session;

/// One page of a query's rows, and where the next one begins.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct KeysetPage<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// Where the next page begins; none on the last one.
    pub next: Option<Cursor>,
}

impl<S: Selection> SelectStatement<S> {
    /// At most so many rows in this order, after those of the page that gave the cursor.
    ///
    /// The order has to end with something unique, as the primary key, or rows that are equal in it may be left out between pages. NULLs stand
    /// where the database or `nulls_first` puts them.
    ///
    /// ```
    /// # use rebis_orm::*; use rebis_macros::Model; extern crate rebis_orm as rebis;
    /// # #[derive(Model, Clone, Debug)] struct Post { #[column(primary_key)] id: i64, likes: i32 }
    /// # async fn show(db: &Database, from: Option<Cursor>) -> Result<()> {
    /// let best = || [Post::likes.desc(), Post::id.asc()];
    /// let page = select(Post).keyset(db, best(), 20, from.as_ref()).await?;
    /// let more = page.next.map(|cursor| format!("/posts?from={cursor}"));
    /// # let _ = more; Ok(()) }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    /// As [`all`](Self::all); when the query is sorted or limited otherwise, or is one of different rows; when the cursor is not one of this order.
    pub async fn keyset<R: Runner>(
        mut self,
        on: R,
        order: impl IntoIterator<Item = Order>,
        most: u64,
        after: Option<&Cursor>,
    ) -> Result<KeysetPage<R::Out<S>>> {
        let order: Vec<Order> = order.into_iter().collect();
        self.check_keyset(&order)?;
        if let Some(cursor) = after {
            let values = cursor.values();
            if values.len() != order.len() {
                return Err(Error::new(ErrorKind::State, "the cursor belongs to another order")
                    .advise("use a cursor only with the query that gave it"));
            }
            let keys = order.iter().zip(values).map(|(Order(key, nullable), value)| AfterKey {
                key: key.clone(),
                nullable: nullable.0,
                value: value.clone(),
            });
            let after = Expr::After(keys.collect());
            self.select.and_where(after);
        }
        let (most, keys) = (most.max(1), order.len());
        self.select.columns.extend(order.iter().map(|Order(key, _)| key.expr.clone().into()));
        self.select.order_by = order.into_iter().map(|Order(key, _)| key).collect();
        self.select.limit = Some(most.saturating_add(1));
        let mut rows = on.keyed_rows(self).await?;
        let full = rows.len() as u64 > most;
        rows.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        let next = match rows.last() {
            // What relations that are loaded by a join select stands behind the keys.
            Some((_, values)) if full => Some(Cursor::new(values.iter().take(keys).cloned().collect())?),
            _ => None,
        };
        Ok(KeysetPage { items: rows.into_iter().map(|(item, _)| item).collect(), next })
    }

    fn check_keyset(&self, order: &[Order]) -> Result<()> {
        let s = &self.select;
        let wrong = |what: &str, advice: &str| Err(Error::new(ErrorKind::State, what).advise(advice));
        if order.is_empty() {
            return wrong("a keyset page has no order", "sort by at least one column, the last one unique");
        }
        if !s.order_by.is_empty() || s.limit.is_some() || s.offset.is_some() {
            return wrong(
                "a keyset page is sorted and limited by its own arguments",
                "leave out `order_by`, `limit` and `offset`",
            );
        }
        if multiplies(&self.loading) {
            return wrong(
                "a keyset page reads its keys with the rows, and a collection that is joined would multiply both",
                "leave out `.joined()`: the collection is loaded for the whole page by one statement more",
            );
        }
        if s.distinct.is_some() || !s.compounds.is_empty() {
            return wrong(
                "a keyset page reads its keys with the rows, which would change what is distinct",
                "make the query a subquery with `derived(…)` and select from it",
            );
        }
        Ok(())
    }
}

/// A row and the keys that it was sorted by.
pub(crate) type WithKeys<T> = (T, Vec<Value>);

/// A selection, and the keys that stand after it in the row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keyed<S>(S);

impl<S: Selection> Selection for Keyed<S> {
    type Tracked = WithKeys<S::Tracked>;
    type Plain = WithKeys<S::Plain>;
    type Maps = S::Maps;
    type Columns = S::Columns;

    fn list(&self, select: &mut Select) {
        self.0.list(select);
    }

    fn columns(table: &'static str, names: &[Name], at: &mut usize, clash: &mut Option<Name>) -> S::Columns {
        S::columns(table, names, at, clash)
    }

    fn maps(session: &Session) -> Self::Maps {
        S::maps(session)
    }

    fn plain(row: &Row<'_>, at: &mut usize) -> rebis_engine::Result<Self::Plain> {
        Ok((S::plain(row, at)?, rest(row, *at)?))
    }

    fn tracked(
        maps: &Self::Maps,
        arrivals: &mut Arrivals,
        row: &Row<'_>,
        at: &mut usize,
    ) -> rebis_engine::Result<Self::Tracked> {
        Ok((S::tracked(maps, arrivals, row, at)?, rest(row, *at)?))
    }
}

fn rest(row: &Row<'_>, at: usize) -> rebis_engine::Result<Vec<Value>> {
    (at..row.len()).map(|i| Ok(value_of(row.cell(i)?))).collect()
}

/// The value that finds the cell again. What cannot be a key becomes JSON's null, which a cursor refuses.
fn value_of(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Bool(v) => Value::Bool(v),
        Cell::Int(v) => Value::Int(v),
        Cell::UInt(v) => Value::Decimal(v.into()),
        Cell::Float32(v) => Value::Float(v.into()),
        Cell::Float(v) => Value::Float(v),
        Cell::Decimal(v) => Value::Decimal(v),
        Cell::Text(v) => Value::Text(v.to_owned()),
        Cell::Bytes(v) => Value::Bytes(v.to_vec()),
        Cell::Date(v) => Value::Date(v),
        Cell::Time(v) => Value::Time(v),
        Cell::DateTime(v) => Value::DateTime(v),
        Cell::DateTimeUtc(v) => Value::DateTimeUtc(v),
        Cell::Uuid(v) => Value::Uuid(v),
        _ => Value::Json(serde_json::Value::Null),
    }
}
