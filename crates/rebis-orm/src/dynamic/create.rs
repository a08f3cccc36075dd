//! New objects from names and values. Invariant: what the builder of the struct would not do without is asked for here too, by name.

use rebis_sql::{SqlType, Value};

use super::{AnyColumn, AnyEntity, AnyModel, AnyRelation, RelationshipKind, unknown};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{ColumnDef, ColumnSet, cell_of};
use crate::query::Bind;
use crate::relation::{add_child, set_child, set_parent};

/// What a field is given: a value, an object for a relation to one, objects for a relation to many.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Given {
    /// A column's value.
    Value(Value),
    /// The related object.
    One(AnyEntity),
    /// The related objects.
    Many(Vec<AnyEntity>),
}

impl<T: Bind> From<T> for Given {
    fn from(value: T) -> Self {
        Given::Value(value.into_bind())
    }
}

impl From<&AnyEntity> for Given {
    fn from(object: &AnyEntity) -> Self {
        Given::One(object.clone())
    }
}

impl From<AnyEntity> for Given {
    fn from(object: AnyEntity) -> Self {
        Given::One(object)
    }
}

impl From<Vec<AnyEntity>> for Given {
    fn from(objects: Vec<AnyEntity>) -> Self {
        Given::Many(objects)
    }
}

impl AnyModel {
    /// A new object in no session: give it to [`Session::add_any`](crate::Session::add_any). Fields that are not given take their default;
    /// keys that a relation fills in may be left out, as with the struct's builder.
    ///
    /// # Errors
    /// When a field does not exist, a value is not of its type, or a required field is missing: all that are missing are named.
    pub fn create<N: AsRef<str>, G: Into<Given>>(
        self,
        fields: impl IntoIterator<Item = (N, G)>,
    ) -> Result<AnyEntity> {
        let mut values: Vec<Option<Value>> = vec![None; self.0.def.columns.len()];
        let mut related = Vec::new();
        for (name, given) in fields {
            let (name, given) = (name.as_ref(), given.into());
            match (self.find_column(name), self.find_relation(name), given) {
                (Some(column), _, Given::Value(value)) => {
                    column.check_settable()?;
                    values[column.index] = Some(column.read(value)?);
                }
                (Some(column), ..) => return Err(column.no_object()),
                (None, Some(relation), given) => related.push((relation, relation.accept(given)?)),
                (None, None, _) => return Err(self.no_field(name)),
            }
        }
        let mut unset = ColumnSet::EMPTY;
        let mut missing = Vec::new();
        let mut row = Vec::with_capacity(values.len());
        for (column, given) in self.columns().zip(values) {
            let def = column.def();
            let value = match (given, def.default) {
                (Some(value), _) => value,
                (None, Some(default)) => default(),
                (None, None) => {
                    if !column.is_nullable() || column.is_made_by_the_database() || column.is_deferred() {
                        unset = unset.with(column.index);
                    }
                    if column.is_required() {
                        missing.push(column.field());
                    }
                    if column.is_nullable() { Value::Null } else { stand_in(def) }
                }
            };
            row.push(value);
        }
        if !missing.is_empty() {
            let what = format!("a new {} needs {}", self.name(), missing.join(", "));
            let error = Error::new(ErrorKind::Invalid, what).on(self.name());
            return Err(match missing[..] {
                [one] => error.at(one),
                _ => error,
            });
        }
        let object = match (self.0.ops.make)(&row, unset) {
            Ok(object) => AnyEntity(object),
            Err(error) => return Err(self.needs_for_its_kind(row, unset, error)),
        };
        related.into_iter().try_for_each(|(relation, objects)| object.relate(relation, &objects))?;
        Ok(object)
    }

