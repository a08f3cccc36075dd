//! A recorded row's schema as ours. Invariant: what has no counterpart is an error that names it.

use std::collections::HashMap;

use rebis_engine::as_inspected;
use rebis_sql::schema::{
    Check, Column, Computed, ForeignKey, Identity, Index, IndexKey, PrimaryKey, ReferentialAction, Schema,
    ServerDefault, Table, Unique,
};
use rebis_sql::{Dialect, SqlType};
use serde_json::Value;

use crate::python::Py;

/// Why a row does not apply.
pub(crate) type Reason = &'static str;

pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn string(value: &Value, key: &str) -> Option<String> {
    value[key].as_str().map(str::to_owned)
}

pub(crate) fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

/// The tables of one side of a row.
pub(crate) fn schema(side: &Value, dialect: Dialect) -> Result<Schema, Reason> {
    let mut schema = Schema::default();
    let mut called = HashMap::new();
    for table in
        side.as_array().into_iter().flatten().flat_map(|m| m["tables"].as_array().into_iter().flatten())
    {
        for column in table["columns"].as_array().into_iter().flatten() {
            if let Some(key) = column["key"].as_str() {
                let at = (text(table, "name").to_owned(), key.to_owned());
                called.insert(at, text(column, "name").to_owned());
            }
        }
    }
    for metadata in side.as_array().into_iter().flatten() {
        for table in metadata["tables"].as_array().into_iter().flatten() {
            schema.tables.push(self::table(table, dialect)?);
        }
    }
    // Python may know a column by another name than the database does.
    let name = |table: &str, column: &mut String| {
        if let Some(real) = called.get(&(table.to_owned(), column.clone())) {
            column.clone_from(real);
        }
    };
    for table in &mut schema.tables {
        let own = table.name.clone();
        for key in &mut table.foreign_keys {
            key.columns.iter_mut().for_each(|c| name(&own, c));
            let to = key.ref_table.clone();
            key.ref_columns.iter_mut().for_each(|c| name(&to, c));
        }
    }
    schema.tables.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    Ok(schema)
}

fn table(value: &Value, dialect: Dialect) -> Result<Table, Reason> {
    let mut table = Table {
        schema: string(value, "schema"),
        comment: string(value, "comment"),
        ..Table::new(text(value, "name"))
    };
    for column in value["columns"].as_array().into_iter().flatten() {
        table.columns.push(self::column(column, dialect)?);
    }
    for constraint in value["constraints"].as_array().into_iter().flatten() {
        add(&mut table, constraint, dialect)?;
    }
    for index in value["indexes"].as_array().into_iter().flatten() {
        table.indexes.push(self::index(index)?);
    }
    let own = value["columns"].as_array().into_iter().flatten();
    let given: Vec<&str> =
        own.filter(|c| c["autoincrement"] == Value::Bool(false)).map(|c| text(c, "name")).collect();
    count(&mut table, &given);
    Ok(table)
}

/// An integer that is the whole key and refers to nothing counts up.
fn count(table: &mut Table, given: &[&str]) {
    let Some([key]) = table.primary_key.as_ref().map(|k| &k.columns[..]) else { return };
    let refers = table.foreign_keys.iter().any(|k| k.columns.contains(key));
    if let Some(column) = table.columns.iter_mut().find(|c| c.name == *key) {
        let integer = matches!(column.ty, SqlType::SmallInteger | SqlType::Integer | SqlType::BigInteger);
        let filled = column.default.is_some() || column.computed.is_some() || column.identity.is_some();
        column.autoincrement = integer && !refers && !filled && !given.contains(&column.name.as_str());
    }
}

/// A type as the row's database spells it.
pub(crate) fn sql_type(spelled: &str, dialect: Dialect) -> SqlType {
    let alone =
        Table { columns: vec![Column::new("c", SqlType::Other(spelled.to_owned()))], ..Table::new("t") };
    as_inspected(dialect, &alone).columns.remove(0).ty
}

pub(crate) fn column(value: &Value, dialect: Dialect) -> Result<Column, Reason> {
    let mut column = Column::new(text(value, "name"), sql_type(text(value, "type"), dialect));
    // An enum that is a type is spelled as its name alone.
    if dialect.capabilities().named_enums
        && let enums @ Py::Call(..) = Py::parse(text(value, "satype"))
        && let Some(ty) = named_enum(&enums)
    {
        column.ty = ty;
    }
    column.nullable = value["nullable"].as_bool().unwrap_or(true);
    column.comment = string(value, "comment");
    let default = &value["server_default"];
    match default {
        Value::Null => {}
        Value::String(sql) => column.default = Some(ServerDefault::Sql(sql.clone())),
        other if other.get("string").is_some() => {
            let value = rebis_sql::Value::Text(text(other, "string").to_owned());
            column.default = Some(ServerDefault::Value(value));
        }
        other if other.get("text").is_some() => {
            column.default = Some(ServerDefault::Sql(text(other, "text").to_owned()));
        }
        other if other.get("computed").is_some() => {
            // PostgreSQL knew only stored ones then.
            let stored = other["persisted"].as_bool().unwrap_or(dialect.capabilities().named_enums);
            column.computed = Some(Computed { sql: text(other, "computed").to_owned(), stored });
        }
        other if other.get("identity").is_some() => {
            let of = &other["identity"];
            column.identity = Some(Identity {
                always: of["always"].as_bool().unwrap_or_default(),
                start: of["start"].as_i64(),
                increment: of["increment"].as_i64(),
                min: of["minvalue"].as_i64(),
                max: of["maxvalue"].as_i64(),
                cycle: of["cycle"].as_bool().unwrap_or_default(),
                cache: of["cache"].as_i64(),
            });
            column.nullable = false;
        }
        _ => return Err("a server default of an unknown form"),
    }
    Ok(column)
}

