//! Fields of a form whose types no browser can send, and a form inside the form that is none.

use rebis::prelude::*;

struct Address {
    _street: String,
}

#[derive(Form)]
struct Order {
    #[form(label = "Where to", help = "Street and town")]
    address: Address,
    other: Option<Address>,
    #[form(flatten)]
    third: Address,
}

fn main() {}
