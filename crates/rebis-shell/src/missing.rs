//! What is said to whoever types a word that the shell does not have, but another toolkit: the word that it has. Invariant: what this file does
//! not know stays an error in the language's own words.

use rebis_orm::dynamic::AnyModel;
use rhai::{Dynamic, Map};

use crate::host::Host;
use crate::names::{Find, Model, Obj, Ses};

/// What a function's name should have been.
pub(crate) fn function(host: &Host, name: &str, given: &[&mut Dynamic]) -> Option<String> {
    if let Some(told) = elsewhere(host, name) {
        return Some(told);
    }
    let of = given.first()?;
    if of.is::<Obj>() {
        return of_object(name);
    }
    if let Some(model) = model_of(of) {
        let map = given.get(1).is_some_and(|given| given.is::<Map>());
        return match name {
            "filter" | "where" if map => Some(narrowed(model)),
            "filter_by" if !map => Some(narrowed(model)),
            _ => member(model, name),
        };
    }
    match name {
        "insert" | "create" | "save" if of.is::<Ses>() => of_object("save"),
        _ => None,
    }
}

/// What a model's member should have been.
pub(crate) fn member(model: AnyModel, name: &str) -> Option<String> {
    let of = model.name();
    match name {
        "create" | "add" | "insert" => Some(format!(
            "`{name}` is no word of a model: `let it = {of}.new(#{{…}})` makes an object, `session.add(it)` and `session.commit()` write it"
        )),
        "query" | "objects" => Some(format!(
            "a query begins with the model: `{of}.filter(…)`, `{of}.all()`; `{of}.query`, without parentheses, is the query of all"
        )),
        "filter_by" => Some(narrowed(model)),
        _ => None,
    }
}

/// A model of another database of the application.
pub(crate) fn elsewhere(host: &Host, name: &str) -> Option<String> {
    if host.model(name).is_some() {
        return None;
    }
    let here = host.database().bind_key();
    let model = AnyModel::registered().into_iter().find(|m| m.name() == name && m.bind() != here)?;
    Some(match model.bind() {
        Some(bind) => {
            format!("{name} lives in the database `{bind}`, which `shell --bind {bind}` opens")
        }
        None => format!("{name} lives in the application's own database, which `shell` without --bind opens"),
    })
}

fn of_object(name: &str) -> Option<String> {
    match name {
        "save" | "insert" | "create" => Some(String::from(
            "`session.add(…)` takes an object that is new, and `session.commit()` writes what is new or changed",
        )),
        "delete" | "remove" => {
            Some(String::from("`session.delete(…)` takes the object, and `session.commit()` deletes its row"))
        }
        _ => None,
    }
}

fn narrowed(model: AnyModel) -> String {
    let (of, field) = (model.name(), model.columns().next().map_or("id", |column| column.field()));
    format!("`{of}.filter_by(#{{{field}: …}})` takes a map, `{of}.filter({of}.{field} == …)` a condition")
}

fn model_of(value: &Dynamic) -> Option<AnyModel> {
    value
        .read_lock::<Model>()
        .map(|model| model.0)
        .or_else(|| value.read_lock::<Find>().map(|find| find.0.model()))
}
