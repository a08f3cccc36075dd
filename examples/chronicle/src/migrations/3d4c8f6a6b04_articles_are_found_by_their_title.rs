//! articles are found by their title
//!
//! Revision ID: 3d4c8f6a6b04
//! Revises: 2c3d7e5b7a03
//! Create Date: 2026-03-02 09:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("3d4c8f6a6b04").down(&["2c3d7e5b7a03"]);

pub fn upgrade(op: &mut Operations) {
    op.create_index("ix_article_title", "article", ["title"]);
}

pub fn downgrade(op: &mut Operations) {
    op.drop_index("ix_article_title", "article");
}
