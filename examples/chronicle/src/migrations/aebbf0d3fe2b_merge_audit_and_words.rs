//! merge audit and words
//!
//! Revision ID: aebbf0d3fe2b
//! Revises: 7b88cda62bf8, 9daaefc40d1a
//! Create Date: 2026-03-09 13:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("aebbf0d3fe2b").down(&["7b88cda62bf8", "9daaefc40d1a"]);

pub fn upgrade(op: &mut Operations) {
    let _ = op;
}

pub fn downgrade(op: &mut Operations) {
    let _ = op;
}
