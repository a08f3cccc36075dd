//! Changes of relations in memory, with both sides kept in step. Invariant: one slot is locked at a time, so no order can deadlock.

use std::sync::Arc;

use super::def::RelationKind;
use super::slot::{Content, Reference, Slot};
use super::through;
use crate::entity::{AnyInstance, Object, Pointer, State};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{ColumnSet, Link};
use crate::session::{before_change, cascade_add, register_change};

/// What a builder, a struct or an edit put into relation fields becomes content of the slots.
pub(crate) fn relate_pending<T: crate::Model>(
    owner: &Arc<crate::entity::Instance<T>>,
    pending: Vec<(usize, Vec<Object>)>,
) {
    if !pending.is_empty() {
        let owner: Object = Arc::<crate::entity::Instance<T>>::clone(owner);
        relate_all(&owner, pending);
    }
}

pub(crate) fn relate_all(owner: &Object, pending: Vec<(usize, Vec<Object>)>) {
    for (relation, objects) in pending {
        for object in objects {
            let related = if owner.meta().relation(relation).kind == RelationKind::BelongsTo {
                set_parent(owner, relation, Some(&object))
            } else {
                add_child(owner, relation, &object)
            };
            if let Err(error) = related {
                report_at_flush(owner, relation, &object, &error);
            }
        }
    }
}

/// A relation that is declared wrongly is reported by the first operation that can report: the flush, of whichever session has one of the two.
pub(crate) fn report_at_flush(owner: &Object, relation: usize, other: &Object, error: &Error) {
    before_change(owner);
    {
        let mut slot = owner.slot(relation).lock();
        slot.refused = Some(Arc::new(error.again()));
        slot.touched = true;
    }
    if let Some(session) = owner.session().or_else(|| other.session()) {
        session.refuse(error.kind(), error.message().to_owned());
    }
}

/// Objects of two living sessions are not related: each session would write half of it.
fn check_sessions(owner: &Object, other: &Object) -> Result<()> {
    match (owner.session(), other.session()) {
        (Some(one), Some(two)) if !Arc::ptr_eq(&one, &two) => Err(Error::new(
            ErrorKind::State,
            format!("{} and {} are in different sessions", owner.label(), other.label()),
        )
        .on(owner.meta().def.name)
        .advise("`session.merge(…)` gives a session's own copy of an object; `expunge` lets an object go")),
        _ => Ok(()),
    }
}

/// Puts an object into a collection (or a `HasOne`), and points it back.
pub(crate) fn add_child(owner: &Object, relation: usize, child: &Object) -> Result<()> {
    let link = Arc::clone(owner.meta().link(relation)?);
    check_sessions(owner, child)?;
    if let Some(far) = &link.far {
        return through::connect(owner, relation, child, &link, far);
    }
    before_change(child);
    if let Some(inverse) = link.inverse {
        take_from_old_parent(child, inverse, owner);
    }
    insert(owner, relation, child, is_apart(child, owner, link.inverse, &link.child));
    if let Some(inverse) = link.inverse {
        let mut slot = child.slot(inverse).lock();
        slot.content = Content::One(Some(Reference::Weak(Arc::downgrade(owner))));
        slot.touched = true;
    }
    point(child, link, Some(owner));
    cascade(owner, child);
    Ok(())
}

/// Takes an object out of a collection.
pub(crate) fn remove_child(owner: &Object, relation: usize, child: &Object) -> Result<()> {
    let link = Arc::clone(owner.meta().link(relation)?);
    if link.far.is_some() {
        through::disconnect(owner, relation, child, &link);
        return Ok(());
    }
    before_change(child);
    remove(owner, relation, child, true);
    if let Some(inverse) = link.inverse {
        let mut slot = child.slot(inverse).lock();
        slot.content = Content::One(None);
        slot.touched = true;
    }
    point(child, link, None);
    register_change(owner);
    Ok(())
}

/// Relates the one object of a `HasOne`, or none.
pub(crate) fn set_child(owner: &Object, relation: usize, child: Option<&Object>) -> Result<()> {
    let old = owner.slot(relation).lock().one().flatten();
    if let Some(old) = old.filter(|o| !child.is_some_and(|c| Arc::ptr_eq(o, c))) {
        remove_child(owner, relation, &old)?;
    }
    child.map_or(Ok(()), |child| add_child(owner, relation, child))
}

