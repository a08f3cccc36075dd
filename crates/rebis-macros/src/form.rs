//! `#[derive(Form)]`: a struct as a form. Invariant: an argument of a field is a method of `FieldBuilder` of the same name, so its type is
//! checked there and the error stands on the argument.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{DeriveInput, Expr, Ident, Lit, LitStr, Path};

use crate::args::{self, Arg, ListItem};
use crate::ctxt::Ctxt;
use crate::derived::{derived, named_fields, not_generic, respan};
use crate::form_files;
use crate::suggest::{Vocabulary, nearest};

const STRUCT: Vocabulary = Vocabulary {
    attribute: "#[form(…)]",
    known: &["model", "get", "submit", "validate", "crate"],
    elsewhere: &[("csrf", "the token is checked by the application: see `CSRF_ENABLED`")],
    later: &[],
};

/// The arguments that stand alone.
const FLAGS: &[&str] = &[
    "required",
    "optional",
    "trim",
    "password",
    "email",
    "url",
    "tel",
    "search",
    "textarea",
    "select",
    "radio",
    "checkboxes",
    "hidden",
];

const FIELD: Vocabulary = Vocabulary {
    attribute: "#[form(…)]",
    known: &[
        "label",
        "help",
        "placeholder",
        "required",
        "optional",
        "trim",
        "message",
        "length",
        "range",
        "pattern",
        "email",
        "url",
        "tel",
        "search",
        "equal_to",
        "validate",
        "choices",
        "default",
        "password",
        "textarea",
        "select",
        "radio",
        "checkboxes",
        "hidden",
        "attr",
        "extra",
        "max_size",
        "accept",
        "flatten",
    ],
    elsewhere: &[
        ("data_required", "a field is required unless its type is `Option`, `Vec` or `bool`"),
        ("validators", "each check is an argument: `length = 2..=20`, `email`, `validate = …`"),
        ("regexp", "did you mean `pattern`?"),
        ("regex", "did you mean `pattern`?"),
        ("min", "bounds are `range = 1..` of a number, `length = 2..` of a text"),
        ("max", "bounds are `range = ..=10` of a number, `length = ..=20` of a text"),
        ("description", "did you mean `help`?"),
        ("any_of", "did you mean `choices`?"),
        ("name", "a field is sent under its own name"),
        ("nullable", "what may be left empty is an `Option`"),
    ],
    later: &[],
};

/// The derive's output: an implementation of `FromForm`.
pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    derived(input, expand)
}

