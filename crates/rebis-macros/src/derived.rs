//! How a derive of one function opens: its errors, its fields, what it refuses. Invariant: a fatal error leaves no code behind that would repeat it.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{Data, DeriveInput, Field, Fields, Token};

use crate::ctxt::Ctxt;

/// What a derive makes of its input: nothing where an error left too little.
type Expand = fn(&Ctxt, &DeriveInput) -> Option<TokenStream>;

/// The output of `expand`, and its errors.
pub(crate) fn derived(input: &DeriveInput, expand: Expand) -> TokenStream {
    let ctxt = Ctxt::default();
    let out = expand(&ctxt, input).filter(|_| !ctxt.is_fatal()).unwrap_or_default();
    let errors = ctxt.into_compile_errors();
    quote!(#out #errors)
}

/// The fields of a struct that has names for them; else what to say of a struct without, and of what is no struct.
pub(crate) fn named_fields<'a>(
    ctxt: &Ctxt,
    input: &'a DeriveInput,
    nameless: &str,
    no_struct: &str,
) -> Option<&'a Punctuated<Field, Token![,]>> {
    let message = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => return Some(&fields.named),
            _ => nameless,
        },
        _ => no_struct,
    };
    ctxt.fatal(&input.ident, message);
    None
}

/// Refuses type parameters and lifetimes: `what` is what the type is to be.
pub(crate) fn not_generic(ctxt: &Ctxt, input: &DeriveInput, what: &str) {
    if !input.generics.params.is_empty() {
        ctxt.fatal(&input.generics, format!("{what} cannot be generic"));
    }
}

/// The same tokens at the user's place, so that rustc's complaint stands there, and the same complaint from several places stands once.
pub(crate) fn respan(tokens: &TokenStream, span: Span) -> TokenStream {
    tokens
        .clone()
        .into_iter()
        .map(|mut t| {
            t.set_span(span);
            t
        })
        .collect()
}

/// The messages of `expand`.
#[cfg(test)]
pub(crate) fn errors(input: &DeriveInput, expand: Expand) -> Vec<String> {
    let ctxt = Ctxt::default();
    let _ = expand(&ctxt, input);
    ctxt.messages()
}
