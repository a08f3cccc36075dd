//! From one object to others, where their types are not known. Invariant: the same slots as the typed fields; loading follows the session's
//! fetch mode, so the peers of an object are loaded with it.

use super::{AnyEntity, AnyQuery, AnyRelation, RelationshipKind};
use crate::entity::Object;
use crate::error::Result;
use crate::relation::{add_child, is_living, load_lazily, related_to, remove_child};
use crate::session::Session;

impl AnyEntity {
    /// The object that a relation to one leads to: the identity map's, or loaded; nothing when there is none.
    ///
    /// # Errors
    /// When the model has no such relation, or it leads to many; when the object is in no session, and what the database says.
    pub async fn related_one(&self, relation: &str) -> Result<Option<AnyEntity>> {
        let relation = self.model().relation(relation)?.expect(false)?;
        let found = |owner: &Object| owner.slot(relation.index).lock().one();
        if found(&self.0).is_none() {
            load_lazily(&self.0, relation.index).await?;
        }
        Ok(found(&self.0).flatten().map(AnyEntity))
    }

    /// The objects that a relation to many leads to, loaded once.
    ///
    /// # Errors
    /// When the model has no such relation, or it leads to one; when the object is in no session, and what the database says.
    pub async fn related(&self, relation: &str) -> Result<Vec<AnyEntity>> {
        let relation = self.model().relation(relation)?.expect(true)?;
        if self.collected(relation).is_none() {
            load_lazily(&self.0, relation.index).await?;
        }
        Ok(self.collected(relation).unwrap_or_default())
    }

    /// A query for the rows that a relation leads to, which loads nothing into the relation.
    ///
    /// # Errors
    /// When the model has no such relation, or it is declared wrongly.
    pub fn related_query(&self, relation: &str) -> Result<AnyQuery> {
        let relation = self.model().relation(relation)?;
        let (join, condition) = related_to(&self.0, relation.index)?;
        Ok(AnyQuery::related(relation.target(), join).filter(condition))
    }

    /// How many objects a relation to many leads to: counted in memory when they are loaded, else in the database, without loading them.
    ///
    /// # Errors
    /// As [`related`](Self::related).
    pub async fn related_count(&self, relation: &str) -> Result<u64> {
        let known = self.model().relation(relation)?.expect(true)?;
        if let Some(all) = self.collected(known) {
            return Ok(all.len() as u64);
        }
        match self.0.session() {
            Some(session) => self.related_query(relation)?.count(&Session(session)).await,
            // It says that there is no session.
            None => Ok(self.related(relation).await?.len() as u64),
        }
    }

    /// Adds an object to a relation to many: written with the next flush.
    ///
    /// # Errors
    /// When the model has no such relation, it leads to one, or to another model.
    pub fn add(&self, relation: &str, object: &AnyEntity) -> Result<()> {
        let relation = self.model().relation(relation)?.expect(true)?;
        relation.check(object)?;
        add_child(&self.0, relation.index, &object.0)
    }

    /// Takes an object out of a relation to many: with `delete-orphan` it is deleted, else it refers to nothing.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn remove(&self, relation: &str, object: &AnyEntity) -> Result<()> {
        let relation = self.model().relation(relation)?.expect(true)?;
        relation.check(object)?;
        remove_child(&self.0, relation.index, &object.0)
    }

    /// Relates no object, of a relation to one.
    ///
    /// # Errors
    /// When the model has no such relation, or it leads to many.
    pub fn clear(&self, relation: &str) -> Result<()> {
        let relation = self.model().relation(relation)?.expect(false)?;
        self.relate(relation, &[])
    }

    /// Whether a relation is loaded.
    ///
    /// # Errors
    /// When the model has no such relation.
    pub fn is_related_loaded(&self, relation: &str) -> Result<bool> {
        let relation = self.model().relation(relation)?;
        let slot = self.0.slot(relation.index).lock();
        Ok(match relation.kind() {
            RelationshipKind::BelongsTo | RelationshipKind::HasOne => slot.one().is_some(),
            _ => slot.is_loaded(),
        })
    }

    fn collected(&self, relation: AnyRelation) -> Option<Vec<AnyEntity>> {
        let all = self.0.slot(relation.index).lock().all();
        Some(all?.into_iter().filter(is_living).map(AnyEntity).collect())
    }
}
