//! Values between the database and the shell's language. Invariant: nothing is rounded or cut on the way; what the language has no type for
//! stays what it is, in a [`Val`].

use rebis_orm::dynamic::{AnyColumn, AnyModel, Given};
use rebis_sql::{SqlType, Value};
use rhai::{Array, Blob, Dynamic, Map};
use serde_json::Value as Json;

use crate::error::{Eval, refuse};
use crate::names::{Many, Obj};

/// A value that the language has no type for: an exact number, a date, a time, a UUID.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Val(pub(crate) Value);

/// A value of the database as one of the language.
pub(crate) fn to_dynamic(value: Value) -> Dynamic {
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(v) => v.into(),
        Value::Int(v) => v.into(),
        Value::Float(v) => v.into(),
        Value::Text(v) => v.into(),
        Value::Bytes(v) => Dynamic::from_blob(v),
        Value::Array(v) => v.into_iter().map(to_dynamic).collect::<Array>().into(),
        Value::Json(v) => of_json(v),
        other => Dynamic::from(Val(other)),
    }
}

fn of_json(json: Json) -> Dynamic {
    match json {
        Json::Null => Dynamic::UNIT,
        Json::Bool(v) => v.into(),
        Json::Number(n) => match (n.as_i64(), n.as_f64()) {
            (Some(i), _) => i.into(),
            (None, Some(f)) => f.into(),
            (None, None) => n.to_string().into(),
        },
        Json::String(v) => v.into(),
        Json::Array(v) => v.into_iter().map(of_json).collect::<Array>().into(),
        Json::Object(v) => v.into_iter().map(|(k, v)| (k.into(), of_json(v))).collect::<Map>().into(),
    }
}

fn to_json(value: Dynamic) -> Eval<Json> {
    if let Some(val) = value.read_lock::<Val>() {
        return Ok(Json::String(crate::show::plain(&val.0)));
    }
    if value.is::<Map>() {
        let map = value.cast::<Map>();
        let members = map.into_iter().map(|(k, v)| Ok((k.to_string(), to_json(v)?)));
        return members.collect::<Eval<serde_json::Map<_, _>>>().map(Json::Object);
    }
    if value.is_array() {
        return value.cast::<Array>().into_iter().map(to_json).collect::<Eval<Vec<_>>>().map(Json::Array);
    }
    Ok(match to_value(value)? {
        Value::Null => Json::Null,
        Value::Bool(v) => v.into(),
        Value::Int(v) => v.into(),
        Value::Float(v) => v.into(),
        Value::Text(v) => v.into(),
        other => return refuse(format!("{} is no part of a JSON document", crate::show::plain(&other))),
    })
}

/// A value of the language as one of the database, where no column says its type.
pub(crate) fn to_value(value: Dynamic) -> Eval<Value> {
    if let Some(val) = value.read_lock::<Val>() {
        return Ok(val.0.clone());
    }
    if value.is_unit() {
        return Ok(Value::Null);
    }
    if value.is_blob() {
        return Ok(Value::Bytes(value.cast::<Blob>()));
    }
    if value.is_array() {
        return value.cast::<Array>().into_iter().map(to_value).collect::<Eval<Vec<_>>>().map(Value::Array);
    }
    if value.is_map() {
        return to_json(value).map(Value::Json);
    }
    if let Ok(v) = value.as_bool() {
        return Ok(Value::Bool(v));
    }
    if let Ok(v) = value.as_int() {
        return Ok(Value::Int(v));
    }
    if let Ok(v) = value.as_float() {
        return Ok(Value::Float(v));
    }
    if value.is_string() || value.is_char() {
        return Ok(Value::Text(value.to_string()));
    }
    refuse(format!("{} is no value that a column holds", crate::show::kind(&value)))
}

/// A value of the language for that column.
pub(crate) fn for_column(value: Dynamic, column: AnyColumn) -> Eval<Value> {
    match column.sql_type() {
        SqlType::Json if !value.is_unit() || !column.is_nullable() => to_json(value).map(Value::Json),
        _ => to_value(value),
    }
}

/// What a field of a model is given.
pub(crate) fn given(value: Dynamic, model: AnyModel, field: &str) -> Eval<Given> {
    if let Some(object) = value.read_lock::<Obj>() {
        return Ok(Given::One(object.entity.clone()));
    }
    if let Some(many) = value.read_lock::<Many>() {
        return many.all().map(Given::Many);
    }
    match (model.column(field), model.relation(field)) {
        (Ok(column), _) => for_column(value, column).map(Given::Value),
        (_, Ok(_)) if value.is_array() => objects(value).map(Given::Many),
        _ => to_value(value).map(Given::Value),
    }
}

/// The fields of a map: `#{username: "susan"}`.
pub(crate) fn fields(map: Map, model: AnyModel) -> Eval<Vec<(String, Given)>> {
    map.into_iter().map(|(name, value)| Ok((name.to_string(), given(value, model, &name)?))).collect()
}

/// The objects of a list.
pub(crate) fn objects(list: Dynamic) -> Eval<Vec<rebis_orm::dynamic::AnyEntity>> {
    if let Some(many) = list.read_lock::<Many>() {
        return many.all();
    }
    let Some(list) = list.try_cast::<Array>() else {
        return refuse("a list of objects is wanted, like [a, b]");
    };
    let object = |item: Dynamic| match item.try_cast::<Obj>() {
        Some(object) => Ok(object.entity),
        None => refuse("every item of the list has to be an object of a model"),
    };
    list.into_iter().map(object).collect()
}
