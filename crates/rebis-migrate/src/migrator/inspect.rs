//! `inspect`: models for a database that is there.
//!
//! **Invariant.** What a model cannot say stands as a comment where it would be, and is never left out in silence.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rebis_sql::schema::{
    Column, ForeignKey, Index, IndexKey, NamingConvention, ReferentialAction, Schema, ServerDefault, Table,
    sort_tables,
};
use rebis_sql::{SqlType, Value};

/// The models' source, tables before those that refer to them.
pub(super) fn source(schema: &Schema) -> String {
    let tables: Vec<&Table> = schema.tables.iter().collect();
    let (sorted, _) = sort_tables(&tables);
    let mut text = String::from(
        "//! The tables of the database, as `db inspect` found them.\n\nuse rebis::prelude::*;\n",
    );
    let mut enums: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for table in &sorted {
        for column in &table.columns {
            if let SqlType::Enum { name, values } = &column.ty {
                enums.entry(name.clone()).or_insert_with(|| values.clone());
            }
        }
    }
    for (name, labels) in &enums {
        enumeration(&mut text, name, labels);
    }
    for table in sorted {
        model(&mut text, table, schema);
    }
    text
}

fn enumeration(text: &mut String, name: &str, labels: &[String]) {
    let _ = write!(
        text,
        "\n#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]\n#[column(name = {name:?})]\npub enum {} {{\n",
        type_name(name)
    );
    let mut taken = Vec::new();
    for label in labels {
        let mut variant = type_name(label);
        while taken.contains(&variant) {
            variant.push('_');
        }
        let first = if taken.is_empty() { "    #[default]\n" } else { "" };
        let _ = writeln!(text, "{first}    #[column(name = {label:?})]\n    {variant},");
        taken.push(variant);
    }
    text.push_str("}\n");
}

fn model(text: &mut String, table: &Table, schema: &Schema) {
    let mut arguments = vec![format!("table = {:?}", table.name)];
    arguments.extend(table.schema.iter().map(|s| format!("schema = {s:?}")));
    arguments.extend(table.comment.iter().map(|c| format!("comment = {c:?}")));
    let fields = |columns: &[String]| columns.iter().map(|c| field_name(c)).collect::<Vec<_>>().join(", ");
    let key = table.primary_key.as_ref().map(|k| k.columns.clone()).unwrap_or_default();
    if key.len() > 1 {
        arguments.push(format!("primary_key({})", fields(&key)));
    }
    let mut lost = Vec::new();
    for unique in &table.uniques {
        let name = unique.name.iter().map(|n| format!(", name = {n:?}")).collect::<String>();
        let nulls = nulls(unique.nulls_not_distinct);
        let waits = deferrable(unique.deferrable).iter().map(|w| format!(", {w}")).collect::<String>();
        arguments.push(format!("unique({}{nulls}{waits}{name})", fields(&unique.columns)));
    }
    for index in &table.indexes {
        match plain(index) {
            Some(columns) => {
                let unique = if index.unique { ", unique" } else { "" };
                let nulls = nulls(index.nulls_not_distinct);
                arguments.push(format!(
                    "index({}{unique}{nulls}, name = {:?})",
                    fields(&columns),
                    index.name
                ));
            }
            None => lost.push(format!("index {}", index.name)),
        }
    }
    for check in &table.checks {
        let name = check.name.iter().map(|n| format!(", name = {n:?}")).collect::<String>();
        arguments.push(format!("check({:?}{name})", check.sql));
    }
    for one in &table.exclusions {
        let name = one.name.iter().map(|n| format!(", name = {n:?}")).collect::<String>();
        arguments.push(format!("exclude({:?}{name})", one.to_string()));
    }
    if !table.options.is_empty() {
        let options: Vec<String> =
            table.options.iter().map(|(option, value)| format!("{option} = {value:?}")).collect();
        arguments.push(format!("options({})", options.join(", ")));
    }
    text.push('\n');
    if key.is_empty() {
        let _ = writeln!(
            text,
            "// Table {} has no primary key, which a model needs: mark the columns that identify a row.",
            table.name
        );
    }
    for what in lost {
        let _ = writeln!(
            text,
            "// Not in the model: {what}. Leave it alone with `ignoring(&[\"{}.…\"])`.",
            table.name
        );
    }
    let _ = write!(
        text,
        "#[derive(Model, Clone, Debug)]\n#[model({})]\npub struct {} {{\n",
        arguments.join(", "),
        type_name(&table.name)
    );
    for column in &table.columns {
        let is_key = key.len() == 1 && key[0] == column.name;
        field(text, table, column, is_key, is_key && is_wide(schema, table, column));
    }
    text.push_str("}\n");
}

