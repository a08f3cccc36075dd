//! `#[derive(Model)]`: read ([`parse`]), check ([`check`]), write ([`expand`]). Invariant: each step knows only the one before it.

mod ast;
mod check;
mod expand;
#[cfg(test)]
mod expansion_tests;
mod parse;
mod parse_column;
mod parse_relation;
#[cfg(test)]
mod storage_tests;
#[cfg(test)]
mod tests;
mod variants;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::ctxt::Ctxt;

/// The derive's output. A wrong attribute gives its error *and* the model without it, so that it does not look as if the model were missing
/// everywhere else.
pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let ctxt = Ctxt::default();
    let model = read(&ctxt, input);
    let mut out = match model {
        Some(model) if !ctxt.is_fatal() => expand::model(&model),
        _ => TokenStream::new(),
    };
    out.extend(ctxt.into_compile_errors());
    out
}

/// The output of the derive for structs that models flatten.
pub(crate) fn derive_columns(input: &DeriveInput) -> TokenStream {
    let ctxt = Ctxt::default();
    let mut out = match &input.data {
        syn::Data::Enum(data) => match variants::variants(&ctxt, input, data) {
            Some(mut all) if !ctxt.is_fatal() => {
                let holder = parse::holder(input, std::mem::take(&mut all.columns), all.krate.clone());
                expand::kinds(&all, &holder)
            }
            _ => TokenStream::new(),
        },
        _ => match parse::columns(&ctxt, input) {
            Some(model) if !ctxt.is_fatal() => expand::embedded(&model),
            _ => TokenStream::new(),
        },
    };
    out.extend(ctxt.into_compile_errors());
    out
}

fn read(ctxt: &Ctxt, input: &DeriveInput) -> Option<ast::Model> {
    let mut model = parse::model(ctxt, input)?;
    check::check(ctxt, &mut model);
    Some(model)
}
