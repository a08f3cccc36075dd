//! who did it
//!
//! Revision ID: 7b88cda62bf8
//! Revises: 6a77bc973ae7
//! Create Date: 2026-03-08 13:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("7b88cda62bf8").down(&["6a77bc973ae7"]);

pub fn upgrade(op: &mut Operations) {
    op.add_column("audit", "who", String(80));
}

pub fn downgrade(op: &mut Operations) {
    op.drop_column("audit", "who");
}
