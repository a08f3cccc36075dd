//! From the checked [`Model`] to tokens. Invariant: the output is data and short impls, names only `…::__private::…` and `::core::…`, and
//! keeps the user's spans on what the user wrote.

mod builder;
mod consts;
mod definition;
mod embedded;
mod kinds;
mod rows;
mod validate;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::ast::{Column, Model, Relation, RelationKind};
use super::parse_column::inside_option;
use crate::derived::respan;

pub(crate) use embedded::embedded;
pub(crate) use kinds::kinds;

/// Everything that stands next to the struct.
pub(crate) fn model(model: &Model) -> TokenStream {
    let name = &model.ident;
    let p = private(model);
    let consts = consts::consts(model, &p);
    let definition = definition::definition(model, &p);
    let rows = rows::rows(model, &p);
    let builder = builder::builder(model, &p);
    quote! {
        #consts
        #[automatically_derived]
        impl #p::Model for #name {
            #definition
            #rows
        }
        #p::inventory::submit! { #p::Registered::new::<#name>() }
        #[automatically_derived]
        impl<How> #p::Build<How> for #name {
            type Model = #name;
            fn build(self) -> #p::Entity<#name> {
                #p::Entity::transient(self, #p::ColumnSet::EMPTY)
            }
        }
        #builder
    }
}

/// `::rebis::__private`.
fn private(model: &Model) -> TokenStream {
    let krate = &model.krate;
    quote!(#krate::__private)
}

/// The other model: `Post` of `HasMany<Post>`, and what `Target` says for the relations that may be `Option`.
fn target(relation: &Relation, p: &TokenStream) -> TokenStream {
    let ty = &relation.target;
    match relation.kind {
        RelationKind::HasMany => quote!(#ty),
        RelationKind::HasOne | RelationKind::BelongsTo => quote!(<#ty as #p::Target>::Model),
    }
}

/// How many of the model's own columns a query reads; the others are deferred.
fn read(model: &Model) -> usize {
    model.columns.iter().filter(|c| !c.deferred).count()
}

/// The number of a column. Deferred ones stand behind those of flattened structs, which only the compiler counts.
fn number(model: &Model, index: usize, p: &TokenStream) -> TokenStream {
    let read = read(model);
    if index < read || model.flats.is_empty() {
        let number = proc_macro2::Literal::usize_unsuffixed(index);
        return quote!(#number);
    }
    let (behind, place) =
        (start(model, model.flats.len(), p), proc_macro2::Literal::usize_unsuffixed(index - read));
    quote!(#behind + #place)
}

/// The number of a column as a pattern.
fn numbered(model: &Model, index: usize, p: &TokenStream) -> TokenStream {
    let number = number(model, index, p);
    if index < read(model) || model.flats.is_empty() { number } else { quote!(n if n == #number) }
}

/// Where the columns of the n-th flattened struct begin: behind the model's own and those of the structs before it.
fn start(model: &Model, flat: usize, p: &TokenStream) -> TokenStream {
    let own = proc_macro2::Literal::usize_unsuffixed(read(model));
    let before = model.flats[..flat].iter().map(|f| {
        let (ty, p) = (&f.ty, respan(p, f.ty.span()));
        quote_spanned!(ty.span()=> + <#ty as #p::Embedded>::COLUMNS.len())
    });
    quote!(#own #(#before)*)
}

/// The field's type as the type of a column, for `::from_cell` and the like: written alike at every place and standing at the type, so that the
/// compiler says once what cannot be stored.
fn stored(ty: &syn::Type, p: &TokenStream) -> TokenStream {
    let p = respan(p, ty.span());
    quote_spanned!(ty.span()=> <#ty as #p::ColumnType>)
}

/// Whether the database makes this key: the only field of the key, an integer, referring to nothing.
pub(crate) fn autoincrement(model: &Model, index: usize) -> bool {
    let column = &model.columns[index];
    if let Some((said, _)) = column.autoincrement {
        return said;
    }
    let integer = matches!(&column.ty, syn::Type::Path(t)
        if t.path.segments.last().is_some_and(|s| ["i16", "i32", "i64", "u16", "u32", "u64"].iter().any(|i| s.ident == i)));
    model.key == [index]
        && integer
        && column.foreign_key.is_none()
        && column.default.is_none()
        && column.server_default.is_none()
        && column.computed.is_none()
}

/// Whether the database fills the column in when nothing is given.
fn from_server(model: &Model, index: usize) -> bool {
    let column = &model.columns[index];
    autoincrement(model, index) || column.server_default.is_some() || column.computed.is_some()
}

/// Whether the builder must be given the column.
fn required(model: &Model, index: usize) -> bool {
    let column = &model.columns[index];
    !column.optional && column.default.is_none() && !from_server(model, index)
}

/// The field's type without `Option`.
fn plain(column: &Column) -> &syn::Type {
    inside_option(&column.ty).unwrap_or(&column.ty)
}
