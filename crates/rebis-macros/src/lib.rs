//! The macros of Rebis: `#[derive(Model)]`, `#[derive(Columns)]`, `#[derive(ColumnType)]`, `#[derive(Enum)]`,
//! `#[derive(Form)]`, `#[derive(FormEnum)]`, `#[rebis::main]`, `#[rebis::test]`.
//!
//! **Invariants.** This crate imports no crate of Rebis; what it writes names `::rebis::__private` (or that of the crate in
//! `#[model(crate = "…")]`, `#[form(crate = "…")]`) and `::core`. All errors of one call are shown at once, each on the token it is about.

#![forbid(unsafe_code)]

mod args;
mod case;
mod ctxt;
mod derived;
mod enumeration;
mod form;
mod form_enum;
mod form_files;
mod from_row;
mod main_attr;
mod model;
mod newtype;
mod suggest;
mod templates;
mod test_attr;

use proc_macro::TokenStream;

/// Makes a struct a model: a table whose columns are the struct's fields.
///
/// Struct: `#[model(table = "…", schema = "…", was = "…", comment = "…", bind = "…", primary_key(a, b), unique(a, b, name = "…"),
/// index(a, b, unique, name = "…"), check("sql", name = "…"), exclude("USING gist (…)", name = "…"), options(mysql_engine = "…"), crate = "…")]`.
///
/// With `nulls_not_distinct` in `unique(…)` or `index(…)` two NULLs are duplicates (PostgreSQL 15). With `deferrable` in `unique(…)`
/// (PostgreSQL) or beside a foreign key (PostgreSQL, SQLite) the check can wait until the end of the transaction, with `initially_deferred` it
/// does without being asked.
///
/// Column: `#[column(primary_key, name = "…", length = 64, text, precision = 10, scale = 2, type = SqlType::…, unique, index,
/// nullable = false, default = Utc::now, server_default = now, onupdate = Utc::now, foreign_key = User::id, on_delete = cascade, on_update = cascade,
/// deferrable, initially_deferred, match_full, foreign_key_name = "…", autoincrement = false, was = "…", comment = "…", collation = "…",
/// check = "sql", computed = "sql", stored, secret)]`. The type is the field's own unless an argument says otherwise, and `Option` means that
/// NULL is allowed. `default` takes a function (called), a closure (called), or a value.
///
/// Column that is read only when it is asked for: a field of type `Deferred<…>`. Struct of columns: `#[column(flatten)]`.
///
/// Relation (a field of type `HasMany<…>`, `HasOne<…>`, `BelongsTo<…>`): `#[relation(key = user_id, back_populates = posts,
/// cascade = "all, delete-orphan", passive_deletes, order_by = Post::timestamp.desc())]`. Between many and many:
/// `#[relation(through = PostTag, key = PostTag::post_id, target_key = PostTag::tag_id)]`, the keys only where there are several to choose from.
#[proc_macro_derive(Model, attributes(model, column, relation))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    model::derive(&input).into()
}

/// Makes a struct whose fields are columns of the models that flatten it: `#[column(flatten)] pub times: Timestamps`. With a prefix for the
/// names of its columns a model can have it twice: `#[column(flatten, prefix = "billing_")] pub billing: Address`.
///
/// An enum is rows of several kinds in one table (single-table inheritance): a column says the kind (`#[model(tag = "kind")]`, labels by
/// `#[column(name = "…")]`), the fields of its variants are columns that are NULL in rows of other kinds. Fields of one name are one column.
///
/// A variant with `#[model(table = "engineer")]` keeps its columns in a table of its own (joined-table inheritance), which has the model's key and
/// refers to it: fields that are no `Option` are NOT NULL there, and no other kind has a field of the same name. Each is written and deleted
/// together with the model's row, a query brings all kinds in one statement, and a row that becomes of another kind moves. For rows of one kind say
/// `Person::role.kind.eq(RoleKind::Engineer)`.
///
/// Column: as in `Model`, without `primary_key`, `version` and `check`. The columns stand behind the model's own, and are named
/// `Post::times.created_at` in queries. A builder asks for the struct only when one of its fields has no default.
#[proc_macro_derive(Columns, attributes(model, column))]
pub fn derive_columns(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    model::derive_columns(&input).into()
}

