//! articles have a summary
//!
//! Revision ID: 9da6e5c40d1a
//! Revises: 5f6aa18849d6
//! Create Date: 2026-03-04 09:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("9da6e5c40d1a").down(&["5f6aa18849d6"]).labels(&["search"]);

pub fn upgrade(op: &mut Operations) {
    op.add_column("article", "summary", Text);
}

pub fn downgrade(op: &mut Operations) {
    op.drop_column("article", "summary");
}
