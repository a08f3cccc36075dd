//! [`insert()`]: rows that become no objects. Invariant: what is given for a row is written or refused, never left out.

use std::marker::PhantomData;
use std::sync::Arc;

use rebis_engine::{Connection, TransactionOptions};
use rebis_sql::stmt::OnConflict;
use rebis_sql::{Dialect, Expr, Insert, Statement, compile};

use super::bulk::BulkRunner;
use super::selection::Selection;
use crate::ColumnSet;
use crate::entity::{Addable, Object};
use crate::error::{Error, ErrorKind, Result};
use crate::flush::validate;
use crate::model::{EntityOf, Model};
use crate::relation::held;

/// The most rows of one statement, as in a flush.
const MOST_ROWS: usize = 1000;

/// An INSERT of rows that become no objects.
#[derive(Debug)]
#[must_use = "a statement does nothing until it is run"]
pub struct InsertStatement<M> {
    /// One for each run of rows with the same columns.
    parts: Vec<(ColumnSet, Insert)>,
    broken: Option<Arc<Error>>,
    conflict: Option<OnConflict>,
    pub(super) returning: Vec<Expr>,
    of: PhantomData<fn() -> M>,
}

/// Inserts rows of a model.
pub fn insert<M: Model>(model: EntityOf<M>) -> InsertStatement<M> {
    let _ = model;
    InsertStatement {
        parts: Vec::new(),
        broken: super::kinds::insert(M::meta()).err().map(Arc::new),
        conflict: None,
        returning: Vec::new(),
        of: PhantomData,
    }
}

impl<M: Model> InsertStatement<M> {
    /// The rows, as builders or structs. Neighbours that leave the same columns to the database share a statement.
    ///
    /// Rows with relations are refused when the statement is run: they need a session, which knows what is written first.
    pub fn values<A: Addable<Model = M>>(mut self, rows: impl IntoIterator<Item = A>) -> Self {
        let meta = M::meta();
        for row in rows {
            let object = row.into_entity().object();
            if let Err(error) = plain(&object).and_then(|()| validate(&object)) {
                self.broken.get_or_insert(Arc::new(error));
            }
            let unset = object.status().unset;
            let columns = (0..meta.def.columns.len()).filter(|&c| !unset.has(c) && !meta.computed.has(c));
            if self.parts.last().is_none_or(|(shape, part)| *shape != unset || part.select.is_some()) {
                let names = columns.clone().map(|c| meta.column(c)).collect();
                let part = Insert { schema: meta.schema_name(), columns: names, ..Insert::into(M::TABLE) };
                self.parts.push((unset, part));
            }
            if let Some((_, part)) = self.parts.last_mut() {
                part.rows.push(columns.map(|c| Expr::Value(object.value(c))).collect());
            }
        }
        self
    }

    /// The SQL; `;` and a new line stand between statements.
    #[must_use]
    pub fn sql(&self, dialect: Dialect) -> String {
        if let Some(error) = &self.broken {
            return format!("-- {error}");
        }
        let parts = self.parts.iter().flat_map(|(_, part)| chunks(self.complete(part.clone()), dialect));
        let texts = parts.map(|part| {
            compile(&Statement::Insert(part), dialect).map_or_else(|why| format!("-- {why}"), |c| c.sql)
        });
        texts.collect::<Vec<_>>().join(";\n")
    }

    /// Runs it, in as many statements as the columns given and the database's limit of binds ask for; gives the number of rows. Outside a
    /// session several statements run in a transaction of their own, unless one is open.
    ///
    /// # Errors
    /// What the database says; when a row has relations.
    pub async fn execute<R: BulkRunner>(self, on: R) -> Result<u64> {
        on.house(M::meta())?;
        let session = on.session();
        let Some((parts, changes)) = self.parts()? else { return Ok(0) };
        let rows = on.insert(parts).await?;
        if changes {
            R::after::<M>(session).await?;
        }
        Ok(rows)
    }

