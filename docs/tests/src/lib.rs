//! The guide's pages as documentation of empty modules, so that `cargo test --doc -p guide` compiles and runs each piece of Rust in them.
//!
//! **Invariant.** Each page with Rust in it stands here; `tests/it/main.rs` fails when one is missing.

pub mod scene;

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
#[doc = include_str!("../../shell.md")]
mod shell {}
#[doc = include_str!("../../errors/R100.md")]
mod r100 {}
#[doc = include_str!("../../errors/R101.md")]
mod r101 {}
#[doc = include_str!("../../errors/R102.md")]
mod r102 {}
#[doc = include_str!("../../errors/R103.md")]
mod r103 {}
#[doc = include_str!("../../errors/R104.md")]
mod r104 {}
#[doc = include_str!("../../errors/R105.md")]
mod r105 {}
#[doc = include_str!("../../errors/R106.md")]
mod r106 {}
#[doc = include_str!("../../errors/R107.md")]
mod r107 {}
#[doc = include_str!("../../errors/R108.md")]
mod r108 {}
#[doc = include_str!("../../errors/R110.md")]
mod r110 {}
#[doc = include_str!("../../errors/R111.md")]
mod r111 {}
#[doc = include_str!("../../errors/R112.md")]
mod r112 {}
