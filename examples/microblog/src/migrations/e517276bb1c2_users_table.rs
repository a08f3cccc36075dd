//! users table
//!
//! Revision ID: e517276bb1c2
//! Revises:
//! Create Date: 2026-11-20 23:14:32 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("e517276bb1c2").down(&[]);

pub fn upgrade(op: &mut Operations) {
    op.create_table("user", |t| {
        t.column("id", BigInteger).primary_key();
        t.column("username", String(64)).not_null();
        t.column("email", String(120)).not_null();
        t.column("password_hash", String(256));
    });
    op.create_index("ix_user_email", "user", ["email"]).unique();
    op.create_index("ix_user_username", "user", ["username"]).unique();
}

pub fn downgrade(op: &mut Operations) {
    op.drop_index("ix_user_username", "user");
    op.drop_index("ix_user_email", "user");
    op.drop_table("user");
}
