//! From the struct's tokens to the [`ast`](super::ast): the struct itself and `#[model(…)]`. Invariant: one wrong argument is one error,
//! and the rest is still read.

use proc_macro2::Ident;
use syn::{Data, DeriveInput, Expr, Fields, GenericArgument, LitStr, Path, PathArguments, Type};

use super::ast::{Check, Column, FieldRef, Group, Model, RelationKind};
use super::{parse_column, parse_relation};
use crate::args::{self, Arg, ListItem};
use crate::case::snake;
use crate::ctxt::Ctxt;
use crate::suggest::Vocabulary;

/// Of `unique(…)` and `index(…)`: two NULLs are duplicates.
const NULLS: &str = "nulls_not_distinct";
/// Of a unique constraint and of a foreign key: the check can wait until the end of the transaction, or does without being asked.
pub(super) const DEFERRABLE: &str = "deferrable";
pub(super) const DEFERRED: &str = "initially_deferred";

const MODEL: Vocabulary = Vocabulary {
    attribute: "#[model(…)]",
    known: &[
        "table",
        "schema",
        "comment",
        "was",
        "bind",
        "primary_key",
        "unique",
        "index",
        "check",
        "exclude",
        "options",
        "validate",
        "crate",
    ],
    elsewhere: &[
        ("tablename", "the table's name is `table = \"…\"`"),
        ("table_name", "the table's name is `table = \"…\"`"),
        ("name", "the table's name is `table = \"…\"`"),
        ("rename", "the table's name is `table = \"…\"`"),
        ("bind_key", "the database is named by `bind = \"…\"`"),
        ("pk", "a key of several columns is `primary_key(a, b)`"),
        ("constraint", "constraints are `unique(a, b)`, `check(\"sql\")` and `primary_key(a, b)`"),
        ("engine", "a table's options are `options(mysql_engine = \"InnoDB\")`"),
        (
            "inherits",
            "kinds of rows in one table are an enum that derives `Columns`, flattened into the struct: `#[column(flatten)] pub role: Role`",
        ),
        (
            "inheritance",
            "kinds of rows in one table are an enum that derives `Columns`, flattened into the struct: `#[column(flatten)] pub role: Role`; a table for each kind is a model for each, related by `HasOne`",
        ),
        (
            "polymorphic_on",
            "kinds of rows in one table are an enum that derives `Columns`, with `#[model(tag = \"kind\")]`",
        ),
        ("flatten", "it stands at the field: `#[column(flatten)] pub times: Timestamps`"),
        ("foreign_key", "a foreign key stands at its column: `#[column(foreign_key = User::id)]`"),
    ],
    later: &[
        (
            "abstract",
            "columns that several models share are a struct that derives `Columns`: `#[column(flatten)] pub times: Timestamps`",
        ),
        ("was", "rename the table in the migration by hand: `op.rename_table(…)`"),
    ],
};

const COLUMNS: Vocabulary =
    Vocabulary { attribute: "#[model(…)]", known: &["crate"], elsewhere: &[], later: &[] };

/// Reads the model; `None` when it is no struct that could be one.
pub(crate) fn model(ctxt: &Ctxt, input: &DeriveInput) -> Option<Model> {
    let (mut model, fields) = begin(ctxt, input, "Model")?;
    for field in fields {
        if let Some(flat) = parse_column::flat(ctxt, field) {
            model.fields.push(FieldRef::Flat(model.flats.len()));
            model.flats.push(flat);
            continue;
        }
        match relation_of(&field.ty) {
            Some((kind, target)) => {
                model.fields.push(FieldRef::Relation(model.relations.len()));
                model.relations.extend(parse_relation::relation(ctxt, field, kind, target));
            }
            None => {
                model.fields.push(FieldRef::Column(model.columns.len()));
                model.columns.extend(parse_column::column(ctxt, field));
            }
        }
    }
    deferred_last(&mut model);
    let mut key = None;
    for arg in args::read(ctxt, &input.attrs, "model", &["unique", "index", "check"]) {
        struct_argument(ctxt, &mut model, &mut key, &arg);
    }
    super::check::resolve_key(ctxt, &mut model, key);
    Some(model)
}

