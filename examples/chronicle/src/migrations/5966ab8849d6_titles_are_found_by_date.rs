//! titles are found by date
//!
//! Revision ID: 5966ab8849d6
//! Revises: 48559a7958c5
//! Create Date: 2026-03-08 09:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("5966ab8849d6").down(&["48559a7958c5"]);

pub fn upgrade(op: &mut Operations) {
    op.drop_index("ix_article_title", "article");
    op.create_index("ix_article_title_published_at", "article", ["title", "published_at"]);
}

pub fn downgrade(op: &mut Operations) {
    op.drop_index("ix_article_title_published_at", "article");
    op.create_index("ix_article_title", "article", ["title"]);
}
