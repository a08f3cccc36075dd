//! `templates!`: a folder of templates, compiled into the program. Invariant: what is compiled in has the names under which the folder would
//! be read, and is the same in each build.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{LitStr, Token};

/// `"templates"`, `"templates", crate = rebis_web`.
struct Input {
    folder: LitStr,
    krate: syn::Path,
}

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let folder = input.parse()?;
        let mut krate = syn::parse_quote!(::rebis);
        if input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            krate = input.call(syn::Path::parse_mod_style)?;
        }
        Ok(Input { folder, krate })
    }
}

/// The expression, or what is wrong with the folder.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let input: Input = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let root = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let folder = root.join(input.folder.value());
    let mut files = Vec::new();
    if let Err(error) = collect(&folder, "", &mut files) {
        let text = format!("the templates in {} cannot be read: {error}", folder.display());
        return syn::Error::new(input.folder.span(), text).to_compile_error();
    }
    files.sort();
    let (names, paths): (Vec<_>, Vec<_>) = files.into_iter().unzip();
    let (krate, folder) = (input.krate, folder.display().to_string());
    quote! {
        #krate::__private::TemplateFolder::embedded(
            #folder,
            &[#((#names, ::core::include_str!(#paths))),*],
            ::core::cfg!(debug_assertions),
        )
    }
}

/// Names with `/` between their parts, and paths. What begins with a dot is an editor's.
fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, String)>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let own = entry.file_name().to_string_lossy().into_owned();
        if own.starts_with('.') || own.ends_with('~') {
            continue;
        }
        let name = format!("{prefix}{own}");
        let path = entry.path();
        if path.is_dir() {
            collect(&path, &format!("{name}/"), files)?;
        } else {
            files.push((name, path.display().to_string()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder() {
        let out = expand(quote!("src/model", crate = some::path)).to_string();
        assert!(out.contains("some :: path :: __private :: TemplateFolder :: embedded"), "{out}");
        assert!(out.contains("(\"expand/mod.rs\" , :: core :: include_str !"), "{out}");
        let wrong = expand(quote!("nowhere")).to_string();
        assert!(wrong.contains("nowhere cannot be read"), "{wrong}");
    }
}
