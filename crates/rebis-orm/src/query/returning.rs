//! What bulk statements give back. Invariant: where the database cannot give rows back, running the statement is an error that says so.

use std::marker::PhantomData;

use rebis_sql::{Expr, Select, Statement};

use super::bulk::{Broken, BulkRunner, check};
use super::selection::Selection;
use crate::error::Result;
use crate::model::Model;

/// An UPDATE or DELETE that gives something back of each row.
#[derive(Debug)]
#[must_use = "a statement does nothing until it is run"]
pub struct Returning<M, S> {
    statement: Statement,
    broken: Broken,
    of: PhantomData<fn() -> (M, S)>,
}

impl<M: Model, S: Selection> Returning<M, S> {
    pub(super) fn new(statement: Statement, broken: Broken) -> Self {
        Returning { statement, broken, of: PhantomData }
    }

    /// Runs it; gives what it returns of each row. Models come back as plain structs, also from a session, whose loaded objects follow.
    ///
    /// # Errors
    /// What the database says, also that it cannot give rows back.
    pub async fn all<R: BulkRunner>(self, on: R) -> Result<Vec<S::Plain>> {
        check(&self.broken)?;
        on.house(M::meta())?;
        let session = on.session();
        let rows = on.returning::<S>(self.statement).await?;
        R::after::<M>(session).await?;
        Ok(rows)
    }
}

/// What RETURNING names: the selection's columns, without their table, which some databases do not take there.
pub(super) fn listed<S: Selection>(what: &S) -> Vec<Expr> {
    let mut select = Select::default();
    what.list(&mut select);
    let bare = |expr: Expr| match expr {
        Expr::Column { name, .. } => Expr::Column { table: None, name },
        other => other,
    };
    select.columns.into_iter().map(|item| bare(item.expr)).collect()
}
