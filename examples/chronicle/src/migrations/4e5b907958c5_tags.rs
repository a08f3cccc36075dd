//! tags
//!
//! Revision ID: 4e5b907958c5
//! Revises: 3d4c8f6a6b04
//! Create Date: 2026-03-02 11:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("4e5b907958c5").down(&["3d4c8f6a6b04"]);

pub fn upgrade(op: &mut Operations) {
    op.create_table("tag", |t| {
        t.column("id", Integer).primary_key();
        t.column("name", String(40)).not_null();
    });
    op.create_index("ix_tag_name", "tag", ["name"]).unique();
    op.bulk_insert("tag", ["id", "name"], [(1, "machines"), (2, "words")]);
}

pub fn downgrade(op: &mut Operations) {
    op.drop_index("ix_tag_name", "tag");
    op.drop_table("tag");
}
