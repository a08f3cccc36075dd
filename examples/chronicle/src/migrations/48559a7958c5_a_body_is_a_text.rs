//! a body is a text
//!
//! Revision ID: 48559a7958c5
//! Revises: 37448f6a67b4
//! Create Date: 2026-03-07 13:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("48559a7958c5").down(&["37448f6a67b4"]);

pub fn upgrade(op: &mut Operations) {
    op.rename_column("article", "body", "text");
}

pub fn downgrade(op: &mut Operations) {
    op.rename_column("article", "text", "body");
}
