//! articles have a length
//!
//! Revision ID: 8c99deb51c09
//! Revises: 5966ab8849d6
//! Create Date: 2026-03-09 09:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("8c99deb51c09").down(&["5966ab8849d6"]).labels(&["words"]);

pub fn upgrade(op: &mut Operations) {
    op.add_column("article", "words", Integer).not_null().server_default(0);
}

pub fn downgrade(op: &mut Operations) {
    op.drop_column("article", "words");
}
