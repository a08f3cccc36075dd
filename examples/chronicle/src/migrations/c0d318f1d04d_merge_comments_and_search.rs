//! merge comments and search
//!
//! Revision ID: c0d318f1d04d
//! Revises: 8c97d4b51c09, bfc407e2ef3c
//! Create Date: 2026-03-05 09:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("c0d318f1d04d").down(&["8c97d4b51c09", "bfc407e2ef3c"]);

pub fn upgrade(op: &mut Operations) {
    let _ = op;
}

pub fn downgrade(op: &mut Operations) {
    let _ = op;
}
