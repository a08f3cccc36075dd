//! Statements that change rows without objects. Invariant: a session that runs one flushes before it and agrees with the database after it.

use std::marker::PhantomData;

use rebis_sql::expr::Expr;
use rebis_sql::{Delete, Dialect, Insert, Name, Statement, Update, compile};

use super::run::resync;
use super::runner::Runner;
use crate::database::Database;
use crate::entity::Addable;
use crate::error::Result;
use crate::expr::{Assign, Column, Expression, Operand, Predicate};
use crate::model::{EntityOf, Model};
use crate::session::Session;

/// Where a bulk statement can run: a session also brings its objects in line.
pub trait BulkRunner: Runner {
    #[doc(hidden)]
    fn after<T: Model>(session: Option<Session>) -> impl Future<Output = Result<()>> + Send {
        async move {
            match session {
                Some(session) => resync::<T>(&session.0).await,
                None => Ok(()),
            }
        }
    }
    #[doc(hidden)]
    fn session(&self) -> Option<Session>;
}

impl BulkRunner for &Session {
    fn session(&self) -> Option<Session> {
        Some(Session::clone(self))
    }
}

impl BulkRunner for &Database {
    fn session(&self) -> Option<Session> {
        None
    }
}

impl BulkRunner for &mut rebis_engine::Connection {
    fn session(&self) -> Option<Session> {
        None
    }
}

/// An UPDATE of many rows.
#[derive(Debug)]
#[must_use = "a statement does nothing until it is run"]
pub struct UpdateStatement<M>(Update, PhantomData<fn() -> M>);

/// Updates rows of a model.
pub fn update<M: Model>(model: EntityOf<M>) -> UpdateStatement<M> {
    let _ = model;
    let meta = M::meta();
    let statement = Update {
        schema: meta.schema_name(),
        table: Name::Borrowed(M::TABLE),
        set: Vec::new(),
        filter: None,
        returning: Vec::new(),
    };
    UpdateStatement(statement, PhantomData)
}

impl<M: Model> UpdateStatement<M> {
    /// Only rows that meet the condition.
    pub fn filter(mut self, condition: impl Into<Predicate>) -> Self {
        self.0.filter = Some(and(self.0.filter.take(), condition.into()));
        self
    }

    /// Sets a column to a value.
    pub fn set<T: rebis_sql::ColumnType>(mut self, column: Column<M, T>, value: impl Assign<T>) -> Self {
        self.0.set.push((Name::Borrowed(column.name()), Expr::Value(value.assign().into_value())));
        self
    }

    /// Sets a column to an expression: `.set_to(Post::likes, Post::likes.plus(1))`.
    pub fn set_to<T>(mut self, column: Column<M, T>, value: impl Operand<T>) -> Self {
        self.0.set.push((Name::Borrowed(column.name()), value.into_expr()));
        self
    }

    /// The SQL.
    #[must_use]
    pub fn sql(&self, dialect: Dialect) -> String {
        text(&Statement::Update(self.0.clone()), dialect)
    }

    /// Runs it; gives the number of rows. Loaded objects of a session follow.
    ///
    /// # Errors
    /// What the database says.
    pub async fn execute<R: BulkRunner>(self, on: R) -> Result<u64> {
        let session = on.session();
        let done = on.execute(Statement::Update(self.0)).await?;
        R::after::<M>(session).await?;
        Ok(done.rows_affected)
    }
}

/// A DELETE of many rows.
#[derive(Debug)]
#[must_use = "a statement does nothing until it is run"]
pub struct DeleteStatement<M>(Delete, PhantomData<fn() -> M>);

/// Deletes rows of a model. Cascades of relations are the database's business here (ON DELETE).
pub fn delete<M: Model>(model: EntityOf<M>) -> DeleteStatement<M> {
    let _ = model;
    let meta = M::meta();
    let statement = Delete {
        schema: meta.schema_name(),
        table: Name::Borrowed(M::TABLE),
        filter: None,
        returning: Vec::new(),
    };
    DeleteStatement(statement, PhantomData)
}

impl<M: Model> DeleteStatement<M> {
    /// Only rows that meet the condition.
    pub fn filter(mut self, condition: impl Into<Predicate>) -> Self {
        self.0.filter = Some(and(self.0.filter.take(), condition.into()));
        self
    }

    /// The SQL.
    #[must_use]
    pub fn sql(&self, dialect: Dialect) -> String {
        text(&Statement::Delete(self.0.clone()), dialect)
    }

    /// Runs it; gives the number of rows. Loaded objects of a session follow.
    ///
    /// # Errors
    /// What the database says.
    pub async fn execute<R: BulkRunner>(self, on: R) -> Result<u64> {
        let session = on.session();
        let done = on.execute(Statement::Delete(self.0)).await?;
        R::after::<M>(session).await?;
        Ok(done.rows_affected)
    }
}

/// An INSERT of rows that become no objects.
#[derive(Debug)]
#[must_use = "a statement does nothing until it is run"]
pub struct InsertStatement<M>(Insert, PhantomData<fn() -> M>);

/// Inserts rows of a model.
pub fn insert<M: Model>(model: EntityOf<M>) -> InsertStatement<M> {
    let _ = model;
    InsertStatement(Insert { schema: M::meta().schema_name(), ..Insert::into(M::TABLE) }, PhantomData)
}

impl<M: Model> InsertStatement<M> {
    /// The rows, as builders or structs. Columns that the database fills in have to be missing in all of them or in none.
    pub fn values<A: Addable<Model = M>>(mut self, rows: impl IntoIterator<Item = A>) -> Self {
        let meta = M::meta();
        let objects: Vec<_> = rows.into_iter().map(|row| row.into_entity().object()).collect();
        let unset = objects.first().map_or(crate::ColumnSet::EMPTY, |o| o.status().unset);
        let columns: Vec<usize> =
            (0..meta.def.columns.len()).filter(|&c| !unset.has(c) && !meta.computed.has(c)).collect();
        self.0.columns = columns.iter().map(|&c| meta.column(c)).collect();
        self.0
            .rows
            .extend(objects.iter().map(|o| columns.iter().map(|&c| Expr::Value(o.value(c))).collect()));
        self
    }

    /// The SQL.
    #[must_use]
    pub fn sql(&self, dialect: Dialect) -> String {
        text(&Statement::Insert(self.0.clone()), dialect)
    }

    /// Runs it, in as many statements as the database's limit of binds asks for; gives the number of rows.
    ///
    /// # Errors
    /// What the database says.
    pub async fn execute<R: Runner>(self, on: R) -> Result<u64> {
        if self.0.rows.is_empty() {
            return Ok(0);
        }
        Ok(on.execute(Statement::Insert(self.0)).await?.rows_affected)
    }
}

fn and(before: Option<Expr>, condition: Predicate) -> Expr {
    match before {
        None => condition.0,
        Some(one) => Expr::And(vec![one, condition.0]),
    }
}

fn text(statement: &Statement, dialect: Dialect) -> String {
    compile(statement, dialect).map_or_else(|why| format!("-- {why}"), |c| c.sql)
}

/// An expression that stands where a value may.
impl<T> From<Expression<T>> for Expr {
    fn from(e: Expression<T>) -> Self {
        e.expr
    }
}
