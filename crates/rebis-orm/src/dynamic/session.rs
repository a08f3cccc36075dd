//! What a session does with objects whose types are not known. Invariant: the same functions as for those that are.

use std::sync::Arc;

use super::AnyEntity;
use crate::entity::Object;
use crate::error::{Error, ErrorKind, Result};
use crate::session::{Session, cascade_add, delete_object, expire, refuse_deleted, reload};

impl Session {
    /// As [`add`](Self::add), of an object whose type is not known.
    pub fn add_any(&self, object: &AnyEntity) -> AnyEntity {
        refuse_deleted(&self.0, &object.0);
        cascade_add(&self.0, &object.0);
        object.clone()
    }

    /// As [`delete`](Self::delete), of an object whose type is not known.
    pub fn delete_any(&self, object: &AnyEntity) {
        delete_object(&self.0, &object.0);
    }

    /// As [`refresh`](Self::refresh), of an object whose type is not known.
    ///
    /// # Errors
    /// When the row is gone, the object is in no session, and what the database says.
    pub async fn refresh_any(&self, object: &AnyEntity) -> Result<()> {
        expire(&self.0, &object.0, "refresh")?;
        match reload(&self.0, &object.0).await? {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::NotFound, format!("the row of {object} is gone"))),
        }
    }

    /// The objects of every model that were added and are not written yet.
    #[must_use]
    pub fn added_any(&self) -> Vec<AnyEntity> {
        all(&self.0.work.lock().new)
    }

    /// The objects of every model that were changed since they were written or read.
    #[must_use]
    pub fn changed_any(&self) -> Vec<AnyEntity> {
        let dirty = all(&self.0.work.lock().dirty);
        dirty.into_iter().filter(AnyEntity::is_modified).collect()
    }

    /// The objects of every model whose rows the next flush deletes.
    #[must_use]
    pub fn deleted_any(&self) -> Vec<AnyEntity> {
        all(&self.0.work.lock().deleted)
    }
}

fn all(objects: &[Object]) -> Vec<AnyEntity> {
    objects.iter().map(|object| AnyEntity(Arc::clone(object))).collect()
}
