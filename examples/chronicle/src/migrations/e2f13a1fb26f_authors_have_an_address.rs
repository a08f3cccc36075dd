//! authors have an address
//!
//! Revision ID: e2f13a1fb26f
//! Revises: d1e22900c15e
//! Create Date: 2026-03-05 13:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("e2f13a1fb26f").down(&["d1e22900c15e"]);

pub fn upgrade(op: &mut Operations) {
    op.add_column("author", "email", String(200));
    op.execute("UPDATE author SET email = lower(name)");
}

pub fn downgrade(op: &mut Operations) {
    op.drop_column("author", "email");
}