fn nulls(not_distinct: bool) -> &'static str {
    if not_distinct { ", nulls_not_distinct" } else { "" }
}

fn deferrable(how: Option<bool>) -> Option<&'static str> {
    how.map(|initially| if initially { "initially_deferred" } else { "deferrable" })
}

/// Whether a key that counts up is referred to by wider columns: SQLite calls every such key INTEGER, which holds 64 bits.
fn is_wide(schema: &Schema, table: &Table, key: &Column) -> bool {
    let refers = schema.tables.iter().flat_map(|t| t.foreign_keys.iter().map(move |k| (t, k)));
    column_counts(key)
        && refers
            .filter(|(_, k)| k.ref_table == table.name && k.ref_columns == [key.name.clone()])
            .any(|(t, k)| k.columns.iter().any(|c| t.column(c).is_some_and(|c| c.ty == SqlType::BigInteger)))
}

fn column_counts(column: &Column) -> bool {
    column.autoincrement && column.ty == SqlType::Integer
}

/// The columns of an index that a model can declare.
fn plain(index: &Index) -> Option<Vec<String>> {
    if index.filter.is_some() || index.method.is_some() || !index.include.is_empty() {
        return None;
    }
    index
        .keys
        .iter()
        .map(|key| match key {
            IndexKey::Column { name, descending: false } => Some(name.clone()),
            _ => None,
        })
        .collect()
}

fn field(text: &mut String, table: &Table, column: &Column, is_key: bool, is_wide: bool) {
    let name = field_name(&column.name);
    let mut arguments = Vec::new();
    if is_key {
        arguments.push(String::from("primary_key"));
        let integer = matches!(column.ty, SqlType::SmallInteger | SqlType::Integer | SqlType::BigInteger);
        if integer && !column.autoincrement {
            arguments.push(String::from("autoincrement = false"));
        }
    }
    if name.trim_start_matches("r#") != column.name {
        arguments.push(format!("name = {:?}", column.name));
    }
    let (mut rust, more) = rust_type(&column.ty);
    if is_wide {
        rust = String::from("i64");
    }
    arguments.extend(more);
    if let Some(computed) = &column.computed {
        arguments.push(format!("computed = {:?}", computed.sql));
        arguments.extend(computed.stored.then(|| String::from("stored")));
    } else if let Some(default) = &column.default {
        arguments.push(format!("server_default = {}", server_default(default)));
    }
    if let Some(key) = table.foreign_keys.iter().find(|k| k.columns.contains(&column.name)) {
        let at = key.columns.iter().position(|c| *c == column.name).unwrap_or(0);
        let to = key.ref_columns.get(at).map_or("id", String::as_str);
        arguments.push(format!("foreign_key = {}::{}", type_name(&key.ref_table), field_name(to)));
        for (word, action) in [("on_delete", key.on_delete), ("on_update", key.on_update)] {
            let action = match action {
                ReferentialAction::NoAction => continue,
                ReferentialAction::Restrict => "restrict",
                ReferentialAction::Cascade => "cascade",
                ReferentialAction::SetNull => "set_null",
                ReferentialAction::SetDefault => "set_default",
            };
            arguments.push(format!("{word} = {action}"));
        }
        arguments.extend(deferrable(key.deferrable).map(str::to_owned));
        arguments.extend(key.match_full.then(|| String::from("match_full")));
        arguments.extend(own_name(table, key).map(|name| format!("foreign_key_name = {name:?}")));
    }
    arguments
        .extend(column.collation.iter().flat_map(|c| c.names()).map(|(_, c)| format!("collation = {c:?}")));
    arguments.extend(column.comment.iter().map(|c| format!("comment = {c:?}")));
    if !arguments.is_empty() {
        let _ = writeln!(text, "    #[column({})]", arguments.join(", "));
    }
    let optional = column.nullable && !is_key;
    let _ = writeln!(text, "    pub {name}: {},", if optional { format!("Option<{rust}>") } else { rust });
}

