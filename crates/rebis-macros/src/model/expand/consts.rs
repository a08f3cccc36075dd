//! The names that stand for the model, its columns and its relations. Invariant: each is called as the user's struct or field is, and is as
//! visible.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::Attribute;
use syn::spanned::Spanned;

use crate::model::ast::{Flat, Model};
use crate::model::parse::unraw;

use super::{number, respan, start, target};

/// `User`, `User::username`, `User::posts`, `User::builder()`.
pub(super) fn consts(model: &Model, p: &TokenStream) -> TokenStream {
    let (name, vis) = (&model.ident, &model.vis);
    let of_model = format!("The model `{name}` as a value: `select({name})`, `session.get({name}, …)`.");
    let opening = format!(
        "Starts a new `{name}`; what is required and missing is an error of the compiler that names it."
    );
    let builder = format_ident!("{}Builder", unraw(name));
    let columns = model.columns.iter().enumerate().map(|(i, c)| {
        let (field, vis, ty, column) = (&c.ident, &c.vis, &c.ty, &c.name);
        let docs = docs(&c.docs, &format!("The column `{}`.", c.name.value()));
        let number = if c.deferred { number(model, i, p) } else { quote!(#i) };
        quote!(#docs #vis const #field: #p::Column<#name, #ty> = #p::Column::new(#number, #column);)
    });
    let relations = model.relations.iter().enumerate().map(|(i, r)| {
        let (field, vis, text) = (&r.ident, &r.vis, unraw(&r.ident));
        let target = target(r, p);
        let docs = docs(&r.docs, &format!("The relation `{text}`."));
        quote!(#docs #vis const #field: #p::Relation<#name, #target> = #p::Relation::new(#i, #text);)
    });
    let flats = model.flats.iter().enumerate().map(|(i, f)| {
        let (field, vis, ty) = (&f.ident, &f.vis, &f.ty);
        let docs = docs(&f.docs, &format!("The columns of `{}`.", unraw(field)));
        let (start, p) = (start(model, i, p), respan(p, ty.span()));
        let columns = flat_columns(model, f, &p);
        quote_spanned!(ty.span()=> #docs #vis const #field: <#ty as #p::Embedded>::Of<#name> = <#ty>::columns_of(#start, #columns);)
    });
    let prefixed = model.flats.iter().filter_map(|f| prefixed(f, p));
    let promises = model.relations.iter().flat_map(|r| promises(model, r, p));
    quote! {
        #[doc = #of_model]
        #[allow(non_upper_case_globals)]
        #vis const #name: #p::EntityOf<#name> = #p::EntityOf::new();
        #[allow(non_upper_case_globals, dead_code)]
        impl #name {
            #(#columns)*
            #(#relations)*
            #(#flats)*
            #(#prefixed)*
            #[doc = #opening]
            #vis fn builder() -> #builder {
                ::core::default::Default::default()
            }
        }
        #(#promises)*
    }
}

/// The declarations of a flattened struct's columns, under the names that they have here.
fn prefixed(flat: &Flat, p: &TokenStream) -> Option<TokenStream> {
    let (prefix, ty) = (flat.prefix.as_ref()?, &flat.ty);
    let (hidden, p) = (prefixed_name(flat), respan(p, ty.span()));
    Some(quote_spanned! {ty.span()=>
        #[doc(hidden)]
        const #hidden: &'static [#p::ColumnDef] = {
            const COLUMNS: &[#p::ColumnDef] = <#ty as #p::Embedded>::COLUMNS;
            const NAMES: [u8; #p::prefixed_len(#prefix, COLUMNS)] = #p::prefixed_names(#prefix, COLUMNS);
            &#p::prefixed::<{ COLUMNS.len() }>(#prefix, &NAMES, COLUMNS)
        };
    })
}

fn prefixed_name(flat: &Flat) -> proc_macro2::Ident {
    format_ident!("__columns_of_{}", unraw(&flat.ident))
}

/// Where the declarations of a flattened struct's columns stand.
pub(super) fn flat_columns(model: &Model, flat: &Flat, p: &TokenStream) -> TokenStream {
    let (name, ty) = (&model.ident, &flat.ty);
    match flat.prefix {
        Some(_) => {
            let hidden = prefixed_name(flat);
            quote!(#name::#hidden)
        }
        None => quote_spanned!(ty.span()=> <#ty as #p::Embedded>::COLUMNS),
    }
}

/// What an attribute says about the other model, for rustc to check where it was said.
fn promises(model: &Model, relation: &crate::model::ast::Relation, p: &TokenStream) -> Vec<TokenStream> {
    let name = &model.ident;
    let other = target(relation, p);
    let mut out = Vec::new();
    if let Some(back) = &relation.back_populates {
        out.push(quote_spanned!(back.span()=> const _: #p::Relation<#other, #name> = <#other>::#back;));
    }
    let keys = relation.key.iter().filter(|_| relation.kind != crate::model::ast::RelationKind::BelongsTo);
    let refers = match &relation.through {
        Some(association) => quote!(#association),
        None => other,
    };
    for field in keys.chain(&relation.target_key) {
        out.push(quote_spanned!(field.span()=> const _: &str = <#refers>::#field.name();));
    }
    out
}

/// The field's own documentation, or the given line.
pub(super) fn docs(own: &[Attribute], otherwise: &str) -> TokenStream {
    if own.is_empty() { quote!(#[doc = #otherwise]) } else { quote!(#(#own)*) }
}
