//! Statements that change rows without objects. Invariant: a session that runs one flushes before it and agrees with the database after it.

use std::marker::PhantomData;
use std::sync::Arc;

use rebis_sql::stmt::{Cte, TableRef};
use rebis_sql::{Delete, Dialect, Expr, Name, Statement, Update, compile};

use super::kinds;
use super::returning::{Returning, listed};
use super::run::resync;
use super::runner::Runner;
use super::selection::Selection;
use super::source::Source;
use crate::database::Database;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Assign, Column, Condition, Expression, Operand, Predicate};
use crate::model::{ColumnSet, EntityOf, Model, ModelMeta};
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
    /// Refuses a model of another database, where it is known which one this is.
    #[doc(hidden)]
    fn house(&self, meta: &'static ModelMeta) -> Result<()>;
}

impl BulkRunner for &Session {
    fn session(&self) -> Option<Session> {
        Some(Session::clone(self))
    }

    fn house(&self, meta: &'static ModelMeta) -> Result<()> {
        self.database().house(meta)
    }
}

impl BulkRunner for &Database {
    fn session(&self) -> Option<Session> {
        None
    }

    fn house(&self, meta: &'static ModelMeta) -> Result<()> {
        Database::house(self, meta)
    }
}

impl BulkRunner for &mut rebis_engine::Connection {
    fn session(&self) -> Option<Session> {
        None
    }

    fn house(&self, _: &'static ModelMeta) -> Result<()> {
        Ok(())
    }
}

/// Why a statement cannot work, found out while it was put together.
pub(super) type Broken = Option<Arc<Error>>;

/// An UPDATE of many rows. It knows no versions of rows: a column that counts them (`version`) is left as it is.
#[derive(Debug)]
#[must_use = "a statement does nothing until it is run"]
pub struct UpdateStatement<M>(Update, Broken, PhantomData<fn() -> M>);

/// Updates rows of a model.
pub fn update<M: Model>(model: EntityOf<M>) -> UpdateStatement<M> {
    let _ = model;
    let meta = M::meta();
    let statement = Update {
        with: Vec::new(),
        schema: meta.schema_name(),
        table: Name::Borrowed(M::TABLE),
        set: Vec::new(),
        from: Vec::new(),
        filter: None,
        returning: Vec::new(),
    };
    UpdateStatement(statement, None, PhantomData)
}

impl<M: Model> UpdateStatement<M> {
    /// Only rows that meet the condition.
    pub fn filter(mut self, condition: impl Condition) -> Self {
        let Predicate { expr, broken, .. } = condition.into_predicate();
        self.1 = self.1.take().or(broken);
        self.0.filter = Some(and(self.0.filter.take(), expr));
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

    /// Another model, alias, subquery or common table expression that values and conditions may use: `UPDATE … FROM`. MariaDB takes no
    /// common table expression here, but in a subquery: `.filter(Node::id.in_select(select(below.columns()).select_from(&below)))`.
    ///
    /// ```
    /// # use rebis_orm::*; use rebis_macros::Model; extern crate rebis_orm as rebis;
    /// # #[derive(Model, Clone, Debug)] struct User { #[column(primary_key)] id: i64, name: String }
    /// # #[derive(Model, Clone, Debug)] struct Post { #[column(primary_key)] id: i64, user_id: i64, author: String }
    /// # fn main() {
    /// let named = update(Post).from(User).filter(Post::user_id.eq(User::id)).set_to(Post::author, User::name);
    /// # let _ = named;
    /// # }
    /// ```
    pub fn from(mut self, source: impl Source) -> Self {
        bring(&mut self.0.with, &mut self.0.from, &mut self.1, source);
        self
    }

    /// Gives something back of each row, as it is after the update, in place of their number: `.returning(User::id)`. MySQL and MariaDB cannot.
    pub fn returning<S: Selection>(mut self, what: S) -> Returning<M, S> {
        self.0.returning = listed(&what);
        let (statement, broken) = match self.renewed() {
            Ok(statement) => (statement, self.1),
            Err(error) => (self.0, self.1.or(Some(Arc::new(error)))),
        };
        Returning::new(Statement::Update(statement), broken)
    }

    /// The SQL.
    #[must_use]
    pub fn sql(&self, dialect: Dialect) -> String {
        text(&self.1, self.renewed().map(Statement::Update), dialect)
    }

    /// With the columns that take a new value with each UPDATE.
    fn renewed(&self) -> Result<Update> {
        let (meta, mut statement) = (M::meta(), self.0.clone());
        let is_set = |c: usize| statement.set.iter().any(|(name, _)| name == meta.def.columns[c].name);
        let columns = 0..meta.def.columns.len();
        let set = columns.fold(ColumnSet::EMPTY, |all, c| all.with_if(c, is_set(c)));
        if !set.is_empty() {
            let renewed = meta.renew(set).into_iter();
            statement.set.extend(renewed.map(|(c, value)| (meta.column(c), Expr::Value(value))));
        }
        kinds::update(meta, statement)
    }

    /// Runs it; gives the number of rows. Loaded objects of a session follow.
    ///
    /// # Errors
    /// What the database says.
    pub async fn execute<R: BulkRunner>(self, on: R) -> Result<u64> {
        check(&self.1)?;
        on.house(M::meta())?;
        let (session, statement) = (on.session(), self.renewed()?);
        let done = on.execute(Statement::Update(statement)).await?;
        R::after::<M>(session).await?;
        Ok(done.rows_affected)
    }
}

/// A DELETE of many rows.
#[derive(Debug)]
#[must_use = "a statement does nothing until it is run"]
pub struct DeleteStatement<M>(Delete, Broken, PhantomData<fn() -> M>);

/// Deletes rows of a model. Cascades of relations are the database's business here (ON DELETE).
pub fn delete<M: Model>(model: EntityOf<M>) -> DeleteStatement<M> {
    let _ = model;
    let meta = M::meta();
    let statement = Delete {
        with: Vec::new(),
        schema: meta.schema_name(),
        table: Name::Borrowed(M::TABLE),
        using: Vec::new(),
        filter: None,
        returning: Vec::new(),
    };
    DeleteStatement(statement, None, PhantomData)
}

impl<M: Model> DeleteStatement<M> {
    /// Only rows that meet the condition.
    pub fn filter(mut self, condition: impl Condition) -> Self {
        let Predicate { expr, broken, .. } = condition.into_predicate();
        self.1 = self.1.take().or(broken);
        self.0.filter = Some(and(self.0.filter.take(), expr));
        self
    }

