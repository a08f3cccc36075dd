//! authors
//!
//! Revision ID: 0a1f5c3d9e01
//! Revises:
//! Create Date: 2026-03-01 09:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("0a1f5c3d9e01").down(&[]);

pub fn upgrade(op: &mut Operations) {
    op.create_table("author", |t| {
        t.column("id", Integer).primary_key();
        t.column("name", String(80)).not_null();
    });
    op.bulk_insert("author", ["id", "name"], [(1, "Ada"), (2, "Brian"), (3, "Grace")]);
}

pub fn downgrade(op: &mut Operations) {
    op.drop_table("author");
}
