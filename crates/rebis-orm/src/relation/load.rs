//! Loading a relation for many owners in one statement. Invariant: the number of statements grows with chunks of owners, never with owners.

use std::any::TypeId;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use rebis_engine::Row;
use rebis_sql::{Select, Value};

use super::column::load_column;
use super::def::RelationKind;
use super::fill::{fill_collection, fill_parent};
use super::inverse::{Inverse, Inverses};
use super::plan::{How, Loading, Part};
use super::statement::{Owners, among, ends, owners_of, related};
use crate::entity::{Group, Object};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Decode, Key, Link, ModelMeta, RowKey};
use crate::query::{Arrivals, Criteria, Related, fetch_related};
use crate::session::{FetchMode, Session, Shared};

/// Objects that are met, by address.
pub(crate) type Addresses = std::collections::HashSet<usize, foldhash::fast::RandomState>;

/// Owners in one statement.
pub(super) const CHUNK: usize = 500;

pub(crate) type Task<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;
pub(crate) type LoadFn = for<'a> fn(&'a Arc<Shared>, Request<'a>) -> Task<'a, ()>;

/// Whose relation is loaded, and how.
pub(crate) struct Request<'a> {
    /// Objects of one model.
    pub(crate) owners: Vec<Object>,
    pub(crate) relation: usize,
    pub(crate) part: Option<&'a Part>,
    /// The query that brought the owners, when it is to be repeated instead of naming their keys.
    pub(crate) query: Option<&'a Select>,
    /// What is loaded behind the relation; the joins among it become part of the statement.
    pub(crate) then: &'a [Loading],
    /// What narrows it besides.
    pub(crate) criteria: Criteria,
}

impl Request<'_> {
    pub(crate) fn whole(owners: Vec<Object>, relation: usize) -> Self {
        Request { owners, relation, part: None, query: None, then: &[], criteria: Criteria::default() }
    }
}

/// The object of a model that a session holds under a key.
pub(crate) fn known<K: Key>(session: &Shared, model: TypeId, key: &[Value]) -> Option<Object> {
    session.map_of::<K>(model).lock().live(&K::from_values(key)?)
}

/// Fills the slot of each owner.
pub(crate) fn load_related<'a>(session: &'a Arc<Shared>, request: Request<'a>) -> Task<'a, ()> {
    Box::pin(async move {
        let Some(meta) = request.owners.first().map(|o| o.meta()) else { return Ok(()) };
        let request = Request { owners: distinct(request.owners), ..request };
        let (def, link) = (meta.relation(request.relation), meta.link(request.relation)?);
        if def.kind == RelationKind::BelongsTo {
            load_parents(session, &request, meta, link).await
        } else {
            load_collections(session, &request, meta, link).await
        }
    })
}

/// Each object once: a row of a join, or a target that many refer to, comes more than once.
fn distinct(mut owners: Vec<Object>) -> Vec<Object> {
    let mut seen = Addresses::with_capacity_and_hasher(owners.len(), Default::default());
    owners.retain(|o| seen.insert(o.address()));
    owners
}

/// The objects of a model that have these values in these columns.
pub(crate) fn find_rows<'a>(
    session: &'a Arc<Shared>,
    meta: &'static ModelMeta,
    columns: Vec<usize>,
    rows: Vec<Vec<rebis_sql::Value>>,
) -> Task<'a, Vec<Object>> {
    Box::pin(async move {
        let read = (meta.ops.read_all)(&Session(Arc::clone(session)));
        let mut found = Vec::new();
        for chunk in rows.chunks(CHUNK) {
            let mut select = meta.select_all();
            select.and_where(among(meta, &columns, chunk.to_vec()));
            let mut keep = |object, _| found.push(object);
            let criteria = Criteria::default();
            fetch_related(session, &read, Related::of(select, &[], &criteria), &mut keep).await?;
        }
        Ok(found)
    })
}

