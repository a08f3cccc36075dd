//! audit
//!
//! Revision ID: 6a77bc973ae7
//! Revises: 5966ab8849d6
//! Create Date: 2026-03-08 11:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("6a77bc973ae7").down(&["5966ab8849d6"]).labels(&["audit"]);

pub fn upgrade(op: &mut Operations) {
    op.create_table("audit", |t| {
        t.column("id", Integer).primary_key();
        t.column("what", String(200)).not_null();
    });
}

pub fn downgrade(op: &mut Operations) {
    op.drop_table("audit");
}
