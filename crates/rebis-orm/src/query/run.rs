//! Running statements. Invariant: a row is decoded while the driver lends it; nothing is collected in between.

use std::sync::{Arc, Weak};

use rebis_engine::{Connection, Done, Reader, Row};
use rebis_sql::compile::compile_explain;
use rebis_sql::stmt::JoinKind;
use rebis_sql::{Cell, Select, Statement, Value, compile};

use super::criteria::Criteria;
use super::select::{Count, SelectStatement, compile_query, select};
use super::selection::{Arrivals, Selection};
use crate::entity::{Entity, Group, Object, absorb_row, typed};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Decode, EntityOf, Key, Model, ModelMeta};
use crate::relation::{Addresses, Inverses, Joins, Loading, ReadAll, load_plan, settle_plan};
use crate::session::{FetchMode, Session, Shared};

pub(crate) async fn plain<S: Selection>(
    connection: &mut Connection,
    query: SelectStatement<S>,
) -> Result<Vec<S::Plain>> {
    if !query.loading.is_empty() {
        return Err(Error::new(
            ErrorKind::Detached,
            "`with(…)` loads relations of entities, and this query gives plain structs",
        )
        .advise("run it on a `Session`"));
    }
    check_lock(connection, &query)?;
    let compiled = query.compiled(connection.dialect())?;
    let mut rows = Vec::new();
    connection
        .query(&compiled.sql, &compiled.binds, |row| {
            if rows.is_empty() {
                rows.reserve(expected(&query.select));
            }
            rows.push(S::plain(row, &mut 0)?);
            Ok(())
        })
        .await
        .map_err(|error| unpartnered(&query.select, error))?;
    Ok(rows)
}

/// For how many rows there is to be room, once there is one: a page is read without growing, and a large limit promises nothing.
fn expected(select: &Select) -> usize {
    select.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(4).min(128)
}

/// Says what to do about NULL where a left join found no partner.
pub(super) fn unpartnered(select: &Select, error: rebis_engine::Error) -> Error {
    let outer = select.joins.iter().any(|j| matches!(j.kind, JoinKind::Left | JoinKind::Full));
    let null = error.kind() == rebis_engine::ErrorKind::Decode && error.to_string().contains("NULL");
    let error = Error::from(error);
    if !(outer && null) {
        return error;
    }
    error.advise("a row that a left join leaves without a partner is NULL: select `Post.optional()` in place of `Post`, `Post::id.optional()` in place of `Post::id`")
}

/// Refuses a row lock that would not outlive its own statement.
pub(super) fn check_lock<S>(connection: &Connection, query: &SelectStatement<S>) -> Result<()> {
    if query.select.lock.is_none() || connection.in_transaction() {
        return Ok(());
    }
    Err(Error::new(ErrorKind::State, "a row lock outside a transaction would end with its own statement")
        .advise("run it on a `Session`, which has a transaction, or begin one on the connection"))
}

pub(crate) async fn tracked<S: Selection>(
    session: &Arc<Shared>,
    query: SelectStatement<S>,
) -> Result<Vec<S::Tracked>> {
    let mut rows = Vec::new();
    let maps = S::maps(&Session(Arc::clone(session)));
    let mut each = |arrivals: &mut Arrivals, row: &Row<'_>, joins: &mut Option<Joins>| {
        let before = arrivals.members.len();
        let value = S::tracked(&maps, arrivals, row, &mut 0)?;
        if joins.as_mut().map_or(Ok(true), |joins| joins.read(arrivals, row, before))? {
            rows.push(value);
        }
        Ok(())
    };
    bring(session, query.of(), &mut each).await?;
    Ok(rows)
}

/// The objects of a query that selects the columns of a model, which `read` reads.
pub(crate) async fn objects(
    session: &Arc<Shared>,
    query: SelectStatement<Count>,
    read: &ReadAll,
) -> Result<Vec<Object>> {
    let mut objects = Vec::new();
    let mut each = |arrivals: &mut Arrivals, row: &Row<'_>, joins: &mut Option<Joins>| {
        let before = arrivals.members.len();
        let object = read(arrivals, row, &mut 0)?;
        if joins.as_mut().map_or(Ok(true), |joins| joins.read(arrivals, row, before))? {
            objects.push(object);
        }
        Ok(())
    };
    bring(session, query, &mut each).await?;
    Ok(objects)
}

/// A query whose rows become objects, whatever it selects.
struct Fetched<'a> {
    select: &'a mut Select,
    broken: Option<&'a Error>,
    criteria: &'a Criteria,
    populate: bool,
    fetch: Option<FetchMode>,
}

