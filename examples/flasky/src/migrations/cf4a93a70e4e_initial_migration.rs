//! initial migration
//!
//! Revision ID: cf4a93a70e4e
//! Revises:
//! Create Date: 2026-11-21 04:32:12 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("cf4a93a70e4e").down(&[]);

pub fn upgrade(op: &mut Operations) {
    op.create_table("roles", |t| {
        t.column("id", BigInteger).primary_key();
        t.column("name", String(64)).not_null();
        t.unique(["name"]).name("uq_roles_name");
    });
    op.create_table("users", |t| {
        t.column("id", BigInteger).primary_key();
        t.column("username", String(64)).not_null();
        t.column("role_id", BigInteger);
        t.foreign_key(["role_id"], "roles", ["id"]).name("fk_users_role_id_roles");
    });
    op.create_index("ix_users_username", "users", ["username"]).unique();
}

pub fn downgrade(op: &mut Operations) {
    op.drop_index("ix_users_username", "users");
    op.drop_table("users");
    op.drop_table("roles");
}
