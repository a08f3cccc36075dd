//! articles have a date
//!
//! Revision ID: 2c3d7e5b7a03
//! Revises: 1b2e6d4c8f02
//! Create Date: 2026-03-01 13:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("2c3d7e5b7a03").down(&["1b2e6d4c8f02"]);

pub fn upgrade(op: &mut Operations) {
    op.add_column("article", "published_at", DateTime);
}

pub fn downgrade(op: &mut Operations) {
    op.drop_column("article", "published_at");
}
