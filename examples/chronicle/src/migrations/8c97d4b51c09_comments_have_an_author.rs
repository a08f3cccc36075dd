//! comments have an author
//!
//! Revision ID: 8c97d4b51c09
//! Revises: 7b88c3a62bf8
//! Create Date: 2026-03-03 13:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("8c97d4b51c09").down(&["7b88c3a62bf8"]);

pub fn upgrade(op: &mut Operations) {
    op.add_column("comment", "author_name", String(80));
    op.create_index("ix_comment_author_name", "comment", ["author_name"]);
}

pub fn downgrade(op: &mut Operations) {
    op.drop_index("ix_comment_author_name", "comment");
    op.drop_column("comment", "author_name");
}
