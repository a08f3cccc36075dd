//! Rows of an association that are written as objects of their own. Invariant: after a flush, a loaded collection that goes through an
//! association shows what its rows in the database relate; where that is not known without reading them, it is no longer loaded.

use std::sync::Arc;

use rebis_sql::Value;

use super::slot::Content;
use crate::entity::{Object, State};
use crate::model::{Far, Link, ModelMeta};
use crate::session::{Shared, before_change};

/// A relation that goes through an association, seen from the association.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Between {
    owner: &'static ModelMeta,
    relation: usize,
}

impl ModelMeta {
    /// The relations that go through this model: those of the models that it refers to.
    fn relations_through(&'static self) -> &'static [Between] {
        self.between.get_or_init(|| {
            let keys = self.def.columns.iter().filter_map(|c| c.foreign_key).map(|key| (key.target)());
            let relations = self.def.relations.iter().map(|relation| (relation.target)());
            let mut owners: Vec<&'static ModelMeta> = keys.chain(relations).collect();
            owners.sort_by_key(|owner| owner.type_id);
            owners.dedup_by_key(|owner| owner.type_id);
            let through = |owner: &'static ModelMeta| {
                let all = owner.def.relations.iter().enumerate();
                let own = all.filter(|(_, r)| r.through.is_some_and(|t| self.is_self((t.meta)())));
                own.map(move |(relation, _)| Between { owner, relation })
            };
            owners.into_iter().flat_map(through).collect()
        })
    }
}

/// The rows of associations that a flush writes.
pub(crate) struct Written(Vec<Row>);

struct Row {
    object: Object,
    /// What it related before; nothing of a new row.
    was: Vec<Was>,
}

/// The two ends of a relation that a row related, and their objects as far as the session holds them.
struct Was {
    near: Vec<Value>,
    far: Vec<Value>,
    owners: Vec<Object>,
    target: Option<Object>,
}

impl Written {
    /// Those among new, changed and deleted objects, as they are before they are written.
    pub(crate) fn among(session: &Shared, new: &[Object], dirty: &[Object], deleted: &[Object]) -> Self {
        let mut rows = Vec::new();
        for (i, object) in new.iter().chain(dirty).chain(deleted).enumerate() {
            if object.meta().relations_through().is_empty() {
                continue;
            }
            let is_new = i < new.len();
            // What `add` of a collection made stands in the collections already.
            if is_new && std::mem::take(&mut object.status().related) {
                continue;
            }
            let was = if is_new { Vec::new() } else { Was::of(session, object) };
            rows.push(Row { object: Arc::clone(object), was });
        }
        Written(rows)
    }

    /// Once they are written, the collections follow.
    pub(crate) fn show(self, session: &Arc<Shared>) {
        for Row { object, was } in self.0 {
            let is_there = object.status().state != State::Deleted;
            let mut was = was.into_iter();
            for (at, link, far) in relations_through(&object) {
                let new = is_there.then(|| (object.values(&link.child), object.values(&far.child)));
                let old = was.next();
                if old.as_ref().map(|old| (&old.near, &old.far))
                    == new.as_ref().map(|(near, far)| (near, far))
                {
                    continue;
                }
                if let Some(old) = old {
                    at.part(&object, link, far, old);
                }
                if let Some((near, values)) = new {
                    at.meet(session, &object, link, &near, &values);
                }
            }
        }
    }
}

impl Was {
    fn of(session: &Shared, row: &Object) -> Vec<Self> {
        let flushed = row.status().flushed;
        let of = |columns: &[usize]| columns.iter().map(|&c| row.value_at(flushed, c)).collect::<Vec<_>>();
        let all = relations_through(row).map(|(at, link, far)| {
            let (near, far) = (of(&link.child), of(&far.child));
            let (owners, target) =
                (at.owners(session, row, link, &near), at.target(session, row, link, &far));
            Was { near, far, owners, target }
        });
        all.collect()
    }
}

