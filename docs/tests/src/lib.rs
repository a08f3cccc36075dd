//! The guide's pages as documentation of empty modules, so that `cargo test --doc -p guide` compiles and runs each piece of Rust in them.
//!
//! **Invariant.** Each page with Rust in it stands here; `tests/it/main.rs` fails when one is missing.

#[doc = include_str!("../../howto/models.md")]
mod models {}
#[doc = include_str!("../../howto/relations.md")]
mod relations {}
#[doc = include_str!("../../howto/queries.md")]
mod queries {}
#[doc = include_str!("../../howto/sessions.md")]
mod sessions {}
#[doc = include_str!("../../howto/forms.md")]
mod forms {}
#[doc = include_str!("../../howto/migrations.md")]
mod migrations {}
#[doc = include_str!("../../howto/testing.md")]
mod testing {}
#[doc = include_str!("../../howto/deploying.md")]
mod deploying {}
#[doc = include_str!("../../explanation/unit-of-work.md")]
mod unit_of_work {}
#[doc = include_str!("../../explanation/peers.md")]
mod peers {}
