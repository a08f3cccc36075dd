//! An enum whose variants' fields are columns of the models that flatten it: one table for rows of several kinds. Invariant: every row has a
//! kind, and the columns of the other kinds are NULL in it.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{DataEnum, DeriveInput, Fields, LitStr, Path, Type, Visibility};

use super::ast::{Column, OfKind};
use super::parse_column;
use crate::args;
use crate::case::snake;
use crate::ctxt::Ctxt;
use crate::model::parse::unraw;
use crate::suggest::Vocabulary;

/// An enum that derives `Columns`.
pub(crate) struct Variants {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) krate: Path,
    /// The column that says the kind.
    pub(crate) tag: LitStr,
    pub(crate) kinds: Vec<Kind>,
    /// The columns of all variants; one that several have is there once.
    pub(crate) columns: Vec<Column>,
}

/// A variant.
pub(crate) struct Kind {
    pub(crate) ident: Ident,
    pub(crate) label: LitStr,
    /// Its own table, where its columns do not stand in the model's.
    pub(crate) table: Option<LitStr>,
    /// Its fields: name, type, and the position among the columns.
    pub(crate) fields: Vec<(Ident, Type, usize)>,
}

const ENUM: Vocabulary = Vocabulary {
    attribute: "#[model(…)]",
    known: &["tag", "crate"],
    elsewhere: &[
        ("on", "the column that says the kind is `tag = \"kind\"`"),
        ("polymorphic_on", "the column that says the kind is `tag = \"kind\"`"),
        ("table", "the table is said at the struct that flattens the enum"),
    ],
    later: &[],
};

const VARIANT: Vocabulary = Vocabulary {
    attribute: "#[column(…)]",
    known: &["name"],
    elsewhere: &[("polymorphic_identity", "the label of the kind is `name = \"…\"`")],
    later: &[],
};

const TABLE: Vocabulary = Vocabulary {
    attribute: "#[model(…)]",
    known: &["table"],
    elsewhere: &[("name", "the label of the kind is `#[column(name = \"…\")]`")],
    later: &[
        ("schema", "the table of a kind stands in the schema of the model"),
        ("comment", "a comment belongs to the model, or to a column of the kind"),
    ],
};

/// Reads the enum.
pub(crate) fn variants(ctxt: &Ctxt, input: &DeriveInput, data: &DataEnum) -> Option<Variants> {
    let name = &input.ident;
    if !input.generics.params.is_empty() {
        ctxt.fatal(&input.generics, "the columns of a table are known, so their enum cannot be generic");
        return None;
    }
    if data.variants.is_empty() {
        ctxt.fatal(name, "an enum of kinds of rows needs at least one variant");
        return None;
    }
    let mut all = Variants {
        ident: name.clone(),
        vis: input.vis.clone(),
        krate: syn::parse_quote!(::rebis),
        tag: LitStr::new("kind", name.span()),
        kinds: Vec::new(),
        columns: Vec::new(),
    };
    for arg in args::read(ctxt, &input.attrs, "model", &[]) {
        match arg.name.to_string().as_str() {
            "tag" => all.tag = arg.text(ctxt).unwrap_or(all.tag),
            "crate" => arg.krate(ctxt, &mut all.krate),
            _ => {
                ENUM.refuse(ctxt, &arg.name);
            }
        }
    }
    for variant in &data.variants {
        let mut label = LitStr::new(&snake(&unraw(&variant.ident)), variant.ident.span());
        for arg in args::read(ctxt, &variant.attrs, "column", &[]) {
            match arg.name.to_string().as_str() {
                "name" => label = arg.text(ctxt).unwrap_or(label),
                _ => {
                    VARIANT.refuse(ctxt, &arg.name);
                }
            }
        }
        let fields: Vec<&syn::Field> = match &variant.fields {
            Fields::Named(fields) => fields.named.iter().collect(),
            Fields::Unit => Vec::new(),
            Fields::Unnamed(fields) => {
                ctxt.fatal(
                    fields,
                    format!("the columns of a kind are named fields: `{} {{ … }}`", variant.ident),
                );
                continue;
            }
        };
        let mut kind = Kind { ident: variant.ident.clone(), label, table: None, fields: Vec::new() };
        kind.table = own_table(ctxt, variant, &all, fields.is_empty());
        kind.fields = fields.into_iter().filter_map(|field| field_of(ctxt, &mut all, &kind, field)).collect();
        all.kinds.push(kind);
    }
    Some(all)
}

/// `#[model(table = "engineer")]`: the columns of this kind stand in a table of its own.
fn own_table(ctxt: &Ctxt, variant: &syn::Variant, all: &Variants, empty: bool) -> Option<LitStr> {
    let mut table = None;
    for arg in args::read(ctxt, &variant.attrs, "model", &[]) {
        match arg.name.to_string().as_str() {
            "table" => table = arg.text(ctxt),
            _ => {
                TABLE.refuse(ctxt, &arg.name);
            }
        }
    }
    let given = table.as_ref()?;
    if empty {
        ctxt.error(given, format!("`{}` has no columns, so it needs no table", variant.ident));
    }
    let same = |kind: &&Kind| kind.table.as_ref().is_some_and(|t| t.value() == given.value());
    if let Some(other) = all.kinds.iter().find(same) {
        ctxt.error(
            given,
            format!("this is the table of `{}`: kinds that share a table share the model's, with no table of their own", other.ident),
        );
    }
    table
}

fn field_of(
    ctxt: &Ctxt,
    all: &mut Variants,
    kind: &Kind,
    field: &syn::Field,
) -> Option<(Ident, Type, usize)> {
    let mut column = parse_column::column(ctxt, field)?;
    let ident = column.ident.clone();
    if column.primary_key.is_some() || column.version.is_some() || column.autoincrement.is_some() {
        ctxt.error(&ident, "the key and the version of a row belong to its model, whatever its kind");
    }
    if column.default.is_some()
        || column.onupdate.is_some()
        || column.server_default.is_some()
        || column.computed.is_some()
    {
        ctxt.error(&ident, "a kind is given with all its fields, so they have no default");
    }
    if column.deferred || column.check.is_some() {
        ctxt.error(&ident, "a deferred column or a check belongs to the model");
    }
    let ty = column.ty.clone();
    column.kind = kind.table.clone().map(|table| OfKind {
        table,
        label: kind.label.clone(),
        required: !column.optional,
    });
    let text = |ty: &Type| ty.to_token_stream().to_string();
    if !column.optional {
        column.ty = syn::parse_quote!(::core::option::Option<#ty>);
        column.optional = true;
    }
    // The same field in two variants is one column.
    if let Some(at) = all.columns.iter().position(|known| known.ident == ident) {
        if text(&all.columns[at].ty) != text(&column.ty) {
            ctxt.fatal(
                &field.ty,
                format!("another variant has a field `{ident}` of another type: one column has one type"),
            );
        }
        if all.columns[at].kind.is_some() || column.kind.is_some() {
            ctxt.error(
                &ident,
                format!(
                    "another variant has a field `{ident}` too, and they stand in different tables\nhelp: put `{ident}` into the model, or call one of them otherwise"
                ),
            );
        }
        return Some((ident, ty, at));
    }
    column.vis = all.vis.clone();
    all.columns.push(column);
    Some((ident, ty, all.columns.len() - 1))
}
