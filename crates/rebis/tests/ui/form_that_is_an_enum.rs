//! A list of choices is no form.

use rebis::prelude::*;

#[derive(Form)]
enum Colour {
    Red,
    Green,
}

#[derive(Form)]
struct Pair(String, String);

fn main() {}
