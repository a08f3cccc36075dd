//! What `#[form(…)]` says of files: `accept`, `max_size`. Invariant: a literal that no browser or server could act on is refused where it stands;
//! an expression is left to the compiler.

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::{Expr, ExprLit, Lit, LitStr};

use crate::args::Arg;
use crate::ctxt::Ctxt;

const KINDS: &str = "[\"image/png\", \".jpg\"]";

/// `accept = ["image/png", "image/*", ".pdf"]`.
pub(crate) fn accept(ctxt: &Ctxt, arg: &Arg) -> Option<TokenStream> {
    let kinds = arg.expr(ctxt, KINDS)?;
    match kinds {
        Expr::Lit(ExprLit { lit: Lit::Str(one), .. }) => {
            let all = one.value();
            let kinds = all.split(',').map(|kind| corrected(kind.trim()).unwrap_or(kind.trim().to_owned()));
            let kinds: Vec<String> = kinds.collect();
            ctxt.error(one, format!("`accept` takes a list: `accept = {kinds:?}`"));
            return None;
        }
        Expr::Lit(other) => {
            ctxt.error(other, format!("`accept` takes a list of texts: `accept = {KINDS}`"));
            return None;
        }
        Expr::Array(list) => list.elems.iter().filter_map(text).for_each(|kind| check(ctxt, kind)),
        _ => {}
    }
    Some(kinds.to_token_stream())
}

/// `max_size = 5 << 20`.
pub(crate) fn max_size(ctxt: &Ctxt, arg: &Arg) -> Option<TokenStream> {
    match arg.expr(ctxt, "5 << 20")? {
        Expr::Lit(other) if !matches!(other.lit, Lit::Int(_)) => {
            ctxt.error(other, "`max_size` is a number of bytes: `64 << 10` is 64 KiB, `5 << 20` is 5 MiB");
            None
        }
        bytes => Some(bytes.to_token_stream()),
    }
}

fn text(item: &Expr) -> Option<&LitStr> {
    match item {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text),
        _ => None,
    }
}

fn check(ctxt: &Ctxt, kind: &LitStr) {
    if let Some(right) = corrected(&kind.value()) {
        let wrong = kind.value();
        ctxt.error(
            kind,
            format!("{wrong:?} is neither a media type nor an ending of file names: did you mean {right:?}?"),
        );
    }
}

/// What must have been meant by a text that is neither a media type nor an ending.
fn corrected(kind: &str) -> Option<String> {
    let name = kind.trim_start_matches(['*', '.']);
    match kind {
        "text" | "image" | "audio" | "video" | "font" | "application" => Some(format!("{kind}/*")),
        _ if kind.contains('/') || kind.starts_with('.') && kind.len() > 1 => None,
        _ if name.is_empty() => Some(String::from(".pdf")),
        _ => Some(format!(".{name}")),
    }
}
