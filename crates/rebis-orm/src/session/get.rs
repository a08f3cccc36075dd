//! Objects by key. Invariant: an object that is loaded costs no statement.

use std::sync::Arc;

use super::{Session, Shared};
use crate::entity::{Entity, Instance, State, absorb_row};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{EntityOf, IntoKey, Key, Model};

impl Session {
    /// The object with that key: the identity map's, or loaded; nothing when there is no such row.
    ///
    /// # Errors
    /// What the database says.
    pub async fn get<T: Model>(
        &self,
        model: EntityOf<T>,
        key: impl IntoKey<T::Key>,
    ) -> Result<Option<Entity<T>>> {
        let _ = model;
        let key = key.into_key();
        if let Some(entity) = self.0.known::<T>(&key) {
            let deleted = self.0.work.lock().deleted.iter().any(|o| Arc::ptr_eq(o, &entity.object()));
            return Ok((!deleted).then_some(entity));
        }
        self.0.autoflush().await?;
        let Some(row) = read::<T>(&self.0, &key).await? else { return Ok(None) };
        let map = self.0.map::<T>();
        let mut map = map.lock();
        if let Some(known) = map.live(&key) {
            return Ok(Some(Entity(known)));
        }
        let instance = Instance::loaded(row, &self.0.solo);
        map.insert(key, Arc::downgrade(&instance));
        Ok(Some(Entity(instance)))
    }

    /// As [`get`](Self::get), with an error that answers 404 in a handler.
    ///
    /// # Errors
    /// When there is no such row ([`Error::is_not_found`]), and what the database says.
    pub async fn get_or_404<T: Model>(
        &self,
        model: EntityOf<T>,
        key: impl IntoKey<T::Key>,
    ) -> Result<Entity<T>> {
        let key = key.into_key();
        self.get(model, key.clone()).await?.ok_or_else(|| missing::<T>(&key).or_404())
    }

    /// Reads an object's row again. Changes that were not written are lost, and its relations are not loaded any more.
    ///
    /// # Errors
    /// When the row is gone, the object is in no session, and what the database says.
    pub async fn refresh<T: Model>(&self, entity: &Entity<T>) -> Result<()> {
        let object = entity.object();
        if !super::belongs(&*object, &self.0) || object.status().state != State::Persistent {
            return Err(Error::new(ErrorKind::State, format!("{} is not in this session", object.label()))
                .on(T::DEF.name));
        }
        let key = T::key_of(entity);
        let row = read::<T>(&self.0, &key).await?.ok_or_else(|| missing::<T>(&key))?;
        if self.0.frame.load(std::sync::atomic::Ordering::Acquire) != 0 {
            // What it reads may be the savepoint's own work.
            super::touch(&self.0, &object);
        }
        absorb_row(&entity.0, row);
        for slot in object.slots() {
            slot.lock().clear();
        }
        let version = object.version();
        let mut status = object.status();
        status.flushed = version;
        status.pointers.clear();
        if !status.touched {
            status.committed = version;
        }
        Ok(())
    }
}

impl Shared {
    pub(crate) fn known<T: Model>(&self, key: &T::Key) -> Option<Entity<T>> {
        self.map::<T>().lock().live(key).map(Entity)
    }
}

async fn read<T: Model>(session: &Shared, key: &T::Key) -> Result<Option<T>> {
    let mut connection = session.connection().await?;
    crate::query::read_by_key::<T>(&mut connection, key).await
}

pub(crate) fn missing<T: Model>(key: &T::Key) -> Error {
    let values: Vec<String> = key
        .values()
        .iter()
        .map(|v| match v {
            rebis_sql::Value::Int(i) => i.to_string(),
            other => format!("{other:?}"),
        })
        .collect();
    Error::new(ErrorKind::NotFound, format!("there is no {} with the key {}", T::DEF.name, values.join(", ")))
        .on(T::DEF.name)
}
