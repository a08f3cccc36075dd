//! The arguments of an attribute: `flag`, `name = value`, `name(…)`. Invariant: an argument that cannot be read is reported on its own
//! tokens and leaves the others readable.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprPath, Lit, LitInt, LitStr, Meta, Path, Token};

use crate::ctxt::Ctxt;
use crate::suggest::Vocabulary;

/// One argument.
pub(crate) struct Arg {
    pub(crate) name: Ident,
    pub(crate) value: ArgValue,
}

/// What stands behind an argument's name.
pub(crate) enum ArgValue {
    /// Nothing: `unique`.
    Flag,
    /// `= …`.
    Expr(Box<Expr>),
    /// `(…)`.
    List(TokenStream, Span),
}

impl Parse for Arg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(Ident::peek_any) {
            return Err(
                input.error("expected the name of an argument, as in `name`, `name = value` or `name(…)`")
            );
        }
        let name = input.call(Ident::parse_any)?;
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            if input.is_empty() || input.peek(Token![,]) {
                return Err(syn::Error::new(name.span(), format!("`{name} =` needs a value")));
            }
            ArgValue::Expr(Box::new(input.parse()?))
        } else if input.peek(syn::token::Paren) {
            let inner;
            let paren = syn::parenthesized!(inner in input);
            ArgValue::List(inner.parse()?, paren.span.join())
        } else {
            ArgValue::Flag
        };
        if !input.is_empty() && !input.peek(Token![,]) {
            return Err(input.error(format!("expected `,` after `{name}`")));
        }
        Ok(Arg { name, value })
    }
}

impl ToTokens for Arg {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.name.to_tokens(tokens);
        match &self.value {
            ArgValue::Flag => {}
            ArgValue::Expr(e) => e.to_tokens(tokens),
            ArgValue::List(list, _) => list.to_tokens(tokens),
        }
    }
}

impl Arg {
    /// `crate = "path"`: where the generated code finds Rebis.
    pub(crate) fn krate(&self, ctxt: &Ctxt, krate: &mut Path) {
        let Some(path) = self.text(ctxt) else { return };
        match path.parse_with(Path::parse_mod_style) {
            Ok(path) => *krate = path,
            Err(_) => ctxt.error(path, "`crate` needs the path of a crate, as in `crate = \"rebis\"`"),
        }
    }
}

/// Where the generated code finds Rebis, for a derive whose `#[model(…)]` says nothing else.
pub(crate) fn krate(ctxt: &Ctxt, attrs: &[Attribute], known: &Vocabulary) -> Path {
    krate_of(ctxt, attrs, "model", known)
}

/// The same of another attribute.
pub(crate) fn krate_of(ctxt: &Ctxt, attrs: &[Attribute], attribute: &str, known: &Vocabulary) -> Path {
    let mut krate: Path = syn::parse_quote!(::rebis);
    for arg in read(ctxt, attrs, attribute, &[]) {
        if arg.name == "crate" {
            arg.krate(ctxt, &mut krate);
        } else {
            known.refuse(ctxt, &arg.name);
        }
    }
    krate
}

/// The arguments of all attributes called `attribute`. A name that comes twice is an error, unless it is in `repeatable`.
pub(crate) fn read(ctxt: &Ctxt, attrs: &[Attribute], attribute: &str, repeatable: &[&str]) -> Vec<Arg> {
    let mut args: Vec<Arg> = Vec::new();
    for attr in attrs.iter().filter(|a| a.path().is_ident(attribute)) {
        match &attr.meta {
            Meta::Path(_) => {}
            Meta::NameValue(nv) => ctxt.error(nv, format!("expected `#[{attribute}(…)]`")),
            Meta::List(list) => read_into(ctxt, &mut args, list.tokens.clone(), repeatable),
        }
    }
    args
}

