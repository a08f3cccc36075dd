//! Loading a relation for many owners in one statement. Invariant: the number of statements grows with chunks of owners, never with owners.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock, Weak};

use rebis_sql::expr::OrderBy;
use rebis_sql::stmt::{Join, JoinKind};
use rebis_sql::{Expr, Name, Select};

use super::def::{RelationDef, RelationKind};
use super::handle::{Loading, joined};
use super::slot::{Content, Reference};
use crate::entity::{Group, Object, State};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::equal;
use crate::model::{Key, Link, Model, ModelMeta, RowKey};
use crate::query::{fetch_entities, fetch_with_keys};
use crate::session::{FetchMode, Shared};

/// Owners in one statement.
const CHUNK: usize = 500;

pub(crate) type Task<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;
pub(crate) type LoadFn = for<'a> fn(&'a Arc<Shared>, Vec<Object>, usize) -> Task<'a, ()>;

/// Fills the slot `relation` of each owner. The owners are of one model; `T` is the relation's target.
pub(crate) fn load_related<T: Model>(
    session: &Arc<Shared>,
    owners: Vec<Object>,
    relation: usize,
) -> Task<'_, ()> {
    Box::pin(async move {
        let Some(meta) = owners.first().map(|o| o.meta()) else { return Ok(()) };
        let link = meta.link(relation)?;
        let owners = distinct(owners);
        if meta.relation(relation).kind == RelationKind::BelongsTo {
            load_parents::<T>(session, &owners, relation, link).await
        } else {
            load_children::<T>(session, &owners, relation, link).await
        }
    })
}

/// Each object once: a row of a join, or a target that many refer to, comes more than once.
fn distinct(mut owners: Vec<Object>) -> Vec<Object> {
    let mut seen = std::collections::HashSet::with_capacity(owners.len());
    owners.retain(|o| seen.insert(o.address()));
    owners
}

/// As [`load_related`], for a relation through an association.
pub(crate) fn load_linked<T: Model>(
    session: &Arc<Shared>,
    owners: Vec<Object>,
    relation: usize,
) -> Task<'_, ()> {
    Box::pin(async move {
        let Some(meta) = owners.first().map(|o| o.meta()) else { return Ok(()) };
        let (def, link) = (meta.relation(relation), meta.link(relation)?);
        let (Some(through), Some(far)) = (def.through, &link.far) else { return Ok(()) };
        let association = (through.meta)();
        let owners = distinct(owners);
        let mut lists: HashMap<RowKey, Vec<crate::Entity<T>>> = HashMap::new();
        let keyed: Vec<&Object> = owners.iter().filter(|o| o.has_key()).collect();
        for chunk in keyed.chunks(CHUNK) {
            let mut select = T::meta().select_all();
            select.columns.extend(link.child.iter().map(|&c| association.column_expr(c).into()));
            select.joins.push(Join {
                kind: JoinKind::Inner,
                table: association.table_ref(),
                on: Some(joined(association, &far.child, T::meta(), &far.parent)),
            });
            let keys = chunk.iter().map(|o| o.values(&link.parent)).collect();
            select.and_where(among(association, &link.child, keys));
            select.order_by = order_by::<T>(def);
            for (entity, key) in fetch_with_keys::<T>(session, select, association, &link.child).await? {
                if let Some(key) = RowKey::new(&key) {
                    lists.entry(key).or_default().push(entity);
                }
            }
        }
        for owner in &owners {
            let found = RowKey::new(&owner.values(&link.parent)).and_then(|k| lists.remove(&k));
            let mut list = found.unwrap_or_default();
            if def.order_by.is_empty() {
                list.sort_by_cached_key(|e| T::key_of(e));
            }
            let mut list: Vec<Object> = list.iter().map(crate::Entity::object).collect();
            let mut slot = owner.slot(relation).lock();
            if slot.many().is_some() && slot.touched {
                continue;
            }
            list.retain(|o| !slot.removed.iter().any(|gone| Arc::ptr_eq(gone, o)));
            for added in std::mem::take(&mut slot.added) {
                if !list.iter().any(|o| Arc::ptr_eq(o, &added)) {
                    list.push(added);
                }
            }
            slot.content = Content::Many(list);
        }
        Ok(())
    })
}

