//! What concerns several fields: the key, names that must be fields, names that must differ. Invariant: a model that passes has a key, and
//! every field that its attributes name exists.

use std::collections::HashMap;

use proc_macro2::Ident;
use syn::Type;

use super::ast::{Column, FieldRef, Model, RelationKind};
use super::parse::{KeyArgument, unraw};
use super::parse_column::inside_option;
use crate::ctxt::Ctxt;
use crate::suggest::nearest;

/// How many columns fit into a `ColumnSet`.
const MOST_COLUMNS: usize = 128;

/// How many columns a key may have: `Key` is implemented for tuples of so many.
const MOST_KEY_COLUMNS: usize = 4;

/// Names of the associated items that the derive adds beside those of the fields.
const RESERVED: [&str; 1] = ["builder"];

/// Finds the primary key from `#[column(primary_key)]` and `#[model(primary_key(…))]`.
pub(crate) fn resolve_key(ctxt: &Ctxt, model: &mut Model, argument: Option<KeyArgument>) {
    let marked: Vec<usize> =
        (0..model.columns.len()).filter(|&i| model.columns[i].primary_key.is_some()).collect();
    let Some((name, fields)) = argument else {
        if marked.is_empty() {
            no_key(ctxt, model);
        }
        model.key = marked;
        return;
    };
    if !marked.is_empty() {
        ctxt.error(
            &name,
            "the primary key is said twice: here and by `#[column(primary_key)]`; keep one of them",
        );
    }
    let key: Vec<usize> = fields.iter().filter_map(|f| column_at(ctxt, model, f)).collect();
    if key.windows(2).any(|w| w[0] >= w[1]) {
        ctxt.error(
            &name,
            "the primary key lists its fields once each, in the order in which the struct has them",
        );
    }
    if key.len() < fields.len() {
        ctxt.fatal(&name, "without its fields the model has no primary key");
    }
    for &i in &key {
        model.columns[i].primary_key = Some(name.span());
    }
    model.key = key;
}

fn no_key(ctxt: &Ctxt, model: &Model) {
    let name = &model.ident;
    let how = match model.columns.iter().find(|c| c.ident == "id") {
        Some(_) => "put `#[column(primary_key)]` before its field `id`".to_string(),
        None => "add a field `#[column(primary_key)] pub id: i64`, or mark the one that identifies a row with `#[column(primary_key)]`".to_string(),
    };
    ctxt.fatal(name, format!("the model `{name}` has no primary key\nhelp: {how}"));
}

/// Checks the whole model.
pub(crate) fn check(ctxt: &Ctxt, model: &mut Model) {
    columns(ctxt, model);
    version(ctxt, model);
    duplicates(ctxt, model);
    for group in model.uniques.iter().chain(&model.indexes) {
        for field in &group.parts {
            column_at(ctxt, model, field);
        }
    }
    relations(ctxt, model);
}

fn columns(ctxt: &Ctxt, model: &Model) {
    if model.columns.len() > MOST_COLUMNS {
        ctxt.fatal(
            &model.ident,
            format!("a model has at most {MOST_COLUMNS} columns; this one has {}", model.columns.len()),
        );
    }
    if model.key.len() > MOST_KEY_COLUMNS {
        ctxt.fatal(
            &model.ident,
            format!("a primary key has at most {MOST_KEY_COLUMNS} columns; this one has {}", model.key.len()),
        );
    }
    for (i, c) in model.columns.iter().enumerate() {
        if c.primary_key.is_some() && c.optional {
            ctxt.error(&c.ty, "a primary key cannot be NULL, so its field cannot be an `Option`; before the object is written, `entity.key()` is `None`");
        }
        if let Some((true, span)) = c.autoincrement
            && (model.key != [i] || c.foreign_key.is_some())
        {
            ctxt.error_at(span, "`autoincrement` is for the only field of a primary key, and not for one that refers to another table");
        }
        if let Some((_, span)) = c.identity
            && !super::expand::autoincrement(model, i)
        {
            ctxt.error_at(span, "`identity` is for a key that the database makes: the only field of a primary key, an integer without a default");
        }
        if c.deferred && (c.primary_key.is_some() || c.foreign_key.is_some() || c.version.is_some()) {
            ctxt.error(&c.ident, "a key or version is needed with every row, so it cannot be `Deferred`");
        }
        if c.onupdate.is_some() && (c.primary_key.is_some() || c.version.is_some() || c.computed.is_some()) {
            ctxt.error(&c.ident, "`onupdate` is for a column that the program sets, and no key: this one is the database's or a key");
        }
        if c.computed.is_some() && (c.default.is_some() || c.server_default.is_some()) {
            ctxt.error(&c.ident, "a computed column has no default: the database computes it");
        }
    }
}