/// Reads a row, and what joins bring with it.
type Each<'a> =
    dyn FnMut(&mut Arrivals, &Row<'_>, &mut Option<Joins>) -> rebis_engine::Result<()> + Send + 'a;

/// Runs a query and loads what its plan says. It and what it calls are compiled once, not for each thing that is selected.
async fn bring(session: &Arc<Shared>, mut query: SelectStatement<Count>, each: &mut Each<'_>) -> Result<()> {
    session.database.house_query(&query.select)?;
    session.autoflush().await?;
    let plan = &settle_plan(std::mem::take(&mut query.loading))?;
    query.criteria.settle(session);
    let mut query = Fetched {
        select: &mut query.select,
        broken: query.broken.as_deref(),
        criteria: &query.criteria,
        populate: query.populate,
        fetch: query.fetch,
    };
    if cfg!(debug_assertions)
        && let Ok(compiled) =
            compile_query(query.select, query.criteria, query.broken, session.database.engine()?.dialect())
    {
        session.note_read(None, 0, &compiled.sql, &|| {
            let advice = "a loop? One query reads them all, with `in_`, a join or `.with(…)`";
            format!("the same query: {advice}: {}", compiled.sql)
        });
    }
    let arrivals = fetch(session, &mut query, plan, None, each).await?;
    if !plan.is_empty() || query.fetch.is_some() {
        // The group is complete before relations load, so that what is loaded later loads for all of it.
        load_plan(session, &arrivals, plan, query.fetch, Some(&*query.select), query.criteria).await?;
    }
    Ok(())
}

/// How a relation is loaded.
pub(crate) struct Related<'a> {
    pub(crate) statement: Select,
    /// What reads the values that the statement selects behind the object's own columns.
    pub(crate) keys: &'a [Decode],
    /// What is loaded of the objects.
    pub(crate) then: &'a [Loading],
    pub(crate) criteria: &'a Criteria,
    /// What the objects refer back to.
    pub(crate) inverses: Option<Inverses>,
}

impl<'a> Related<'a> {
    /// By a statement that selects nothing but the objects.
    pub(crate) fn of(statement: Select, then: &'a [Loading], criteria: &'a Criteria) -> Self {
        Related { statement, keys: &[], then, criteria, inverses: None }
    }
}

/// Objects of a statement that loads a relation, without autoflush, which its caller has seen to: each with the values that the statement
/// selects behind the object's own columns. Calls `keep` for each, in the order of the rows.
pub(crate) async fn fetch_related(
    session: &Arc<Shared>,
    read: &ReadAll,
    related: Related<'_>,
    keep: &mut (dyn FnMut(Object, Vec<Value>) + Send),
) -> Result<()> {
    let Related { mut statement, keys, then, criteria, inverses } = related;
    let mut each = |arrivals: &mut Arrivals, row: &Row<'_>, joins: &mut Option<Joins>| {
        let (mut at, before) = (0, arrivals.members.len());
        let object = read(arrivals, row, &mut at)?;
        let mut values = Vec::new();
        for (i, decode) in keys.iter().enumerate() {
            values.push(decode(row.cell(at + i)?)?);
        }
        if joins.as_mut().map_or(Ok(true), |joins| joins.read(arrivals, row, before))? {
            keep(object, values);
        }
        Ok(())
    };
    let mut query = Fetched { select: &mut statement, broken: None, criteria, populate: false, fetch: None };
    fetch(session, &mut query, then, inverses, &mut each).await?;
    Ok(())
}

/// Runs a query with the joins of its plan; gives the objects that it brought, once each, when anything is to be loaded for them.
async fn fetch(
    session: &Arc<Shared>,
    query: &mut Fetched<'_>,
    plan: &[Loading],
    inverses: Option<Inverses>,
    each: &mut Each<'_>,
) -> Result<Vec<Object>> {
    let group = Group::new(session, inverses);
    let mut arrivals = Arrivals::of(session, &group, query.populate);
    let plain = plan.iter().any(Loading::is_joined).then(|| query.select.clone());
    let mut joins = Joins::add(query.select, &Session(Arc::clone(session)), plan)?;
    {
        let mut connection = session.connection().await?;
        let compiled = compile_query(query.select, query.criteria, query.broken, connection.dialect())?;
        if query.select.only_reads() {
            connection.next_read_alone();
        }
        connection
            .query(&compiled.sql, &compiled.binds, |row| each(&mut arrivals, row, &mut joins))
            .await
            .map_err(|error| unpartnered(query.select, error))?;
    }
    arrivals.tell()?;
    // What is loaded by the query's statement later is loaded by the one without joins.
    if let Some(plain) = plain {
        *query.select = plain;
    }
    let mut objects = Vec::new();
    if !plan.is_empty() || query.fetch.is_some() {
        let mut seen = Addresses::default();
        objects.extend(arrivals.members.iter().filter_map(Weak::upgrade));
        objects.retain(|o: &Object| seen.insert(o.address()));
    }
    let _ = group.members.set(arrivals.members);
    joins.map_or(Ok(()), |joins| joins.fill(&group))?;
    Ok(objects)
}

pub(crate) async fn execute(connection: &mut Connection, statement: &Statement) -> Result<Done> {
    let compiled = compile(statement, connection.dialect())?;
    Ok(connection.execute(&compiled.sql, &compiled.binds).await?)
}

/// What a statement returns of the rows that it changes.
pub(crate) async fn returning<S: Selection>(
    connection: &mut Connection,
    statement: &Statement,
) -> Result<Vec<S::Plain>> {
    let compiled = compile(statement, connection.dialect())?;
    let mut rows = Vec::new();
    connection
        .query(&compiled.sql, &compiled.binds, |row| {
            rows.push(S::plain(row, &mut 0)?);
            Ok(())
        })
        .await?;
    Ok(rows)
}

