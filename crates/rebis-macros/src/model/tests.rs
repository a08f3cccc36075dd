//! What the derive says. Invariant: a message names what is wrong and what to write instead.

use quote::quote;
use syn::DeriveInput;

use super::{derive, read};
use crate::ctxt::Ctxt;

pub(super) fn errors(input: DeriveInput) -> Vec<String> {
    let ctxt = Ctxt::default();
    let _ = read(&ctxt, &input);
    ctxt.messages()
}

/// The only error of a struct with these fields beside a key.
pub(super) fn error(fields: proc_macro2::TokenStream) -> String {
    let mut all = errors(syn::parse_quote!(struct Post { #[column(primary_key)] id: i64, #fields }));
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

pub(super) fn accepts(fields: proc_macro2::TokenStream) {
    let all = errors(syn::parse_quote!(struct Post { #[column(primary_key)] id: i64, #fields }));
    assert!(all.is_empty(), "{all:#?}");
}

#[track_caller]
pub(super) fn says(message: &str, words: &[&str]) {
    for w in words {
        assert!(message.contains(w), "{w:?} is not in {message:?}");
    }
}

#[test]
fn a_model_needs_a_key() {
    let e = errors(syn::parse_quote!(
        struct User {
            name: String,
        }
    ));
    assert_eq!(e.len(), 1);
    says(&e[0], &["`User` has no primary key", "#[column(primary_key)] pub id: i64"]);
    says(
        &errors(syn::parse_quote!(
            struct User {
                id: i64,
            }
        ))[0],
        &["put `#[column(primary_key)]` before its field `id`"],
    );
}

#[test]
fn only_plain_structs_are_models() {
    says(
        &errors(syn::parse_quote!(
            struct A(i64);
        ))[0],
        &["named fields"],
    );
    says(
        &errors(syn::parse_quote!(
            struct A;
        ))[0],
        &["needs fields"],
    );
    says(
        &errors(syn::parse_quote!(
            enum A {
                B,
            }
        ))[0],
        &["rebis::Enum"],
    );
    says(
        &errors(syn::parse_quote!(
            struct A<T> {
                #[column(primary_key)]
                id: T,
            }
        ))[0],
        &["cannot be generic"],
    );
}

#[test]
fn unknown_arguments_are_named_and_the_known_listed() {
    says(
        &error(quote!(#[column(uniqe)] a: i64)),
        &["unknown argument `uniqe`", "did you mean `unique`?", "known: primary_key, name"],
    );
    says(&error(quote!(#[column(max_length = 5)] a: String)), &["did you mean `length`?"]);
    says(&error(quote!(#[column(not_null)] a: String)), &["unless the field's type is `Option<…>`"]);
    says(&error(quote!(#[column(primary = 5)] a: String)), &["did you mean `primary_key`?"]);
    let e = errors(syn::parse_quote!(
        #[model(tabel = "x")]
        struct A {
            #[column(primary_key)]
            id: i64,
        }
    ));
    says(&e[0], &["unknown argument `tabel` in `#[model(…)]`: did you mean `table`?"]);
}

#[test]
fn all_errors_are_collected() {
    let e = errors(syn::parse_quote! {
        #[model(tabel = "x")]
        struct A { #[column(primary_key)] id: i64, #[column(uniqe, lenght = 3)] b: String, #[column(length = "x")] c: String }
    });
    assert_eq!(e.len(), 4, "{e:#?}");
}

#[test]
fn what_is_planned_is_refused_by_name() {
    says(
        &error(quote!(#[column(deferred)] a: String)),
        &["the field's type says it: `pub body: Deferred<String>`"],
    );
    says(&error(quote!(#[model(flatten)] a: Times)), &["at a field write `#[column(…)]`"]);
}

#[test]
fn a_row_has_one_version_and_an_integer_counts_it() {
    accepts(quote!(#[column(version)] version: i64));
    accepts(quote!(#[column(version)] version: i32));
    says(&error(quote!(#[column(version)] version: Option<i64>)), &["a field of type `i64`"]);
    says(&error(quote!(#[column(version)] version: String)), &["a field of type `i64`"]);
    says(
        &error(quote!(#[column(version)] a: i64, #[column(version)] b: i64)),
        &["the field `a` counts it already"],
    );
    says(&error(quote!(#[column(version, foreign_key = User::id)] a: i64)), &["no key"]);
    let input = syn::parse_quote!(
        struct Post {
            #[column(primary_key)]
            id: i64,
            #[column(version)]
            rev: i64,
        }
    );
    let text = derive(&input).to_string().replace(' ', "");
    says(&text, &[".version()", "rev:self.rev.unwrap_or_else(||1)"]);
}

#[test]
fn values_of_the_wrong_kind() {
    says(&error(quote!(#[column(length = 1.5)] a: String)), &["`length` needs a whole number"]);
    says(&error(quote!(#[column(length)] a: String)), &["`length` needs a value: `length = 64`"]);
    says(&error(quote!(#[column(unique = 3)] a: String)), &["`unique` is a flag"]);
    says(&error(quote!(#[column(unique, unique)] a: String)), &["`unique` is given twice"]);
    says(&error(quote!(#[column(name = x)] a: String)), &["`name` needs a string literal"]);
    says(&error(quote!(#[column(length = 3, text)] a: String)), &["a column has one type"]);
    says(&error(quote!(#[column(scale = 3)] a: Decimal)), &["`scale` needs `precision`"]);
    says(&error(quote!(#[column(nullable)] a: String)), &["`Option<String>`"]);
    says(&error(quote!(#[column(server_default = Utc::now)] a: String)), &["`default = …`"]);
    says(&error(quote!(#[column(length = )] a: String)), &["`length =` needs a value"]);
}

#[test]
fn foreign_keys() {
    accepts(quote!(#[column(foreign_key = User::id, on_delete = set_null)] a: Option<i64>));
    says(&error(quote!(#[column(foreign_key = "user.id")] a: i64)), &["`foreign_key = User::id`"]);
    says(&error(quote!(#[column(foreign_key = User)] a: i64)), &["`User::id`?"]);
    says(&error(quote!(#[column(on_delete = cascade)] a: i64)), &["needs `foreign_key"]);
    says(
        &error(quote!(#[column(foreign_key = User::id, on_delete = casacde)] a: i64)),
        &["did you mean `cascade`?"],
    );
    says(
        &error(quote!(#[column(foreign_key = User::id, on_delete = "cascade")] a: i64)),
        &["`on_delete = cascade`"],
    );
}

#[test]
fn relations() {
    accepts(quote!(#[column(foreign_key = User::id)] user_id: i64, author: BelongsTo<User>));
    accepts(quote!(#[column(foreign_key = User::id)] user_id: Option<i64>, author: BelongsTo<Option<User>>));
    says(
        &error(quote!(#[relation(key = usr_id)] author: BelongsTo<User>, user_id: i64)),
        &["no column field `usr_id`", "`user_id`?", "fields: id, user_id"],
    );
    says(
        &error(quote!(author: BelongsTo<User>)),
        &["no field of `Post` refers to `User`", "pub author_id: i64"],
    );
    says(
        &error(
            quote!(#[column(foreign_key = User::id)] a: i64, #[column(foreign_key = User::id)] b: i64, author: BelongsTo<User>),
        ),
        &["`a` and `b` both refer to `User`", "key = a"],
    );
    accepts(
        quote!(#[column(foreign_key = U::p)] a: i64, #[column(foreign_key = U::q)] b: i64, u: BelongsTo<U>),
    );
    says(&error(quote!(#[relation(key = id)] a: i64)), &["`#[relation]` is for fields of type"]);
    says(&error(quote!(#[column(index)] a: HasMany<User>)), &["is a relation, not a column"]);
    says(&error(quote!(#[relation(back_populates = "a")] a: HasMany<User>)), &["without quotes"]);
    says(
        &error(quote!(#[relation(cascade = "all, delete_orphan")] a: HasMany<User>)),
        &["did you mean `delete-orphan`?"],
    );
    says(&error(quote!(#[relation(cascade = "delete-orphan")] a: HasMany<User>)), &["needs `delete`"]);
    says(&error(quote!(a: HasMany)), &["`HasMany<Post>`"]);
}

#[test]
fn relations_through_an_association() {
    accepts(quote!(#[relation(through = PostTag, back_populates = posts)] tags: HasMany<Tag>));
    accepts(
        quote!(#[relation(through = Follow, key = Follow::a_id, target_key = Follow::b_id)] a: HasMany<Post>),
    );
    says(&error(quote!(#[relation(through = "post_tag")] a: HasMany<Tag>)), &["`through = PostTag`"]);
    says(&error(quote!(#[relation(secondary = PostTag)] a: HasMany<Tag>)), &["`through = PostTag`"]);
    says(&error(quote!(#[relation(target_key = b)] a: HasMany<Tag>)), &["needs `through = …`"]);
    says(
        &error(quote!(#[relation(through = PostTag)] a: HasOne<Tag>)),
        &["`through` is for `HasMany`; a `HasOne` follows a key"],
    );
    says(
        &error(quote!(#[relation(through = PostTag, cascade = "all, delete-orphan")] a: HasMany<Tag>)),
        &["`delete-orphan` is for objects that belong to one other"],
    );
}

#[test]
fn a_model_of_two_keys_makes_its_rows_alone() {
    let text = |fields: proc_macro2::TokenStream| {
        derive(&syn::parse_quote!(struct A { #[column(primary_key)] id: i64, #fields })).to_string()
    };
    let keys = quote!(#[column(foreign_key = U::id)] u_id: i64, #[column(foreign_key = G::id)] g_id: i64,);
    assert!(text(quote!(#keys #[column(default = 1)] n: i64)).contains("fn linked"));
    assert!(!text(quote!(#keys n: i64)).contains("fn linked"), "more than keys is needed");
    assert!(!text(quote!(#[column(foreign_key = U::id)] u_id: i64)).contains("fn linked"));
}

#[test]
fn flattened_structs() {
    accepts(quote!(#[column(flatten)] times: Times, name: String));
    says(&error(quote!(#[column(flatten, length = 3)] a: Times)), &["`length` does not go with `flatten`"]);
    let input = syn::parse_quote!(
        struct A {
            #[column(primary_key)]
            id: i64,
            #[column(flatten)]
            x: X,
            name: String,
            #[column(flatten)]
            y: Y,
        }
    );
    let text = derive(&input).to_string().replace(' ', "");
    let place = "<Xas::rebis::__private::Embedded>::COLUMNS.len()";
    says(
        &text,
        &[
            "<X>::columns_of(2,<Xas",
            &format!("<Y>::columns_of(2+{place},"),
            "name:row.read(at+1,<Stringas::rebis::__private::ColumnType>::from_cell)?",
        ],
    );
    let columns = |input: DeriveInput| {
        let ctxt = Ctxt::default();
        let _ = super::parse::columns(&ctxt, &input);
        ctxt.messages().join("\n")
    };
    let wrong = |fields: proc_macro2::TokenStream| columns(syn::parse_quote!(struct T { #fields }));
    assert_eq!(wrong(quote!(#[column(length = 3)] a: String, b: Option<i64>)), "");
    says(
        &wrong(quote!(#[column(primary_key)] id: i64)),
        &[
            "the key and the version of a row belong to its model",
            "into each struct that derives `Model`, `#[column(primary_key)] pub id: i64`",
        ],
    );
    says(&wrong(quote!(a: HasMany<User>)), &["a relation belongs to a model"]);
    says(&wrong(quote!(#[column(flatten)] a: B)), &["flatten both into the model"]);
    says(
        &columns(syn::parse_quote!(
            #[model(table = "x")]
            struct T {
                a: i64,
            }
        )),
        &["unknown argument `table`"],
    );
}

#[test]
fn deferred_columns_stand_last() {
    accepts(quote!(#[column(text)] body: Deferred<String>, note: Deferred<Option<String>>));
    says(&error(quote!(#[column(foreign_key = U::id)] a: Deferred<i64>)), &["cannot be `Deferred`"]);
    let input = syn::parse_quote!(
        struct A {
            #[column(primary_key)]
            id: i64,
            body: Deferred<String>,
            name: String,
        }
    );
    let text = derive(&input).to_string().replace(' ', "");
    says(&text, &[".deferred(1)", "Column<A,String>=::rebis::__private::Column::new(2,\"body\")"]);
    says(
        &text,
        &[
            "name:row.read(at+1,<Stringas::rebis::__private::ColumnType>::from_cell)?",
            "fnfill",
            "owner.column(2,&mutrow.body)",
        ],
    );
}

#[test]
fn kinds_of_rows() {
    let says_of = |input: DeriveInput, words: &[&str]| {
        says(&super::derive_columns(&input).to_string().replace("\\n", "\n"), words);
    };
    let role: DeriveInput = syn::parse_quote!(
        #[model(tag = "type")]
        enum Role {
            Engineer {
                #[column(length = 20)]
                language: String,
                grade: i32,
            },
            #[column(name = "boss")]
            Manager {
                grade: i32,
                budget: Option<i64>,
            },
            Intern,
        }
    );
    let text = super::derive_columns(&role).to_string().replace(' ', "");
    assert!(!text.contains("compile_error"), "{text}");
    says(
        &text,
        &["enumRoleKind{Engineer,Manager,Intern}", "Column::nth(columns,start,3)", "\"boss\",\"intern\""],
    );
    says(
        &text,
        &[
            "ColumnDef::new(<RoleKindas::rebis::__private::ColumnType>::STORED,\"type\",\"type\")",
            "(Role::Manager{grade,..},2)",
        ],
    );
    says_of(
        syn::parse_quote!(
            enum A {
                B { x: i32 },
                C { x: String },
            }
        ),
        &["another variant has a field `x` of another type"],
    );
    says_of(
        syn::parse_quote!(
            enum A {
                B(i32),
            }
        ),
        &["the columns of a kind are named fields"],
    );
    says_of(
        syn::parse_quote!(
            enum A {
                B {
                    #[column(primary_key)]
                    id: i64,
                },
            }
        ),
        &["belong to its model, whatever its kind"],
    );
    says_of(
        syn::parse_quote!(
            enum A {
                B {
                    #[column(default = 1)]
                    x: i64,
                },
            }
        ),
        &["so they have no default"],
    );
    says_of(
        syn::parse_quote!(
            #[model(polymorphic_on = "x")]
            enum A {
                B,
            }
        ),
        &["`tag = \\\"kind\\\"`"],
    );
    says(
        &errors(syn::parse_quote!(
            #[model(inheritance(joined))]
            struct A {
                #[column(primary_key)]
                id: i64,
            }
        ))[0],
        &["related by `HasOne`"],
    );
    says(
        &errors(syn::parse_quote!(
            enum Person {
                A(A),
            }
        ))[0],
        &["kinds of rows derives `rebis::Columns`"],
    );
}

#[test]
fn a_sequence_is_a_default_of_the_database() {
    says(
        &error(quote!(#[column(sequence = "order_number")] n: i64)),
        &["nextval('…')", "op.create_sequence(…)"],
    );
}

#[test]
fn values_of_each_update() {
    accepts(quote!(#[column(default = Utc::now, onupdate = Utc::now)] at: DateTime<Utc>));
    accepts(quote!(#[column(onupdate = || 3)] n: Option<i64>, #[column(onupdate = "x")] t: String));
    says(
        &error(quote!(#[column(version, onupdate = 1)] n: i64)),
        &["`onupdate` is for a column that the program sets"],
    );
}

#[test]
fn groups_of_columns() {
    let e = errors(syn::parse_quote!(
        #[model(unique(a, bb))]
        struct A {
            #[column(primary_key)]
            a: i64,
            b: i64,
        }
    ));
    says(&e[0], &["no column field `bb`", "fields: a, b"]);
    let e = errors(syn::parse_quote!(
        #[model(primary_key(a, b))]
        struct A {
            a: i64,
            b: i64,
        }
    ));
    assert!(e.is_empty(), "{e:?}");
    let e = errors(syn::parse_quote!(
        #[model(primary_key(b, a))]
        struct A {
            a: i64,
            b: i64,
        }
    ));
    says(&e[0], &["in the order"]);
    let e = errors(syn::parse_quote!(
        #[model(index(a, desc(b)))]
        struct A {
            #[column(primary_key)]
            a: i64,
            b: i64,
        }
    ));
    says(&e[0], &["not supported yet"]);
    let e = errors(syn::parse_quote!(
        #[model(check(name = "x"))]
        struct A {
            #[column(primary_key)]
            a: i64,
        }
    ));
    says(&e[0], &["needs an SQL condition"]);
}

#[test]
fn clashes() {
    says(&error(quote!(builder: String)), &["cannot be called `builder`"]);
    says(
        &error(quote!(a: String, #[column(name = "A")] b: String)),
        &["the field `a` has the column `A` already"],
    );
    says(
        &errors(syn::parse_quote!(
            struct A {
                #[column(primary_key)]
                id: Option<i64>,
            }
        ))[0],
        &["cannot be NULL"],
    );
}

fn kind_errors(input: DeriveInput) -> Vec<String> {
    let ctxt = Ctxt::default();
    if let syn::Data::Enum(data) = &input.data {
        let _ = super::variants::variants(&ctxt, &input, data);
    }
    ctxt.messages()
}

#[test]
fn a_kind_has_a_table_for_itself_or_none() {
    let all = kind_errors(syn::parse_quote!(
        enum Role {
            #[model(table = "a")]
            A {
                grade: i32,
            },
            #[model(table = "a")]
            B {
                budget: i32,
            },
            #[model(table = "c")]
            C,
            D {
                grade: i32,
            },
            #[model(schema = "s")]
            E {
                x: i32,
            },
        }
    ));
    assert_eq!(all.len(), 4, "{all:#?}");
    says(&all[0], &["this is the table of `A`"]);
    says(&all[1], &["`C` has no columns, so it needs no table"]);
    says(&all[2], &["another variant has a field `grade` too", "put `grade` into the model"]);
    says(&all[3], &["schema", "stands in the schema of the model"]);
}

#[test]
fn an_identity_is_a_key_that_the_database_makes() {
    says(&error(quote!(#[column(identity)] n: i64)), &["only field of a primary key"]);
    let e = errors(syn::parse_quote!(
        struct A {
            #[column(primary_key, identity = sometimes)]
            id: i64,
        }
    ));
    says(&e[0], &["`always`", "`by_default`"]);
    assert!(
        errors(syn::parse_quote!(
            struct A {
                #[column(primary_key, identity = by_default)]
                id: i64,
            }
        ))
        .is_empty()
    );
}

#[test]
fn passive_deletes_of_all_goes_with_no_cascade() {
    accepts(quote!(#[relation(passive_deletes = "all")] posts: HasMany<Post>));
    accepts(quote!(#[relation(passive_deletes)] posts: HasMany<Post>));
    let e = error(quote!(#[relation(passive_deletes = "all", cascade = "all")] posts: HasMany<Post>));
    says(&e, &["leaves everything to the database"]);
    says(
        &error(quote!(#[relation(passive_deletes = "some")] posts: HasMany<Post>)),
        &["`\"all\"` everything"],
    );
}

#[test]
fn a_prefix_is_for_what_is_flattened() {
    accepts(quote!(#[column(flatten, prefix = "billing_")] billing: Address));
    says(
        &error(quote!(#[column(prefix = "billing_")] billing: String)),
        &["`prefix` needs `flatten` beside it"],
    );
}
