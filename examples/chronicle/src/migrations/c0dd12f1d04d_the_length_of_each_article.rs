//! the length of each article
//!
//! Revision ID: c0dd12f1d04d
//! Revises: bfcc01e2ef3c
//! Create Date: 2026-03-10 11:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("c0dd12f1d04d").down(&["bfcc01e2ef3c"]);

pub fn upgrade(op: &mut Operations) {
    op.execute("UPDATE article SET words = length(text)");
}

pub fn downgrade(op: &mut Operations) {
    op.execute("UPDATE article SET words = 0");
}
