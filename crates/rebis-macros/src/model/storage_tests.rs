//! What a model says of how its table is stored and compared.

use quote::quote;

use super::derive;
use super::tests::{accepts, error, errors, says};

#[test]
fn collations() {
    accepts(quote!(#[column(collation = "NOCASE")] a: String));
    says(
        &error(quote!(#[column(collation(sqlit = "NOCASE"))] a: String)),
        &["did you mean `sqlite`?", "mariadb"],
    );
    says(&error(quote!(#[column(collation("NOCASE"))] a: String)), &["a name for each database"]);
    says(&error(quote!(#[column(collate = "NOCASE")] a: String)), &["did you mean `collation`?"]);
    let input = syn::parse_quote!(
        struct Post {
            #[column(primary_key)]
            id: i64,
            #[column(collation(sqlite = "NOCASE", mysql = "utf8mb4_bin"))]
            title: String,
        }
    );
    let text = derive(&input).to_string().replace(' ', "");
    says(&text, &["Sqlite),\"NOCASE\"),", "MySql),\"utf8mb4_bin\")])"]);
}

#[test]
fn exclusions() {
    let of = |text: &str| -> syn::DeriveInput {
        syn::parse_quote!(
            #[model(exclude(#text, name = "ex"))]
            struct Post {
                #[column(primary_key)]
                id: i64,
            }
        )
    };
    says(&errors(of("a > 0"))[0], &["expressions and operators", "USING gist"]);
    let text = derive(&of("USING gist (id WITH =)")).to_string().replace(' ', "");
    says(&text, &[".exclusions(&[", "CheckDef::new(\"USINGgist(idWITH=)\").named(\"ex\")])"]);
}

#[test]
fn options_of_a_table() {
    let of = |options: proc_macro2::TokenStream| -> syn::DeriveInput {
        syn::parse_quote!(
            #[model(options(#options))]
            struct Post {
                #[column(primary_key)]
                id: i64,
            }
        )
    };
    says(&errors(of(quote!(engine = "InnoDB")))[0], &["begins with the database", "mysql_engine"]);
    says(&errors(of(quote!(mysql_engine)))[0], &["an option has a value"]);
    let text = derive(&of(quote!(mysql_engine = "InnoDB"))).to_string().replace(' ', "");
    says(&text, &[".options(&[(\"mysql_engine\",\"InnoDB\")])"]);
}

#[test]
fn nulls_that_are_duplicates() {
    let text = derive(&syn::parse_quote!(
        #[model(unique(a, id, nulls_not_distinct), index(a, unique, nulls_not_distinct, name = "ix"))]
        struct Post {
            #[column(primary_key)]
            id: i64,
            a: Option<i64>,
        }
    ));
    let text = text.to_string().replace(' ', "");
    says(&text, &["&[\"a\",\"id\"]).nulls_not_distinct()", ".unique().nulls_not_distinct().named(\"ix\")"]);
}

#[test]
fn checks_that_wait() {
    let text = derive(&syn::parse_quote!(
        #[model(unique(a, deferrable), unique(a, id, deferrable, initially_deferred, name = "uq"))]
        struct Post {
            #[column(primary_key)]
            id: i64,
            #[column(foreign_key = User::id, deferrable)]
            a: i64,
            #[column(foreign_key = User::id, initially_deferred, match_full, foreign_key_name = "fk_b")]
            b: i64,
        }
    ));
    let text = text.to_string().replace(' ', "");
    says(&text, &["&[\"a\"]).deferrable()", "&[\"a\",\"id\"]).initially_deferred().named(\"uq\")"]);
    says(
        &text,
        &["(User::id).deferrable(false)", "(User::id).deferrable(true).match_full().named(\"fk_b\")"],
    );
    says(&error(quote!(#[column(unique, deferrable)] a: i64)), &["`#[model(unique(a, deferrable))]`"]);
    says(&error(quote!(#[column(match_full)] a: i64)), &["needs `foreign_key"]);
    says(
        &error(quote!(#[column(foreign_key_name = "fk_a")] a: i64)),
        &["`foreign_key_name` needs `foreign_key = …`"],
    );
}
