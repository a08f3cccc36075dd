//! What was loaded becomes content of the slots. Invariant: what the program changed and has not committed is never overwritten.

use std::sync::Arc;

use super::RelationKind;
use super::slot::{Content, Reference};
use crate::entity::{Object, State};
use crate::error::{Error, ErrorKind};
use crate::model::Link;

/// The object that this one refers to.
pub(crate) fn fill_parent(owner: &Object, relation: usize, link: &Link, parent: Option<&Object>) {
    if let Some(session) = owner.session() {
        session.note_loading(owner);
        session.note_circles();
    }
    // A parent whose collection holds this owner already is held by that side.
    let holds = parent.zip(link.inverse).is_some_and(|(p, inverse)| p.slot(inverse).lock().many().is_some());
    let mut slot = owner.slot(relation).lock();
    if !slot.touched {
        slot.content = Content::One(parent.map(|p| {
            if holds { Reference::Weak(Arc::downgrade(p)) } else { Reference::Strong(Arc::clone(p)) }
        }));
    }
}

/// The objects that refer to this one, or that an association leads to, in order: all of them, or a part. `known` says that their group knows
/// what they refer back to.
pub(crate) fn fill_collection(
    owner: &Object,
    relation: usize,
    link: &Link,
    mut list: Vec<Object>,
    whole: bool,
    known: bool,
) -> Result<(), Error> {
    let def = owner.meta().relation(relation);
    // What was moved or deleted in memory and not written yet no longer belongs here.
    list.retain(|o| {
        if o.is_as_read() {
            return true;
        }
        let status = o.status();
        let (deleted, as_read) =
            (status.state == State::Deleted, status.pointers.is_empty() && !status.dirty);
        drop(status);
        !deleted && (as_read || def.through.is_some() || !elsewhere(o, owner, link))
    });
    let to_one = def.kind == RelationKind::HasOne;
    if to_one && list.len() > 1 {
        return Err(several(owner, relation, list.len()));
    }
    if let Some(inverse) = link.inverse.filter(|_| def.through.is_none()) {
        for object in list.iter().filter(|o| !(known && o.made_slots().is_empty())) {
            let mut slot = object.slot(inverse).lock();
            if !slot.touched {
                slot.content = Content::One(Some(Reference::Weak(Arc::downgrade(owner))));
            }
        }
    }
    if let Some(session) = owner.session() {
        session.note_loading(owner);
        if def.through.is_some() || link.inverse.is_none() {
            session.note_circles();
        }
    }
    if !whole {
        // What is in the collection and not written yet stays known.
        let before = owner.slot(relation).lock().many().cloned().unwrap_or_default();
        let pending = before.into_iter().filter(|o| o.status().state == State::Pending).collect::<Vec<_>>();
        let mut slot = owner.slot(relation).lock();
        slot.added.extend(pending);
        slot.content = Content::Part(list);
        return Ok(());
    }
    let mut slot = owner.slot(relation).lock();
    if slot.many().is_some() && slot.touched {
        return Ok(());
    }
    list.retain(|o| !slot.removed.iter().any(|gone| Arc::ptr_eq(gone, o)));
    slot.content = if to_one {
        Content::One(list.into_iter().next().map(Reference::Strong))
    } else {
        for added in std::mem::take(&mut slot.added) {
            if !list.iter().any(|o| Arc::ptr_eq(o, &added)) {
                list.push(added);
            }
        }
        Content::Many(list)
    };
    Ok(())
}

/// Whether the program has given an object another parent than the one that its row still names.
fn elsewhere(object: &Object, owner: &Object, link: &Link) -> bool {
    let (pointer, flushed) = {
        let status = object.status();
        (status.pointers.iter().find(|p| p.link.child == link.child).cloned(), status.flushed)
    };
    match pointer {
        Some(pointer) => !pointer.parent.is_some_and(|parent| Arc::ptr_eq(&parent, owner)),
        None => {
            let moved = link.child.iter().any(|&c| object.value(c) != object.value_at(flushed, c));
            moved && object.values(&link.child) != owner.values(&link.parent)
        }
    }
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
