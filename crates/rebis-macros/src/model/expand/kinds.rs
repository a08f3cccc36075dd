//! What stands beside an enum of kinds of rows. Invariant: the column 0 is the kind, the others follow in the order of the variants' fields.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use crate::enumeration;
use crate::model::ast::Model;
use crate::model::parse::unraw;
use crate::model::variants::{Kind, Variants};

use super::consts::docs;
use super::{definition, stored};

/// `RoleKind`, `RoleColumns`, `Role::kind` and the impls. `holder` is a model of the enum's columns and nothing else.
pub(crate) fn kinds(all: &Variants, holder: &Model) -> TokenStream {
    let krate = &all.krate;
    let p = quote!(#krate::__private);
    let (name, vis, tag) = (&all.ident, &all.vis, &all.tag);
    let (kind, columns) = (format_ident!("{}Kind", unraw(name)), format_ident!("{}Columns", unraw(name)));
    let (idents, labels): (Vec<_>, Vec<_>) = all.kinds.iter().map(|k| (&k.ident, &k.label)).unzip();
    let said = krate_text(krate);
    let labelled = enumeration::derive(&syn::parse_quote! {
        #[model(crate = #said)]
        enum #kind { #(#[column(name = #labels)] #idents),* }
    });
    let number = |i: usize| Literal::usize_unsuffixed(i + 1);
    let fields = holder.columns.iter().map(|c| {
        let (field, ty) = (&c.ident, &c.ty);
        let docs = docs(&c.docs, &format!("The column `{}`; NULL in rows of other kinds.", c.name.value()));
        quote!(#docs #vis #field: #p::Column<M, #ty>,)
    });
    let news = holder.columns.iter().enumerate().map(|(i, c)| {
        let (field, n) = (&c.ident, number(i));
        quote!(#field: #p::Column::nth(columns, start, #n),)
    });
    let defs = (0..holder.columns.len()).map(|i| {
        let column = definition::column(holder, i, &p);
        if !holder.columns[i].unique {
            return column;
        }
        // Whether a row can hold NULL for a moment, when two rows exchange their values.
        let fields = all.kinds.iter().flat_map(|kind| &kind.fields);
        let types = fields.filter(|(.., at)| *at == i).map(|(_, ty, _)| ty);
        quote!(#column.holds_null(true #(&& <#types as #p::ColumnType>::NULLABLE)*))
    });
    let (mut decodes, mut values, mut fills, mut sets) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for Kind { ident, fields, .. } in &all.kinds {
        let (mut read, mut filled) = (Vec::new(), Vec::new());
        values.push(quote!((#name::#ident { .. }, 0) => #p::ColumnType::to_value(&#kind::#ident),));
        for (field, ty, at) in fields {
            let (n, stored) = (number(*at), stored(ty, &p));
            read.push(quote_spanned!(ty.span()=> #field: row.read(at + #n, #stored::from_cell)?,));
            filled.push(quote!(#field: #p::Filler::<#ty>::fill().ok_or_else(#p::no_placeholder)?,));
            values.push(
                quote_spanned!(ty.span()=> (#name::#ident { #field, .. }, #n) => #stored::to_value(#field),),
            );
            sets.push(quote_spanned!(ty.span()=> (#name::#ident { #field, .. }, #n) => *#field = #stored::from_cell(cell)?,));
        }
        decodes.push(quote!(#kind::#ident => #name::#ident { #(#read)* },));
        fills.push(quote!(#kind::#ident => #name::#ident { #(#filled)* },));
    }
    let title = format!("The kinds of `{name}`.");
    let of_columns = format!("The columns of `{name}` in a model that flattens it.");
    quote! {
        #[doc = #title]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        #vis enum #kind { #(#idents),* }
        #labelled
        #[doc = #of_columns]
        #[allow(missing_debug_implementations)]
        #vis struct #columns<M> {
            /// The kind of the row.
            #vis kind: #p::Column<M, #kind>,
            #(#fields)*
        }
        #[allow(dead_code)]
        impl #name {
            /// Which kind it is.
            #vis fn kind(&self) -> #kind {
                match self {
                    #(#name::#idents { .. } => #kind::#idents,)*
                }
            }
            #[doc(hidden)]
            #vis const fn columns_of<M>(start: usize, columns: &[#p::ColumnDef]) -> #columns<M> {
                #columns { kind: #p::Column::nth(columns, start, 0), #(#news)* }
            }
        }
        #[automatically_derived]
        impl #p::Embedded for #name {
            type Of<M> = #columns<M>;
            const COLUMNS: &'static [#p::ColumnDef] = &[#p::ColumnDef::new(<#kind as #p::ColumnType>::STORED, #tag, #tag), #(#defs),*];
            fn decode(row: &#p::Row<'_>, at: usize) -> #p::EngineResult<Self> {
                ::core::result::Result::Ok(match row.get(at)? {
                    #(#decodes)*
                })
            }
            fn value_of(&self, column: usize) -> #p::Value {
                match (self, column) {
                    #(#values)*
                    _ => #p::Value::Null,
                }
            }
            fn set_value(&mut self, column: usize, cell: #p::Cell<'_>) -> ::core::result::Result<(), #p::DecodeError> {
                #[allow(unused_imports)]
                use #p::NoFiller as _;
                match (&mut *self, column) {
                    (_, 0) => {
                        let kind: #kind = #p::ColumnType::from_cell(cell)?;
                        if kind != self.kind() {
                            *self = match kind { #(#fills)* };
                        }
                    }
                    #(#sets)*
                    _ => {}
                }
                ::core::result::Result::Ok(())
            }
            fn changed(&self, old: &Self) -> #p::ColumnSet {
                #p::differing(self, old)
            }
        }
    }
}

fn krate_text(krate: &syn::Path) -> String {
    quote!(#krate).to_string().replace(' ', "")
}
