//! `#[column(…)]`: one field that is a column. Invariant: arguments that contradict each other are refused here, at the second of them.

use proc_macro2::Span;
use syn::{Expr, ExprLit, Field, GenericArgument, Ident, Lit, LitStr, Path, PathArguments, Type};

use super::ast::{Action, Column, Computed, DefaultValue, Flat, ForeignKey, ServerDefault, TypeChoice};
use super::parse::{DEFERRABLE, DEFERRED, deferrable, unraw};
use crate::args::{self, Arg, ArgValue, ListItem};
use crate::ctxt::Ctxt;
use crate::suggest::{Vocabulary, nearest};

const COLUMN: Vocabulary = Vocabulary {
    attribute: "#[column(…)]",
    known: &[
        "primary_key",
        "name",
        "length",
        "text",
        "precision",
        "scale",
        "type",
        "unique",
        "index",
        "nullable",
        "default",
        "server_default",
        "onupdate",
        "foreign_key",
        "on_delete",
        "on_update",
        DEFERRABLE,
        DEFERRED,
        "match_full",
        "foreign_key_name",
        "autoincrement",
        "identity",
        "collation",
        "comment",
        "was",
        "check",
        "computed",
        "stored",
        "version",
        "secret",
        "validate",
        "flatten",
        "prefix",
    ],
    elsewhere: &[
        ("pk", "did you mean `primary_key`?"),
        ("id", "did you mean `primary_key`?"),
        ("key", "did you mean `primary_key`? (the key of a relation stands in `#[relation(key = …)]`)"),
        ("size", "did you mean `length`?"),
        ("len", "did you mean `length`?"),
        ("max_length", "did you mean `length`?"),
        ("fk", "did you mean `foreign_key`?"),
        ("references", "did you mean `foreign_key`?"),
        ("belongs_to", "a foreign key is `foreign_key = User::id`"),
        ("rename", "the column's name is `name = \"…\"`"),
        ("column_name", "the column's name is `name = \"…\"`"),
        ("null", "a column allows NULL when the field's type is `Option<…>`"),
        ("optional", "a column allows NULL when the field's type is `Option<…>`"),
        ("not_null", "a column is NOT NULL unless the field's type is `Option<…>`"),
        ("auto_increment", "did you mean `autoincrement`?"),
        ("autoinc", "did you mean `autoincrement`?"),
        ("deferred", "the field's type says it: `pub body: Deferred<String>`"),
        ("sql_type", "did you mean `type`?"),
        ("generated", "did you mean `computed`?"),
        ("collate", "did you mean `collation`?"),
        ("charset", "a `collation` says the character set too: `collation(mysql = \"latin1_swedish_ci\")`"),
        ("back_populates", "it belongs to a relation: `#[relation(back_populates = …)]`"),
    ],
    later: &[
        ("was", "rename the column in the migration by hand"),
        (
            "sequence",
            "say `server_default = \"nextval('…')\"` (PostgreSQL), and make the sequence in a migration: `op.create_sequence(…)`",
        ),
    ],
};

/// Reads a field marked `#[column(flatten)]`.
pub(crate) fn flat(ctxt: &Ctxt, field: &Field) -> Option<Flat> {
    let quiet = Ctxt::default();
    let args = args::read(&quiet, &field.attrs, "column", &[]);
    args.iter().find(|a| a.name == "flatten").filter(|a| a.flag(&quiet) == Some(true))?;
    let mut prefix = None;
    for arg in args.iter().filter(|a| a.name == "prefix") {
        prefix = arg.text(ctxt);
    }
    for other in args.iter().filter(|a| a.name != "flatten" && a.name != "prefix") {
        let what = format!(
            "`{}` does not go with `flatten`: it is said in the struct that derives `Columns`",
            other.name
        );
        ctxt.error(&other.name, what);
    }
    Some(Flat {
        ident: field.ident.clone()?,
        vis: field.vis.clone(),
        ty: field.ty.clone(),
        prefix,
        docs: field.attrs.iter().filter(|a| a.path().is_ident("doc")).cloned().collect(),
    })
}

