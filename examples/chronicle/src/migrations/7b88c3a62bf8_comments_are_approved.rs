//! comments are approved
//!
//! Revision ID: 7b88c3a62bf8
//! Revises: 6a79b2973ae7
//! Create Date: 2026-03-03 11:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("7b88c3a62bf8").down(&["6a79b2973ae7"]);

pub fn upgrade(op: &mut Operations) {
    op.add_column("comment", "approved", Boolean).not_null().server_default(false);
}

pub fn downgrade(op: &mut Operations) {
    op.drop_column("comment", "approved");
}
