//! Relations between many and many, through rows of an association model. Invariant: what is related in memory is one association row,
//! written and deleted by the unit of work like any other object, whichever of the two sides was changed.

use std::sync::Arc;

use rebis_sql::Value;

use super::RelationKind;
use super::link::{cascade, insert, point, remove, set_parent};
use super::load::find_rows;
use crate::entity::{Object, State};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Far, Link, Model, ModelMeta};
use crate::session::{Shared, before_change, cascade_add, delete_object, register_change};

/// The association that a relation goes through, without its type.
#[derive(Clone, Copy)]
pub(crate) struct Through {
    pub(crate) meta: fn() -> &'static ModelMeta,
    /// A new row, its keys to be filled in; nothing when it needs more than keys.
    make: fn() -> Option<Object>,
}

impl Through {
    pub(crate) const fn new<A: Model>() -> Self {
        Through { meta: A::meta, make: make::<A> }
    }
}

fn make<A: Model>() -> Option<Object> {
    A::linked().map(|entity| entity.object())
}

/// Relates two objects, unless they are.
pub(super) fn connect(
    owner: &Object,
    relation: usize,
    target: &Object,
    link: &Link,
    far: &Far,
) -> Result<()> {
    let Some(through) = owner.meta().relation(relation).through else { return Ok(()) };
    let other = link.inverse.map(|inverse| (target, inverse, owner));
    let sides = || std::iter::once((owner, relation, target)).chain(other);
    // What was taken out and not written yet is put back: its row is still there.
    let was_there = |(from, relation, to): (&Object, usize, &Object)| {
        from.slot(relation).lock().removed.iter().any(|o| Arc::ptr_eq(o, to))
    };
    let is_known = are_related(&sides().collect::<Vec<_>>()) || sides().any(was_there);
    let association = match is_known {
        true => None,
        false => Some((through.make)().ok_or_else(|| needs_more(owner, relation, (through.meta)()))?),
    };
    for (from, relation, to) in sides() {
        insert(from, relation, to, !is_known);
    }
    if let Some(association) = association {
        {
            let mut status = association.status();
            status.related = true;
            status.unset = link.child.iter().chain(&far.child).fold(status.unset, |all, &c| all.with(c));
        }
        refer(&association, &link.child, &link.parent, owner)?;
        refer(&association, &far.child, &far.parent, target)?;
        if let Some(session) = owner.session().or_else(|| target.session())
            && association.session().is_none()
        {
            cascade_add(&session, &association);
        }
        owner.slot(relation).lock().links.push((Arc::clone(target), association));
    }
    cascade(owner, target);
    Ok(())
}

/// Whether the collections of the two sides hold each other. Where both are whole they say the same, and the shorter one is searched; that of an
/// object without a row is whole in any case.
fn are_related(sides: &[(&Object, usize, &Object)]) -> bool {
    let is_whole =
        |(from, relation, _): &&(&Object, usize, &Object)| from.slot(*relation).lock().many().is_some();
    let holds = |(from, relation, to): &(&Object, usize, &Object)| from.slot(*relation).lock().holds(to);
    let is_new = |o: &Object| matches!(o.status().state, State::Transient | State::Pending);
    if let [one, two] = sides
        && sides.iter().all(|side| is_whole(&side))
    {
        let length = |(from, relation, _): &(&Object, usize, &Object)| from.slot(*relation).lock().length();
        return holds(if length(two) < length(one) { two } else { one });
    }
    match sides.iter().find(|(from, ..)| is_new(from)) {
        Some(side) if sides.len() > 1 => holds(side),
        _ => sides.iter().any(holds),
    }
}

