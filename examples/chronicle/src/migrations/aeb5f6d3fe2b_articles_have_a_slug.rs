//! articles have a slug
//!
//! Revision ID: aeb5f6d3fe2b
//! Revises: 9da6e5c40d1a
//! Create Date: 2026-03-04 11:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("aeb5f6d3fe2b").down(&["9da6e5c40d1a"]);

pub fn upgrade(op: &mut Operations) {
    op.add_column("article", "slug", String(200));
    op.execute("UPDATE article SET slug = lower(title)");
}

pub fn downgrade(op: &mut Operations) {
    op.drop_column("article", "slug");
}