/// Reads a field that is no relation.
pub(crate) fn column(ctxt: &Ctxt, field: &Field) -> Option<Column> {
    let ident = field.ident.clone()?;
    for attr in &field.attrs {
        if attr.path().is_ident("relation") {
            ctxt.error(
                attr.path(),
                "`#[relation]` is for fields of type `HasMany<…>`, `HasOne<…>` or `BelongsTo<…>`",
            );
        } else if attr.path().is_ident("model") {
            ctxt.error(attr, "at a field write `#[column(…)]`; `#[model(…)]` is for the struct");
        }
    }
    let ty = inside(&field.ty, "Deferred").unwrap_or(&field.ty);
    let mut column = Column {
        name: LitStr::new(&unraw(&ident), ident.span()),
        ident,
        vis: field.vis.clone(),
        ty: ty.clone(),
        deferred: inside(&field.ty, "Deferred").is_some(),
        docs: field.attrs.iter().filter(|a| a.path().is_ident("doc")).cloned().collect(),
        primary_key: None,
        optional: inside_option(ty).is_some(),
        nullable: None,
        sql_type: None,
        unique: false,
        index: false,
        default: None,
        onupdate: None,
        server_default: None,
        foreign_key: None,
        autoincrement: None,
        identity: None,
        collation: Vec::new(),
        comment: None,
        was: None,
        check: None,
        computed: None,
        version: None,
        secret: false,
        validate: None,
        kind: None,
    };
    let args = args::read(ctxt, &field.attrs, "column", &[]);
    for arg in &args {
        argument(ctxt, &mut column, arg, &args);
    }
    if column.version.is_some() && column.default.is_none() {
        // The first version of a row.
        column.default = Some(DefaultValue::Literal(Box::new(syn::parse_quote!(1))));
    }
    Some(column)
}