/// The name of a foreign key, where it is another than a model's would get by itself.
fn own_name<'a>(table: &Table, key: &'a ForeignKey) -> Option<&'a str> {
    let columns: Vec<&str> = key.columns.iter().map(String::as_str).collect();
    let usual = NamingConvention::default().foreign_key(&table.name, &columns, &key.ref_table);
    key.name.as_deref().filter(|name| *name != usual)
}

/// The Rust type, and the arguments without which it would be another column.
fn rust_type(ty: &SqlType) -> (String, Vec<String>) {
    let plain = |name: &str| (name.to_owned(), Vec::new());
    match ty {
        SqlType::SmallInteger => plain("i16"),
        SqlType::Integer => plain("i32"),
        SqlType::BigInteger => plain("i64"),
        SqlType::Float => plain("f32"),
        SqlType::Double => plain("f64"),
        SqlType::Numeric { precision: Some(p), scale } => (
            String::from("Decimal"),
            vec![format!("precision = {p}"), format!("scale = {}", scale.unwrap_or(0))],
        ),
        SqlType::Numeric { .. } => plain("Decimal"),
        SqlType::String(Some(length)) => (String::from("String"), vec![format!("length = {length}")]),
        SqlType::String(None) => plain("String"),
        SqlType::Text => (String::from("String"), vec![String::from("text")]),
        SqlType::Boolean => plain("bool"),
        SqlType::Date => plain("NaiveDate"),
        SqlType::Time => plain("NaiveTime"),
        SqlType::DateTime { timezone: false } => plain("NaiveDateTime"),
        SqlType::DateTime { timezone: true } => plain("DateTime<Utc>"),
        SqlType::Interval => plain("TimeDelta"),
        SqlType::Enum { name, .. } => (type_name(name), Vec::new()),
        SqlType::LargeBinary => plain("Vec<u8>"),
        SqlType::Json => plain("serde_json::Value"),
        SqlType::Uuid => plain("Uuid"),
        SqlType::Array(of) => (format!("rebis::sql::Array<{}>", rust_type(of).0), Vec::new()),
        SqlType::Other(spelled) => {
            (String::from("String"), vec![format!("type = SqlType::Other({spelled:?}.into())")])
        }
        _ => plain("String"),
    }
}

fn server_default(default: &ServerDefault) -> String {
    match default {
        ServerDefault::Now => String::from("now"),
        ServerDefault::Sql(sql) => format!("{sql:?}"),
        ServerDefault::Value(Value::Int(i)) => i.to_string(),
        ServerDefault::Value(Value::Bool(b)) => b.to_string(),
        ServerDefault::Value(Value::Float(f)) => format!("{f:?}"),
        ServerDefault::Value(value) => {
            // What all databases write alike.
            let sql = rebis_sql::Dialect::ALL[0].literal(value);
            format!("{:?}", sql.unwrap_or_else(|_| format!("{value:?}")))
        }
    }
}

/// `blog_post` → `BlogPost`.
fn type_name(name: &str) -> String {
    let mut out = String::new();
    let mut upper = true;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            upper = true;
        } else if std::mem::take(&mut upper) {
            out.extend(c.to_uppercase());
        } else {
            out.push(c);
        }
    }
    if out.is_empty() || out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert(0, 'T');
    }
    out
}

/// A column as a field: what is no name in Rust becomes one.
fn field_name(name: &str) -> String {
    const WORDS: &[&str] = &[
        "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
        "else", "enum", "extern", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
        "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct",
        "trait", "true", "false", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where",
        "while", "yield",
    ];
    let mut out = String::new();
    let mut lower = false;
    for c in name.chars() {
        if c.is_uppercase() && lower {
            out.push('_');
        }
        lower = c.is_lowercase() || c.is_ascii_digit();
        if c.is_alphanumeric() { out.extend(c.to_lowercase()) } else { out.push('_') }
    }
    if out.is_empty() || out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert(0, '_');
    }
    if matches!(out.as_str(), "self" | "super" | "crate" | "_") {
        out.push('_');
    }
    if WORDS.contains(&out.as_str()) { format!("r#{out}") } else { out }
}