/// A column that counts versions: one, an integer, and nothing else besides.
fn version(ctxt: &Ctxt, model: &Model) {
    let mut found: Option<&Column> = None;
    for c in &model.columns {
        let Some(span) = c.version else { continue };
        if let Some(first) = found {
            ctxt.error_at(
                span,
                format!("a row has one version, and the field `{}` counts it already", first.ident),
            );
        }
        let integer = ["i16", "i32", "i64"].iter().any(|i| last_name(&c.ty).is_some_and(|name| name == i));
        if !integer {
            ctxt.error(&c.ty, "a version is counted in a field of type `i64` (or `i32`, `i16`)");
        }
        if c.primary_key.is_some() || c.foreign_key.is_some() || c.computed.is_some() {
            ctxt.error_at(span, "a column that counts versions is no key and not computed");
        }
        found = Some(c);
    }
}

fn duplicates(ctxt: &Ctxt, model: &Model) {
    let mut seen: HashMap<String, String> = HashMap::new();
    for c in &model.columns {
        let field = unraw(&c.ident);
        if let Some(other) = seen.insert(c.name.value().to_lowercase(), field) {
            ctxt.error(&c.name, format!("the field `{other}` has the column `{}` already", c.name.value()));
        }
    }
    for field in &model.fields {
        let ident = match *field {
            FieldRef::Column(i) => model.columns.get(i).map(|c| &c.ident),
            FieldRef::Relation(i) => model.relations.get(i).map(|r| &r.ident),
            FieldRef::Flat(i) => model.flats.get(i).map(|f| &f.ident),
        };
        if let Some(ident) = ident
            && RESERVED.contains(&unraw(ident).as_str())
        {
            let name = &model.ident;
            ctxt.fatal(
                ident,
                format!("a field cannot be called `{ident}`, because `{name}::{ident}()` makes new objects; rename the field and keep the column with `#[column(name = \"{ident}\")]`"),
            );
        }
    }
}

fn relations(ctxt: &Ctxt, model: &mut Model) {
    for i in 0..model.relations.len() {
        let relation = &model.relations[i];
        if relation.kind != RelationKind::BelongsTo {
            continue;
        }
        if relation.key.is_empty() {
            let key = guess_key(ctxt, model, i);
            model.relations[i].key = key;
        } else {
            for field in &relation.key {
                column_at(ctxt, model, field);
            }
        }
    }
}

/// The only foreign key to the other model, as SQLAlchemy finds it: one field, or several that refer to different columns.
fn guess_key(ctxt: &Ctxt, model: &Model, relation: usize) -> Vec<Ident> {
    let relation = &model.relations[relation];
    let Some(target) = last_name(inside_option(&relation.target).unwrap_or(&relation.target)) else {
        ctxt.fatal(&relation.ident, "say which field this relation follows: `#[relation(key = …)]`");
        return Vec::new();
    };
    let target = if target == "Self" { model.ident.clone() } else { target };
    let refers = |m: &syn::Path| {
        m.segments.last().is_some_and(|s| s.ident == target || (s.ident == "Self" && target == model.ident))
    };
    let keys: Vec<(&Ident, &Ident)> = model
        .columns
        .iter()
        .filter_map(|c| Some((&c.ident, &c.foreign_key.as_ref().filter(|fk| refers(&fk.model))?.column)))
        .collect();
    let name = &relation.ident;
    let same = |i: usize| keys[..i].iter().find(|(_, column)| *column == keys[i].1);
    if keys.is_empty() {
        let id = format!("{}_id", unraw(name));
        ctxt.fatal(
            name,
            format!(
                "no field of `{}` refers to `{target}`, so there is nothing `{name}` could follow\nhelp: add `#[column(index, foreign_key = {target}::id)] pub {id}: i64`, or name the field: `#[relation(key = {id})]`",
                model.ident
            ),
        );
    } else if let Some(((a, _), b)) = (0..keys.len()).find_map(|i| Some((same(i)?, keys[i].0))) {
        ctxt.fatal(
            name,
            format!("`{a}` and `{b}` both refer to `{target}`: say which one `{name}` follows: `#[relation(key = {a})]`"),
        );
    }
    keys.into_iter().map(|(field, _)| field.clone()).collect()
}

/// The position of the column whose field is called so; an error that lists the fields when there is none.
pub(crate) fn column_at(ctxt: &Ctxt, model: &Model, field: &Ident) -> Option<usize> {
    let found = model.columns.iter().position(|c| c.ident == *field);
    if found.is_none() {
        let fields: Vec<String> = model.columns.iter().map(|c| unraw(&c.ident)).collect();
        let name = unraw(field);
        let hint = if model.relations.iter().any(|r| r.ident == *field) {
            " (a relation is not one)".to_string()
        } else if let Some(c) = model.columns.iter().find(|c| c.name.value() == name) {
            format!(": that is the column of the field `{}`, whose name goes here", c.ident)
        } else {
            nearest(&name, fields.iter().map(String::as_str))
                .map(|n| format!(": did you mean `{n}`?"))
                .unwrap_or_default()
        };
        ctxt.fatal(
            field,
            format!("`{}` has no column field `{name}`{hint}\nfields: {}", model.ident, fields.join(", ")),
        );
    }
    found
}

fn last_name(ty: &Type) -> Option<Ident> {
    match ty {
        Type::Path(p) => p.path.segments.last().map(|s| s.ident.clone()),
        _ => None,
    }
}
