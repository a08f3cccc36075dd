//! Checks of the application's own: for another type of field, or in another shape.

use rebis::prelude::*;

fn even(n: &i64) -> Result<(), &'static str> {
    if n % 2 == 0 { Ok(()) } else { Err("An even number, please.") }
}

fn is_one(n: &i64) -> bool {
    *n == 1
}

#[derive(Form)]
struct Order {
    #[form(validate = even)]
    name: String,
    #[form(validate = is_one)]
    count: i64,
    #[form(validate = even, label = "Those that are none are not checked")]
    more: Option<i64>,
}

fn main() {}