/// Puts the deferred columns behind the others: a query reads the first columns of a model.
fn deferred_last(model: &mut Model) {
    let mut order: Vec<usize> = (0..model.columns.len()).collect();
    order.sort_by_key(|&i| model.columns[i].deferred);
    for field in &mut model.fields {
        if let FieldRef::Column(i) = field {
            *i = order.iter().position(|old| old == i).unwrap_or(*i);
        }
    }
    model.columns.sort_by_key(|c| c.deferred);
}

/// Reads a struct that models flatten: columns, and nothing else.
pub(crate) fn columns(ctxt: &Ctxt, input: &DeriveInput) -> Option<Model> {
    let (mut model, fields) = begin(ctxt, input, "Columns")?;
    for field in fields {
        if relation_of(&field.ty).is_some() {
            ctxt.fatal(field, "a relation belongs to a model: write it into the struct that derives `Model`");
        } else if parse_column::flat(ctxt, field).is_some() {
            ctxt.fatal(field, "a struct that is flattened has columns only: flatten both into the model");
        } else if let Some(column) = parse_column::column(ctxt, field) {
            if let Some(span) =
                column.primary_key.or(column.version).or(column.autoincrement.map(|(_, span)| span))
            {
                ctxt.error_at(span, "the key and the version of a row belong to its model, whose type they are part of: write the field into each struct that derives `Model`, `#[column(primary_key)] pub id: i64`, and flatten the rest");
            }
            if column.deferred {
                ctxt.error(&column.ty, "a deferred column belongs to its model: write the field into the struct that derives `Model`");
            }
            if let Some(path) = &column.validate {
                ctxt.error(
                    path,
                    "a flattened struct has no validators of its own: `#[model(validate = …)]` at the struct that derives `Model` sees the whole row",
                );
            }
            if let Some(check) = &column.check {
                ctxt.error(
                    check,
                    "a check belongs to a table: `#[model(check(\"…\"))]` at the struct that derives `Model`",
                );
            }
            model.columns.push(column);
        }
    }
    for arg in args::read(ctxt, &input.attrs, "model", &[]) {
        match arg.name.to_string().as_str() {
            "crate" => struct_argument(ctxt, &mut model, &mut None, &arg),
            _ => {
                COLUMNS.refuse(ctxt, &arg.name);
            }
        }
    }
    Some(model)
}

/// The empty model, and the fields to read.
fn begin<'a>(
    ctxt: &Ctxt,
    input: &'a DeriveInput,
    derive: &str,
) -> Option<(Model, impl Iterator<Item = &'a syn::Field>)> {
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => &fields.named,
            Fields::Unnamed(fields) => {
                ctxt.fatal(fields, format!("a model needs named fields, because its columns are named after them: `struct {} {{ … }}`", input.ident));
                return None;
            }
            Fields::Unit => {
                ctxt.fatal(
                    &input.ident,
                    "a model needs fields: at least `#[column(primary_key)] pub id: i64`",
                );
                return None;
            }
        },
        Data::Enum(data) => {
            ctxt.fatal(
                data.enum_token,
                format!(
                    "`{derive}` is for structs; an enum that is the type of a column derives `rebis::Enum`, and one whose variants are kinds of rows derives `rebis::Columns`: `#[column(flatten)] pub role: Role`"
                ),
            );
            return None;
        }
        Data::Union(data) => {
            ctxt.fatal(data.union_token, format!("`{derive}` is for structs with named fields"));
            return None;
        }
    };
    if !input.generics.params.is_empty() {
        ctxt.fatal(&input.generics, "a model is one table, so it cannot be generic");
        return None;
    }
    Some((holder(input, Vec::new(), syn::parse_quote!(::rebis)), fields.iter()))
}