/// Reads an object from a row, its first column at a place.
pub(crate) type ReadAll =
    Box<dyn Fn(&mut Arrivals, &Row<'_>, &mut usize) -> rebis_engine::Result<Object> + Send + Sync>;

async fn load_parents(
    session: &Arc<Shared>,
    request: &Request<'_>,
    meta: &'static ModelMeta,
    link: &Link,
) -> Result<()> {
    let (owners, relation) = (&request.owners, request.relation);
    let def = meta.relation(relation);
    // Whether an object that is known meets the criteria, the database says.
    let target = (def.target)();
    let by_key = link.parent == target.key && !request.criteria.concern(target);
    let mut found: HashMap<RowKey, Object, foldhash::fast::RandomState> = HashMap::default();
    let mut missing: Vec<Vec<Value>> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for owner in owners {
        let values = owner.values(&link.child);
        let Some(key) = RowKey::new(&values) else { continue };
        if !seen.insert(key.clone()) {
            continue;
        }
        match by_key.then(|| (def.target)().known(session, &values)).flatten() {
            Some(object) => drop(found.insert(key, object)),
            None => missing.push(values),
        }
    }
    let read = ((def.target)().ops.read_all)(&Session(Arc::clone(session)));
    for from in sources(request, meta, &link.child, missing)? {
        let select = related(meta, relation, from, request.part)?;
        let mut keep = |object: Object, _| {
            if let Some(key) = object.row_key(&link.parent) {
                found.insert(key, object);
            }
        };
        let related = Related::of(select, request.then, &request.criteria);
        fetch_related(session, &read, related, &mut keep).await?;
    }
    for owner in owners {
        let parent = owner.row_key(&link.child).and_then(|key| found.get(&key));
        fill_parent(owner, relation, link, parent);
    }
    Ok(())
}

/// The objects that refer to the owners, or that an association leads to.
async fn load_collections(
    session: &Arc<Shared>,
    request: &Request<'_>,
    meta: &'static ModelMeta,
    link: &Link,
) -> Result<()> {
    let (relation, part) = (request.relation, request.part);
    let def = meta.relation(relation);
    // Rows of an association name their owner; else the object does.
    let keys: Vec<Decode> = match def.through {
        Some(through) => link.child.iter().map(|&c| (through.meta)().def.columns[c].decode).collect(),
        None => Vec::new(),
    };
    let mut lists: HashMap<RowKey, Vec<Object>, foldhash::fast::RandomState> = HashMap::default();
    // A row that refers to its owner says what its relation back leads to.
    let inverses = match def.through {
        None => Inverse::new(link, (def.target)(), &request.owners).map(|one| Inverses::from([one])),
        Some(_) => None,
    };
    let read = ((def.target)().ops.read_all)(&Session(Arc::clone(session)));
    let keyed = request.owners.iter().filter(|o| o.has_key()).map(|o| o.values(&link.parent)).collect();
    for from in sources(request, meta, &link.parent, keyed)? {
        let select = related(meta, relation, from, part)?;
        // Rows of one owner usually come one after the other: it is searched for once.
        let mut run: Option<(RowKey, Vec<Object>)> = None;
        let mut keep = |object: Object, key: Vec<Value>| {
            if let (Some((owner, list)), [column], true) = (&mut run, &link.child[..], keys.is_empty())
                && owner.is(&object.value(*column))
            {
                return list.push(object);
            }
            let key = if keys.is_empty() { object.row_key(&link.child) } else { RowKey::new(&key) };
            let Some(key) = key else { return };
            match &mut run {
                Some((owner, list)) if *owner == key => list.push(object),
                _ => {
                    // As many as the last one has.
                    let usual = run.as_ref().map_or(0, |(_, list)| list.len());
                    let mut list = lists.remove(&key).unwrap_or_else(|| Vec::with_capacity(usual));
                    list.push(object);
                    lists.extend(run.replace((key, list)));
                }
            }
        };
        let related = Related::of(select, request.then, &request.criteria);
        let related = Related { keys: &keys, inverses: inverses.clone(), ..related };
        fetch_related(session, &read, related, &mut keep).await?;
        lists.extend(run);
    }
    let sorted =
        !def.order_by.is_empty() || part.is_some_and(|p| !p.order_by.is_empty() || p.limit.is_some());
    let mut surplus = None;
    for owner in &request.owners {
        let found = owner.row_key(&link.parent).and_then(|k| lists.remove(&k));
        let mut list = found.unwrap_or_default();
        // By key, here instead of in SQL: rows usually come in this order.
        if !sorted && !list.is_sorted_by(|a, b| a.compare_keys(&**b).is_le()) {
            list.sort_by(|a, b| a.compare_keys(&**b));
        }
        let whole = part.is_none_or(|p| p.filter.is_empty() && p.limit.is_none());
        if let Err(error) = fill_collection(owner, relation, link, list, whole, inverses.is_some()) {
            surplus.get_or_insert(error);
        }
    }
    surplus.map_or(Ok(()), Err)
}

/// The owners of each statement: chunks of their keys, or the query that brought them.
fn sources(
    request: &Request<'_>,
    meta: &'static ModelMeta,
    own: &[usize],
    keys: Vec<Vec<Value>>,
) -> Result<Vec<Owners>> {
    if let (Some(query), false) = (request.query, keys.is_empty()) {
        return Ok(vec![Owners::Query(Box::new(owners_of(query, meta, own)?))]);
    }
    Ok(keys.chunks(CHUNK).map(|chunk| Owners::Keys(chunk.to_vec())).collect())
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
    session.note_read(Some(type_id), relation + 1, "", &|| {
        let (model, name) = (owner.meta().def.name, def.name);
        format!("the relation {model}.{name}: a loop? Load it with the query that brings the objects: `select({model}).with({model}::{name})`")
    });
    session.autoflush().await?;
    let mut owners = vec![Arc::clone(owner)];
    if mode == FetchMode::Peers {
        owners.extend(group.peers(owner).filter(|peer| !peer.slot(relation).lock().is_loaded()));
    }
    let request = Request { criteria: Criteria::of(&session), ..Request::whole(owners, relation) };
    match (def.load)(&session, request).await {
        // A peer's fault is told to who asks the peer.
        Err(error) if error.kind() == ErrorKind::MultipleFound && owner.slot(relation).lock().is_loaded() => {
            Ok(())
        }
        done => done,
    }
}

/// Loads what `with(…)` asked for, level by level. `query` is the statement that brought the objects.
pub(crate) fn load_plan<'a>(
    session: &'a Arc<Shared>,
    objects: &'a [Object],
    plan: &'a [Loading],
    fetch: Option<FetchMode>,
    query: Option<&'a Select>,
    criteria: &'a Criteria,
) -> Task<'a, ()> {
    Box::pin(async move {
        if fetch.is_some() || plan.iter().any(|step| step.later().is_some()) {
            regroup(session, objects, plan, fetch);
        }
        for step in plan.iter().filter(|step| step.later().is_none()) {
            let meta = (step.owner)();
            if let Some(column) = step.column {
                let owners = objects.iter().filter(|o| o.meta().is_self(meta)).map(Arc::clone).collect();
                if let Some(first) = objects.iter().find(|o| o.meta().is_self(meta)) {
                    load_column(session, first.meta(), owners, column).await?;
                }
                continue;
            }
            let owners: Vec<Object> =
                objects.iter().filter(|o| o.meta().is_self(meta)).map(Arc::clone).collect();
            let part = step.part.as_deref();
            let is_open = |o: &&Object| part.is_some() || !o.slot(step.relation).lock().is_loaded();
            let todo: Vec<Object> = owners.iter().filter(is_open).map(Arc::clone).collect();
            let query = match step.how {
                Some(How::Subquery) => Some(query.ok_or_else(|| no_query(meta, step.relation))?),
                _ => None,
            };
            if !todo.is_empty() {
                let criteria = criteria.clone();
                let request = Request {
                    owners: todo,
                    relation: step.relation,
                    part,
                    query,
                    then: &step.then,
                    criteria,
                };
                (meta.relation(step.relation).load)(session, request).await?;
            }
            if !step.then.is_empty() || fetch.is_some() {
                let next: Vec<Object> = owners.iter().flat_map(|o| shown(o, step.relation)).collect();
                let behind = match query {
                    Some(query) => {
                        let (own, _) = ends(meta.relation(step.relation), meta.link(step.relation)?);
                        let owners = Owners::Query(Box::new(owners_of(query, meta, own)?));
                        Some(related(meta, step.relation, owners, part)?)
                    }
                    None => None,
                };
                load_plan(session, &next, &step.then, fetch, behind.as_ref(), criteria).await?;
            }
        }
        Ok(())
    })
}

