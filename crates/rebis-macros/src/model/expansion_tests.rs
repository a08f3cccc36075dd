//! What the derive writes. Invariant: the expansion of api.md's models is the hand-written one of rebis-orm's tests, and every expansion stays
//! within its measure.

use quote::{ToTokens, quote};
use syn::DeriveInput;

use super::derive;

const MODELS: &str = r#"
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 64, unique, index)]
    pub username: String,
    #[column(length = 120, unique, index)]
    pub email: String,
    #[column(length = 256)]
    pub password_hash: Option<String>,
    #[relation(back_populates = author, cascade = "all, delete-orphan")]
    pub posts: HasMany<Post>,
}
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 140)]
    pub body: String,
    #[column(index, default = Utc::now)]
    pub timestamp: DateTime<Utc>,
    #[column(index, foreign_key = User::id)]
    pub user_id: i64,
    #[relation(key = user_id, back_populates = posts)]
    pub author: BelongsTo<User>,
}
"#;

/// The items of a file, without structs that derive `Serialize` (the models), documentation and lint attributes.
fn normal(file: syn::File) -> Vec<String> {
    let mut out = Vec::new();
    for item in file.items {
        let text = item.to_token_stream().to_string();
        if text.contains("Serialize") || text.starts_with("const _") || matches!(item, syn::Item::Use(_)) {
            continue;
        }
        out.push(
            strip(item.to_token_stream())
                .to_string()
                .replace("< User as :: rebis :: __private :: Target > :: Model", "User")
                .replace(", }", "}")
                .replace(", )", ")")
                .replace(", ]", "]")
                .replace(", >", ">")
                .replace(' ', "")
                .replace(",}", "}")
                .replace(",)", ")")
                .replace(",]", "]")
                .replace("0usize", "0")
                .replace("1usize", "1")
                .replace("2usize", "2")
                .replace("3usize", "3"),
        );
    }
    out
}

/// Drops every attribute but `derive`.
fn strip(tokens: proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    use proc_macro2::TokenTree as T;
    let mut out = Vec::new();
    let mut iter = tokens.into_iter().peekable();
    while let Some(t) = iter.next() {
        match (&t, iter.peek()) {
            (T::Punct(p), Some(T::Group(g)))
                if p.as_char() == '#' && !g.stream().to_string().starts_with("derive") =>
            {
                iter.next();
            }
            _ => out.push(match t {
                T::Group(g) => T::Group(proc_macro2::Group::new(g.delimiter(), strip(g.stream()))),
                t => t,
            }),
        }
    }
    out.into_iter().collect()
}

#[test]
fn the_expansion_is_the_handwritten_one() {
    let wanted = normal(syn::parse_str(include_str!("../../../rebis-orm/tests/it/handwritten.rs")).unwrap());
    let models: syn::File = syn::parse_str(MODELS).unwrap();
    let mut written = proc_macro2::TokenStream::new();
    for item in models.items {
        written.extend(derive(&syn::parse2(item.into_token_stream()).unwrap()));
    }
    let written = normal(syn::parse2(written).unwrap());
    for (written, wanted) in written.iter().zip(&wanted) {
        assert_eq!(written, wanted);
    }
    assert_eq!(written.len(), wanted.len());
}

#[test]
fn the_expansion_stays_small() {
    let input: DeriveInput = syn::parse_quote! {
        pub struct Big {
            #[column(primary_key)] pub id: i64,
            #[column(length = 10, unique, index)] pub a: String,
            pub b: String, pub c: Option<String>, pub d: bool, pub e: f64,
            #[column(default = 0)] pub f: i32,
            #[column(server_default = now)] pub g: DateTime<Utc>,
            #[column(foreign_key = User::id)] pub h: i64,
            #[relation(key = h)] pub i: BelongsTo<User>,
        }
    };
    let tokens = count(derive(&input));
    // Every token is compiled once per model. When this grows, ask whether the ORM could do it in a generic function.
    assert!(
        (1..=TOKENS_MOST).contains(&tokens),
        "{tokens} tokens for a model of ten fields, at most {TOKENS_MOST} wanted"
    );
}

fn count(tokens: proc_macro2::TokenStream) -> usize {
    tokens
        .into_iter()
        .map(|t| match t {
            proc_macro2::TokenTree::Group(g) => 2 + count(g.stream()),
            _ => 1,
        })
        .sum()
}

#[test]
fn structs_and_kinds_of_columns_stay_small() {
    let times: DeriveInput = syn::parse_quote!(
        pub struct Times {
            #[column(default = Utc::now)]
            pub created_at: DateTime<Utc>,
            pub updated_at: Option<DateTime<Utc>>,
        }
    );
    let role: DeriveInput = syn::parse_quote!(
        pub enum Role {
            Engineer { language: String, grade: i32 },
            Manager { grade: i32, budget: Option<i64> },
            Intern,
        }
    );
    for (input, most) in [(&times, TIMES_MOST), (&role, ROLE_MOST)] {
        let tokens = count(super::derive_columns(input));
        assert!((1..=most).contains(&tokens), "{tokens} tokens for {}, at most {most} wanted", input.ident);
    }
    // What one more flattened struct, deferred column or relation through an association costs a model.
    let model = |field: proc_macro2::TokenStream| {
        count(derive(&syn::parse_quote!(pub struct A { #[column(primary_key)] pub id: i64, #field })))
    };
    let empty = model(quote!());
    for (field, most) in [
        (quote!(#[column(flatten)] pub times: Times), FLAT_MOST),
        (quote!(pub body: Deferred<String>), DEFERRED_MOST),
        (quote!(#[relation(through = AB, back_populates = a)] pub b: HasMany<B>), THROUGH_MOST),
    ] {
        let tokens = model(field.clone()) - empty;
        assert!((1..=most).contains(&tokens), "{tokens} tokens for `{field}`, at most {most} wanted");
    }
}

/// Measured, with about five per cent to spare.
const TIMES_MOST: usize = 900;
const ROLE_MOST: usize = 2180;
const FLAT_MOST: usize = 560;
const DEFERRED_MOST: usize = 560;
const THROUGH_MOST: usize = 260;

/// Measured, with about five per cent to spare.
const TOKENS_MOST: usize = 4960;
