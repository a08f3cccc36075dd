//! `#[derive(FormEnum)]`: an enum of unit variants as a list to choose from. Invariant: what is sent for a variant is its label in the
//! database, if the enum is a column's type as well.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, LitStr};

use crate::args;
use crate::case::snake;
use crate::ctxt::Ctxt;
use crate::derived::{derived, not_generic};
use crate::suggest::Vocabulary;

const ENUM: Vocabulary =
    Vocabulary { attribute: "#[form(…)]", known: &["crate"], elsewhere: &[], later: &[] };

const VARIANT: Vocabulary = Vocabulary {
    attribute: "#[form(…)]",
    known: &["label", "value"],
    elsewhere: &[("name", "what is sent is `value = \"…\"`, what is shown `label = \"…\"`")],
    later: &[],
};

/// The derive's output: an implementation of `FormType`.
pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    derived(input, expand)
}

fn expand(ctxt: &Ctxt, input: &DeriveInput) -> Option<TokenStream> {
    let name = &input.ident;
    let Data::Enum(data) = &input.data else {
        ctxt.fatal(name, "`FormEnum` is for enums; a struct that is a form derives `Form`");
        return None;
    };
    not_generic(ctxt, input, "an enum that is a list of choices");
    if data.variants.is_empty() {
        ctxt.fatal(name, "an enum that is a list of choices needs at least one variant");
    }
    let krate = args::krate_of(ctxt, &input.attrs, "form", &ENUM);

    let (mut variants, mut values, mut labels) = (Vec::new(), Vec::<LitStr>::new(), Vec::new());
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            ctxt.fatal(&variant.fields, "a variant that is a choice has no fields");
        }
        let span = variant.ident.span();
        let word = snake(&variant.ident.to_string());
        let mut value = LitStr::new(&word, span);
        let mut label = LitStr::new(&sentence(&word), span);
        // The label in the database, of an enum that derives `Enum` too; that derive says what is wrong with it.
        let quiet = Ctxt::default();
        for arg in args::read(&quiet, &variant.attrs, "column", &[]) {
            if arg.name == "name" {
                value = arg.text(&quiet).unwrap_or(value);
            }
        }
        for arg in args::read(ctxt, &variant.attrs, "form", &[]) {
            match arg.name.to_string().as_str() {
                "label" => label = arg.text(ctxt).unwrap_or(label),
                "value" => value = arg.text(ctxt).unwrap_or(value),
                _ => {
                    VARIANT.refuse(ctxt, &arg.name);
                }
            }
        }
        if values.iter().any(|other| other.value() == value.value()) {
            ctxt.fatal(&value, format!("another variant is sent as `{}` already", value.value()));
        }
        variants.push(&variant.ident);
        values.push(value);
        labels.push(label);
    }

    let p = quote!(#krate::__private);
    Some(quote! {
        #[automatically_derived]
        impl #p::FormType for #name {
            const WIDGET: #p::Widget = #p::Widget::Select;
            fn parse(text: &str) -> ::core::result::Result<Self, #p::FormText> {
                match text {
                    #(#values => ::core::result::Result::Ok(#name::#variants),)*
                    _ => ::core::result::Result::Err(#p::not_a_choice()),
                }
            }
            fn text(&self) -> #p::FormText {
                ::core::convert::Into::into(match self {
                    #(#name::#variants => #values,)*
                })
            }
            fn choices() -> #p::Choices {
                #p::choices(&[#((#values, #labels)),*])
            }
        }
    })
}

/// `in_review` → `In review`.
fn sentence(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str().replace('_', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_labels_of_the_database() {
        let out = derive(&syn::parse_quote! {
            enum Status { InReview, #[column(name = "OUT")] #[form(label = "Out now")] Published }
        })
        .to_string();
        assert!(out.contains("(\"in_review\" , \"In review\")"), "{out}");
        assert!(out.contains("(\"OUT\" , \"Out now\")"), "{out}");
    }

    #[test]
    fn refuses_what_is_no_list() {
        let errors = |input: DeriveInput| crate::derived::errors(&input, expand);
        let fields = syn::parse_quote!(
            enum A {
                B(i32),
            }
        );
        assert!(errors(fields)[0].contains("has no fields"));
        let twice = syn::parse_quote!(
            enum A {
                B,
                #[form(value = "b")]
                C,
            }
        );
        assert!(errors(twice)[0].contains("sent as `b` already"));
        let typo = syn::parse_quote!(
            enum A {
                #[form(lable = "b")]
                C,
            }
        );
        assert!(errors(typo)[0].contains("did you mean `label`?"));
    }
}