    /// Which fields a row of that kind lacks: with a value in them it could be made. What it is, where it is something else.
    fn needs_for_its_kind(self, mut row: Vec<Value>, unset: ColumnSet, error: Error) -> Error {
        let (mut fault, mut missing) = (Some(error.to_string()), Vec::new());
        for column in self.columns().filter(|column| column.is_nullable()) {
            if fault.is_none() || row[column.index] != Value::Null {
                continue;
            }
            row[column.index] = stand_in(column.def());
            let then = (self.0.ops.make)(&row, unset).err().map(|error| error.to_string());
            if then == fault {
                row[column.index] = Value::Null;
            } else {
                missing.push(column.field());
                fault = then;
            }
        }
        if missing.is_empty() {
            return error;
        }
        let what = format!("a new {} of this kind needs {}", self.name(), missing.join(", "));
        Error::new(ErrorKind::Invalid, what).on(self.name()).at(missing[0])
    }

    pub(super) fn no_field(self, name: &str) -> Error {
        let known = self.columns().map(AnyColumn::field).chain(self.relations().map(AnyRelation::field));
        unknown("field", name, self.name(), known)
    }
}

impl AnyColumn {
    /// Refuses to set what the database computes.
    pub(super) fn check_settable(self) -> Result<()> {
        if !self.is_computed() {
            return Ok(());
        }
        let (model, field) = (self.model.name(), self.field());
        let what = format!("{model}.{field} is computed by the database and cannot be set");
        Err(Error::new(ErrorKind::Invalid, what).on(model).at(field))
    }

    pub(super) fn no_object(self) -> Error {
        let (model, field) = (self.model.name(), self.field());
        let error =
            Error::new(ErrorKind::Invalid, format!("{model}.{field} is a column, and an object was given"));
        let relation = self.model.relations().find(|r| r.key().is_ok_and(|key| key.contains(&self)));
        let error = error.on(model).at(field);
        match relation {
            Some(relation) => error.advise(format!("give the object to `{}`", relation.field())),
            None => error,
        }
    }
}

impl AnyRelation {
    /// The objects that a relation is given, when they are what it leads to.
    pub(super) fn accept(self, given: Given) -> Result<Vec<AnyEntity>> {
        let (model, field) = (self.model.name(), self.field());
        let refuse = |what: String| Err(Error::new(ErrorKind::Invalid, what).on(model).at(field));
        let objects = match given {
            Given::One(object) => vec![object],
            Given::Many(objects) => objects,
            Given::Value(Value::Null) => Vec::new(),
            Given::Value(_) => {
                let target = self.target().name();
                return refuse(format!("{model}.{field} is a relation to {target}, and a value was given"));
            }
        };
        objects.iter().try_for_each(|object| self.check(object))?;
        if objects.len() > 1 && !self.kind().is_many() {
            return refuse(format!("{model}.{field} leads to one object, and {} were given", objects.len()));
        }
        Ok(objects)
    }
}

impl AnyEntity {
    /// Relates objects, in place of what a relation to one held, in addition to what a collection holds.
    pub(super) fn relate(&self, relation: AnyRelation, objects: &[AnyEntity]) -> Result<()> {
        let first = objects.first().map(|object| &object.0);
        match relation.kind() {
            RelationshipKind::HasOne => set_child(&self.0, relation.index, first),
            RelationshipKind::BelongsTo => set_parent(&self.0, relation.index, first),
            _ => objects.iter().try_for_each(|object| add_child(&self.0, relation.index, &object.0)),
        }
    }
}

/// A value that the column's type can hold until the real one is known.
fn stand_in(def: &ColumnDef) -> Value {
    let label = match (def.sql_type)() {
        SqlType::Enum { values, .. } => values.first().map(|label| Value::Text(label.clone())),
        _ => None,
    };
    let candidates = [
        Value::Int(0),
        Value::Text(String::new()),
        Value::Bool(false),
        Value::DateTimeUtc(chrono::DateTime::UNIX_EPOCH),
        Value::Time(chrono::NaiveTime::MIN),
        Value::Interval(chrono::TimeDelta::zero()),
        Value::Uuid(uuid::Uuid::nil()),
        Value::Bytes(Vec::new()),
        Value::Array(Vec::new()),
        Value::Json(serde_json::Value::Null),
        Value::Json(serde_json::json!({})),
        Value::Json(serde_json::json!([])),
        Value::Json(serde_json::json!("")),
    ];
    let read = |value: &Value| (def.decode)(cell_of(value)).ok();
    label.iter().chain(&candidates).find_map(read).unwrap_or(Value::Null)
}
