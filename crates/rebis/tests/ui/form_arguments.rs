//! Arguments that people bring along from elsewhere, or mistype.

use rebis::prelude::*;

#[derive(Form)]
struct Join {
    #[form(lable = "Name", min = 2)]
    name: String,
    #[form(password, equal_to = pasword)]
    again: String,
    #[form(password)]
    password: String,
}

fn main() {}
