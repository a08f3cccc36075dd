//! every article has its own slug
//!
//! Revision ID: bfc407e2ef3c
//! Revises: aeb5f6d3fe2b
//! Create Date: 2026-03-04 13:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("bfc407e2ef3c").down(&["aeb5f6d3fe2b"]);

pub fn upgrade(op: &mut Operations) {
    op.alter_column("article", "slug").existing_type(String(200)).set_nullable(false);
    op.create_index("ix_article_slug", "article", ["slug"]).unique();
}

pub fn downgrade(op: &mut Operations) {
    op.drop_index("ix_article_slug", "article");
    op.alter_column("article", "slug").existing_type(String(200)).set_nullable(true);
}
