//! The form as templates see it.
//!
//! Invariant: every field exists, sent or not, so a template of an empty form needs no conditions.

use std::sync::Arc;

use minijinja::Value;
use minijinja::value::Object;
use serde::{Serialize, Serializer};

use super::FormFields;

impl Serialize for FormFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Value::from_object(View(self.clone())).serialize(serializer)
    }
}

#[derive(Debug)]
struct View(FormFields);

impl Object for View {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        Some(Value::from_pairs([
            ("value", Value::from(self.0.value(name))),
            ("values", self.0.values(name).map(Value::from).collect()),
            ("error", Value::from(self.0.error(name).unwrap_or_default())),
        ]))
    }
}
