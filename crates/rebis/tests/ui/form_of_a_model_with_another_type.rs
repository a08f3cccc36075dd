//! A form of a model: its fields have the types of the model's, or are said to be no columns.

use rebis::prelude::*;

#[derive(Model, Clone, Debug)]
struct User {
    #[column(primary_key)]
    id: i64,
    name: String,
}

#[derive(Form)]
#[form(model = User)]
struct Profile {
    name: Option<String>,
    newsletter: bool,
}

struct Person;

#[derive(Form)]
#[form(model = Person)]
struct Unknown {
    #[form(extra)]
    name: String,
}

fn main() {}
