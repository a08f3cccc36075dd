//! `#[rebis::main]`. Invariant: the user's function stays as it is written, inside the one that starts the runtime.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemFn;

/// The attribute's output.
pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let function = match check(&args, item.clone()) {
        Ok(function) => function,
        Err(e) => {
            let error = e.to_compile_error();
            return quote!(#error);
        }
    };
    let ItemFn { attrs, vis, sig, block } = function;
    let (name, output) = (&sig.ident, &sig.output);
    quote! {
        #(#attrs)*
        #vis fn #name() #output {
            #sig #block
            ::rebis::__private::block_on(#name())
        }
    }
}

fn check(args: &TokenStream, item: TokenStream) -> syn::Result<ItemFn> {
    let function: ItemFn = syn::parse2(item)?;
    let wrong =
        |on: &dyn quote::ToTokens, what: &str| Err(syn::Error::new_spanned(on.to_token_stream(), what));
    if !args.is_empty() {
        return wrong(args, "`#[rebis::main]` takes no arguments");
    }
    if function.sig.asyncness.is_none() {
        return wrong(&function.sig.fn_token, "`#[rebis::main]` is for an `async fn main()`");
    }
    if !function.sig.inputs.is_empty() {
        return wrong(
            &function.sig.inputs,
            "`main` takes no arguments; those of the command line are read by `rebis::cli`",
        );
    }
    if !function.sig.generics.params.is_empty() {
        return wrong(&function.sig.generics, "`main` cannot be generic");
    }
    Ok(function)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_the_function() {
        let out = expand(
            quote!(),
            quote!(
                async fn main() -> ExitCode {
                    run().await
                }
            ),
        );
        let want = quote! {
            fn main() -> ExitCode {
                async fn main() -> ExitCode { run().await }
                ::rebis::__private::block_on(main())
            }
        };
        assert_eq!(out.to_string(), want.to_string());
    }

    #[test]
    fn refuses_what_cannot_be_run() {
        for (item, words) in [
            (
                quote!(
                    fn main() {}
                ),
                "async fn main",
            ),
            (
                quote!(
                    async fn main(a: i32) {}
                ),
                "takes no arguments",
            ),
            (
                quote!(
                    async fn main<T>() {}
                ),
                "generic",
            ),
        ] {
            assert!(expand(quote!(), item).to_string().contains(words), "{words}");
        }
    }
}
