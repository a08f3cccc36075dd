//! Keys that follow relations. Invariant: a key is copied when the other row is written, and never guessed before.

use rebis_sql::Value;

use crate::entity::{Object, State};
use crate::error::{Error, ErrorKind, Result};
use crate::model::ColumnSet;

/// Copies the keys of related objects into this one. Gives `true` when a related object is not written yet.
pub(crate) fn follow(object: &Object) -> Result<bool> {
    let pointers = object.status().pointers.clone();
    let mut waits = false;
    for pointer in pointers.iter() {
        let values: Vec<Value> = match &pointer.parent {
            Some(parent) if unset(parent, &pointer.link.parent) => {
                waits = true;
                continue;
            }
            Some(parent) if parent.status().state == State::Transient => {
                return Err(Error::new(
                    ErrorKind::State,
                    format!("{} refers to {}, which is in no session", object.label(), parent.label()),
                )
                .on(object.meta().def.name)
                .advise("add it too, or let the relation cascade save-update"));
            }
            Some(parent) => parent.values(&pointer.link.parent),
            None => pointer.link.child.iter().map(|_| Value::Null).collect(),
        };
        let mut set = Vec::new();
        for (&column, value) in pointer.link.child.iter().zip(values) {
            // A part of the key that also belongs to another relation or to the primary key is not emptied.
            if object.value(column) != value {
                if value.is_null() && !object.meta().def.columns[column].nullable {
                    return Err(cannot_be_null(object, column));
                }
                set.push((column, value));
            }
            let mut status = object.status();
            status.unset = status.unset.without(column);
        }
        if !set.is_empty() {
            object.set(&set)?;
        }
    }
    Ok(waits)
}

/// The columns whose values are not known before another row is inserted.
pub(crate) fn open(object: &Object) -> ColumnSet {
    let pointers = object.status().pointers.clone();
    let waits =
        pointers.iter().filter(|p| p.parent.as_ref().is_some_and(|parent| unset(parent, &p.link.parent)));
    waits.flat_map(|p| &p.link.child).fold(ColumnSet::EMPTY, |all, &c| all.with(c))
}

/// Whether any of these columns waits for the database.
fn unset(object: &Object, columns: &[usize]) -> bool {
    let status = object.status();
    status.state == State::Pending && columns.iter().any(|&c| status.unset.has(c))
}

fn cannot_be_null(object: &Object, column: usize) -> Error {
    let (model, field) = (object.meta().def.name, object.meta().def.columns[column].field);
    Error::new(
        ErrorKind::State,
        format!("{} was taken out of a relation, and {model}.{field} cannot be NULL", object.label()),
    )
    .on(model)
    .advise(format!(
        "relate it to another object, delete it, let the relation delete it (cascade = \"all, delete-orphan\"), or make `{field}` an Option"
    ))
}