/// The entities that have these values in these columns.
pub(crate) fn find_rows<T: Model>(
    session: &Arc<Shared>,
    columns: Vec<usize>,
    rows: Vec<Vec<rebis_sql::Value>>,
) -> Task<'_, Vec<Object>> {
    Box::pin(async move {
        let mut found = Vec::new();
        for chunk in rows.chunks(CHUNK) {
            let mut select = T::meta().select_all();
            select.and_where(among(T::meta(), &columns, chunk.to_vec()));
            found.extend(fetch_entities::<T>(session, select).await?.iter().map(crate::Entity::object));
        }
        Ok(found)
    })
}

async fn load_parents<T: Model>(
    session: &Arc<Shared>,
    owners: &[Object],
    relation: usize,
    link: &Link,
) -> Result<()> {
    let by_key = link.parent == T::meta().key;
    let mut found: HashMap<RowKey, Object> = HashMap::new();
    let mut missing: Vec<(RowKey, Vec<rebis_sql::Value>)> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for owner in owners {
        let values = owner.values(&link.child);
        let Some(key) = RowKey::new(&values) else { continue };
        if !seen.insert(key.clone()) {
            continue;
        }
        let known =
            if by_key { T::Key::from_values(&values).and_then(|k| session.known::<T>(&k)) } else { None };
        match known {
            Some(entity) => drop(found.insert(key, entity.object())),
            None => missing.push((key, values)),
        }
    }
    for chunk in missing.chunks(CHUNK) {
        let mut select = T::meta().select_all();
        select.and_where(among(T::meta(), &link.parent, chunk.iter().map(|(_, v)| v.clone()).collect()));
        for entity in fetch_entities::<T>(session, select).await? {
            let object = entity.object();
            if let Some(key) = RowKey::new(&object.values(&link.parent)) {
                found.insert(key, object);
            }
        }
    }
    for owner in owners {
        let parent = RowKey::new(&owner.values(&link.child)).and_then(|key| found.get(&key));
        // A parent whose collection holds this owner already is held by that side.
        let holds =
            parent.zip(link.inverse).is_some_and(|(p, inverse)| p.slot(inverse).lock().many().is_some());
        let mut slot = owner.slot(relation).lock();
        if !slot.touched {
            slot.content = Content::One(parent.map(|p| {
                if holds { Reference::Weak(Arc::downgrade(p)) } else { Reference::Strong(Arc::clone(p)) }
            }));
        }
    }
    Ok(())
}

async fn load_children<T: Model>(
    session: &Arc<Shared>,
    owners: &[Object],
    relation: usize,
    link: &Link,
) -> Result<()> {
    let def = owners.first().map(|o| o.meta().relation(relation));
    let mut lists: HashMap<RowKey, Vec<crate::Entity<T>>> = HashMap::new();
    let keyed: Vec<&Object> = owners.iter().filter(|o| o.has_key()).collect();
    for chunk in keyed.chunks(CHUNK) {
        let mut select: Select = T::meta().select_all();
        let keys = chunk.iter().map(|o| o.values(&link.parent)).collect();
        select.and_where(among(T::meta(), &link.child, keys));
        select.order_by = def.map(order_by::<T>).unwrap_or_default();
        for entity in fetch_entities::<T>(session, select).await? {
            if let Some(key) = RowKey::new(&entity.object().values(&link.child)) {
                lists.entry(key).or_default().push(entity);
            }
        }
    }
    let to_one = def.is_some_and(|d| d.kind == RelationKind::HasOne);
    let mut surplus = None;
    for owner in owners {
        let mut list =
            RowKey::new(&owner.values(&link.parent)).and_then(|k| lists.remove(&k)).unwrap_or_default();
        // What was moved or deleted in memory and not written yet no longer belongs here.
        list.retain(|e| e.object().status().state != State::Deleted);
        if to_one && list.len() > 1 {
            surplus.get_or_insert_with(|| several(owner, relation, list.len()));
            continue;
        }
        if def.is_none_or(|d| d.order_by.is_empty()) {
            // By key, here instead of in SQL: rows usually come in this order, and then it costs nothing.
            list.sort_by_cached_key(|e| T::key_of(e));
        }
        if let Some(inverse) = link.inverse {
            for entity in &list {
                let object = entity.object();
                let mut slot = object.slot(inverse).lock();
                if !slot.touched {
                    slot.content = Content::One(Some(Reference::Weak(Arc::downgrade(owner))));
                }
            }
        }
        let list: Vec<Object> = list.iter().map(crate::Entity::object).collect();
        let mut slot = owner.slot(relation).lock();
        if slot.many().is_some() && slot.touched {
            continue;
        }
        slot.content = match to_one {
            true => Content::One(list.into_iter().next().map(Reference::Strong)),
            false => {
                let mut list = list;
                for added in std::mem::take(&mut slot.added) {
                    if !list.iter().any(|o| Arc::ptr_eq(o, &added)) {
                        list.push(added);
                    }
                }
                Content::Many(list)
            }
        };
    }
    surplus.map_or(Ok(()), Err)
}

