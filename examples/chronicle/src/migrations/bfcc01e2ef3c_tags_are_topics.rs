//! tags are topics
//!
//! Revision ID: bfcc01e2ef3c
//! Revises: aebbf0d3fe2b
//! Create Date: 2026-03-10 09:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("bfcc01e2ef3c").down(&["aebbf0d3fe2b"]);

pub fn upgrade(op: &mut Operations) {
    op.rename_table("tag", "topic");
    op.drop_index("ix_tag_name", "topic");
    op.create_index("ix_topic_name", "topic", ["name"]).unique();
}

pub fn downgrade(op: &mut Operations) {
    op.drop_index("ix_topic_name", "topic");
    op.create_index("ix_tag_name", "topic", ["name"]).unique();
    op.rename_table("topic", "tag");
}