fn expand(ctxt: &Ctxt, input: &DeriveInput) -> Option<TokenStream> {
    let name = &input.ident;
    let fields = named_fields(
        ctxt,
        input,
        "a form is a struct whose fields have names: they are what a browser sends",
        "`Form` is for structs; an enum that is a list of choices derives `FormEnum`",
    )?;
    not_generic(ctxt, input, "a form");
    let form = read_struct(ctxt, input);
    let krate = &form.krate;
    let p = quote!(#krate::__private);
    let idents: Vec<&Ident> = fields.iter().filter_map(|field| field.ident.as_ref()).collect();
    let (mut described, mut kept, mut extra) = (Vec::new(), Vec::new(), Vec::new());
    let (mut read, mut written) = (Vec::new(), Vec::new());
    for (field, ident) in fields.iter().zip(&idents) {
        let text = ident.unraw().to_string();
        if text.starts_with('_') || text == "csrf_token" || text == "hidden_tag" {
            ctxt.error(
                ident,
                format!("a form's field cannot be called `{text}`: the name is the framework's own"),
            );
        }
        let (ty, key) = (&field.ty, LitStr::new(&text, ident.span()));
        // Written alike at every place and standing at the type, so that the compiler says once what no browser can send. The locals are the
        // expansion's own, whatever macro the type comes from.
        let (at, to) = (respan(&p, ty.span()), quote!(form));
        let value = quote_spanned!(ty.span()=> <#ty as #at::FormValue>);
        let inside = quote_spanned!(ty.span()=> <#ty as #at::FromForm>);
        let mut calls = quote_spanned!(ty.span()=> #value::add_to(&mut #to, #key));
        let mut foreign = false;
        let args = args::read(ctxt, &field.attrs, "form", &["validate"]);
        let inner = args.iter().any(|arg| arg.name == "flatten" && arg.flag(ctxt).unwrap_or_default());
        let mut legend = quote!(::core::option::Option::None);
        for arg in args {
            if arg.name == "flatten" {
                continue;
            }
            if inner && arg.name == "label" {
                legend = arg
                    .expr(ctxt, "\"…\"")
                    .map_or(legend, |text| quote!(::core::option::Option::Some(#text)));
                continue;
            }
            if inner && arg.name != "extra" {
                ctxt.error(
                    &arg.name,
                    format!("`{}` is said by the fields of the form inside this one; beside `flatten` stand `label` and `extra`", arg.name),
                );
                continue;
            }
            if arg.name == "extra" {
                foreign = arg.flag(ctxt).unwrap_or_default();
                if form.model.is_none() {
                    ctxt.error(
                        &arg.name,
                        "`extra` is a field that the model has not: say `#[form(model = …)]` of the struct",
                    );
                }
                continue;
            }
            calls.extend(method(ctxt, &arg, &idents, ident));
        }
        described.push(if inner {
            quote_spanned!(ty.span()=> #inside::add_to(&mut #to, #key, #legend))
        } else {
            calls
        });
        read.push(if inner {
            quote_spanned!(ty.span()=> #inside::read_from(#to, #key))
        } else {
            quote_spanned!(ty.span()=> #value::read_from(#to))
        });
        let own = quote!(&self.#ident);
        written.push(if inner {
            quote_spanned!(ty.span()=> #inside::write(#own, #to))
        } else {
            quote_spanned!(ty.span()=> #value::write_to(#own, #to))
        });
        if foreign { extra.push((ident, ty)) } else { kept.push(ident) }
    }

    let title = LitStr::new(&name.to_string(), name.span());
    let get = form.get.then(|| quote!(form.get();));
    let submit = form.submit.map(|words| quote!(form.submit(#words);));
    let locals: Vec<Ident> = (0..idents.len()).map(|n| format_ident!("field_{n}")).collect();
    let made = quote!(#name { #(#idents: #locals?),* });
    let made = match form.validate {
        Some(check) => quote_spanned!(check.span()=> form.validate(#made, #check)),
        None => quote!(::core::option::Option::Some(#made)),
    };
    let limits = form.model.as_ref().map(|_| quote!(#p::limit_form::<#name>(&mut form);));
    let of_model = form.model.map(|model| {
        // A type that differs is said at the field; the place is written alike, so that a field that is not there is said once.
        let there = kept.iter().map(|i| (i, respan(&p, i.span()), quote!((*model).#i), quote!(self.#i)));
        let copied =
            there.clone().map(|(i, p, place, _)| quote_spanned!(i.span()=> #i: #p::field_of_model(&#place),));
        let set =
            there.map(|(i, p, place, own)| quote_spanned!(i.span()=> #p::set_field(&mut #place, #own);));
        let empty =
            extra.iter().map(|(i, ty)| quote_spanned!(ty.span()=> #i: ::core::default::Default::default(),));
        quote! {
            #[automatically_derived]
            impl #p::ModelForm for #name {
                type Model = #model;
                fn from_model(model: &#model) -> Self {
                    #name { #(#copied)* #(#empty)* }
                }
                fn populate(self, model: &mut #model) {
                    #(#set)*
                }
            }
        }
    });
    Some(quote! {
        #of_model
        #[automatically_derived]
        impl #p::FromForm for #name {
            fn spec() -> &'static #p::FormSpec {
                static SPEC: #p::OnceLock<#p::FormSpec> = #p::OnceLock::new();
                SPEC.get_or_init(|| {
                    let mut form = #p::FormSpec::new(#title);
                    #submit
                    #get
                    #(#described;)*
                    #limits
                    form
                })
            }
            fn read(form: &mut #p::FormReader<'_>) -> ::core::option::Option<Self> {
                #(let #locals = #read;)*
                #made
            }
            fn write(&self, form: &mut #p::FormWriter<'_>) {
                #(#written;)*
            }
        }
    })
}

/// What `#[form(…)]` says of the struct.
struct Of {
    krate: Path,
    model: Option<syn::ExprPath>,
    get: bool,
    submit: Option<LitStr>,
    validate: Option<Expr>,
}

fn read_struct(ctxt: &Ctxt, input: &DeriveInput) -> Of {
    let mut form =
        Of { krate: syn::parse_quote!(::rebis), model: None, get: false, submit: None, validate: None };
    for arg in args::read(ctxt, &input.attrs, "form", &[]) {
        match arg.name.to_string().as_str() {
            "get" => form.get = arg.flag(ctxt).unwrap_or_default(),
            "model" => form.model = arg.path(ctxt, "User"),
            "submit" => form.submit = arg.text(ctxt),
            "validate" => form.validate = arg.expr(ctxt, "passwords_agree").cloned(),
            "crate" => arg.krate(ctxt, &mut form.krate),
            _ => {
                STRUCT.refuse(ctxt, &arg.name);
            }
        }
    }
    form
}

/// The call that an argument stands for.
fn method(ctxt: &Ctxt, arg: &Arg, fields: &[&Ident], own: &Ident) -> Option<TokenStream> {
    let name = &arg.name;
    let text = name.to_string();
    if FLAGS.contains(&text.as_str()) {
        return arg.flag(ctxt).filter(|set| *set).map(|_| quote!(.#name()));
    }
    let value = match text.as_str() {
        "label" | "help" | "placeholder" | "message" => arg.expr(ctxt, "\"…\"")?.to_token_stream(),
        "pattern" => arg.text(ctxt)?.to_token_stream(),
        "range" => bounds(ctxt, arg, "1..=10", false)?,
        "length" => bounds(ctxt, arg, "2..=20", true)?,
        "max_size" => form_files::max_size(ctxt, arg)?,
        "accept" => form_files::accept(ctxt, arg)?,
        "choices" => arg.expr(ctxt, "[\"red\", \"green\"]")?.to_token_stream(),
        "validate" => arg.expr(ctxt, "is_free")?.to_token_stream(),
        "default" => default_value(arg.expr(ctxt, "1")?),
        "equal_to" => {
            let other = arg.word(ctxt, "password")?;
            if !fields.contains(&&other) || other == *own {
                let names: Vec<String> =
                    fields.iter().filter(|f| **f != own).map(|f| f.to_string()).collect();
                let near = nearest(&other.to_string(), names.iter().map(String::as_str));
                let near = near.map(|n| format!(": did you mean `{n}`?")).unwrap_or_default();
                ctxt.error(&other, format!("the form has no other field `{other}`{near}"));
                return None;
            }
            LitStr::new(&other.unraw().to_string(), other.span()).to_token_stream()
        }
        "attr" => {
            let mut calls = TokenStream::new();
            for item in arg.list(ctxt, "attr(autocomplete = \"username\")")? {
                match item {
                    ListItem::Arg(one) => {
                        let key =
                            LitStr::new(&one.name.unraw().to_string().replace('_', "-"), one.name.span());
                        let value = one.expr(ctxt, "\"…\"")?;
                        calls.extend(quote!(.attr(#key, #value)));
                    }
                    ListItem::Expr(other) => ctxt.error(other, "an attribute is `name = value`"),
                }
            }
            return Some(calls);
        }
        _ => {
            FIELD.refuse(ctxt, name);
            return None;
        }
    };
    Some(quote_spanned!(name.span()=> .#name(#value)))
}

/// A range; a length may be one number, which is the greatest.
fn bounds(ctxt: &Ctxt, arg: &Arg, example: &str, alone: bool) -> Option<TokenStream> {
    match arg.expr(ctxt, example)? {
        Expr::Lit(syn::ExprLit { lit: Lit::Int(most), .. }) if alone => Some(quote!(..=#most)),
        Expr::Lit(other) => {
            ctxt.error(other, format!("`{}` needs a range, as in `{} = {example}`", arg.name, arg.name));
            None
        }
        range => Some(range.to_token_stream()),
    }
}

/// As in `Model`: a path whose last name is small is a function, any other expression a value.
fn default_value(value: &Expr) -> TokenStream {
    let function = |path: &syn::ExprPath| {
        path.path
            .segments
            .last()
            .is_some_and(|last| last.ident.unraw().to_string().starts_with(char::is_lowercase))
    };
    match value {
        Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) => quote!(|| ::core::convert::Into::into(#text)),
        Expr::Closure(_) => value.to_token_stream(),
        Expr::Path(path) if function(path) => value.to_token_stream(),
        other => quote_spanned!(other.span()=> || #other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(input: DeriveInput) -> Vec<String> {
        crate::derived::errors(&input, expand)
    }

    #[test]
    fn arguments_are_methods() {
        let out = derive(&syn::parse_quote! {
            #[form(submit = "Send", validate = agree)]
            struct F {
                #[form(label = "Name", length = 64, validate = free, attr(autocomplete = "username", data_x = 1))]
                name: String,
                #[form(range = 1..=9, default = 3)]
                r#type: Option<u8>,
                #[form(password, equal_to = name, trim = false)]
                form: String,
            }
        })
        .to_string();
        for part in [
            "form . submit (\"Send\") ;",
            "< String as :: rebis :: __private :: FormValue > :: add_to (& mut form , \"name\") . label (\"Name\") . length (..= 64) . validate (free) \
             . attr (\"autocomplete\" , \"username\") . attr (\"data-x\" , 1) ;",
            "< Option < u8 > as :: rebis :: __private :: FormValue > :: add_to (& mut form , \"type\") . range (1 ..= 9) . default (|| 3) ;",
            ". password () . equal_to (\"name\") ;",
            "form . validate (F { name : field_0 ? , r#type : field_1 ? , form : field_2 ? } , agree)",
        ] {
            assert!(out.contains(part), "{part}\n{out}");
        }
    }

    #[test]
    fn a_model_is_read_and_written_field_by_field() {
        let out = derive(&syn::parse_quote! {
            #[form(model = User)]
            struct F { name: String, #[form(extra, password)] password: String }
        })
        .to_string();
        for part in [
            "limit_form :: < F > (& mut form) ;",
            "F { name : :: rebis :: __private :: field_of_model (& (* model) . name) , password : :: core :: default :: Default :: default () , }",
            "{ :: rebis :: __private :: set_field (& mut (* model) . name , self . name) ; }",
        ] {
            assert!(out.contains(part), "{part}\n{out}");
        }
        let alone = errors(syn::parse_quote! { struct F { #[form(extra)] a: String } });
        assert!(alone[0].contains("say `#[form(model = …)]`"), "{alone:?}");
    }

    #[test]
    fn a_form_inside_is_named_alike_everywhere() {
        let out = derive(&syn::parse_quote! { struct F { #[form(flatten, label = "Where")] at: Address } })
            .to_string();
        for part in [
            ":: add_to (& mut form , \"at\" , :: core :: option :: Option :: Some (\"Where\")) ;",
            ":: read_from (form , \"at\") ;",
            ":: write (& self . at , form) ;",
        ] {
            let part = format!("< Address as :: rebis :: __private :: FromForm > {part}");
            assert!(out.contains(&part), "{part}\n{out}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        let field = |attribute: TokenStream| {
            errors(syn::parse_quote! { struct F { #attribute password: String, again: String } })
        };
        assert!(field(quote!(#[form(lenght = 3)]))[0].contains("did you mean `length`?"));
        assert!(field(quote!(#[form(validators = 3)]))[0].contains("each check is an argument"));
        assert!(field(quote!(#[form(range = 3)]))[0].contains("`range` needs a range"));
        assert!(field(quote!(#[form(equal_to = agian)]))[0].contains("did you mean `again`?"));
        assert!(field(quote!(#[form(equal_to = password)]))[0].contains("no other field `password`"));
        assert!(
            errors(syn::parse_quote!(
                struct F {
                    csrf_token: String,
                }
            ))[0]
                .contains("the framework's own")
        );
        assert!(
            errors(syn::parse_quote!(
                struct F(String);
            ))[0]
                .contains("fields have names")
        );
        assert!(
            errors(syn::parse_quote!(
                enum F {
                    A,
                }
            ))[0]
                .contains("`FormEnum`")
        );
        assert!(
            errors(syn::parse_quote!(
                struct F<T> {
                    a: T,
                }
            ))[0]
                .contains("cannot be generic")
        );
    }
}
