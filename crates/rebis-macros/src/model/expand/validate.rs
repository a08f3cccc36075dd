//! `Model::validate`: asking the validators. Invariant: a model without any has none of this.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::model::ast::Model;

pub(super) fn validate(model: &Model, p: &TokenStream) -> Option<TokenStream> {
    let columns = model.columns.iter().enumerate().filter_map(|(i, c)| {
        let (path, field, number) = (c.validate.as_ref()?, &c.ident, Literal::usize_unsuffixed(i));
        // At the path: a function that does not fit is said there.
        Some(quote_spanned!(path.span()=> if columns.has(#number) { #p::Invalid::column(#number, #path(&row.#field))?; }))
    });
    let row = model.validate.iter().map(|path| quote_spanned!(path.span()=> #p::Invalid::row(#path(row))?;));
    let asked: Vec<TokenStream> = columns.chain(row).collect();
    (!asked.is_empty()).then(|| {
        quote! {
            const VALIDATES: bool = true;
            fn validate(row: &Self, columns: #p::ColumnSet) -> ::core::result::Result<(), #p::Invalid> {
                let _ = columns;
                #(#asked)*
                ::core::result::Result::Ok(())
            }
        }
    })
}
