//! A length belongs to a text, a range to what is counted, a size to a file.

use rebis::prelude::*;

#[derive(Form)]
struct Join {
    #[form(length = 2..=3)]
    age: u8,
    #[form(range = 2..=20)]
    name: String,
    #[form(label = "Lucky numbers", email)]
    numbers: Vec<i32>,
    #[form(max_size = 1 << 20)]
    picture: Option<String>,
    #[form(range = 0.5..=1.0)]
    share: i64,
}

fn main() {}
