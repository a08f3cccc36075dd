//! `#[derive(FromRow)]`: a plain struct as a row of a query by hand. Invariant: a field is read from the column of its name, wherever that stands.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{DeriveInput, LitStr};

use crate::args;
use crate::ctxt::Ctxt;
use crate::derived::{derived, named_fields, not_generic};
use crate::suggest::Vocabulary;

const STRUCT: Vocabulary =
    Vocabulary { attribute: "#[model(…)]", known: &["crate"], elsewhere: &[], later: &[] };

const FIELD: Vocabulary = Vocabulary {
    attribute: "#[column(…)]",
    known: &["name"],
    elsewhere: &[("rename", "the column's name is `name = \"…\"`")],
    later: &[],
};

/// The derive's output: an implementation of `FromRow`.
pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    derived(input, expand)
}

fn expand(ctxt: &Ctxt, input: &DeriveInput) -> Option<TokenStream> {
    let name = &input.ident;
    let fields = named_fields(
        ctxt,
        input,
        "`FromRow` reads columns by the names of fields, which a tuple struct has not; rows without names are tuples: `fetch_all::<(i64, String)>`",
        "`FromRow` is for structs",
    )?;
    not_generic(ctxt, input, "a struct that is read from a row");
    let krate = args::krate(ctxt, &input.attrs, &STRUCT);
    let p = quote!(#krate::__private);
    let mut read = Vec::new();
    for field in fields {
        let ident = field.ident.as_ref()?;
        let mut column = LitStr::new(&ident.unraw().to_string(), ident.span());
        for arg in args::read(ctxt, &field.attrs, "column", &[]) {
            match arg.name.to_string().as_str() {
                "name" => column = arg.text(ctxt).unwrap_or(column),
                _ => {
                    FIELD.refuse(ctxt, &arg.name);
                }
            }
        }
        let ty = &field.ty;
        read.push(quote_spanned!(ty.span()=> #ident: row.named::<#ty>(#column)?));
    }
    Some(quote! {
        #[automatically_derived]
        impl #p::FromRow for #name {
            fn from_row(row: &#p::Row<'_>) -> #p::EngineResult<Self> {
                ::core::result::Result::Ok(#name { #(#read),* })
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(input: DeriveInput) -> Vec<String> {
        crate::derived::errors(&input, expand)
    }

    #[test]
    fn fields_are_read_by_name() {
        let out = derive(&syn::parse_quote! {
            struct Stats { r#type: String, #[column(name = "count(*)")] n: i64 }
        })
        .to_string();
        assert!(out.contains("r#type : row . named :: < String > (\"type\") ?"), "{out}");
        assert!(out.contains("n : row . named :: < i64 > (\"count(*)\") ?"), "{out}");
    }

    #[test]
    fn refuses_what_has_no_names() {
        assert!(
            errors(syn::parse_quote!(
                struct A(i64);
            ))[0]
                .contains("are tuples")
        );
        assert_eq!(
            errors(syn::parse_quote!(
                enum A {
                    B,
                }
            )),
            ["`FromRow` is for structs"]
        );
        assert!(
            errors(syn::parse_quote!(
                struct A {
                    #[column(length = 3)]
                    a: i64,
                }
            ))[0]
                .contains("length")
        );
    }
}
