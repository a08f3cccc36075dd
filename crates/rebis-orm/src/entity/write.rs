//! Printing and serializing objects. Invariant: no I/O, and an object that is already being written is written as its key.

use std::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::Entity;
use super::instance::{AnyInstance, guarded};
use crate::model::Model;

impl<T: Model + fmt::Debug> fmt::Debug for Entity<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let any: &dyn AnyInstance = &*self.0;
        guarded(any.address(), || (**self).fmt(f)).unwrap_or_else(|| f.write_str(&any.label()))
    }
}

impl<T: Model + Serialize> Serialize for Entity<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let any: &dyn AnyInstance = &*self.0;
        let mut serializer = Some(serializer);
        let done = guarded(any.address(), || {
            serializer.take().map(|s| (**self).serialize(super::skip::SkipUnloaded(s)))
        });
        match (done.flatten(), serializer) {
            (Some(result), _) => result,
            (None, Some(serializer)) => {
                let key = &any.meta().key;
                let mut out = serializer.serialize_struct(T::DEF.name, key.len())?;
                for &column in key {
                    out.serialize_field(T::DEF.columns[column].field, &Plain(any.value(column)))?;
                }
                out.end()
            }
            (None, None) => Err(serde::ser::Error::custom("an object was written twice at once")),
        }
    }
}

/// A key's value, as a serializer sees it.
struct Plain(rebis_sql::Value);

impl Serialize for Plain {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            rebis_sql::Value::Int(v) => s.serialize_i64(*v),
            rebis_sql::Value::Text(v) => s.serialize_str(v),
            rebis_sql::Value::Uuid(v) => s.collect_str(v),
            other => s.collect_str(&format_args!("{other:?}")),
        }
    }
}