fn relations_through(row: &Object) -> impl Iterator<Item = (Between, &'static Link, &'static Far)> {
    let all = row.meta().relations_through().iter();
    all.filter_map(|&at| {
        let link: &Link = at.owner.link(at.relation).ok()?;
        Some((at, link, &**link.far.as_ref()?))
    })
}

impl Between {
    /// A row that relates these two is there now.
    fn meet(self, session: &Arc<Shared>, row: &Object, link: &Link, near: &[Value], far: &[Value]) {
        for owner in self.owners(session, row, link, near) {
            let Some(there) = self.target(session, row, link, far) else {
                self.forget(&owner);
                continue;
            };
            if !self.is_loaded(&owner) || owner.slot(self.relation).lock().holds(&there) {
                continue;
            }
            before_change(&owner);
            let mut slot = owner.slot(self.relation).lock();
            slot.touched = true;
            slot.rejoin();
            if let Content::Many(all) = &mut slot.content {
                all.push(there);
            }
        }
    }

    /// A row that related these two is gone.
    fn part(self, row: &Object, link: &Link, far: &Far, was: Was) {
        let pair = || link.child.iter().chain(&far.child);
        // Else another row may still relate the two.
        let is_only = row.meta().key.iter().all(|k| pair().any(|c| c == k));
        // A collection keeps what it shows in the session, where it would have been found by its key.
        let by_key = far.parent == (self.owner.relation(self.relation).target)().key;
        let gone = |o: &Object| o.status().state == State::Deleted;
        for owner in was.owners {
            // What is deleted is not shown, and stands where it was if it comes back.
            if gone(&owner) || was.target.as_ref().map_or(by_key, gone) {
                continue;
            }
            match &was.target {
                Some(there) if !owner.slot(self.relation).lock().holds(there) => {}
                Some(there) if is_only => {
                    before_change(&owner);
                    let mut slot = owner.slot(self.relation).lock();
                    slot.touched = true;
                    slot.rejoin();
                    if let Content::Many(all) | Content::Part(all) = &mut slot.content {
                        all.retain(|o| !Arc::ptr_eq(o, there));
                    }
                }
                _ => self.forget(&owner),
            }
        }
    }

    /// The objects of the session that a row refers to as the owners of this relation.
    fn owners(self, session: &Shared, row: &Object, link: &Link, near: &[Value]) -> Vec<Object> {
        if let Some(owner) = pointed(row, &link.child, self.owner, near, &link.parent) {
            return vec![owner];
        }
        if link.parent == self.owner.key {
            return self.owner.known(session, near).into_iter().collect();
        }
        let mut all = session.objects_of(self.owner.type_id);
        all.retain(|o| o.values(&link.parent) == near);
        all
    }

    /// The object that a row leads to, where the session holds it.
    fn target(self, session: &Shared, row: &Object, link: &Link, values: &[Value]) -> Option<Object> {
        let (far, target) = (link.far.as_ref()?, (self.owner.relation(self.relation).target)());
        pointed(row, &far.child, target, values, &far.parent).or_else(|| {
            let by_key = far.parent == target.key;
            by_key.then(|| target.known(session, values)).flatten()
        })
    }

    fn is_loaded(self, owner: &Object) -> bool {
        matches!(owner.slot(self.relation).lock().content, Content::Many(_) | Content::Parted(_))
    }

    /// The next read of the collection asks the database.
    fn forget(self, owner: &Object) {
        before_change(owner);
        let mut slot = owner.slot(self.relation).lock();
        slot.touched = true;
        if matches!(slot.content, Content::Many(_) | Content::Part(_) | Content::Parted(_)) {
            slot.content = Content::Unloaded;
        }
    }
}

/// The object to which the program related a row by these columns, if it still is the one with these values.
fn pointed(
    row: &Object,
    columns: &[usize],
    model: &ModelMeta,
    values: &[Value],
    referred: &[usize],
) -> Option<Object> {
    let parent = {
        let status = row.status();
        let pointer = status.pointers.iter().find(|p| p.link.child == columns)?;
        Arc::clone(pointer.parent.as_ref()?)
    };
    (parent.meta().is_self(model) && parent.values(referred) == values).then_some(parent)
}