/// How the relation says that its objects are sorted.
fn order_by<T: Model>(def: &RelationDef) -> Vec<OrderBy> {
    def.order_by
        .iter()
        .map(|(column, descending)| OrderBy {
            expr: Expr::Column { table: Some(Name::Borrowed(T::TABLE)), name: Name::Borrowed(column) },
            descending: *descending,
            nulls: None,
        })
        .collect()
}

/// `column IN (…)`, or for composite keys `(a = … AND b = …) OR …`.
fn among(meta: &ModelMeta, columns: &[usize], rows: Vec<Vec<rebis_sql::Value>>) -> Expr {
    if let [column] = columns {
        let list = rows.into_iter().flatten().map(Expr::Value).collect();
        return Expr::In { expr: Box::new(meta.column_expr(*column)), list, negated: false };
    }
    let one = |values: Vec<rebis_sql::Value>| {
        Expr::And(
            columns.iter().zip(values).map(|(&c, v)| equal(meta.column_expr(c), Expr::Value(v))).collect(),
        )
    };
    Expr::Or(rows.into_iter().map(one).collect())
}

/// Loads one owner's relation as the session's fetch mode says: for its peers too, for it alone, or not at all.
pub(crate) async fn load_lazily(owner: &Object, relation: usize) -> Result<()> {
    let def = owner.meta().relation(relation);
    let group = owner.status().group.clone();
    let Some((group, session)) = group.and_then(|g| g.session.upgrade().map(|s| (g, s))) else {
        return Err(detached(owner, relation));
    };
    let type_id = owner.meta().type_id;
    let mode = group.mode(type_id, relation).unwrap_or_else(|| session.fetch_mode());
    if mode == FetchMode::Raise {
        return Err(forbidden(owner, relation));
    }
    session.autoflush().await?;
    if mode == FetchMode::One {
        return (def.load)(&session, vec![Arc::clone(owner)], relation).await;
    }
    let mut owners = vec![Arc::clone(owner)];
    let peers = group.members.get().map_or(&[] as &[_], Vec::as_slice);
    owners.extend(peers.iter().filter_map(Weak::upgrade).filter(|peer| {
        !Arc::ptr_eq(peer, owner)
            && peer.meta().type_id == type_id
            && peer.status().state == State::Persistent
            && !peer.slot(relation).lock().is_loaded()
    }));
    match (def.load)(&session, owners, relation).await {
        // A peer's fault is told to who asks the peer.
        Err(error) if error.kind() == ErrorKind::MultipleFound && owner.slot(relation).lock().is_loaded() => {
            Ok(())
        }
        done => done,
    }
}

