//! `#[derive(ColumnType)]`: a struct of one field as the type of a column. Invariant: it is stored and read as its field is.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Member};

use crate::args;
use crate::ctxt::Ctxt;
use crate::derived::{derived, not_generic};
use crate::suggest::Vocabulary;

const NEWTYPE: Vocabulary =
    Vocabulary { attribute: "#[model(…)]", known: &["crate"], elsewhere: &[], later: &[] };

/// The derive's output: an implementation of `ColumnType`.
pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    derived(input, expand)
}

fn expand(ctxt: &Ctxt, input: &DeriveInput) -> Option<TokenStream> {
    let name = &input.ident;
    let only = match &input.data {
        Data::Struct(data) if data.fields.len() == 1 => data.fields.members().zip(&data.fields).next(),
        Data::Enum(data) => {
            ctxt.fatal(data.enum_token, "an enum that is the type of a column derives `rebis::Enum`");
            return None;
        }
        _ => None,
    };
    let Some((member, field)) = only else {
        ctxt.fatal(
            name,
            format!("`ColumnType` is for a struct of one field: `struct {name}(i64);`; several columns are `Columns`, and what is stored as JSON is `Json<{name}>`"),
        );
        return None;
    };
    not_generic(ctxt, input, "the type of a column");
    let krate = args::krate(ctxt, &input.attrs, &NEWTYPE);
    let (ty, p) = (&field.ty, quote!(#krate::__private));
    let inner = quote_spanned!(ty.span()=> <#ty as #p::ColumnType>);
    let made = match &member {
        Member::Named(field) => quote!(#name { #field: value }),
        Member::Unnamed(_) => quote!(#name(value)),
    };
    let member = member.to_token_stream();
    Some(quote! {
        #[automatically_derived]
        impl #p::ColumnType for #name {
            fn sql_type() -> #p::SqlType {
                #inner::sql_type()
            }
            fn to_value(&self) -> #p::Value {
                #inner::to_value(&self.#member)
            }
            fn into_value(self) -> #p::Value {
                #inner::into_value(self.#member)
            }
            fn from_cell(cell: #p::Cell<'_>) -> ::core::result::Result<Self, #p::DecodeError> {
                #inner::from_cell(cell).map(|value| #made)
            }
        }

        #[automatically_derived]
        impl #p::Ordered for #name {
            type Value = Self;
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
    fn one_field_by_name_or_place() {
        for input in [
            quote!(
                struct UserId(i64);
            ),
            quote!(
                struct UserId {
                    id: i64,
                }
            ),
        ] {
            let out = derive(&syn::parse2(input).unwrap()).to_string();
            assert!(!out.contains("compile_error"), "{out}");
        }
        assert!(
            errors(syn::parse_quote!(
                struct A(i64, i64);
            ))[0]
                .contains("a struct of one field")
        );
        assert!(
            errors(syn::parse_quote!(
                enum A {
                    B,
                }
            ))[0]
                .contains("`rebis::Enum`")
        );
        assert!(
            errors(syn::parse_quote!(
                struct A<T>(T);
            ))[0]
                .contains("cannot be generic")
        );
    }
}
