//! plans
//!
//! Revision ID: 04115c3d9481
//! Revises:
//! Create Date: 2026-03-06 11:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("04115c3d9481").down(&[]).labels(&["billing"]);

pub fn upgrade(op: &mut Operations) {
    op.create_table("plan", |t| {
        t.column("id", Integer).primary_key();
        t.column("name", String(40)).not_null();
        t.column("price", Numeric(10, 2)).not_null();
    });
}

pub fn downgrade(op: &mut Operations) {
    op.drop_table("plan");
}
