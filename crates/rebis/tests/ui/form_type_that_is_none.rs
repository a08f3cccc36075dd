//! A field of a form whose type no browser can send.

use rebis::prelude::*;

struct Address {
    _street: String,
}

#[derive(Form)]
struct Order {
    address: Address,
}

fn main() {}