    /// The statements, when there are any, and whether they may change rows that are there.
    pub(super) fn parts(mut self) -> Result<Option<(Vec<Insert>, bool)>> {
        if let Some(error) = &self.broken {
            return Err(error.again());
        }
        let all = std::mem::take(&mut self.parts);
        let parts: Vec<Insert> = all.into_iter().map(|(_, part)| self.complete(part)).collect();
        let changes = matches!(self.conflict, Some(OnConflict::Update { .. }));
        Ok((!parts.is_empty()).then_some((parts, changes)))
    }

    pub(super) fn push_select(&mut self, insert: Insert, broken: Option<Arc<Error>>) {
        self.broken = self.broken.take().or(broken);
        self.parts.push((ColumnSet::EMPTY, insert));
    }

    pub(super) fn meeting(mut self, conflict: OnConflict) -> Self {
        self.conflict = Some(conflict);
        self
    }

    fn complete(&self, part: Insert) -> Insert {
        Insert { on_conflict: self.conflict.clone(), returning: self.returning.clone(), ..part }
    }
}

fn plain(object: &Object) -> Result<()> {
    if object.status().pointers.is_empty() && held(&**object).is_empty() {
        return Ok(());
    }
    let model = object.meta().def.name;
    Err(Error::new(
        ErrorKind::State,
        format!("a row given to `insert({model})` has relations, which only a session writes"),
    )
    .on(model)
    .advise("give the key itself instead of the relation, or add the objects with `session.add_all(…)`"))
}

/// Splits by the number of binds that the database takes.
fn chunks(mut part: Insert, dialect: Dialect) -> Vec<Insert> {
    if part.select.is_some() {
        return vec![part];
    }
    // A row of defaults only cannot share a statement.
    let fit = match part.columns.len() {
        0 => 1,
        n => (dialect.capabilities().max_binds / n).clamp(1, MOST_ROWS),
    };
    let mut rows = std::mem::take(&mut part.rows).into_iter().peekable();
    let mut all = Vec::new();
    while rows.peek().is_some() {
        all.push(Insert { rows: rows.by_ref().take(fit).collect(), ..part.clone() });
    }
    all
}

/// Runs the statements on a connection, all or none; gives the number of rows.
pub(super) async fn run(connection: &mut Connection, parts: Vec<Insert>) -> Result<u64> {
    let (all, own) = begin(connection, parts).await?;
    let done = write(connection, all).await;
    end(connection, own, done).await
}

/// As [`run`], and gives what they return.
pub(super) async fn rows<S: Selection>(
    connection: &mut Connection,
    parts: Vec<Insert>,
) -> Result<Vec<S::Plain>> {
    let (all, own) = begin(connection, parts).await?;
    let done = read::<S>(connection, all).await;
    end(connection, own, done).await
}

/// The statements, in a transaction of their own when they are several and none is open.
async fn begin(connection: &mut Connection, parts: Vec<Insert>) -> Result<(Vec<Insert>, bool)> {
    let dialect = connection.dialect();
    let all: Vec<Insert> = parts.into_iter().flat_map(|part| chunks(part, dialect)).collect();
    let own = all.len() > 1 && !connection.in_transaction();
    if own {
        connection.begin(TransactionOptions::default()).await?;
    }
    Ok((all, own))
}

async fn end<T>(connection: &mut Connection, own: bool, done: Result<T>) -> Result<T> {
    if own {
        match &done {
            Ok(_) => connection.commit().await?,
            // The first error is what the caller needs; a connection that cannot roll back is closed by the pool.
            Err(_) => drop(connection.rollback().await),
        }
    }
    done
}

async fn write(connection: &mut Connection, all: Vec<Insert>) -> Result<u64> {
    let mut rows = 0;
    for part in all {
        let compiled = compile(&Statement::Insert(part), connection.dialect())?;
        rows += connection.execute(&compiled.sql, &compiled.binds).await?.rows_affected;
    }
    Ok(rows)
}

async fn read<S: Selection>(connection: &mut Connection, all: Vec<Insert>) -> Result<Vec<S::Plain>> {
    let mut rows = Vec::new();
    for part in all {
        let compiled = compile(&Statement::Insert(part), connection.dialect())?;
        connection
            .query(&compiled.sql, &compiled.binds, |row| {
                rows.push(S::plain(row, &mut 0)?);
                Ok(())
            })
            .await?;
    }
    Ok(rows)
}
