//! Copies of objects into a session. Invariant: the object that is given is left as it is; what comes back is the session's own.

use std::collections::HashMap;
use std::sync::Arc;

use rebis_sql::Value;

use super::{Session, Shared, before_change, belongs, cascade_add, register_change};
use crate::entity::{Addable, Entity, Object, State, Status, typed};
use crate::error::{Error, ErrorKind, Result};
use crate::model::ColumnSet;
use crate::relation::{RelationKind, Task, add_child, forget_stale_parents, held, remove_child, set_parent};

/// What was merged already, by the address of what was given: graphs may have circles.
type Seen = HashMap<usize, (Object, Object)>;

impl Session {
    /// Copies an object's values to the session's object for the same row, which is read when the session does not hold it; where there is
    /// no such row, a copy is added. Gives the session's object.
    ///
    /// What a builder did not set is left as it is. Relations that are loaded, or were filled in, follow where they cascade `merge` (which
    /// is the default); a collection becomes what the given one is.
    ///
    /// ```
    /// # extern crate rebis_orm as rebis;
    /// use rebis::Database;
    /// # use rebis_macros::Model;
    ///
    /// #[derive(Model, Clone, Debug)]
    /// pub struct User {
    ///     #[column(primary_key)]
    ///     pub id: i64,
    ///     pub name: String,
    /// }
    ///
    /// # #[tokio::main]
    /// # async fn main() -> rebis::Result<()> {
    /// # let db = Database::connect("sqlite://")?;
    /// # db.create_all().await?;
    /// # let session = db.session();
    /// # session.add(User::builder().name("susan"));
    /// # session.commit().await?;
    /// let user = db.session().merge(User::builder().id(1).name("Susan")).await?;
    /// assert!(user.is_modified());
    /// assert_eq!(user.original().map(|was| was.name.as_str()), Some("susan"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the given object counts its row's versions and the row has another version; and what the database says.
    pub async fn merge<A: Addable>(&self, object: A) -> Result<Entity<A::Model>> {
        let given = object.into_entity().object();
        let merged = merge(&self.0, given, &mut Seen::new()).await?;
        typed(&merged).ok_or_else(|| Error::new(ErrorKind::State, "merge gave an object of another model"))
    }
}

fn merge<'a>(session: &'a Arc<Shared>, given: Object, seen: &'a mut Seen) -> Task<'a, Object> {
    Box::pin(async move {
        if let Some((_, merged)) = seen.get(&given.address()) {
            return Ok(Arc::clone(merged));
        }
        let state = given.status().state;
        if belongs(&*given, session) && matches!(state, State::Pending | State::Persistent) {
            return Ok(given);
        }
        let found = if given.has_key() {
            let meta = given.meta();
            session.find(meta, given.namesake(session), &|| given.values(&meta.key)).await?
        } else {
            None
        };
        let target = match found {
            Some(found) => {
                copy(&given, &found)?;
                found
            }
            None => add_copy(session, &given),
        };
        seen.insert(given.address(), (Arc::clone(&given), Arc::clone(&target)));
        for relation in 0..given.meta().def.relations.len() {
            if given.meta().relation(relation).cascade.merge {
                merge_relation(session, &given, &target, relation, seen).await?;
            }
        }
        Ok(target)
    })
}

fn add_copy(session: &Arc<Shared>, given: &Object) -> Object {
    let unset = given.status().unset;
    let copy = given.twin(Status::of_new(unset));
    cascade_add(session, &copy);
    copy
}

/// Copies the columns that were given and differ.
fn copy(given: &Object, target: &Object) -> Result<()> {
    let meta = given.meta();
    let (unset, unloaded) = (given.status().unset, given.unloaded());
    if let Some(column) = meta.version.filter(|&c| !unset.has(c))
        && given.value(column) != target.value(column)
    {
        let what = format!("{} was merged from another version of its row", target.label());
        return Err(Error::new(ErrorKind::Stale, what).on(meta.def.name).advise(
            "someone has changed the row since the object was read: read it again and repeat the work",
        ));
    }
    let mut values: Vec<(usize, Value)> = Vec::new();
    let mut changed = ColumnSet::EMPTY;
    for column in 0..meta.def.columns.len() {
        if unset.has(column)
            || unloaded.has(column)
            || meta.computed.has(column)
            || meta.key.contains(&column)
        {
            continue;
        }
        let value = given.value(column);
        if value != target.value(column) {
            changed = changed.with(column);
            values.push((column, value));
        }
    }
    if !values.is_empty() {
        before_change(target);
        target.set(&values)?;
        forget_stale_parents(&**target, changed);
        register_change(target);
    }
    Ok(())
}

async fn merge_relation(
    session: &Arc<Shared>,
    given: &Object,
    target: &Object,
    relation: usize,
    seen: &mut Seen,
) -> Result<()> {
    if given.slots().is_empty() {
        return Ok(());
    }
    let whole = given.slot(relation).lock().is_loaded();
    let mut merged: Vec<Object> = Vec::new();
    for (_, object) in held(&**given).into_iter().filter(|(r, _)| *r == relation) {
        merged.push(merge(session, object, seen).await?);
    }
    if !whole && merged.is_empty() {
        return Ok(());
    }
    let def = target.meta().relation(relation);
    if def.kind == RelationKind::BelongsTo {
        let there = target.slot(relation).lock().one();
        let same = there.is_some_and(|one| match (&one, merged.first()) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        });
        return if same { Ok(()) } else { set_parent(target, relation, merged.first()) };
    }
    let has_row = target.status().state == State::Persistent;
    if has_row && !target.slot(relation).lock().is_loaded() {
        def.load(session, vec![Arc::clone(target)], relation).await?;
    }
    let there: Vec<Object> =
        held(&**target).into_iter().filter(|(r, _)| *r == relation).map(|(_, o)| o).collect();
    if whole {
        for old in there.iter().filter(|o| !merged.iter().any(|m| Arc::ptr_eq(m, o))) {
            remove_child(target, relation, old)?;
        }
    }
    for new in merged.iter().filter(|m| !there.iter().any(|o| Arc::ptr_eq(o, m))) {
        add_child(target, relation, new)?;
    }
    Ok(())
}
