//! Objects by key. Invariant: an object that is loaded costs no statement.

use std::sync::Arc;

use rebis_sql::Expr;

use super::{Session, Shared};
use crate::entity::{Entity, Instance, Object};
use crate::error::{Error, ErrorKind, Result};
use crate::events::{Listeners, Moment};
use crate::expr::{Predicate, equal};
use crate::model::{EntityOf, IntoKey, Key, Model, ModelMeta};
use crate::query::select;

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
        self.database().house(T::meta())?;
        let key = key.into_key();
        if self.0.narrows(T::meta()) {
            return self.get_narrowed(&key).await;
        }
        self.0.find(key).await
    }

    /// Whether an object that is known meets the session's criteria, the database says.
    async fn get_narrowed<T: Model>(&self, key: &T::Key) -> Result<Option<Entity<T>>> {
        let meta = T::meta();
        let parts = meta.key.iter().zip(key.values());
        let is_it = parts.map(|(&k, value)| Predicate::new(equal(meta.column_expr(k), Expr::Value(value))));
        select(EntityOf::<T>::new()).filter(Predicate::all(is_it)).one_or_none(self).await
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

    /// Reads an object's row again. Changes that were not written are lost, and its relations are not loaded any more; so are those of
    /// related objects, which are expired, where the relation cascades `refresh-expire`.
    ///
    /// # Errors
    /// When the row is gone, the object is in no session, and what the database says.
    pub async fn refresh<T: Model>(&self, entity: &Entity<T>) -> Result<()> {
        let object = entity.object();
        super::expire::expire(&self.0, &object, "refresh")?;
        match super::expire::reload(&self.0, &object).await? {
            true => Ok(()),
            false => Err(missing::<T>(&T::key_of(entity))),
        }
    }
}

impl Shared {
    pub(crate) fn known<T: Model>(&self, key: &T::Key) -> Option<Entity<T>> {
        self.map::<T>().lock().live(key).map(Entity)
    }

    /// The object with that key: the identity map's, or loaded.
    pub(crate) async fn find<T: Model>(self: &Arc<Self>, key: T::Key) -> Result<Option<Entity<T>>> {
        if let Some(entity) = self.known::<T>(&key) {
            let object = entity.object();
            if self.work.lock().deleted.has(&object) {
                return Ok(None);
            }
            if !object.status().expired {
                return Ok(Some(entity));
            }
            self.autoflush().await?;
            return Ok(super::expire::reload(self, &object).await?.then_some(entity));
        }
        self.autoflush().await?;
        self.note_get(T::meta());
        let Some(row) = self.read::<T>(&key).await? else { return Ok(None) };
        let entity = {
            let map = self.map::<T>();
            let mut map = map.lock();
            if let Some(known) = map.live(&key) {
                return Ok(Some(Entity(known)));
            }
            let instance = Instance::loaded(row, &self.solo);
            map.insert(key, Arc::downgrade(&instance));
            Entity(instance)
        };
        self.tell_of_load(|| entity.object())?;
        Ok(Some(entity))
    }

    fn note_get(&self, meta: &'static ModelMeta) {
        self.note_read(Some(meta.type_id), 0, "", &|| {
            let name = meta.def.name;
            format!("`get({name}, …)`: a loop? One query reads them all: `select({name}).filter({name}::….in_(keys))`")
        });
    }

    fn tell_of_load(self: &Arc<Self>, object: impl FnOnce() -> Object) -> Result<()> {
        Listeners::of(self).map_or(Ok(()), |listeners| listeners.tell(Moment::Load, &object(), 0))
    }

    /// The row with that key, past the identity map.
    pub(crate) async fn read<T: Model>(&self, key: &T::Key) -> Result<Option<T>> {
        crate::query::read_in::<T>(self, key).await
    }
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