fn named_enum(py: &Py) -> Option<SqlType> {
    let Py::Call(what, labels, _) = py else { return None };
    let native = py.key("native_enum").is_none_or(|n| !n.is("False"));
    let name = py.key("name").and_then(Py::text)?;
    (what.eq_ignore_ascii_case("enum") && native)
        .then(|| SqlType::Enum { name, values: labels.iter().filter_map(Py::text).collect() })
}

fn add(table: &mut Table, value: &Value, dialect: Dialect) -> Result<(), Reason> {
    let name = string(value, "name");
    let columns = strings(&value["cols"]);
    match text(value, "kind") {
        "pk" if columns.is_empty() => {}
        "pk" => table.primary_key = Some(PrimaryKey { name, columns }),
        "unique" => table.uniques.push(Unique {
            name,
            columns,
            deferrable: None,
            nulls_not_distinct: value["kw"]["postgresql_nulls_not_distinct"].as_str() == Some("True"),
        }),
        "check" if text(value, "sql").contains("__[POSTCOMPILE") => {
            return Err("a check of a Python type, recorded without its values");
        }
        "check" => table.checks.push(Check { name, sql: text(value, "sql").to_owned() }),
        "fk" => table.foreign_keys.push(foreign_key(value, dialect)?),
        _ => return Err("a kind of constraint whose recorded row does not say what it holds"),
    }
    Ok(())
}

/// `ref` is `[schema.]table.column`, once for each column.
pub(crate) fn foreign_key(value: &Value, _dialect: Dialect) -> Result<ForeignKey, Reason> {
    let mut key = ForeignKey {
        name: string(value, "name"),
        columns: strings(&value["cols"]),
        on_delete: action(text(value, "ondelete"))?,
        on_update: action(text(value, "onupdate"))?,
        ..ForeignKey::default()
    };
    for place in strings(&value["ref"]) {
        let parts: Vec<&str> = place.split('.').collect();
        let (schema, name, column) = match parts[..] {
            [name, column] => (None, name, column),
            [schema, name, column] => (Some(schema.to_owned()), name, column),
            _ => return Err("a reference of an unknown form"),
        };
        key.ref_schema = schema;
        key.ref_table = name.to_owned();
        key.ref_columns.push(column.to_owned());
    }
    let deferred = text(value, "initially").eq_ignore_ascii_case("deferred");
    let deferrable = value["deferrable"].as_bool().unwrap_or_default();
    key.deferrable = (deferrable || deferred).then_some(deferred);
    Ok(key)
}

fn action(words: &str) -> Result<ReferentialAction, Reason> {
    Ok(match words.to_ascii_uppercase().as_str() {
        "" | "NO ACTION" => ReferentialAction::NoAction,
        "RESTRICT" => ReferentialAction::Restrict,
        "CASCADE" => ReferentialAction::Cascade,
        "SET NULL" => ReferentialAction::SetNull,
        "SET DEFAULT" => ReferentialAction::SetDefault,
        _ => return Err("a referential action of an unknown form"),
    })
}

pub(crate) fn index(value: &Value) -> Result<Index, Reason> {
    let option = |name: &str| -> Option<String> {
        let text = value["kw"].get(format!("postgresql_{name}"))?.as_str()?;
        Some(text.trim_matches('\'').to_owned()).filter(|t| t != "None")
    };
    let mut index = Index {
        name: text(value, "name").to_owned(),
        unique: value["unique"].as_bool().unwrap_or_default(),
        method: option("using"),
        filter: option("where"),
        nulls_not_distinct: option("nulls_not_distinct").is_some_and(|said| said == "True"),
        ..Index::default()
    };
    if let Some(list) = option("include") {
        index.include = list
            .trim_matches(['[', ']'])
            .split(',')
            .map(|c| c.trim().trim_matches('\'').to_owned())
            .filter(|c| !c.is_empty())
            .collect();
    }
    let ops = option("ops").unwrap_or_default();
    for expression in strings(&value["exprs"]) {
        let class = ops
            .trim_matches(['{', '}'])
            .split(", ")
            .filter_map(|pair| pair.split_once(": "))
            .find(|(column, _)| column.trim_matches('\'') == expression)
            .map(|(_, class)| class.trim_matches('\'').to_owned());
        index.keys.push(key(&expression, class));
    }
    Ok(index)
}

/// A key: a plain name, a name from high to low, or an expression.
fn key(expression: &str, class: Option<String>) -> IndexKey {
    let word = |t: &str| !t.is_empty() && t.chars().all(|c| c.is_alphanumeric() || c == '_');
    match (expression.strip_suffix(" DESC"), class) {
        (Some(name), None) if word(name) => IndexKey::Column { name: name.to_owned(), descending: true },
        (None, None) if word(expression) => {
            IndexKey::Column { name: expression.to_owned(), descending: false }
        }
        (_, Some(class)) => IndexKey::Expression(format!("{expression} {class}")),
        _ => IndexKey::Expression(expression.to_owned()),
    }
}
