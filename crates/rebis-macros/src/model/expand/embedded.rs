//! A struct whose fields are columns of the models that flatten it. Invariant: a column's number is its place in the struct; where the struct
//! begins in a model's row, the model says.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use crate::model::ast::Model;
use crate::model::parse::unraw;

use super::builder::default_value;
use super::consts::docs;
use super::{definition, from_server, private, required, stored};

/// `TimestampsColumns`, `Timestamps::columns_of` and the impls.
pub(crate) fn embedded(model: &Model) -> TokenStream {
    let p = private(model);
    let (name, vis) = (&model.ident, &model.vis);
    let columns = format_ident!("{}Columns", unraw(name));
    let title = format!("The columns of `{name}` in a model that flattens it.");
    let (mut fields, mut news, mut decodes) = (Vec::new(), Vec::new(), Vec::new());
    let (mut values, mut sets, mut changes, mut unasked) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (i, c) in model.columns.iter().enumerate() {
        let (field, vis, ty) = (&c.ident, &c.vis, &c.ty);
        let n = Literal::usize_unsuffixed(i);
        let docs = docs(&c.docs, &format!("The column `{}`.", c.name.value()));
        fields.push(quote!(#docs #vis #field: #p::Column<M, #ty>,));
        news.push(quote!(#field: #p::Column::nth(columns, start, #n),));
        let stored = stored(ty, &p);
        decodes.push(quote_spanned!(ty.span()=> #field: row.read(at + #n, #stored::from_cell)?,));
        values.push(quote_spanned!(ty.span()=> #n => #stored::to_value(&self.#field),));
        sets.push(quote_spanned!(ty.span()=> #n => self.#field = #stored::from_cell(cell)?,));
        changes.push(quote_spanned!(ty.span()=> .with_if(#n, self.#field != old.#field)));
        let value = if let Some(default) = &c.default {
            let default = default_value(c, default, &p);
            quote!((#default)())
        } else if from_server(model, i) {
            quote!(#p::or_unset(::core::option::Option::None, start + #n, unset))
        } else {
            quote!(::core::default::Default::default())
        };
        unasked.push(quote!(#field: #value,));
    }
    let defs = (0..model.columns.len()).map(|i| definition::column(model, i, &p));
    let unasked = (0..model.columns.len()).all(|i| !required(model, i)).then(|| {
        quote! {
            #[automatically_derived]
            impl #p::Unasked for #name {
                #[allow(unused_variables)]
                fn unasked(start: usize, unset: &mut #p::ColumnSet) -> Self {
                    #name { #(#unasked)* }
                }
            }
        }
    });
    quote! {
        #[doc = #title]
        #[allow(missing_debug_implementations)]
        #vis struct #columns<M> {
            #(#fields)*
        }
        #[allow(dead_code)]
        impl #name {
            #[doc(hidden)]
            #vis const fn columns_of<M>(start: usize, columns: &[#p::ColumnDef]) -> #columns<M> {
                #columns { #(#news)* }
            }
        }
        #[automatically_derived]
        impl #p::Embedded for #name {
            type Of<M> = #columns<M>;
            const COLUMNS: &'static [#p::ColumnDef] = &[#(#defs),*];
            fn decode(row: &#p::Row<'_>, at: usize) -> #p::EngineResult<Self> {
                ::core::result::Result::Ok(#name { #(#decodes)* })
            }
            fn value_of(&self, column: usize) -> #p::Value {
                match column {
                    #(#values)*
                    _ => #p::Value::Null,
                }
            }
            fn set_value(&mut self, column: usize, cell: #p::Cell<'_>) -> ::core::result::Result<(), #p::DecodeError> {
                match column {
                    #(#sets)*
                    _ => {}
                }
                ::core::result::Result::Ok(())
            }
            fn changed(&self, old: &Self) -> #p::ColumnSet {
                #p::ColumnSet::EMPTY #(#changes)*
            }
        }
        #unasked
    }
}
