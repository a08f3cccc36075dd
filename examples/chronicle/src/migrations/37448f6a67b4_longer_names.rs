//! longer names
//!
//! Revision ID: 37448f6a67b4
//! Revises: f3004b2ea370
//! Create Date: 2026-03-07 11:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("37448f6a67b4").down(&["f3004b2ea370"]);

pub fn upgrade(op: &mut Operations) {
    op.alter_column("author", "name")
        .existing_type(String(80))
        .existing_nullable(false)
        .set_type(String(120));
}

pub fn downgrade(op: &mut Operations) {
    op.alter_column("author", "name")
        .existing_type(String(120))
        .existing_nullable(false)
        .set_type(String(80));
}