/// What a relation of an object shows.
fn shown(owner: &Object, relation: usize) -> Vec<Object> {
    let slot = owner.slot(relation).lock();
    slot.shown().unwrap_or_else(|| slot.one().flatten().into_iter().collect())
}

fn no_query(meta: &ModelMeta, relation: usize) -> Error {
    let (model, name) = (meta.def.name, meta.relation(relation).name);
    Error::new(
        ErrorKind::State,
        format!("{model}.{name} is to be loaded by a subquery, and no single query brings its owners"),
    )
    .on(model)
    .advise("say `.subquery()` of the relations before it too, or leave it out: then it is loaded by keys")
}

/// Makes the objects a group of their own, which knows what their query said about fetching later.
fn regroup(session: &Arc<Shared>, objects: &[Object], plan: &[Loading], fetch: Option<FetchMode>) {
    let mode = |step: &Loading| step.later().map(|mode| ((step.owner)().type_id, step.relation, mode));
    let group = Arc::new(Group {
        session: Arc::downgrade(session),
        members: OnceLock::from(objects.iter().map(Arc::downgrade).collect::<Vec<_>>()),
        fetch,
        modes: plan.iter().filter_map(mode).collect(),
        inverses: OnceLock::new(),
    });
    for object in objects {
        // What only its old group knows of its relations goes into its slots.
        object.slots();
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

pub(super) fn detached(owner: &Object, relation: usize) -> Error {
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
