//! people table
//!
//! Revision ID: 4b4e605ea77e
//! Revises:
//! Create Date: 2026-11-20 23:14:42 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("4b4e605ea77e").down(&[]);

pub fn upgrade(op: &mut Operations) {
    op.create_table("people", |t| {
        t.column("pid", BigInteger).primary_key();
        t.column("name", Text).not_null();
        t.column("age", Integer);
        t.column("job", Text);
    });
}

pub fn downgrade(op: &mut Operations) {
    op.drop_table("people");
}