fn argument(ctxt: &Ctxt, column: &mut Column, arg: &Arg, all: &[Arg]) {
    let find = |name: &str| all.iter().find(|a| a.name == name);
    match arg.name.to_string().as_str() {
        "primary_key" => column.primary_key = arg.flag(ctxt).filter(|on| *on).map(|_| arg.name.span()),
        "name" => {
            if let Some(name) = arg.text(ctxt) {
                column.name = name;
            }
        }
        "length" => {
            if let Some(n) = arg.number(ctxt) {
                choose(ctxt, column, arg.name.span(), TypeChoice::Length(n));
            }
        }
        "text" => {
            if arg.flag(ctxt) == Some(true) {
                choose(ctxt, column, arg.name.span(), TypeChoice::Text);
            }
        }
        "precision" => {
            if let Some(precision) = arg.number(ctxt) {
                let scale = find("scale").and_then(|a| a.number(ctxt));
                choose(ctxt, column, arg.name.span(), TypeChoice::Numeric { precision, scale });
            }
        }
        "scale" if find("precision").is_none() => {
            ctxt.error(&arg.name, "`scale` needs `precision` beside it: `precision = 10, scale = 2`");
        }
        "type" => {
            if let Some(e) = arg.expr(ctxt, "SqlType::Text") {
                choose(ctxt, column, arg.name.span(), TypeChoice::Expr(Box::new(e.clone())));
            }
        }
        "unique" => column.unique = arg.flag(ctxt).unwrap_or_default(),
        "index" => column.index = arg.flag(ctxt).unwrap_or_default(),
        "nullable" => {
            column.nullable = arg.flag(ctxt);
            if column.nullable == Some(true) && !column.optional {
                let ty = &column.ty;
                let ty = quote::quote!(#ty).to_string().replace(' ', "");
                ctxt.error(
                    &arg.name,
                    format!(
                        "a field that may be NULL needs the type `Option<{ty}>`, which then says it alone"
                    ),
                );
                column.nullable = None;
            }
        }
        "default" => column.default = arg.expr(ctxt, "Utc::now").map(|e| default_value(e.clone())),
        "onupdate" => column.onupdate = arg.expr(ctxt, "Utc::now").map(|e| default_value(e.clone())),
        "server_default" => column.server_default = server_default(ctxt, arg),
        "foreign_key" => {
            let on_delete = find("on_delete").and_then(|a| action(ctxt, a));
            let on_update = find("on_update").and_then(|a| action(ctxt, a));
            column.foreign_key = foreign_key(ctxt, arg).map(|(model, referred)| ForeignKey {
                model,
                column: referred,
                on_delete,
                on_update,
                deferrable: [DEFERRABLE, DEFERRED].into_iter().fold(None, |before, flag| {
                    deferrable(before, flag, find(flag).and_then(|a| a.flag(ctxt)).unwrap_or_default())
                }),
                match_full: find("match_full").and_then(|a| a.flag(ctxt)).unwrap_or_default(),
                name: find("foreign_key_name").and_then(|a| a.text(ctxt)),
            });
        }
        DEFERRABLE | DEFERRED if find("foreign_key").is_none() => {
            ctxt.error(
                &arg.name,
                format!(
                    "`{0}` needs `foreign_key = …` beside it; a unique constraint says it at the struct: `#[model(unique(a, {0}))]`",
                    arg.name
                ),
            );
        }
        "on_delete" | "on_update" | "match_full" | "foreign_key_name" if find("foreign_key").is_none() => {
            ctxt.error(&arg.name, format!("`{}` needs `foreign_key = …` beside it", arg.name));
        }
        "autoincrement" => column.autoincrement = arg.flag(ctxt).map(|on| (on, arg.name.span())),
        "identity" => column.identity = identity(ctxt, arg),
        "version" => column.version = arg.flag(ctxt).filter(|on| *on).map(|_| arg.name.span()),
        "secret" => column.secret = arg.flag(ctxt).unwrap_or_default(),
        "validate" => column.validate = arg.path(ctxt, "is_email"),
        "collation" => column.collation = collation(ctxt, arg),
        "comment" => column.comment = arg.text(ctxt),
        "was" => column.was = arg.text(ctxt),
        "check" => column.check = arg.text(ctxt),
        "computed" => {
            column.computed = arg.text(ctxt).map(|sql| {
                let stored = find("stored").and_then(|a| a.flag(ctxt)).unwrap_or_default();
                Computed { sql, stored }
            });
        }
        "stored" if find("computed").is_none() => {
            ctxt.error(&arg.name, "`stored` needs `computed = \"…\"` beside it");
        }
        "flatten" => {
            arg.flag(ctxt);
        }
        "prefix" => {
            ctxt.error(
                &arg.name,
                "`prefix` needs `flatten` beside it: `#[column(flatten, prefix = \"billing_\")]`",
            );
        }
        "scale" | "on_delete" | "on_update" | DEFERRABLE | DEFERRED | "match_full" | "foreign_key_name"
        | "stored" => {} // Read with the argument they stand beside.
        _ => {
            // A misspelt key is still the key: one error, not a second about a model without one.
            if COLUMN.refuse(ctxt, &arg.name) == Some("primary_key") {
                column.primary_key = Some(arg.name.span());
            }
        }
    }
}

fn choose(ctxt: &Ctxt, column: &mut Column, span: Span, choice: TypeChoice) {
    if column.sql_type.is_some() {
        ctxt.error_at(span, "a column has one type: use one of `length`, `text`, `precision` and `type`");
    } else {
        column.sql_type = Some(choice);
    }
}

/// A path whose last name is small is a function (`Utc::now`), any other a value (`Status::Draft`, `MAX`).
fn default_value(e: Expr) -> DefaultValue {
    match e {
        Expr::Lit(ExprLit { lit: Lit::Str(s), .. }) => DefaultValue::Text(s),
        Expr::Lit(_) => DefaultValue::Literal(Box::new(e)),
        Expr::Unary(ref u) if matches!(*u.expr, Expr::Lit(_)) => DefaultValue::Literal(Box::new(e)),
        Expr::Closure(c) => DefaultValue::Closure(c),
        Expr::Path(p)
            if p.path.segments.last().is_some_and(|s| unraw(&s.ident).starts_with(char::is_lowercase)) =>
        {
            DefaultValue::Call(p)
        }
        e => DefaultValue::Value(Box::new(e)),
    }
}

fn server_default(ctxt: &Ctxt, arg: &Arg) -> Option<ServerDefault> {
    match arg.expr(ctxt, "now")? {
        Expr::Lit(ExprLit { lit: Lit::Str(sql), .. }) => Some(ServerDefault::Sql(sql.clone())),
        e @ Expr::Lit(_) => Some(ServerDefault::Value(Box::new(e.clone()))),
        e @ Expr::Unary(u) if matches!(*u.expr, Expr::Lit(_)) => {
            Some(ServerDefault::Value(Box::new(e.clone())))
        }
        Expr::Path(p) if p.path.is_ident("now") => Some(ServerDefault::Now),
        e => {
            ctxt.error(
                e,
                "`server_default` needs `now`, a number, a boolean or SQL in quotes (text: `\"'draft'\"`); a value of Rust is `default = …`",
            );
            None
        }
    }
}

/// `identity`, `identity = always`, `identity = by_default`.
fn identity(ctxt: &Ctxt, arg: &Arg) -> Option<(bool, Span)> {
    let span = arg.name.span();
    if let Some(on) = arg.flag(&Ctxt::default()) {
        return on.then_some((false, span));
    }
    let word = arg.word(ctxt, "always")?;
    match word.to_string().as_str() {
        "always" => Some((true, span)),
        "by_default" => Some((false, span)),
        _ => {
            ctxt.error(&word, "an identity is `always` (a value that is given is refused) or `by_default`");
            None
        }
    }
}

/// The databases that have collations of their own, and what `Dialect` calls them.
const DATABASES: [(&str, &str); 4] =
    [("sqlite", "Sqlite"), ("postgres", "Postgres"), ("mysql", "MySql"), ("mariadb", "MariaDb")];

/// `collation = "C"`, `collation(sqlite = "NOCASE", postgres = "und-x-icu")`.
fn collation(ctxt: &Ctxt, arg: &Arg) -> Vec<(Option<Ident>, LitStr)> {
    let example = "collation(sqlite = \"NOCASE\", postgres = \"und-x-icu\")";
    let ArgValue::List(..) = arg.value else {
        return arg.text(ctxt).map(|name| (None, name)).into_iter().collect();
    };
    let mut names: Vec<(Option<Ident>, LitStr)> = Vec::new();
    for item in arg.list(ctxt, example).unwrap_or_default() {
        let ListItem::Arg(of) = item else {
            ctxt.error_at(
                args::value_span(arg),
                format!("`collation` takes a name for each database: `{example}`"),
            );
            continue;
        };
        let database = of.name.to_string();
        let Some((_, dialect)) = DATABASES.iter().find(|(name, _)| *name == database) else {
            let known = DATABASES.map(|(name, _)| name);
            let near =
                nearest(&database, known).map(|n| format!(": did you mean `{n}`?")).unwrap_or_default();
            ctxt.error(&of.name, format!("`{database}` is no database{near}\nknown: {}", known.join(", ")));
            continue;
        };
        names.extend(of.text(ctxt).map(|name| (Some(Ident::new(dialect, of.name.span())), name)));
    }
    names
}

/// `User::id` → (`User`, `id`).
fn foreign_key(ctxt: &Ctxt, arg: &Arg) -> Option<(Path, Ident)> {
    if let Some(Expr::Lit(ExprLit { lit: Lit::Str(s), .. })) = arg.expr(ctxt, "User::id") {
        ctxt.error(s, "`foreign_key` needs the column of the other model, as in `foreign_key = User::id`");
        return None;
    }
    let mut path = arg.path(ctxt, "User::id")?.path;
    let column = path.segments.pop()?.into_value();
    if path.segments.is_empty() {
        ctxt.error(&column, format!("`foreign_key` needs the column of a model: `{}::id`?", column.ident));
        return None;
    }
    path.segments.pop_punct();
    Some((path, column.ident))
}

const ACTIONS: [(&str, &str); 5] = [
    ("cascade", "Cascade"),
    ("set_null", "SetNull"),
    ("set_default", "SetDefault"),
    ("restrict", "Restrict"),
    ("no_action", "NoAction"),
];

fn action(ctxt: &Ctxt, arg: &Arg) -> Option<Action> {
    let word = arg.word(ctxt, "cascade")?;
    let text = word.to_string();
    if let Some((_, variant)) = ACTIONS.iter().find(|(name, _)| *name == text) {
        return Some(Action(Ident::new(variant, word.span())));
    }
    let names = ACTIONS.map(|(name, _)| name);
    let near = nearest(&text, names).map(|n| format!(": did you mean `{n}`?")).unwrap_or_default();
    ctxt.error(&word, format!("a foreign key cannot do `{text}`{near}\nknown: {}", names.join(", ")));
    None
}

/// `Option<T>` → `T`.
pub(crate) fn inside_option(ty: &Type) -> Option<&Type> {
    inside(ty, "Option")
}

/// `Outer<T>` → `T`.
fn inside<'a>(ty: &'a Type, outer: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(list) = &last.arguments else { return None };
    match list.args.first() {
        Some(GenericArgument::Type(inner)) if last.ident == outer => Some(inner),
        _ => None,
    }
}