/// Points an object to another (or to none), and keeps the other's collection in step.
pub(crate) fn set_parent(child: &Object, relation: usize, parent: Option<&Object>) -> Result<()> {
    let link = Arc::clone(child.meta().link(relation)?);
    if let Some(parent) = parent {
        check_sessions(child, parent)?;
    }
    before_change(child);
    let is_apart = parent.is_some_and(|parent| is_apart(child, parent, Some(relation), &link.child));
    let old = held_parent(child, relation, &link);
    if let (Some(old), Some(inverse)) = (&old, link.inverse)
        && !parent.is_some_and(|p| Arc::ptr_eq(p, old))
    {
        remove(old, inverse, child, false);
    }
    {
        let mut slot = child.slot(relation).lock();
        slot.content = Content::One(parent.map(|p| Reference::Strong(Arc::clone(p))));
        slot.touched = true;
    }
    if let (Some(parent), Some(inverse)) = (parent, link.inverse) {
        // Only a weak reference may stay here when the parent's collection holds this object.
        let holds = parent.slot(inverse).lock().many().is_some();
        insert(parent, inverse, child, is_apart);
        if holds {
            child.slot(relation).lock().content = Content::One(Some(Reference::Weak(Arc::downgrade(parent))));
        }
    }
    point(child, link, parent);
    if let Some(parent) = parent {
        cascade(parent, child);
    }
    Ok(())
}

/// Whether a new object cannot be in the owner's collection, because it refers elsewhere or nowhere: then the collection is not searched, which
/// takes the longer the more it holds.
fn is_apart(child: &Object, owner: &Object, inverse: Option<usize>, key: &[usize]) -> bool {
    {
        let status = child.status();
        let points =
            |p: &Pointer| p.link.child == key && p.parent.as_ref().is_some_and(|o| Arc::ptr_eq(o, owner));
        if !matches!(status.state, State::Transient | State::Pending) || status.pointers.iter().any(points) {
            return false;
        }
    }
    let back = inverse.and_then(|inverse| child.slot(inverse).lock().one().flatten());
    !back.is_some_and(|back| Arc::ptr_eq(&back, owner))
}

/// `is_apart` says that it is known not to be there yet.
pub(super) fn insert(owner: &Object, relation: usize, child: &Object, is_apart: bool) {
    before_change(owner);
    let to_one = owner.meta().relation(relation).kind == RelationKind::HasOne;
    // A collection of an object without a row is known to hold nothing but what was added.
    let fresh = matches!(owner.status().state, State::Transient | State::Pending);
    let mut slot = owner.slot(relation).lock();
    slot.rejoin();
    slot.touched = true;
    if !slot.removed.is_empty() {
        slot.removed.retain(|o| !Arc::ptr_eq(o, child));
    }
    if to_one {
        slot.content = Content::One(Some(Reference::Strong(Arc::clone(child))));
        return;
    }
    if fresh && matches!(slot.content, Content::Unloaded) {
        slot.content = Content::Many(Vec::new());
    }
    if !is_apart && slot.holds(child) {
        return;
    }
    let Slot { content, added, .. } = &mut *slot;
    match content {
        Content::Many(all) => all.push(Arc::clone(child)),
        _ => added.push(Arc::clone(child)),
    }
}

pub(super) fn remove(owner: &Object, relation: usize, child: &Object, orphan: bool) {
    before_change(owner);
    let mut slot = owner.slot(relation).lock();
    slot.rejoin();
    slot.touched = true;
    slot.added.retain(|o| !Arc::ptr_eq(o, child));
    match &mut slot.content {
        Content::Many(all) | Content::Part(all) => all.retain(|o| !Arc::ptr_eq(o, child)),
        Content::One(one)
            if one.as_ref().and_then(Reference::get).is_some_and(|o| Arc::ptr_eq(&o, child)) =>
        {
            *one = None
        }
        _ => {}
    }
    if orphan {
        slot.removed.push(Arc::clone(child));
    }
}

