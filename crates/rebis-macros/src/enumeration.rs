//! `#[derive(Enum)]`: an enum of unit variants as the type of a column. Invariant: each variant has one label and no two have the same.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, LitStr, Path};

use crate::args;
use crate::case::snake;
use crate::ctxt::Ctxt;
use crate::derived::{derived, not_generic};
use crate::suggest::Vocabulary;

const ENUM: Vocabulary = Vocabulary {
    attribute: "#[model(…)]",
    known: &["name", "crate"],
    elsewhere: &[("table", "an enum has no table; the name of its type is `name = \"…\"`")],
    later: &[],
};

const VARIANT: Vocabulary = Vocabulary {
    attribute: "#[column(…)]",
    known: &["name"],
    elsewhere: &[("rename", "the label is `name = \"…\"`"), ("label", "the label is `name = \"…\"`")],
    later: &[],
};

/// The derive's output: an implementation of `ColumnType`.
pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    derived(input, expand)
}

fn expand(ctxt: &Ctxt, input: &DeriveInput) -> Option<TokenStream> {
    let name = &input.ident;
    let Data::Enum(data) = &input.data else {
        ctxt.fatal(name, "`Enum` is for enums; a struct that is a table derives `Model`");
        return None;
    };
    not_generic(ctxt, input, "an enum that is a column's type");
    if data.variants.is_empty() {
        ctxt.fatal(name, "an enum that is a column's type needs at least one variant");
    }
    let mut krate: Path = syn::parse_quote!(::rebis);
    let mut type_name = LitStr::new(&snake(&name.to_string()), name.span());
    for arg in args::read(ctxt, &input.attrs, "model", &[]) {
        match arg.name.to_string().as_str() {
            "name" => type_name = arg.text(ctxt).unwrap_or(type_name),
            "crate" => arg.krate(ctxt, &mut krate),
            _ => {
                ENUM.refuse(ctxt, &arg.name);
            }
        }
    }

    let (mut variants, mut labels): (Vec<_>, Vec<LitStr>) = (Vec::new(), Vec::new());
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            ctxt.fatal(
                &variant.fields,
                "a variant of an enum that is a column's type has no fields: only its label is stored",
            );
        }
        let mut label = LitStr::new(&snake(&variant.ident.to_string()), variant.ident.span());
        for arg in args::read(ctxt, &variant.attrs, "column", &[]) {
            match arg.name.to_string().as_str() {
                "name" => label = arg.text(ctxt).unwrap_or(label),
                _ => {
                    VARIANT.refuse(ctxt, &arg.name);
                }
            }
        }
        if labels.iter().any(|l| l.value() == label.value()) {
            ctxt.fatal(&label, format!("another variant has the label `{}` already", label.value()));
        }
        variants.push(&variant.ident);
        labels.push(label);
    }

    let p = quote!(#krate::__private);
    let expected = format!("a label of {name}");
    Some(quote! {
        #[automatically_derived]
        impl #p::ColumnType for #name {
            fn sql_type() -> #p::SqlType {
                #p::SqlType::Enum {
                    name: ::core::convert::Into::into(#type_name),
                    values: ::core::iter::Iterator::collect(::core::iter::Iterator::map(
                        ::core::iter::IntoIterator::into_iter([#(#labels),*]),
                        ::core::convert::Into::into,
                    )),
                }
            }
            fn to_value(&self) -> #p::Value {
                #p::Value::Text(::core::convert::Into::into(match self {
                    #(#name::#variants => #labels,)*
                }))
            }
            fn from_cell(cell: #p::Cell<'_>) -> ::core::result::Result<Self, #p::DecodeError> {
                match cell {
                    #(#p::Cell::Text(#labels) => ::core::result::Result::Ok(#name::#variants),)*
                    other => ::core::result::Result::Err(#p::DecodeError::new(#expected, ::core::format_args!("{other:?}"))),
                }
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
    fn labels_are_snake_case_or_given() {
        let out = derive(&syn::parse_quote! {
            enum PostStatus { InReview, #[column(name = "OUT")] Published }
        })
        .to_string();
        assert!(out.contains("PostStatus :: InReview => \"in_review\""), "{out}");
        assert!(out.contains("PostStatus :: Published => \"OUT\""), "{out}");
        assert!(out.contains("name : :: core :: convert :: Into :: into (\"post_status\")"), "{out}");
    }

    #[test]
    fn refuses_what_is_no_enumeration() {
        assert_eq!(
            errors(syn::parse_quote!(
                struct A {
                    b: i32,
                }
            ))
            .len(),
            1
        );
        assert_eq!(
            errors(syn::parse_quote!(
                enum A {}
            )),
            ["an enum that is a column's type needs at least one variant"]
        );
        assert!(
            errors(syn::parse_quote!(
                enum A {
                    B(i32),
                }
            ))[0]
                .contains("has no fields")
        );
        assert!(
            errors(syn::parse_quote!(
                enum A {
                    B,
                    #[column(name = "b")]
                    C,
                }
            ))[0]
                .contains("the label `b` already")
        );
        assert!(
            errors(syn::parse_quote!(
                enum A {
                    #[column(nmae = "b")]
                    C,
                }
            ))[0]
                .contains("did you mean `name`?")
        );
    }
}