    /// Another model, alias, subquery or common table expression that conditions may use: `DELETE … USING`. SQLite has it not: filter with a
    /// subquery there. MariaDB takes no common table expression here, as in [`UpdateStatement::from`].
    pub fn using(mut self, source: impl Source) -> Self {
        bring(&mut self.0.with, &mut self.0.using, &mut self.1, source);
        self
    }

    /// Gives something back of each row, as it was, in place of their number: `.returning(User::id)`. MySQL cannot.
    pub fn returning<S: Selection>(mut self, what: S) -> Returning<M, S> {
        self.0.returning = listed(&what);
        let (statement, broken) = match kinds::delete(M::meta(), self.0.clone()) {
            Ok(statement) => (statement, self.1),
            Err(error) => (self.0, self.1.or(Some(Arc::new(error)))),
        };
        Returning::new(Statement::Delete(statement), broken)
    }

    /// The SQL.
    #[must_use]
    pub fn sql(&self, dialect: Dialect) -> String {
        text(&self.1, kinds::delete(M::meta(), self.0.clone()).map(Statement::Delete), dialect)
    }

    /// Runs it; gives the number of rows. Loaded objects of a session follow.
    ///
    /// # Errors
    /// What the database says.
    pub async fn execute<R: BulkRunner>(self, on: R) -> Result<u64> {
        check(&self.1)?;
        on.house(M::meta())?;
        let (session, statement) = (on.session(), kinds::delete(M::meta(), self.0)?);
        let done = on.execute(Statement::Delete(statement)).await?;
        R::after::<M>(session).await?;
        Ok(done.rows_affected)
    }
}

fn bring(with: &mut Vec<Cte>, tables: &mut Vec<TableRef>, broken: &mut Broken, source: impl Source) {
    let rows = source.rows();
    merge(with, rows.with, broken);
    tables.push(rows.table);
}

/// Common table expressions join those that are there; a name means one of them.
pub(super) fn merge(with: &mut Vec<Cte>, more: Vec<Cte>, broken: &mut Broken) {
    for cte in more {
        match with.iter().find(|known| known.name == cte.name) {
            Some(known) if *known != cte => {
                let what = format!("two common table expressions are called `{}`", cte.name);
                let error = Error::new(ErrorKind::State, what).advise("give one of them another name");
                broken.get_or_insert(Arc::new(error));
            }
            Some(_) => {}
            None => with.push(cte),
        }
    }
}

fn and(before: Option<Expr>, condition: Expr) -> Expr {
    match before {
        None => condition,
        Some(one) => Expr::And(vec![one, condition]),
    }
}

pub(super) fn check(broken: &Broken) -> Result<()> {
    broken.as_ref().map_or(Ok(()), |error| Err(error.again()))
}

fn text(broken: &Broken, statement: Result<Statement>, dialect: Dialect) -> String {
    match (broken, statement) {
        (Some(error), _) => format!("-- {error}"),
        (None, Err(error)) => format!("-- {error}"),
        (None, Ok(statement)) => {
            compile(&statement, dialect).map_or_else(|why| format!("-- {why}"), |c| c.sql)
        }
    }
}

/// An expression that stands where a value may.
impl<T> From<Expression<T>> for Expr {
    fn from(e: Expression<T>) -> Self {
        e.expr
    }
}