/// Makes a struct of one field the type of a column, stored as that field is: `struct UserId(i64);`.
///
/// Struct: `#[model(crate = "…")]`. For a type that is a key, write `impl rebis::KeyPart for UserId {}` beside it.
#[proc_macro_derive(ColumnType, attributes(model))]
pub fn derive_column_type(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    newtype::derive(&input).into()
}

/// Makes an enum of unit variants the type of a column: an enumeration of labels, which are the variants' names in snake_case.
///
/// Enum: `#[model(name = "…", crate = "…")]`; `name` is the type's name where the database names types, else the enum's in snake_case.
/// Variant: `#[column(name = "…")]` gives the label.
#[proc_macro_derive(Enum, attributes(model, column))]
pub fn derive_enum(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    enumeration::derive(&input).into()
}

/// Makes a plain struct a row of a query by hand: `db.fetch_all::<Stats>(sql("SELECT name, count(*) AS n FROM …"))`. Each field is read from the
/// column of its name; columns that no field names are left.
///
/// Struct: `#[model(crate = "…")]`. Field: `#[column(name = "…")]` names the column.
#[proc_macro_derive(FromRow, attributes(model, column))]
pub fn derive_from_row(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    from_row::derive(&input).into()
}

/// Makes a struct a form: shown, checked, and shown again with what is wrong. A handler takes it as `Form<NameForm>`.
///
/// Struct: `#[form(submit = "Send", validate = agree, model = User, get, crate = "…")]`; `agree` is a `fn(&NameForm, &mut FormErrors)` that looks at the
/// whole form. With a model the struct is a `ModelForm`: its fields are the model's of the same names, but for those that are `#[form(extra)]`. `get` is
/// a form that is sent in the query: a search.
///
/// Field, looks: `#[form(label = "…", help = "…", placeholder = "…", default = 1, attr(autocomplete = "username"))]`, and one of `password`, `email`,
/// `url`, `tel`, `search`, `textarea`, `select`, `radio`, `checkboxes`, `hidden`.
///
/// Field, checks: `#[form(length = 2..=20, range = 1..=10, pattern = "[a-z]+", email, url, equal_to = password, choices = [("de", "German")],
/// max_size = 5 << 20, accept = ["image/*"], validate = is_free, trim, required, optional, message = "…")]`. `length = 20` is a greatest length; `is_free` is a `fn(&str) -> Result<(), E>` of a
/// text, `fn(&T) -> …` of anything else, and what it refuses with is shown. A field must be filled in unless it is an `Option`, a `Vec` or a
/// `bool`, which `required` and `optional` change.
#[proc_macro_derive(Form, attributes(form))]
pub fn derive_form(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    form::derive(&input).into()
}

/// Makes an enum of unit variants a list to choose from, in a form's field of that type (or `Option` or `Vec` of it).
///
/// Enum: `#[form(crate = "…")]`. Variant: `#[form(label = "In review", value = "in_review")]`: what is shown and what is sent; else the
/// variant's name in words, and in snake_case or as `#[column(name = "…")]` says.
#[proc_macro_derive(FormEnum, attributes(form, column))]
pub fn derive_form_enum(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    form_enum::derive(&input).into()
}

/// Compiles a folder of templates into the program: `App::new(config).templates(rebis::templates!("templates"))`.
///
/// The path begins where the crate's `Cargo.toml` is. A debug build reads the folder while it runs, so that a change is seen at once; a release
/// build carries the files. (A file that is new is compiled in with the next change of the crate's own source.)
#[proc_macro]
pub fn templates(input: TokenStream) -> TokenStream {
    templates::expand(input.into()).into()
}

/// Runs `async fn main` on a runtime with several threads.
#[proc_macro_attribute]
pub fn main(args: TokenStream, item: TokenStream) -> TokenStream {
    main_attr::expand(args.into(), item.into()).into()
}

/// Runs an `async fn` as a test, with an application and a database of its own: `#[rebis::test(create_app)]`.
///
/// Arguments: the application's factory, as the program gives it to `rebis::cli`; then `create_all`, which makes the tables from the models
/// although there are migrations. The function's arguments are fixtures, asked for by their types: `TestApp`, `App`, `Database`, `Session`,
/// `TestClient`, and every type that implements `rebis::testing::Fixture`. Without a factory there is a database of all models; without
/// arguments there is nothing but a runtime.
///
/// See `rebis::testing`.
#[proc_macro_attribute]
pub fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    test_attr::expand(args.into(), item.into()).into()
}