/// Loads what `with(…)` asked for, level by level.
pub(crate) fn load_plan<'a>(
    session: &'a Arc<Shared>,
    objects: &'a [Object],
    plan: &'a [Loading],
    fetch: Option<FetchMode>,
) -> Task<'a, ()> {
    Box::pin(async move {
        if fetch.is_some() || plan.iter().any(|step| step.later.is_some()) {
            regroup(session, objects, plan, fetch);
        }
        for step in plan.iter().filter(|step| step.later.is_none()) {
            let owners: Vec<Object> = objects
                .iter()
                .filter(|o| o.meta().type_id == (step.owner)().type_id)
                .map(Arc::clone)
                .collect();
            let todo: Vec<Object> =
                owners.iter().filter(|o| !o.slot(step.relation).lock().is_loaded()).map(Arc::clone).collect();
            if let Some(first) = todo.first() {
                let load = first.meta().relation(step.relation).load;
                load(session, todo, step.relation).await?;
            }
            if !step.then.is_empty() || fetch.is_some() {
                let next: Vec<Object> = owners
                    .iter()
                    .flat_map(|o| super::held(&**o))
                    .filter(|(relation, _)| *relation == step.relation)
                    .map(|(_, o)| o)
                    .collect();
                load_plan(session, &next, &step.then, fetch).await?;
            }
        }
        Ok(())
    })
}

/// Makes the objects a group of their own, which knows what their query said about fetching later.
fn regroup(session: &Arc<Shared>, objects: &[Object], plan: &[Loading], fetch: Option<FetchMode>) {
    let mode = |step: &Loading| step.later.map(|mode| ((step.owner)().type_id, step.relation, mode));
    let group = Arc::new(Group {
        session: Arc::downgrade(session),
        members: OnceLock::from(objects.iter().map(Arc::downgrade).collect::<Vec<_>>()),
        fetch,
        modes: plan.iter().filter_map(mode).collect(),
    });
    for object in objects {
        object.status().group = Some(Arc::clone(&group));
    }
}

pub(crate) fn not_loaded(owner: &Object, relation: usize) -> Error {
    let (model, name) = (owner.meta().def.name, owner.meta().relation(relation).name);
    let call = if owner.meta().relation(relation).kind == RelationKind::HasMany { "all" } else { "get" };
    Error::new(
        ErrorKind::NotLoaded,
        format!("the relation {model}.{name} of {} is not loaded", owner.label()),
    )
    .on(model)
    .advise(format!(
        "load it with `.{name}.{call}().await?`, or with the query: `select({model}).with({model}::{name})`"
    ))
}

fn forbidden(owner: &Object, relation: usize) -> Error {
    let (model, name) = (owner.meta().def.name, owner.meta().relation(relation).name);
    Error::new(
        ErrorKind::NotLoaded,
        format!(
            "the relation {model}.{name} of {} is not loaded, and its query or session forbids to load it later",
            owner.label()
        ),
    )
    .on(model)
    .advise(format!(
        "load it with the query: `select({model}).with({model}::{name})`, or allow it: leave out `.raise()` or `FetchMode::Raise`"
    ))
}

fn several(owner: &Object, relation: usize, rows: usize) -> Error {
    let (model, name) = (owner.meta().def.name, owner.meta().relation(relation).name);
    let target = (owner.meta().relation(relation).target)().def.name;
    Error::new(
        ErrorKind::MultipleFound,
        format!("{} has {rows} rows of {target} in {model}.{name}, which is for one at most", owner.label()),
    )
    .on(model)
    .advise(format!("make the foreign key of {target} unique and delete the surplus rows, or declare `{name}: HasMany<{target}>`"))
}

fn detached(owner: &Object, relation: usize) -> Error {
    let (model, name) = (owner.meta().def.name, owner.meta().relation(relation).name);
    Error::new(
        ErrorKind::Detached,
        format!(
            "{model}.{name} cannot be loaded: {} is in no session, or its session is gone",
            owner.label()
        ),
    )
    .on(model)
    .advise(format!(
        "keep the session while you load, or load with the query: `select({model}).with({model}::{name})`"
    ))
}
