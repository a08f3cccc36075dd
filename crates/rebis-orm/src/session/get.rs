//! Objects by key. Invariant: an object that is loaded costs no statement.

use std::sync::Arc;

use rebis_engine::Row;
use rebis_sql::{Expr, Value};

use super::{Session, Shared};
use crate::entity::{Entity, Object, into_typed};
use crate::error::{Error, ErrorKind, Result};
use crate::events::{Listeners, Moment};
use crate::expr::equal;
use crate::model::{EntityOf, IntoKey, Key, Model, ModelMeta};
use crate::query::{Criteria, Related, fetch_related, find_by_key};

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
        let known = self.0.map::<T>().lock().live(&key);
        let found = self.0.get(T::meta(), known, &|| key.values()).await?;
        Ok(found.and_then(into_typed))
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
    /// The object with that key, as the session's criteria allow: `known`, which is in the identity map, or loaded.
    pub(crate) async fn get(
        self: &Arc<Self>,
        meta: &'static ModelMeta,
        known: Option<Object>,
        key: &(dyn Fn() -> Vec<Value> + Sync),
    ) -> Result<Option<Object>> {
        self.database.house(meta)?;
        if self.narrows(meta) {
            return Box::pin(self.get_narrowed(meta, key())).await;
        }
        self.find(meta, known, key).await
    }

    /// Whether an object that is known meets the session's criteria, the database says.
    async fn get_narrowed(
        self: &Arc<Self>,
        meta: &'static ModelMeta,
        key: Vec<Value>,
    ) -> Result<Option<Object>> {
        self.autoflush().await?;
        self.note_get(meta);
        let mut select = meta.select_all();
        let parts = meta.key.iter().zip(key);
        parts.for_each(|(&k, value)| select.and_where(equal(meta.column_expr(k), Expr::Value(value))));
        let read = (meta.ops.read_all)(&Session(Arc::clone(self)));
        let (criteria, mut found) = (Criteria::of(self), None);
        let mut keep = |object, _| found = Some(object);
        fetch_related(self, &read, Related::of(select, &[], &criteria), &mut keep).await?;
        Ok(found)
    }

    /// The object with that key, whatever the session's criteria say: `known`, which is in the identity map, or loaded.
    pub(crate) async fn find(
        self: &Arc<Self>,
        meta: &'static ModelMeta,
        known: Option<Object>,
        key: &(dyn Fn() -> Vec<Value> + Sync),
    ) -> Result<Option<Object>> {
        if let Some(object) = known {
            if self.work.lock().deleted.has(&object) {
                return Ok(None);
            }
            if !object.status().expired {
                return Ok(Some(object));
            }
            self.autoflush().await?;
            return Ok(Box::pin(super::expire::reload(self, &object)).await?.then_some(object));
        }
        self.autoflush().await?;
        self.note_get(meta);
        let mut found = None;
        let mut keep = |row: &Row<'_>| {
            found = Some((meta.ops.read)(self, row)?);
            Ok(())
        };
        find_by_key(self, meta, &key(), &mut keep).await?;
        let Some((object, known)) = found else { return Ok(None) };
        if !known && let Some(listeners) = Listeners::of(self) {
            listeners.tell(Moment::Load, &object, 0)?;
        }
        Ok(Some(object))
    }

    fn note_get(&self, meta: &'static ModelMeta) {
        self.note_read(Some(meta.type_id), 0, "", &|| {
            let name = meta.def.name;
            format!("`get({name}, …)`: a loop? One query reads them all: `select({name}).filter({name}::….in_(keys))`")
        });
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
