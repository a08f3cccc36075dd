//! Files: what is accepted is a list of media types and endings, a size a number of bytes.

use rebis::prelude::*;

#[derive(Form)]
struct Send {
    #[form(accept = "text")]
    note: Upload,
    #[form(accept = ["png", "image/*", ".pdf", "*.jpeg", "text"])]
    picture: Upload,
    #[form(accept = "image/*, pdf")]
    scan: Upload,
    #[form(max_size = "64 KiB")]
    small: Upload,
    #[form(max_size = 0.5, accept = 5)]
    half: Upload,
}

fn main() {}
