//! addresses are unique
//!
//! Revision ID: f3004b2ea370
//! Revises: e2f13a1fb26f
//! Create Date: 2026-03-06 09:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("f3004b2ea370").down(&["e2f13a1fb26f"]);

pub fn upgrade(op: &mut Operations) {
    op.create_index("ix_author_email", "author", ["email"]).unique();
}

pub fn downgrade(op: &mut Operations) {
    op.drop_index("ix_author_email", "author");
}