/// The database's account of how it runs a query: one line for each row, its cells after each other.
pub(crate) async fn explain(connection: &mut Connection, query: &Select, analyze: bool) -> Result<String> {
    let compiled = compile_explain(query, analyze, connection.dialect())?;
    let mut lines = Vec::new();
    connection
        .query(&compiled.sql, &compiled.binds, |row| {
            let mut cells = Vec::new();
            for i in 0..row.len() {
                cells.push(match row.cell(i)? {
                    Cell::Null => String::from("-"),
                    Cell::Text(text) => text.to_owned(),
                    Cell::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                    Cell::Int(n) => n.to_string(),
                    Cell::UInt(n) => n.to_string(),
                    Cell::Float(n) => n.to_string(),
                    Cell::Decimal(n) => n.to_string(),
                    other => format!("{other:?}"),
                });
            }
            if let (true, 2..) = (lines.is_empty(), row.len()) {
                let names = (0..row.len()).map(|i| row.name(i).unwrap_or("-"));
                lines.push(names.collect::<Vec<_>>().join("  "));
            }
            lines.push(cells.join("  "));
            Ok(())
        })
        .await?;
    Ok(lines.join("\n"))
}

/// One row by key; its text is written once per model and dialect.
pub(crate) async fn read_by_key<T: Model>(connection: &mut Connection, key: &T::Key) -> Result<Option<T>> {
    let mut found = None;
    let sql = T::meta().by_key_sql(connection.dialect())?;
    connection.query(sql, &key.values(), first(&mut found)).await?;
    Ok(found)
}

/// [`read_by_key`] beside the lookups of others.
pub(crate) async fn look_up<T: Model>(reader: &mut Reader<'_>, key: &T::Key) -> Result<Option<T>> {
    let mut found = None;
    let sql = T::meta().by_key_sql(reader.dialect())?;
    reader.query(sql, &key.values(), first(&mut found)).await?;
    Ok(found)
}

fn first<T: Model>(found: &mut Option<T>) -> impl FnMut(&Row<'_>) -> rebis_engine::Result<()> {
    |row| {
        *found = Some(T::decode(row, 0)?);
        Ok(())
    }
}

/// Gives the row with that key, past the identity map, to `found`: beside the lookups of others where that is possible.
pub(crate) async fn find_by_key(
    session: &Shared,
    meta: &'static ModelMeta,
    key: &[Value],
    found: &mut (dyn FnMut(&Row<'_>) -> rebis_engine::Result<()> + Send),
) -> Result<()> {
    if let Some(mut reader) = session.reader().await? {
        let sql = meta.by_key_sql(reader.dialect())?;
        return Ok(reader.query(sql, key, found).await?);
    }
    let mut connection = session.connection().await?;
    connection.next_read_alone();
    let sql = meta.by_key_sql(connection.dialect())?;
    Ok(connection.query(sql, key, found).await?)
}

/// Brings the loaded objects of a model in line with the database, after a statement that went past them.
pub(crate) async fn resync<T: Model>(session: &Arc<Shared>) -> Result<()> {
    let all = session.map::<T>().lock().all();
    let meta = T::meta();
    for chunk in all.chunks(500) {
        let mut statement = meta.select_all();
        let conditions = chunk.iter().map(|i| {
            let values = i.values(&meta.key);
            rebis_sql::Expr::And(
                meta.key
                    .iter()
                    .zip(values)
                    .map(|(&k, v)| crate::expr::equal(meta.column_expr(k), rebis_sql::Expr::Value(v)))
                    .collect(),
            )
        });
        statement.filter = Some(match meta.key.as_slice() {
            [key] => rebis_sql::Expr::In {
                expr: Box::new(meta.column_expr(*key)),
                list: chunk.iter().map(|i| rebis_sql::Expr::Value(i.value(*key))).collect(),
                negated: false,
            },
            _ => rebis_sql::Expr::Or(conditions.collect()),
        });
        let mut query = select(EntityOf::<T>::new());
        *query.select = statement;
        let mut rows = std::collections::HashMap::new();
        let mut connection = session.connection().await?;
        for row in plain(&mut connection, query).await? {
            rows.insert(T::key_of(&row), row);
        }
        drop(connection);
        for object in chunk {
            let Some(Entity(instance)) = typed::<T>(object) else { continue };
            match rows.remove(&T::key_of(instance.newest())) {
                Some(row) => {
                    if T::DEF.deferred > 0 || !T::changed(&row, instance.newest()).is_empty() {
                        crate::session::touch(session, object);
                        let changed = T::changed(&row, instance.newest());
                        absorb_row(&instance, row);
                        let version = object.version();
                        object.status().flushed = version;
                        crate::relation::forget_stale_parents(&**object, changed);
                    }
                }
                None => {
                    crate::session::touch(session, object);
                    object.leave_map(session);
                    object.status().state = crate::State::Deleted;
                }
            }
        }
    }
    Ok(())
}
