//! posts table
//!
//! Revision ID: 780739b227a7
//! Revises: e517276bb1c2
//! Create Date: 2026-11-20 23:15:06 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("780739b227a7").down(&["e517276bb1c2"]);

pub fn upgrade(op: &mut Operations) {
    op.create_table("post", |t| {
        t.column("id", BigInteger).primary_key();
        t.column("body", String(140)).not_null();
        t.column("timestamp", DateTimeTz).not_null();
        t.column("user_id", BigInteger).not_null();
        t.foreign_key(["user_id"], "user", ["id"]).name("fk_post_user_id_user");
    });
    op.create_index("ix_post_timestamp", "post", ["timestamp"]);
    op.create_index("ix_post_user_id", "post", ["user_id"]);
}

pub fn downgrade(op: &mut Operations) {
    op.drop_index("ix_post_user_id", "post");
    op.drop_index("ix_post_timestamp", "post");
    op.drop_table("post");
}
