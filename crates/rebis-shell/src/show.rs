//! How values read at the prompt. Invariant: showing a value may load what it holds, and changes nothing.

use rebis_sql::Value;
use rhai::{Array, Dynamic, Map};

use crate::error::Eval;
use crate::host::Host;
use crate::names::{Col, Cond, Db, Find, Many, Model, Obj, Rel, Ses, Sort};
use crate::of_sql::Rows;
use crate::table;
use crate::value::Val;

/// A value as the prompt answers with it.
pub(crate) fn show(host: &Host, value: &Dynamic) -> Eval<String> {
    if let Some(object) = value.read_lock::<Obj>() {
        return Ok(object.entity.to_string());
    }
    if let Some(many) = value.read_lock::<Many>() {
        return list(host, &Obj::list(host, many.all()?));
    }
    if let Some(all) = value.read_lock::<Array>() {
        return list(host, &all);
    }
    if let Some(map) = value.read_lock::<Map>() {
        let members = map.iter().map(|(name, value)| Ok(format!("{name}: {}", show(host, value)?)));
        return Ok(format!("#{{{}}}", members.collect::<Eval<Vec<_>>>()?.join(", ")));
    }
    if let Some(val) = value.read_lock::<Val>() {
        return Ok(plain(&val.0));
    }
    if let Some(rows) = value.read_lock::<Rows>() {
        return Ok(table::of_rows(&rows.0));
    }
    if let Some(model) = value.read_lock::<Model>() {
        let fields: Vec<&str> = model.0.columns().map(|c| c.field()).collect();
        return Ok(format!("<model {} ({})>", model.0.name(), fields.join(", ")));
    }
    if let Some(find) = value.read_lock::<Find>() {
        return crate::of_query::sql(&find);
    }
    if let Some(column) = value.read_lock::<Col>() {
        return Ok(format!("<column {:?}>", column.0));
    }
    if let Some(relation) = value.read_lock::<Rel>() {
        return Ok(format!("<relation {:?} to {}>", relation.0, relation.0.target().name()));
    }
    if value.is::<Db>() {
        let url = host.database().engine().map(|engine| engine.url().to_string());
        return Ok(format!("<Database {}>", url.unwrap_or_else(|_| String::from("(not bound)"))));
    }
    if value.is::<Ses>() {
        let session = host.session();
        let (new, changed, deleted) = (session.added_any(), session.changed_any(), session.deleted_any());
        return Ok(format!(
            "<Session: {} new, {} changed, {} deleted>",
            new.len(),
            changed.len(),
            deleted.len()
        ));
    }
    if value.is::<Cond>() || value.is::<Sort>() {
        return Ok(String::from(if value.is::<Cond>() { "<condition>" } else { "<order>" }));
    }
    if value.is_string() {
        return Ok(literal(&value.to_string()));
    }
    Ok(value.to_string())
}

/// Whether it is a value of the language or of the shell.
pub(crate) fn is_known(value: &Dynamic) -> bool {
    let path = value.type_name();
    !path.contains("::")
        || path.starts_with("rhai::")
        || path.starts_with(concat!(env!("CARGO_CRATE_NAME"), "::"))
}

fn list(host: &Host, all: &[Dynamic]) -> Eval<String> {
    let items = all.iter().map(|item| if item.is_unit() { Ok(String::from("()")) } else { show(host, item) });
    Ok(format!("[{}]", items.collect::<Eval<Vec<_>>>()?.join(", ")))
}

/// A text as it could be typed in. SQL is full of quotes: between backticks they stand as they are.
fn literal(text: &str) -> String {
    let as_it_is = |c: char| !c.is_control() && !['`', '\\'].contains(&c);
    if text.contains('"') && text.chars().all(as_it_is) && !text.contains("${") {
        return format!("`{text}`");
    }
    format!("{text:?}")
}

/// A value without quotes.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(v) => v.to_string(),
        Value::Int(v) => v.to_string(),
        Value::Float(v) => v.to_string(),
        Value::Decimal(v) => v.to_string(),
        Value::Text(v) => v.clone(),
        Value::Bytes(v) => format!("{} bytes", v.len()),
        Value::Date(v) => v.to_string(),
        Value::Time(v) => v.to_string(),
        Value::DateTime(v) => v.to_string(),
        Value::DateTimeUtc(v) => v.naive_utc().to_string(),
        Value::Interval(v) => v.to_string(),
        Value::Json(v) => v.to_string(),
        Value::Uuid(v) => v.to_string(),
        Value::Array(v) => format!("[{}]", v.iter().map(plain).collect::<Vec<_>>().join(", ")),
        other => format!("{other:?}"),
    }
}

/// What kind of value it is, for messages.
pub(crate) fn kind(value: &Dynamic) -> &'static str {
    let kinds: [(bool, &str); 7] = [
        (value.is::<Obj>(), "an object"),
        (value.is::<Many>(), "a collection"),
        (value.is::<Model>(), "a model"),
        (value.is::<Col>(), "a column"),
        (value.is::<Find>(), "a query"),
        (value.is::<Cond>(), "a condition"),
        (value.is_map(), "a map"),
    ];
    kinds.into_iter().find(|(is, _)| *is).map_or("this", |(_, name)| name)
}
