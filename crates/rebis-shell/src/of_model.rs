//! Models in the shell's language: `User.new(#{…})`, `User.username`, `User.filter(…)`. Invariant: a column's name goes before any word of the
//! shell.

use rebis_orm::dynamic::{AnyEntity, AnyModel};
use rhai::{Array, Dynamic, Engine, Map};

use crate::error::{Eval, fault, refuse};
use crate::host::Host;
use crate::missing;
use crate::names::{Col, Model, Obj, Rel};
use crate::value::{fields, for_column};

pub(crate) fn register(engine: &mut Engine, host: &Host) {
    engine.register_indexer_get(|model: &mut Model, name: &str| member(model, name));
    let h = host.clone();
    engine.register_fn("new", move |model: &mut Model, map: Map| create(&h, model.0, map));
    let h = host.clone();
    engine.register_fn("new", move |model: &mut Model| create(&h, model.0, Map::new()));
    for &model in host.models() {
        let h = host.clone();
        engine.register_fn(model.name(), move |map: Map| create(&h, model, map));
        let h = host.clone();
        engine.register_fn(model.name(), move || create(&h, model, Map::new()));
    }
    let h = host.clone();
    engine.register_fn("get", move |model: &mut Model, key: Dynamic| get(&h, model.0, key));
    engine.register_fn("select", |model: &mut Model| model.select());
    engine.register_fn("select", |model: Model| model.select());
}

/// A column, a relation, or `query`.
fn member(of: &Model, name: &str) -> Eval<Dynamic> {
    let model = of.0;
    if let Ok(column) = model.column(name) {
        return Ok(Dynamic::from(Col(column)));
    }
    match (model.relation(name), name) {
        (Ok(relation), _) => Ok(Dynamic::from(Rel(relation))),
        (Err(_), "query") => Ok(Dynamic::from(of.select())),
        (Err(_), _) => match missing::member(model, name) {
            Some(told) => refuse(told),
            None => model.column(name).map(|_| Dynamic::UNIT).map_err(|error| fault(&error)),
        },
    }
}

fn create(host: &Host, model: AnyModel, map: Map) -> Eval<Obj> {
    let entity: AnyEntity = model.create(fields(map, model)?).map_err(|error| fault(&error))?;
    Ok(Obj::new(host, entity))
}

/// The object with that key, a list for a key of several columns; `()` when there is none.
pub(crate) fn get(host: &Host, model: AnyModel, key: Dynamic) -> Eval<Dynamic> {
    let columns: Vec<_> = model.key().collect();
    let given = match columns.len() {
        1 => vec![key],
        _ => key.try_cast::<Array>().unwrap_or_default(),
    };
    let read = given.into_iter().zip(&columns).map(|(value, column)| for_column(value, *column));
    let key = read.collect::<Eval<Vec<_>>>()?;
    let found = host.wait(model.get(host.session(), key))?;
    Ok(Obj::option(host, found))
}