fn take_from_old_parent(child: &Object, inverse: usize, new: &Object) {
    let Ok(link) = child.meta().link(inverse) else { return };
    let old = held_parent(child, inverse, link);
    if let Some(old) = old.filter(|old| !Arc::ptr_eq(old, new))
        && let Some(back) = link.inverse
    {
        remove(&old, back, child, false);
    }
}

/// The object that a relation to one leads to, as far as that is known without I/O: its collection may hold this one.
fn held_parent(child: &Object, relation: usize, link: &Link) -> Option<Object> {
    let loaded = child.slot(relation).lock().one();
    loaded.unwrap_or_else(|| {
        let def = child.meta().relation(relation);
        let by_key = link.parent == (def.target)().key;
        let session = child.session().filter(|_| by_key)?;
        (def.target)().known(&session, &child.values(&link.child))
    })
}

/// Notes that the child's key columns follow the parent, and that the child has changed.
pub(super) fn point(child: &Object, link: Arc<Link>, parent: Option<&Object>) {
    {
        let mut status = child.status();
        status.pointers.retain(|p| p.link.child != link.child);
        status.pointers.push(Pointer { link, parent: parent.cloned() });
    }
    register_change(child);
}

/// save-update: when one side is in a session, the other follows.
pub(super) fn cascade(parent: &Object, child: &Object) {
    for (from, to) in [(parent, child), (child, parent)] {
        if let Some(session) = from.session() {
            if to.session().is_none() {
                cascade_add(&session, to);
            }
            register_change(from);
        }
    }
}

/// Every object that the slots of this one hold.
pub(crate) fn held(object: &dyn AnyInstance) -> Vec<(usize, Object)> {
    let mut all = Vec::new();
    for (relation, slot) in object.slots().iter().enumerate() {
        let slot = slot.lock();
        all.extend(slot.added.iter().map(|o| (relation, Arc::clone(o))));
        match &slot.content {
            Content::Many(many) | Content::Part(many) => {
                all.extend(many.iter().map(|o| (relation, Arc::clone(o))))
            }
            Content::One(Some(one)) => all.extend(one.get().map(|o| (relation, o))),
            Content::Parted(many) => {
                all.extend(many.iter().filter_map(Reference::get).map(|o| (relation, o)))
            }
            _ => {}
        }
    }
    all
}

/// Every object that comes into a session with this one: what it holds, and the new rows that relate it to others.
pub(crate) fn companions(object: &dyn AnyInstance) -> Vec<(usize, Object)> {
    let mut all = held(object);
    for (relation, slot) in object.slots().iter().enumerate() {
        all.extend(slot.lock().links.iter().map(|(_, association)| (relation, Arc::clone(association))));
    }
    all
}

/// When key columns were set by hand, what the relation had loaded no longer holds.
pub(crate) fn forget_stale_parents(object: &dyn AnyInstance, changed: ColumnSet) {
    for relation in 0..object.meta().def.relations.len() {
        if object.meta().relation(relation).kind != RelationKind::BelongsTo {
            continue;
        }
        let Ok(link) = object.meta().link(relation) else { continue };
        if link.child.iter().any(|&c| changed.has(c)) {
            object.slot(relation).lock().clear();
            object.status().pointers.retain(|p| p.link.child != link.child);
        }
    }
}

/// The owner is deleted and its children stay: their keys become NULL.
pub(crate) fn let_go(child: &Object, owner: &Object, relation: usize) -> Result<()> {
    let link = Arc::clone(owner.meta().link(relation)?);
    let pointers = child.status().pointers.clone();
    let elsewhere = |p: &Pointer| !p.parent.as_ref().is_some_and(|parent| Arc::ptr_eq(parent, owner));
    let moved = pointers.iter().any(|p| p.link.child == link.child && elsewhere(p));
    if !moved {
        before_change(child);
        if let Some(inverse) = link.inverse {
            let mut slot = child.slot(inverse).lock();
            slot.content = Content::One(None);
            slot.touched = true;
        }
        point(child, link, None);
    }
    Ok(())
}
