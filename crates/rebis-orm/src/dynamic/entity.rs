//! [`AnyEntity`]: a handle of an object whose type is not known. Invariant: the same object that an [`Entity`] is; what is set here is set
//! through a guard of `edit()`.

use std::fmt;
use std::sync::Arc;

use rebis_sql::Value;

use super::{AnyColumn, AnyModel, Given};
use crate::entity::{Entity, Object, State, column_not_loaded, gone, load_deferred, typed};
use crate::error::Result;
use crate::model::Model;

/// An object of any model. Cheap to clone; two are equal when they are the same object. See [the module](super).
#[derive(Clone)]
pub struct AnyEntity(pub(crate) Object);

impl AnyEntity {
    /// The model.
    #[must_use]
    pub fn model(&self) -> AnyModel {
        AnyModel(self.0.meta())
    }

    /// The values of the primary key; nothing before the row is written, unless the program gave them.
    #[must_use]
    pub fn key(&self) -> Option<Vec<Value>> {
        self.0.has_key().then(|| self.0.values(&self.0.meta().key))
    }

    /// Where the object stands between Rust and the database.
    #[must_use]
    pub fn state(&self) -> State {
        let status = self.0.status();
        match (status.state, &status.group) {
            (State::Persistent, Some(group)) if group.session.strong_count() == 0 => State::Detached,
            (state, _) => state,
        }
    }

    /// The handle with its type, when it is an object of that model.
    #[must_use]
    pub fn downcast<M: Model>(&self) -> Option<Entity<M>> {
        typed(&self.0)
    }

    /// The value of a field. What the database will fill in, and has not yet, is NULL here.
    ///
    /// # Errors
    /// When the model has no such column, or the column is deferred and not loaded: see [`load`](Self::load).
    pub fn value(&self, field: &str) -> Result<Value> {
        let column = self.model().column(field)?;
        self.check_loaded(column)?;
        Ok(self.read(column))
    }

    /// Every column and its value; columns that are not loaded are left out.
    #[must_use]
    pub fn values(&self) -> Vec<(AnyColumn, Value)> {
        let unloaded = self.0.unloaded();
        let loaded = self.model().columns().filter(|c| !unloaded.has(c.index));
        loaded.map(|c| (c, self.read(c))).collect()
    }

    fn read(&self, column: AnyColumn) -> Value {
        if self.0.status().unset.has(column.index) { Value::Null } else { self.0.value(column.index) }
    }

    fn check_loaded(&self, column: AnyColumn) -> Result<()> {
        let (unloaded, unset) = (self.0.unloaded(), self.0.status().unset);
        if unloaded.has(column.index) && !unset.has(column.index) {
            return Err(column_not_loaded(&self.0, column.index));
        }
        Ok(())
    }

    /// The value of a field, read from the database when the column is deferred and not loaded.
    ///
    /// # Errors
    /// When the model has no such column; when the object is in no session, its row is gone, and what the database says.
    pub async fn load(&self, field: &str) -> Result<Value> {
        let column = self.model().column(field)?;
        if self.check_loaded(column).is_err() {
            load_deferred(&self.0, column.index).await?;
            self.check_loaded(column).map_err(|_| gone(&self.0, column.index))?;
        }
        Ok(self.read(column))
    }

    /// Sets a field: a column, or the object that a relation to one leads to. A collection takes what is given in addition.
    ///
    /// # Errors
    /// When the model has no such field, the value is not of its type, or the object is being edited through another guard.
    pub fn set(&self, field: &str, given: impl Into<Given>) -> Result<()> {
        self.update([(field, given)])
    }

    /// Sets several fields at once: none of the columns when one of the values is refused.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn update<N: AsRef<str>, G: Into<Given>>(
        &self,
        fields: impl IntoIterator<Item = (N, G)>,
    ) -> Result<()> {
        let (model, mut columns, mut related) = (self.model(), Vec::new(), Vec::new());
        for (name, given) in fields {
            let (name, given) = (name.as_ref(), given.into());
            match (model.find_column(name), model.find_relation(name), given) {
                (Some(column), _, Given::Value(value)) => {
                    column.check_settable()?;
                    columns.push((column.index, column.read(value)?));
                }
                (Some(column), ..) => return Err(column.no_object()),
                (None, Some(relation), given) => related.push((relation, relation.accept(given)?)),
                (None, None, _) => return Err(model.no_field(name)),
            }
        }
        if !columns.is_empty() {
            Arc::clone(&self.0).change(&columns)?;
        }
        related.into_iter().try_for_each(|(relation, objects)| self.relate(relation, &objects))
    }

    /// Whether a column, or what a relation to one leads to, has changed since the row was written or read.
    #[must_use]
    pub fn is_modified(&self) -> bool {
        let status = self.0.status();
        let (flushed, dirty) = (status.flushed, status.dirty);
        let pointers = !status.pointers.is_empty();
        drop(status);
        dirty && (pointers || !self.0.changed_since(flushed).is_empty())
    }
}

impl<M: Model> From<&Entity<M>> for AnyEntity {
    fn from(entity: &Entity<M>) -> Self {
        AnyEntity(entity.object())
    }
}

impl<M: Model> From<Entity<M>> for AnyEntity {
    fn from(entity: Entity<M>) -> Self {
        AnyEntity(entity.object())
    }
}

impl PartialEq for AnyEntity {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for AnyEntity {}

/// What the struct's own `Display` says; else `<User susan>`, by the first unique text or the key.
impl fmt::Display for AnyEntity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = self.0.repr() {
            return f.write_str(&text);
        }
        let (model, unloaded) = (self.model(), self.0.unloaded());
        let mut names = model.columns().filter(|c| c.is_unique() && !unloaded.has(c.index));
        let name = names.find_map(|c| match self.read(c) {
            Value::Text(text) => Some(text),
            _ => None,
        });
        let of_key = || {
            let text = |v: &Value| match v {
                Value::Int(v) => v.to_string(),
                Value::Text(v) => v.clone(),
                Value::Uuid(v) => v.to_string(),
                other => format!("{other:?}"),
            };
            self.key().map(|key| key.iter().map(text).collect::<Vec<_>>().join(", "))
        };
        match name.or_else(of_key) {
            Some(name) => write!(f, "<{} {name}>", model.name()),
            None => write!(f, "<{} ({})>", model.name(), format!("{:?}", self.state()).to_lowercase()),
        }
    }
}

impl fmt::Debug for AnyEntity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