/// A model of these columns and nothing else.
pub(crate) fn holder(input: &DeriveInput, columns: Vec<Column>, krate: Path) -> Model {
    Model {
        ident: input.ident.clone(),
        vis: input.vis.clone(),
        krate,
        table: LitStr::new(&snake(&unraw(&input.ident)), input.ident.span()),
        schema: None,
        comment: None,
        was: None,
        bind: None,
        key: Vec::new(),
        uniques: Vec::new(),
        indexes: Vec::new(),
        checks: Vec::new(),
        exclusions: Vec::new(),
        options: Vec::new(),
        validate: None,
        columns,
        relations: Vec::new(),
        flats: Vec::new(),
        fields: Vec::new(),
    }
}

/// The fields that `#[model(primary_key(…))]` names, with the argument's name for its span.
pub(crate) type KeyArgument = (Ident, Vec<Ident>);

fn struct_argument(ctxt: &Ctxt, model: &mut Model, key: &mut Option<KeyArgument>, arg: &Arg) {
    match arg.name.to_string().as_str() {
        "table" => {
            if let Some(name) = arg.text(ctxt) {
                model.table = name;
            }
        }
        "schema" => model.schema = arg.text(ctxt),
        "comment" => model.comment = arg.text(ctxt),
        "was" => model.was = arg.text(ctxt),
        "bind" => model.bind = arg.text(ctxt),
        "crate" => arg.krate(ctxt, &mut model.krate),
        "primary_key" => {
            if let Some(group) = group(ctxt, arg, "primary_key(a, b)", &[]) {
                *key = Some((arg.name.clone(), group.parts));
            }
        }
        "unique" => {
            model.uniques.extend(group(ctxt, arg, "unique(a, b)", &["name", NULLS, DEFERRABLE, DEFERRED]))
        }
        "index" => {
            model.indexes.extend(group(ctxt, arg, "index(a, b)", &["name", "unique", NULLS]));
        }
        "validate" => model.validate = arg.path(ctxt, "check_user"),
        "options" => model.options = options(ctxt, arg),
        "check" => model.checks.extend(check(ctxt, arg)),
        "exclude" => model.exclusions.extend(exclusion(ctxt, arg)),
        _ => {
            MODEL.refuse(ctxt, &arg.name);
        }
    }
}

/// `unique(a, b, name = "…")`, `index(a, b, unique)`, either with `nulls_not_distinct`.
fn group(ctxt: &Ctxt, arg: &Arg, example: &str, options: &[&str]) -> Option<Group> {
    let mut group =
        Group { parts: Vec::new(), name: None, unique: false, nulls_not_distinct: false, deferrable: None };
    for item in arg.list(ctxt, example)? {
        match item {
            ListItem::Expr(Expr::Path(p)) if p.path.get_ident().is_some() => {
                if let Some(word) = p.path.get_ident() {
                    let text = word.to_string();
                    if text != "name" && options.contains(&text.as_str()) {
                        set(&mut group, &text, true);
                    } else {
                        group.parts.push(word.clone());
                    }
                }
            }
            ListItem::Expr(e @ Expr::Call(_)) if arg.name == "index" => {
                ctxt.error(e, "an index over an expression or in descending order is not supported yet; create it in a migration");
            }
            ListItem::Expr(e) => ctxt.error(e, format!("expected the name of a field, as in `{example}`")),
            ListItem::Arg(option) => {
                let name = option.name.to_string();
                match name.as_str() {
                    _ if !options.contains(&name.as_str()) => {
                        let known = options.join(", ");
                        let known = if known.is_empty() { known } else { format!("\nknown: {known}") };
                        ctxt.error(&option.name, format!("unknown option `{name}` of `{}`{known}", arg.name));
                    }
                    "name" => group.name = option.text(ctxt),
                    _ => set(&mut group, &name, option.flag(ctxt).unwrap_or_default()),
                }
            }
        }
    }
    if group.parts.is_empty() {
        ctxt.error(&arg.name, format!("`{}` names no field: `{example}`", arg.name));
        return None;
    }
    Some(group)
}

