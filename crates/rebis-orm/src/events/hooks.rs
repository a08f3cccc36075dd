//! What was registered, and telling it. Invariant: the database's closures are told before the session's, each in the order of registration.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::Arc;

use crate::entity::{Object, State};
use crate::error::{Error, ErrorKind, Result};
use crate::session::{Session, Shared};

/// When a closure is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Moment {
    BeforeFlush,
    AfterFlush,
    BeforeCommit,
    AfterCommit,
    AfterRollback,
    BeforeInsert,
    AfterInsert,
    BeforeUpdate,
    AfterUpdate,
    BeforeDelete,
    AfterDelete,
    Load,
}

type OfSession = Arc<dyn Fn(&Session) -> Result<(), String> + Send + Sync>;
/// With the version of the row before the event.
type OfObject = Arc<dyn Fn(&Object, u32) -> Result<(), String> + Send + Sync>;

#[derive(Clone, Default)]
pub(crate) struct Hooks {
    sessions: Vec<(Moment, OfSession)>,
    objects: HashMap<(TypeId, Moment), Vec<OfObject>>,
}

impl Hooks {
    pub(super) fn of_session(&mut self, moment: Moment, told: OfSession) {
        self.sessions.push((moment, told));
    }

    pub(super) fn of_model(&mut self, model: TypeId, moment: Moment, told: OfObject) {
        self.objects.entry((model, moment)).or_default().push(told);
    }

    pub(super) fn len(&self) -> usize {
        self.sessions.len() + self.objects.values().map(Vec::len).sum::<usize>()
    }
}

/// Everybody who wants to be told of what a session does.
pub(crate) struct Listeners(Vec<Arc<Hooks>>);

/// What a flush writes, for those who are told afterwards.
#[derive(Default)]
pub(crate) struct Written {
    new: Vec<Object>,
    changed: Vec<(Object, u32)>,
    deleted: Vec<Object>,
}

impl Listeners {
    /// Nothing where nobody listens.
    pub(crate) fn of(session: &Shared) -> Option<Self> {
        let all: Vec<_> =
            [session.database.events().hooks(), session.hooks()].into_iter().flatten().collect();
        (!all.is_empty()).then_some(Listeners(all))
    }

    pub(crate) fn tell_session(&self, moment: Moment, session: &Arc<Shared>) -> Result<()> {
        let session = Session(Arc::clone(session));
        for (_, told) in self.0.iter().flat_map(|h| &h.sessions).filter(|(m, _)| *m == moment) {
            told(&session)
                .map_err(|why| refused(format!("a closure for {} refused: {why}", name(moment))))?;
        }
        Ok(())
    }

    /// Whether anybody wants to know this of a model's objects.
    pub(crate) fn listens(&self, model: TypeId, moment: Moment) -> bool {
        self.0.iter().any(|hooks| hooks.objects.contains_key(&(model, moment)))
    }

    pub(crate) fn tell(&self, moment: Moment, object: &Object, was: u32) -> Result<()> {
        let model = object.meta().type_id;
        for told in self.0.iter().filter_map(|h| h.objects.get(&(model, moment))).flatten() {
            told(object, was).map_err(|why| {
                refused(format!("a closure for {} refused {}: {why}", name(moment), object.label()))
                    .on(object.meta().def.name)
            })?;
        }
        Ok(())
    }

    /// Tells of everything that a flush is about to write.
    pub(crate) fn before(&self, batch: &crate::flush::Batch) -> Result<Written> {
        let mut written = Written::default();
        for object in &batch.new {
            self.tell(Moment::BeforeInsert, object, 0)?;
            if self.listens(object.meta().type_id, Moment::AfterInsert) {
                written.new.push(Arc::clone(object));
            }
        }
        for object in &batch.dirty {
            let model = object.meta().type_id;
            if !self.listens(model, Moment::BeforeUpdate) && !self.listens(model, Moment::AfterUpdate) {
                continue;
            }
            let flushed = object.status().flushed;
            if !crate::flush::changes(object)? {
                continue;
            }
            self.tell(Moment::BeforeUpdate, object, flushed)?;
            written.changed.push((Arc::clone(object), flushed));
        }
        for object in &batch.deleted {
            self.tell(Moment::BeforeDelete, object, 0)?;
            if self.listens(object.meta().type_id, Moment::AfterDelete) {
                written.deleted.push(Arc::clone(object));
            }
        }
        Ok(written)
    }

    pub(crate) fn after(&self, written: Written) -> Result<()> {
        for object in written.new {
            self.tell(Moment::AfterInsert, &object, 0)?;
        }
        for (object, was) in written.changed {
            self.tell(Moment::AfterUpdate, &object, was)?;
        }
        for object in written.deleted.into_iter().filter(|o| o.status().state == State::Deleted) {
            self.tell(Moment::AfterDelete, &object, 0)?;
        }
        Ok(())
    }
}

fn refused(what: String) -> Error {
    Error::new(ErrorKind::Invalid, what)
}

fn name(moment: Moment) -> &'static str {
    match moment {
        Moment::BeforeFlush => "before_flush",
        Moment::AfterFlush => "after_flush",
        Moment::BeforeCommit => "before_commit",
        Moment::AfterCommit => "after_commit",
        Moment::AfterRollback => "after_rollback",
        Moment::BeforeInsert => "before_insert",
        Moment::AfterInsert => "after_insert",
        Moment::BeforeUpdate => "before_update",
        Moment::AfterUpdate => "after_update",
        Moment::BeforeDelete => "before_delete",
        Moment::AfterDelete => "after_delete",
        Moment::Load => "load",
    }
}