/// Ends the relation of two objects. What is known not to be related stays as it is.
pub(super) fn disconnect(owner: &Object, relation: usize, target: &Object, link: &Link) {
    before_change(target);
    let other = link.inverse.map(|inverse| (target, inverse, owner));
    let mut new = None;
    let mut is_unrelated = false;
    for (from, relation, to) in std::iter::once((owner, relation, target)).chain(other) {
        let slot = from.slot(relation).lock();
        let link = slot.links.iter().find(|(o, _)| Arc::ptr_eq(o, to));
        new = new.or(link.map(|(_, association)| Arc::clone(association)));
        is_unrelated |= slot.many().is_some_and(|all| !all.iter().any(|o| Arc::ptr_eq(o, to)));
    }
    if is_unrelated && new.is_none() {
        return;
    }
    remove(owner, relation, target, new.is_none());
    if let Some(inverse) = link.inverse {
        remove(target, inverse, owner, false);
    }
    if let Some(association) = new {
        forget(&association);
        if let Some(session) = association.session() {
            delete_object(&session, &association);
        }
    }
    register_change(owner);
}

/// Points an association to one of its two objects, through its own relation where it has one, so that the object's collection of
/// associations is kept in step.
fn refer(association: &Object, child: &[usize], parent: &[usize], to: &Object) -> Result<()> {
    match own_relations(association).find(|(_, link)| link.child == child) {
        Some((relation, _)) => set_parent(association, relation, Some(to)),
        None => {
            let link = Link { child: child.to_vec(), parent: parent.to_vec(), inverse: None, far: None };
            point(association, Arc::new(link), Some(to));
            Ok(())
        }
    }
}

/// Takes an association that will not be written out of what holds it.
fn forget(association: &Object) {
    let pointers = association.status().pointers.clone();
    for end in pointers.iter().filter_map(|p| p.parent.clone()) {
        for slot in end.slots() {
            slot.lock().links.retain(|(_, o)| !Arc::ptr_eq(o, association));
        }
    }
    for (relation, link) in own_relations(association) {
        let parent = association.slot(relation).lock().one().flatten();
        if let (Some(parent), Some(inverse)) = (parent, link.inverse) {
            remove(&parent, inverse, association, false);
        }
    }
}

fn own_relations(association: &Object) -> impl Iterator<Item = (usize, &'static Link)> {
    let meta = association.meta();
    let to_one = (0..meta.def.relations.len()).filter(|&r| meta.relation(r).kind == RelationKind::BelongsTo);
    to_one.filter_map(|r| Some((r, &**meta.link(r).ok()?)))
}