fn read_into(ctxt: &Ctxt, args: &mut Vec<Arg>, tokens: TokenStream, repeatable: &[&str]) {
    let parse = |input: ParseStream<'_>| {
        while !input.is_empty() {
            let arg: Arg = input.parse()?;
            if args.iter().any(|a| a.name == arg.name) && !repeatable.iter().any(|r| arg.name == r) {
                ctxt.error(&arg.name, format!("`{}` is given twice", arg.name));
            } else {
                args.push(arg);
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    };
    if let Err(e) = parse.parse2(tokens) {
        ctxt.push(e);
    }
}

impl Arg {
    /// `unique`, `unique = true` or `unique = false`.
    pub(crate) fn flag(&self, ctxt: &Ctxt) -> Option<bool> {
        match &self.value {
            ArgValue::Flag => Some(true),
            ArgValue::Expr(e) => match &**e {
                Expr::Lit(syn::ExprLit { lit: Lit::Bool(b), .. }) => Some(b.value),
                e => self.refuse(ctxt, e, "is a flag: write it alone, or `= false`"),
            },
            ArgValue::List(_, span) => self.refuse_at(ctxt, *span, "is a flag and takes no arguments"),
        }
    }

    /// `name = "text"`.
    pub(crate) fn text(&self, ctxt: &Ctxt) -> Option<LitStr> {
        match self.expr(ctxt, "\"…\"")? {
            Expr::Lit(syn::ExprLit { lit: Lit::Str(s), .. }) => Some(s.clone()),
            e => self.refuse(ctxt, e, "needs a string literal"),
        }
    }

    /// `length = 64`.
    pub(crate) fn number(&self, ctxt: &Ctxt) -> Option<LitInt> {
        match self.expr(ctxt, "64")? {
            Expr::Lit(syn::ExprLit { lit: Lit::Int(n), .. }) => match n.base10_parse::<u32>() {
                Ok(_) => Some(n.clone()),
                Err(_) => self.refuse(ctxt, n, "needs a number from 0 to 4294967295"),
            },
            e => self.refuse(ctxt, e, "needs a whole number, written as digits"),
        }
    }

    /// `name = <expression>`; `example` shows what could stand there.
    pub(crate) fn expr(&self, ctxt: &Ctxt, example: &str) -> Option<&Expr> {
        match &self.value {
            ArgValue::Expr(e) => Some(e),
            _ => {
                self.refuse_at(ctxt, self.name.span(), &format!("needs a value: `{} = {example}`", self.name))
            }
        }
    }

    /// `name = some::path`.
    pub(crate) fn path(&self, ctxt: &Ctxt, example: &str) -> Option<ExprPath> {
        match self.expr(ctxt, example)? {
            Expr::Path(p) => Some(p.clone()),
            e => self.refuse(ctxt, e, &format!("needs a path, as in `{} = {example}`", self.name)),
        }
    }

    /// `name = word`.
    pub(crate) fn word(&self, ctxt: &Ctxt, example: &str) -> Option<Ident> {
        let e = self.expr(ctxt, example)?;
        match e {
            Expr::Path(p) if p.path.get_ident().is_some() => p.path.get_ident().cloned(),
            Expr::Lit(syn::ExprLit { lit: Lit::Str(s), .. }) => {
                let bare = s.value();
                self.refuse(ctxt, s, &format!("takes a name without quotes: `{} = {bare}`", self.name))
            }
            e => self.refuse(ctxt, e, &format!("needs a name, as in `{} = {example}`", self.name)),
        }
    }

    /// `name(…)`: the expressions and the nested arguments, in order.
    pub(crate) fn list(&self, ctxt: &Ctxt, example: &str) -> Option<Vec<ListItem>> {
        let ArgValue::List(tokens, _) = &self.value else {
            return self.refuse_at(ctxt, self.name.span(), &format!("needs a list: `{example}`"));
        };
        match Punctuated::<ListItem, Token![,]>::parse_terminated.parse2(tokens.clone()) {
            Ok(items) if items.is_empty() => {
                self.refuse_at(ctxt, self.name.span(), &format!("needs at least one entry: `{example}`"))
            }
            Ok(items) => Some(items.into_iter().collect()),
            Err(e) => {
                ctxt.push(e);
                None
            }
        }
    }

    fn refuse<T>(&self, ctxt: &Ctxt, on: impl ToTokens, why: &str) -> Option<T> {
        ctxt.error(on, format!("`{}` {why}", self.name));
        None
    }

    fn refuse_at<T>(&self, ctxt: &Ctxt, span: Span, why: &str) -> Option<T> {
        ctxt.error_at(span, format!("`{}` {why}", self.name));
        None
    }
}

/// An entry of `index(author, desc(timestamp), name = "recent")`.
pub(crate) enum ListItem {
    /// `author`, `desc(timestamp)`, `"sql"`.
    Expr(Expr),
    /// `name = "recent"`.
    Arg(Arg),
}

impl Parse for ListItem {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ahead = input.fork();
        if ahead.call(Ident::parse_any).is_ok() && ahead.peek(Token![=]) && !ahead.peek(Token![==]) {
            return input.parse().map(ListItem::Arg);
        }
        input.parse().map(ListItem::Expr)
    }
}

/// The place of an argument's value, or of its name when it has none.
pub(crate) fn value_span(arg: &Arg) -> Span {
    match &arg.value {
        ArgValue::Expr(e) => e.span(),
        ArgValue::List(_, span) => *span,
        ArgValue::Flag => arg.name.span(),
    }
}
