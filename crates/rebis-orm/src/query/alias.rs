//! [`alias()`]: a model's table under a second name. Invariant: an alias is a value of one word beside its type; its columns are those of the
//! model, reached with [`Alias::col`].

use std::marker::PhantomData;

use rebis_sql::{Expr, Name};

use crate::expr::{Column, Expression, Origin};
use crate::model::{EntityOf, Model};

/// A model under another name in a query: what [`alias()`] makes.
pub struct Alias<M> {
    pub(crate) name: &'static str,
    /// Whether it is the model's table; else rows of that shape come from a subquery or a common table expression of that name.
    pub(crate) of_table: bool,
    of: PhantomData<fn() -> M>,
}

/// Gives a model a second name, so that its table can stand in a query twice.
///
/// ```
/// # use rebis_orm::*; use rebis_macros::Model; extern crate rebis_orm as rebis;
/// #[derive(Model, Clone, Debug)]
/// struct Employee {
///     #[column(primary_key)]
///     id: i64,
///     name: String,
///     manager_id: Option<i64>,
/// }
/// # fn main() {
/// let manager = alias(Employee, "manager");
/// let query = select((Employee::name, manager.col(Employee::name)))
///     .join_on(manager, Employee::manager_id.eq(manager.col(Employee::id)));
/// assert_eq!(
///     query.sql(rebis_sql::Dialect::Sqlite),
///     r#"SELECT "employee"."name", "manager"."name" FROM "employee" JOIN "employee" AS "manager" ON "employee"."manager_id" = "manager"."id""#
/// );
/// # }
/// ```
#[must_use]
pub fn alias<M: Model>(model: EntityOf<M>, name: &'static str) -> Alias<M> {
    let _ = model;
    Alias { name, of_table: true, of: PhantomData }
}

impl<M: Model> Alias<M> {
    /// Rows of the model's shape from a subquery or a common table expression of that name.
    pub(crate) fn of_rows(name: &'static str) -> Self {
        Alias { name, of_table: false, of: PhantomData }
    }

    /// A column of the model under this name.
    pub fn col<T>(self, column: Column<M, T>) -> Expression<T> {
        let (table, index) = (Name::Borrowed(self.name), column.index());
        let expr = match M::DEF.columns.get(index).and_then(|c| c.kind) {
            Some(_) if self.of_table => M::DEF.column_expr(Some(&table), index),
            _ => Expr::Column { table: Some(table), name: Name::Borrowed(column.name()) },
        };
        Expression::new(expr).within(self.of_table.then(|| self.origin()))
    }

    pub(crate) fn origin(self) -> Origin {
        Origin { model: M::meta, alias: Some(self.name) }
    }
}

impl<M> Clone for Alias<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Alias<M> {}

impl<M: Model> std::fmt::Debug for Alias<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} AS {}", M::DEF.name, self.name)
    }
}
