//! What an [`insert()`](super::insert()) does with rows that are there, and what it gives back. Invariant: a database that cannot do it says
//! so when the statement is run; nothing is left out.

use std::marker::PhantomData;

use rebis_sql::Name;
use rebis_sql::stmt::OnConflict;

use super::bulk::BulkRunner;
use super::insert::InsertStatement;
use super::returning::listed;
use super::selection::Selection;
use crate::error::Result;
use crate::expr::{Column, Operand};
use crate::model::Model;

/// Columns of one model: a column, or a tuple of up to six.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are no columns of `{M}`",
    label = "expected a column like `User::email`, or a tuple of columns of one model"
)]
pub trait Columns<M> {
    #[doc(hidden)]
    fn names(self) -> Vec<&'static str>;
}

impl<M, T> Columns<M> for Column<M, T> {
    fn names(self) -> Vec<&'static str> {
        vec![self.name()]
    }
}

macro_rules! tuples {
    ($($part:ident $at:tt),+) => {
        impl<M, $($part),+> Columns<M> for ($(Column<M, $part>,)+) {
            fn names(self) -> Vec<&'static str> {
                vec![$(self.$at.name()),+]
            }
        }
    };
}

tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
tuples!(A 0, B 1, C 2, D 3, E 4);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5);

/// An insert that meets rows that are there: say what becomes of them.
#[derive(Debug)]
#[must_use = "say what becomes of the rows that are there: `do_nothing`, `update` or `set_to`"]
pub struct Conflict<M> {
    statement: InsertStatement<M>,
    columns: Vec<Name>,
}

impl<M: Model> InsertStatement<M> {
    /// When a row with the same values in these columns is there: `.on_conflict(User::email).do_nothing()`.
    ///
    /// The columns have to be the primary key or a unique key. MySQL takes whichever unique key is met.
    pub fn on_conflict(self, columns: impl Columns<M>) -> Conflict<M> {
        Conflict { statement: self, columns: names(columns) }
    }

    /// Gives something back of each row written, in place of their number: `.returning(User::id)`. Where the database cannot
    /// (MySQL), running it is an error.
    pub fn returning<S: Selection>(mut self, what: S) -> InsertReturning<M, S> {
        self.returning = listed(&what);
        InsertReturning { statement: self, of: PhantomData }
    }
}

impl<M: Model> Conflict<M> {
    /// Leaves the row that is there.
    pub fn do_nothing(self) -> InsertStatement<M> {
        let conflict = OnConflict::DoNothing { columns: self.columns };
        self.statement.meeting(conflict)
    }

    /// Gives these columns of the row that is there the values that were to be inserted. On MySQL such a row counts as two.
    pub fn update(self, columns: impl Columns<M>) -> InsertStatement<M> {
        let conflict =
            OnConflict::Update { columns: self.columns, excluded: names(columns), set: Vec::new() };
        self.statement.meeting(conflict)
    }

    /// Gives a column of the row that is there the value of an expression: `.set_to(Page::hits, Page::hits.plus(1))`.
    pub fn set_to<T>(self, column: Column<M, T>, value: impl Operand<T>) -> InsertStatement<M> {
        let set = vec![(Name::Borrowed(column.name()), value.into_expr())];
        let conflict = OnConflict::Update { columns: self.columns, excluded: Vec::new(), set };
        self.statement.meeting(conflict)
    }
}

fn names<M>(columns: impl Columns<M>) -> Vec<Name> {
    columns.names().into_iter().map(Name::Borrowed).collect()
}

/// An INSERT that gives something back.
#[derive(Debug)]
#[must_use = "a statement does nothing until it is run"]
pub struct InsertReturning<M, S> {
    statement: InsertStatement<M>,
    of: PhantomData<fn() -> S>,
}

impl<M: Model, S: Selection> InsertReturning<M, S> {
    /// Runs it as [`InsertStatement::execute`] does. Models come back as plain structs, also from a session.
    ///
    /// Rows that `do_nothing` left as they are give nothing back; on MariaDB they come back as they are.
    ///
    /// # Errors
    /// What the database says, also that it cannot give rows back; when a row has relations.
    pub async fn all<R: BulkRunner>(self, on: R) -> Result<Vec<S::Plain>> {
        on.house(M::meta())?;
        let session = on.session();
        let Some((parts, changes)) = self.statement.parts()? else { return Ok(Vec::new()) };
        let rows = on.insert_returning::<S>(parts).await?;
        if changes {
            R::after::<M>(session).await?;
        }
        Ok(rows)
    }
}
