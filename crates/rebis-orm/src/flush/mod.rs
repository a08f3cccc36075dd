//! The unit of work: what changed becomes statements, in an order that foreign keys allow.
//!
//! **Invariant.** The same program writes the same statements in the same order. What a flush has taken up is written before any statement that
//! another task of the session begins afterwards. A flush that does not end well, also one whose future was
//! dropped, leaves a session that says so until it is rolled back.

mod delete;
mod insert;
mod kinds;
mod order;
mod pointers;
mod shape;
mod switch;
mod unique;
mod update;
mod validate;
mod version;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::MutexGuard;

use crate::entity::{Object, State};
use crate::error::{Error, Result};
use crate::events::{Listeners, Moment};
use crate::relation::{RelationKind, Written, companions, delete_associations, held, write_disconnections};
use crate::session::{Shared, cascade_add, delete_object, inactive};

pub(crate) use shape::{Shape, Shapes};
pub(crate) use validate::one as validate;

/// What one flush writes.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) new: Vec<Object>,
    pub(crate) dirty: Vec<Object>,
    pub(crate) deleted: Vec<Object>,
}

/// Marks the session as failed unless the flush says that it went well.
struct Fuse<'a> {
    session: &'a Shared,
    why: Option<String>,
}

impl Drop for Fuse<'_> {
    fn drop(&mut self) {
        if let Some(why) = self.why.take() {
            // What failed first is the reason; what follows from it is not.
            self.session.work.lock().failed.get_or_insert(why);
        }
    }
}

/// `last` says that a commit follows at once.
pub(crate) async fn flush(session: &Arc<Shared>, last: bool) -> Result<()> {
    session.check_open()?;
    session.edits_end().await?;
    if !is_due(session)? {
        session.wait_for_taken().await;
        return Ok(());
    }
    let listeners = Listeners::of(session);
    if let Some(listeners) = &listeners {
        listeners.tell_session(Moment::BeforeFlush, session)?;
    }
    // Before anything is taken up: who mends the row can flush again.
    validate::registered(session)?;
    let mut fuse = Fuse { session, why: Some(String::from("a flush was interrupted")) };
    let result = run(session, listeners.as_ref(), last && listeners.is_none()).await;
    fuse.why = result.as_ref().err().map(ToString::to_string);
    result
}

/// Whether there is anything to write, in a session that can.
fn is_due(session: &Shared) -> Result<bool> {
    let work = session.work.lock();
    if let Some(why) = &work.failed {
        return Err(inactive(why));
    }
    if !session.changed.load(Ordering::Acquire) {
        return Ok(false);
    }
    if let Some((kind, why)) = &work.refused {
        return Err(Error::new(*kind, why.clone()).advise("call `session.rollback().await?` to go on"));
    }
    Ok(true)
}

async fn run(session: &Arc<Shared>, listeners: Option<&Listeners>, last: bool) -> Result<()> {
    let taking = session.taking.lock().await;
    let mut batch = collect(session).await?;
    batch.new.iter().try_for_each(|object| session.database.house(object.meta()))?;
    switch::switch(session, &mut batch)?;
    let written = listeners.map(|l| l.before(&batch)).transpose()?;
    validate::batch(&batch)?;
    write(session, batch, last, taking).await?;
    if let (Some(listeners), Some(written)) = (listeners, written) {
        listeners.after(written)?;
        listeners.tell_session(Moment::AfterFlush, session)?;
    }
    Ok(())
}

async fn write(
    session: &Arc<Shared>,
    mut batch: Batch,
    last: bool,
    taking: MutexGuard<'_, ()>,
) -> Result<()> {
    session.writes();
    let associations = Written::among(session, &batch.new, &batch.dirty, &batch.deleted);
    let first = unique::plan(&mut batch)?;
    let (new, dirty, deleted) = (batch.new.len(), batch.dirty.len(), batch.deleted.len());
    // Which of the three is all that there is to commit. Rows that are counted must be one: its statement has changed nothing where it fails.
    let (lone_new, lone_dirty) = (last && dirty + deleted == 0, last && new + deleted == 0 && dirty == 1);
    let lone_deleted = last && new + dirty == 0 && deleted == 1;
    let mut connection = session.connection().await?;
    drop(taking);
    first.run(session, &mut connection).await?;
    let later = insert::insert(session, &mut connection, batch.new, lone_new).await?;
    update::update(&mut connection, batch.dirty.into_iter().chain(later).collect(), lone_dirty).await?;
    delete::delete(session, &mut connection, batch.deleted, lone_deleted).await?;
    drop(connection);
    associations.show(session);
    Ok(())
}

