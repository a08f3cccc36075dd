//! `#[rebis::test]`. Invariant: the user's function stays as it is written, inside the one that the test harness calls.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{FnArg, ItemFn, Path, Token};

/// The attribute's output.
pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let written = item.clone();
    match parse(args, item) {
        Ok((args, function)) => write(&args, &function),
        Err(e) => {
            let error = e.to_compile_error();
            // With the function beside it, nothing else is reported as missing.
            quote!(#error #[allow(dead_code)] #written)
        }
    }
}

/// What stands in the attribute.
struct Args {
    factory: Option<Path>,
    create_all: bool,
}

impl Parse for Args {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut args = Args { factory: None, create_all: false };
        for path in Punctuated::<Path, Token![,]>::parse_terminated(input)? {
            if path.is_ident("create_all") {
                args.create_all = true;
            } else if args.factory.is_none() {
                args.factory = Some(path);
            } else {
                return Err(syn::Error::new_spanned(
                    path,
                    "expected one factory, then perhaps `create_all`: `#[rebis::test(create_app, create_all)]`",
                ));
            }
        }
        Ok(args)
    }
}

fn parse(args: TokenStream, item: TokenStream) -> syn::Result<(Args, ItemFn)> {
    let function: ItemFn = syn::parse2(item)?;
    let args: Args = syn::parse2(args)?;
    let wrong =
        |on: &dyn quote::ToTokens, what: &str| Err(syn::Error::new_spanned(on.to_token_stream(), what));
    if function.sig.asyncness.is_none() {
        return wrong(
            &function.sig.fn_token,
            "`#[rebis::test]` is for an `async fn`; `#[test]` is for others",
        );
    }
    if !function.sig.generics.params.is_empty() {
        return wrong(&function.sig.generics, "a test cannot be generic");
    }
    if let Some(FnArg::Receiver(receiver)) = function.sig.inputs.first() {
        return wrong(receiver, "a test is a function, not a method");
    }
    if let Some(twice) = function.attrs.iter().find(|a| a.path().is_ident("test")) {
        return wrong(twice, "`#[rebis::test]` makes it a test already");
    }
    Ok((args, function))
}

fn write(args: &Args, function: &ItemFn) -> TokenStream {
    let ItemFn { attrs, vis, sig, block } = function;
    let (name, output): (&Ident, _) = (&sig.ident, &sig.output);
    let testing = quote!(::rebis::__private::testing);
    let call = if sig.inputs.is_empty() && args.factory.is_none() {
        quote!(#testing::alone(#name()))
    } else {
        let create_all = args.create_all;
        let factory = match &args.factory {
            Some(path) => quote!(::core::option::Option::Some(#path)),
            None => {
                quote!(::core::option::Option::None::<fn(::rebis::web::Config) -> ::rebis::web::App>)
            }
        };
        let fixtures = sig.inputs.iter().filter_map(|arg| match arg {
            FnArg::Typed(arg) => Some(&arg.ty),
            FnArg::Receiver(_) => None,
        });
        quote! {
            #testing::run(
                #testing::Settings {
                    root: ::core::env!("CARGO_MANIFEST_DIR"),
                    package: ::core::env!("CARGO_PKG_NAME"),
                    create_all: #create_all,
                },
                #factory,
                async |__app| #name(#(#testing::fixture::<#fixtures>(&__app).await),*).await,
            )
        }
    };
    quote! {
        #[::core::prelude::v1::test]
        #(#attrs)*
        #vis fn #name() #output {
            #sig #block
            #call
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(args: TokenStream, item: TokenStream) -> String {
        expand(args, item).to_string()
    }

    #[test]
    fn arguments_become_fixtures() {
        let out = expanded(
            quote!(crate::create_app, create_all),
            quote!(
                #[should_panic]
                async fn works(app: TestApp, db: Database) -> Result<()> {
                    Ok(())
                }
            ),
        );
        for part in [
            quote!(#[::core::prelude::v1::test] #[should_panic] fn works() -> Result<()>),
            quote!(::core::option::Option::Some(crate::create_app)),
            quote!(create_all: true),
            quote!(
                works(
                    ::rebis::__private::testing::fixture::<TestApp>(&__app).await,
                    ::rebis::__private::testing::fixture::<Database>(&__app).await
                )
                .await
            ),
        ] {
            assert!(out.contains(&part.to_string()), "{part}\n{out}");
        }
    }

    #[test]
    fn a_test_without_arguments_has_a_runtime() {
        let out = expanded(
            quote!(),
            quote!(
                async fn works() {}
            ),
        );
        assert!(out.contains(&quote!(::rebis::__private::testing::alone(works())).to_string()), "{out}");
    }

    #[test]
    fn refuses_what_is_no_test() {
        for (args, item, words) in [
            (
                quote!(),
                quote!(
                    fn a() {}
                ),
                "async fn",
            ),
            (
                quote!(),
                quote!(
                    async fn a<T>() {}
                ),
                "generic",
            ),
            (
                quote!(),
                quote!(
                    async fn a(&self) {}
                ),
                "not a method",
            ),
            (
                quote!(),
                quote!(
                    #[test]
                    async fn a() {}
                ),
                "already",
            ),
            (
                quote!(one, two),
                quote!(
                    async fn a() {}
                ),
                "one factory",
            ),
            (
                quote!(migrations = false),
                quote!(
                    async fn a() {}
                ),
                "expected",
            ),
        ] {
            assert!(expanded(args, item).contains(words), "{words}");
        }
    }
}
