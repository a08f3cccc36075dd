//! [`insert()`]: rows that become no objects. Invariant: what is given for a row is written or refused, never left out.

use std::marker::PhantomData;
use std::sync::Arc;

use rebis_engine::{Connection, Row, TransactionOptions};
use rebis_sql::stmt::{BulkInsert, OnConflict};
use rebis_sql::{Cell, Compiled, Dialect, Expr, GeneratedKeys, Insert, Statement, Value, compile};

use super::bulk::BulkRunner;
use super::selection::Selection;
use crate::ColumnSet;
use crate::entity::{Addable, Object};
use crate::error::{Error, ErrorKind, Result};
use crate::flush::{Shape, validate};
use crate::model::{EntityOf, Model, ModelMeta};
use crate::relation::held;

/// The most rows of one statement, as in a flush.
const MOST_ROWS: usize = 1000;

/// An INSERT of rows that become no objects.
#[derive(Debug)]
#[must_use = "a statement does nothing until it is run"]
pub struct InsertStatement<M> {
    parts: Vec<Part>,
    broken: Option<Arc<Error>>,
    conflict: Option<OnConflict>,
    pub(super) returning: Vec<Expr>,
    of: PhantomData<fn() -> M>,
}

/// A run of rows with the same columns, or a query that gives rows.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Part {
    meta: &'static ModelMeta,
    /// The columns that are left to the database.
    unset: ColumnSet,
    /// The statement without its rows, whose values follow each other here, and without the names of their columns.
    insert: Insert,
    values: Vec<Value>,
    rows: usize,
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
            if self.parts.last().is_none_or(|part| part.unset != unset || part.insert.select.is_some()) {
                let insert = Insert { schema: meta.schema_name(), ..Insert::into(M::TABLE) };
                self.parts.push(Part { meta, unset, insert, values: Vec::new(), rows: 0 });
            }
            if let Some(part) = self.parts.last_mut() {
                part.values.extend(written(meta, unset).map(|c| object.value(c)));
                part.rows += 1;
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
        let keys = dialect.capabilities().generated_keys;
        let texts = self.parts.iter().flat_map(|part| {
            let mut part = part.clone();
            self.complete(&mut part);
            match part.statements(dialect, keys) {
                Ok(all) => all.into_iter().map(|one| one.compiled.sql).collect(),
                Err(why) => vec![format!("-- {why}")],
            }
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
    pub(super) fn parts(mut self) -> Result<Option<(Vec<Part>, bool)>> {
        if let Some(error) = &self.broken {
            return Err(error.again());
        }
        let changes = matches!(self.conflict, Some(OnConflict::Update { .. }));
        let mut parts = std::mem::take(&mut self.parts);
        if let Some((last, others)) = parts.split_last_mut() {
            for part in others {
                self.complete(part);
            }
            last.insert.on_conflict = self.conflict;
            last.insert.returning = self.returning;
        }
        Ok((!parts.is_empty()).then_some((parts, changes)))
    }

    pub(super) fn push_select(&mut self, insert: Insert, broken: Option<Arc<Error>>) {
        self.broken = self.broken.take().or(broken);
        self.parts.push(Part {
            meta: M::meta(),
            unset: ColumnSet::EMPTY,
            insert,
            values: Vec::new(),
            rows: 0,
        });
    }

    pub(super) fn meeting(mut self, conflict: OnConflict) -> Self {
        self.conflict = Some(conflict);
        self
    }

    fn complete(&self, part: &mut Part) {
        part.insert.on_conflict = self.conflict.clone();
        part.insert.returning = self.returning.clone();
    }
}

/// The columns whose values a row gives.
fn written(meta: &ModelMeta, unset: ColumnSet) -> impl Iterator<Item = usize> {
    (0..meta.def.columns.len()).filter(move |&c| !unset.has(c) && !meta.computed.has(c))
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

/// A statement, and whether what it is to return is the key that the connection tells without RETURNING.
struct Ready {
    compiled: Compiled,
    key: bool,
}

impl Part {
    /// The statements, split by the number of binds that the database takes. That of one row is written once for its shape.
    fn statements(self, dialect: Dialect, keys: GeneratedKeys) -> Result<Vec<Ready>> {
        let Part { meta, unset, insert, mut values, mut rows } = self;
        if insert.select.is_some() {
            return Ok(vec![Ready { compiled: compile(&Statement::Insert(insert), dialect)?, key: false }]);
        }
        if rows == 1 && insert.on_conflict.is_none() {
            let shape = Shape::of(meta, unset);
            // A table of rows to return costs SQLite more than the row.
            let key = keys == GeneratedKeys::PerRow && shape.is_key(&insert.returning);
            let returns = !key && !insert.returning.is_empty();
            if !returns || shape.is_back(&insert.returning) {
                let sql = shape.one_row(dialect, returns)?.to_owned();
                return Ok(vec![Ready { compiled: Compiled { sql, binds: values }, key }]);
            }
        }
        let insert = Insert { columns: written(meta, unset).map(|c| meta.column(c)).collect(), ..insert };
        let bulk = BulkInsert::new(&insert, dialect);
        let (fit, width) = (bulk.most_rows(MOST_ROWS), insert.columns.len());
        // What else the statement says may have values of its own.
        let is_column = |expr: &Expr| matches!(expr, Expr::Column { .. });
        let only_rows = insert.on_conflict.is_none() && insert.returning.iter().all(is_column);
        let mut all = Vec::new();
        // From the end, where values are taken off without moving the others.
        while rows > 0 {
            let now = (rows - 1) % fit + 1;
            let binds = values.split_off((rows - now) * width);
            let compiled = if only_rows {
                Compiled { sql: bulk.sql(now)?, binds }
            } else {
                let mut binds = binds.into_iter().map(Expr::Value);
                let rows = (0..now).map(|_| binds.by_ref().take(width).collect()).collect();
                compile(&Statement::Insert(Insert { rows, ..insert.clone() }), dialect)?
            };
            all.push(Ready { compiled, key: false });
            rows -= now;
        }
        all.reverse();
        Ok(all)
    }
}

/// Runs the statements on a connection, all or none; gives the number of rows.
pub(super) async fn run(connection: &mut Connection, parts: Vec<Part>) -> Result<u64> {
    let (all, own) = begin(connection, parts).await?;
    let done = write(connection, all).await;
    end(connection, own, done).await
}

/// As [`run`], and gives what they return.
pub(super) async fn rows<S: Selection>(
    connection: &mut Connection,
    parts: Vec<Part>,
) -> Result<Vec<S::Plain>> {
    let (all, own) = begin(connection, parts).await?;
    let done = read::<S>(connection, all).await;
    end(connection, own, done).await
}

/// The statements, in a transaction of their own when they are several and none is open.
async fn begin(connection: &mut Connection, parts: Vec<Part>) -> Result<(Vec<Ready>, bool)> {
    let (dialect, keys) = (connection.dialect(), connection.generated_keys());
    let mut parts = parts.into_iter().map(|part| part.statements(dialect, keys));
    let mut all = parts.next().unwrap_or_else(|| Ok(Vec::new()))?;
    for more in parts {
        all.append(&mut more?);
    }
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

async fn write(connection: &mut Connection, all: Vec<Ready>) -> Result<u64> {
    let mut rows = 0;
    for Ready { compiled, .. } in all {
        rows += connection.execute_owned(&compiled.sql, compiled.binds).await?.rows_affected;
    }
    Ok(rows)
}

async fn read<S: Selection>(connection: &mut Connection, all: Vec<Ready>) -> Result<Vec<S::Plain>> {
    let mut rows = Vec::new();
    for Ready { compiled, key } in all {
        if key {
            let done = connection.execute_owned(&compiled.sql, compiled.binds).await?;
            // A trigger may have left the row out.
            if let Some(id) = done.last_insert_id {
                rows.push(S::plain(&Row::of(&[Cell::Int(id)]), &mut 0)?);
            }
            continue;
        }
        connection
            .query(&compiled.sql, &compiled.binds, |row| {
                rows.push(S::plain(row, &mut 0)?);
                Ok(())
            })
            .await?;
    }
    Ok(rows)
}
