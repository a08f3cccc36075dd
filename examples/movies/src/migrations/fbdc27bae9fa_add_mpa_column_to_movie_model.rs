//! Add mpa column to Movie model.
//!
//! Revision ID: fbdc27bae9fa
//! Revises: 10ca407babf6
//! Create Date: 2026-11-21 03:45:06 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("fbdc27bae9fa").down(&["10ca407babf6"]);

pub fn upgrade(op: &mut Operations) {
    op.add_column("movie", "mpa", String(5));
}

pub fn downgrade(op: &mut Operations) {
    op.drop_column("movie", "mpa");
}