/// Whether a changed object is different from its row.
pub(crate) fn changes(object: &Object) -> Result<bool> {
    let waits = pointers::follow(object)?;
    let flushed = object.status().flushed;
    Ok(waits || !object.changed_since(flushed).minus(object.meta().computed).is_empty())
}

/// Takes what is registered, cascades to a fixed point, and leaves out what is new and deleted at once.
async fn collect(session: &Arc<Shared>) -> Result<Batch> {
    write_disconnections(session).await?;
    orphans(session)?;
    let mut done = 0;
    loop {
        let deleted: Vec<Object> = session.work.lock().deleted.iter().skip(done).map(Arc::clone).collect();
        if deleted.is_empty() {
            break;
        }
        done += deleted.len();
        cascade_delete(session, deleted).await?;
        orphans(session)?;
    }
    let mut work = session.work.lock();
    session.changed.store(false, Ordering::Release);
    let new = std::mem::take(&mut work.new);
    let mut dirty = std::mem::take(&mut work.dirty);
    let deleted = std::mem::take(&mut work.deleted);
    drop(work);
    for object in dirty.iter().chain(&*deleted) {
        object.status().dirty = false;
    }
    dirty.retain(|o| !deleted.has(o));
    Ok(Batch { new, dirty, deleted: deleted.into_vec() })
}

/// What was taken out of a `delete-orphan` relation and put nowhere else is deleted. Also brings in what was added to relations.
fn orphans(session: &Arc<Shared>) -> Result<()> {
    let owners: Vec<Object> = {
        let work = session.work.lock();
        let all = work.new.iter().chain(&work.dirty);
        all.filter(|o| !o.meta().def.relations.is_empty()).map(Arc::clone).collect()
    };
    for owner in owners {
        for (relation, slot) in owner.slots().iter().enumerate() {
            let removed = {
                let mut slot = slot.lock();
                if let Some(error) = &slot.refused {
                    return Err(error.again());
                }
                std::mem::take(&mut slot.removed)
            };
            if !owner.meta().relation(relation).cascade.delete_orphan {
                continue;
            }
            let Ok(link) = owner.meta().link(relation) else { continue };
            for orphan in removed {
                let adopted =
                    orphan.status().pointers.iter().any(|p| p.link.child == link.child && p.parent.is_some());
                if !adopted {
                    delete_object(session, &orphan);
                }
            }
        }
        // What goes with an owner that is deleted does not come in with it.
        if session.work.lock().deleted.has(&owner) {
            continue;
        }
        for (relation, object) in companions(&*owner) {
            if owner.meta().relation(relation).cascade.save_update && object.session().is_none() {
                cascade_add(session, &object);
            }
        }
    }
    Ok(())
}

/// Deletes, or lets go, what refers to deleted objects.
async fn cascade_delete(session: &Arc<Shared>, deleted: Vec<Object>) -> Result<()> {
    let mut models: Vec<&'static crate::ModelMeta> = deleted.iter().map(|o| o.meta()).collect();
    models.sort_by_key(|m| m.def.table);
    models.dedup_by_key(|m| m.type_id);
    for meta in models {
        let owners: Vec<Object> =
            deleted.iter().filter(|o| o.meta().type_id == meta.type_id).map(Arc::clone).collect();
        for (relation, def) in meta.def.relations.iter().enumerate() {
            if def.kind == RelationKind::BelongsTo || def.leaves_all {
                continue;
            }
            if def.through.is_some() {
                delete_associations(session, &owners, relation).await?;
                if !def.cascade.delete {
                    continue;
                }
            }
            // What criteria kept out of a collection refers to its owner all the same.
            if session.narrows_relation(def) {
                owners.iter().for_each(|owner| owner.slot(relation).lock().reopen());
            }
            let todo: Vec<Object> =
                owners.iter().filter(|o| !o.slot(relation).lock().is_loaded()).map(Arc::clone).collect();
            if !todo.is_empty() && !def.passive_deletes {
                def.load(session, todo, relation).await?;
            }
            for owner in &owners {
                for (_, child) in held(&**owner).into_iter().filter(|(r, _)| *r == relation) {
                    if def.cascade.delete {
                        delete_object(session, &child);
                    } else if matches!(child.status().state, State::Persistent | State::Pending) {
                        crate::relation::let_go(&child, owner, relation)?;
                    }
                }
            }
        }
    }
    Ok(())
}