/// Deletes the rows of relations that were ended since the last flush.
pub(crate) async fn write_disconnections(session: &Arc<Shared>) -> Result<()> {
    let owners: Vec<Object> = {
        let work = session.work.lock();
        work.new.iter().chain(&work.dirty).map(Arc::clone).collect()
    };
    type Ended = (&'static ModelMeta, usize, Vec<(Object, Object)>);
    let mut all: Vec<Ended> = Vec::new();
    for owner in owners {
        let meta = owner.meta();
        for (relation, slot) in owner.slots().iter().enumerate() {
            if meta.relation(relation).through.is_none() {
                continue;
            }
            let ended = std::mem::take(&mut slot.lock().removed);
            if ended.is_empty() {
                continue;
            }
            let pairs = ended.into_iter().map(|target| (Arc::clone(&owner), target));
            match all.iter_mut().find(|(m, r, _)| m.is_self(meta) && *r == relation) {
                Some((.., known)) => known.extend(pairs),
                None => all.push((meta, relation, pairs.collect())),
            }
        }
    }
    for (meta, relation, pairs) in all {
        let link = meta.link(relation)?;
        if let (Some(through), Some(far)) = (meta.relation(relation).through, &link.far) {
            delete_rows(session, through, link, far, &pairs, meta.relation(relation).name).await?;
        }
    }
    Ok(())
}

async fn delete_rows(
    session: &Arc<Shared>,
    through: Through,
    link: &Link,
    far: &Far,
    pairs: &[(Object, Object)],
    name: &str,
) -> Result<()> {
    let meta = (through.meta)();
    let columns: Vec<usize> = link.child.iter().chain(&far.child).copied().collect();
    // A row that is nothing but its two keys need not be read to be deleted.
    let bare = columns.len() == meta.def.columns.len() && meta.key.iter().all(|k| columns.contains(k));
    let mut missing = Vec::new();
    for (owner, target) in pairs {
        let mut values = owner.values(&link.parent);
        values.extend(target.values(&far.parent));
        match bare.then(|| stand_in(session, through, &columns, &values)).flatten() {
            Some(row) => delete_object(session, &row),
            None => missing.push((values, owner, target)),
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let wanted = missing.iter().map(|(values, ..)| values.clone()).collect();
    let found = find_rows(session, (through.meta)(), columns.clone(), wanted).await?;
    for (values, owner, target) in missing {
        let mut rows = found.iter().filter(|row| row.values(&columns) == values).peekable();
        if rows.peek().is_none() {
            let what = format!("{} was taken out of {name} of {}", target.label(), owner.label());
            return Err(Error::new(
                ErrorKind::Stale,
                format!("{what}, and no row of {} relates them", meta.def.name),
            )
            .on(meta.def.name)
            .advise(
                "someone else has ended it, or it never was: roll back, load it again and repeat the work",
            ));
        }
        rows.for_each(|row| delete_object(session, row));
    }
    Ok(())
}

/// The object of an association row that is nothing but these values.
fn stand_in(session: &Arc<Shared>, through: Through, columns: &[usize], values: &[Value]) -> Option<Object> {
    let set: Vec<(usize, Value)> = columns.iter().copied().zip(values.iter().cloned()).collect();
    let key = (through.meta)().key.iter().filter_map(|k| set.iter().find(|(c, _)| c == k));
    let key: Vec<Value> = key.map(|(_, value)| value.clone()).collect();
    if let Some(known) = (through.meta)().known(session, &key) {
        return Some(known);
    }
    let row = (through.make)()?;
    row.set(&set).ok()?;
    {
        let version = row.version();
        let mut status = row.status();
        status.state = State::Persistent;
        status.group = Some(Arc::clone(&session.solo));
        status.unset = crate::ColumnSet::EMPTY;
        status.flushed = version;
        status.committed = version;
    }
    row.enter_map(session, std::slice::from_ref(&row));
    Some(row)
}

/// Objects are deleted: so are the rows that relate them to others.
pub(crate) async fn delete_associations(
    session: &Arc<Shared>,
    owners: &[Object],
    relation: usize,
) -> Result<()> {
    let Some(meta) = owners.first().map(|o| o.meta()) else { return Ok(()) };
    let (def, link) = (meta.relation(relation), meta.link(relation)?);
    let Some(through) = def.through else { return Ok(()) };
    let association = (through.meta)();
    let refers = |row: &Object| {
        let status = row.status();
        let to = |o: &Object| owners.iter().any(|owner| Arc::ptr_eq(owner, o));
        status.pointers.iter().any(|p| p.link.child == link.child && p.parent.as_ref().is_some_and(to))
    };
    let unwritten: Vec<Object> = session.work.lock().new.iter().map(Arc::clone).collect();
    for row in unwritten.iter().filter(|o| o.meta().is_self(association) && refers(o)) {
        forget(row);
        delete_object(session, row);
    }
    if def.passive_deletes {
        return Ok(());
    }
    let keys: Vec<Vec<Value>> = owners.iter().map(|o| o.values(&link.parent)).collect();
    for row in find_rows(session, (through.meta)(), link.child.clone(), keys).await? {
        delete_object(session, &row);
    }
    Ok(())
}

fn needs_more(owner: &Object, relation: usize, association: &ModelMeta) -> Error {
    let (model, name) = (owner.meta().def.name, owner.meta().relation(relation).name);
    let between = association.def.name;
    Error::new(
        ErrorKind::Mapping,
        format!("{model}.{name} cannot make a row of {between}, which needs more than the keys of the two objects"),
    )
    .on(model)
    .advise(format!(
        "add the row itself, `session.add({between}::builder()…)`, or give its other fields a default or make them an Option"
    ))
}
