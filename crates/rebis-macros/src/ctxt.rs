//! [`Ctxt`]: collects the errors of one macro call. Invariant: no error is lost, and no two stand on the same token with the same words.

use std::cell::RefCell;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The errors of one macro call, all of which the user sees at once.
#[derive(Debug, Default)]
pub(crate) struct Ctxt {
    errors: RefCell<Vec<syn::Error>>,
    fatal: std::cell::Cell<bool>,
}

impl Ctxt {
    /// Notes an error on all tokens of `on`.
    pub(crate) fn error(&self, on: impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(on, message));
    }

    /// Notes an error at a place.
    pub(crate) fn error_at(&self, span: Span, message: impl std::fmt::Display) {
        self.push(syn::Error::new(span, message));
    }

    /// Notes an error that leaves too little to expand: what follows from it would only repeat it in other words.
    pub(crate) fn fatal(&self, on: impl ToTokens, message: impl std::fmt::Display) {
        self.fatal.set(true);
        self.error(on, message);
    }

    /// Notes an error of `syn`.
    pub(crate) fn push(&self, error: syn::Error) {
        self.errors.borrow_mut().push(error);
    }

    /// Whether an error leaves too little to expand.
    pub(crate) fn is_fatal(&self) -> bool {
        self.fatal.get()
    }

    /// The errors as `compile_error!` calls; nothing when there are none.
    pub(crate) fn into_compile_errors(self) -> TokenStream {
        let mut seen = Vec::new();
        let mut out = TokenStream::new();
        for error in self.errors.into_inner() {
            let text = error.to_compile_error();
            let key = (format!("{:?}", error.span()), error.to_string());
            if !seen.contains(&key) || key.0.contains("call_site") {
                seen.push(key);
                out.extend(text);
            }
        }
        out
    }

    /// The messages, in the order in which they were noted.
    #[cfg(test)]
    pub(crate) fn messages(&self) -> Vec<String> {
        self.errors.borrow().iter().flat_map(|e| e.clone().into_iter().map(|e| e.to_string())).collect()
    }
}