fn set(group: &mut Group, flag: &str, on: bool) {
    match flag {
        NULLS => group.nulls_not_distinct = on,
        DEFERRABLE | DEFERRED => group.deferrable = deferrable(group.deferrable, flag, on),
        _ => group.unique = on,
    }
}

/// What two flags say together: that the check waits without being asked implies that it can.
pub(super) fn deferrable(before: Option<bool>, flag: &str, on: bool) -> Option<bool> {
    if on { Some(before.unwrap_or_default() || flag == DEFERRED) } else { before }
}

/// `check("age > 0", name = "grown")`.
fn check(ctxt: &Ctxt, arg: &Arg) -> Option<Check> {
    named_sql(ctxt, arg, "check(\"age >= 0\", name = \"age_not_negative\")")
}

/// `exclude("USING gist (room WITH =, during WITH &&)", name = "…")`.
fn exclusion(ctxt: &Ctxt, arg: &Arg) -> Option<Check> {
    let example = "exclude(\"USING gist (room WITH =, during WITH &&)\", name = \"no_overlap\")";
    let found = named_sql(ctxt, arg, example)?;
    let text = found.sql.value().to_ascii_uppercase();
    if !text.contains('(') || !text.contains(" WITH ") {
        ctxt.error(&found.sql, format!("an exclusion names expressions and operators: `{example}`"));
    }
    Some(found)
}

/// `check("sql", name = "…")` and its like.
fn named_sql(ctxt: &Ctxt, arg: &Arg, example: &str) -> Option<Check> {
    let (mut sql, mut name) = (None, None);
    for item in arg.list(ctxt, example)? {
        match item {
            ListItem::Expr(Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(s), .. })) if sql.is_none() => {
                sql = Some(s)
            }
            ListItem::Arg(option) if option.name == "name" => name = option.text(ctxt),
            ListItem::Arg(option) => {
                ctxt.error(&option.name, format!("unknown option of `{}`: write `{example}`", arg.name))
            }
            ListItem::Expr(e) => ctxt.error(e, format!("expected one SQL condition: `{example}`")),
        }
    }
    if sql.is_none() {
        ctxt.error_at(args::value_span(arg), format!("`{}` needs an SQL condition: `{example}`", arg.name));
    }
    Some(Check { sql: sql?, name })
}

/// `options(mysql_engine = "InnoDB")`.
fn options(ctxt: &Ctxt, arg: &Arg) -> Vec<(LitStr, LitStr)> {
    const STARTS: [&str; 4] = ["mysql_", "mariadb_", "postgresql_", "sqlite_"];
    let example = "options(mysql_engine = \"InnoDB\", postgresql_fillfactor = \"70\")";
    let mut all = Vec::new();
    for item in arg.list(ctxt, example).unwrap_or_default() {
        match item {
            ListItem::Arg(option)
                if STARTS.iter().any(|start| option.name.to_string().starts_with(start)) =>
            {
                let name = LitStr::new(&option.name.to_string(), option.name.span());
                all.extend(option.text(ctxt).map(|value| (name, value)));
            }
            ListItem::Arg(option) => ctxt.error(
                &option.name,
                format!(
                    "an option begins with the database that takes it, {}: `{example}`",
                    STARTS.join(", ")
                ),
            ),
            ListItem::Expr(e) => ctxt.error(e, format!("an option has a value: `{example}`")),
        }
    }
    all
}

/// `HasMany<Post>` → (`HasMany`, `Post`): relations are known by the last name of the field's type.
fn relation_of(ty: &Type) -> Option<(RelationKind, Option<Type>)> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let kind = RelationKind::of(&last.ident)?;
    let target = match &last.arguments {
        PathArguments::AngleBracketed(list) => match list.args.first() {
            Some(GenericArgument::Type(target)) if list.args.len() == 1 => Some(target.clone()),
            _ => None,
        },
        _ => None,
    };
    Some((kind, target))
}

/// A name without `r#`.
pub(crate) fn unraw(ident: &Ident) -> String {
    use syn::ext::IdentExt;
    ident.unraw().to_string()
}
