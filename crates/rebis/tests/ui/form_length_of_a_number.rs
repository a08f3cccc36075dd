//! A length belongs to a text, a range to what is counted.

use rebis::prelude::*;

#[derive(Form)]
struct Join {
    #[form(length = 2..=3)]
    age: u8,
    #[form(range = 2..=20)]
    name: String,
}

fn main() {}
