//! settings
//!
//! Revision ID: d1e22900c15e
//! Revises: c0d318f1d04d
//! Create Date: 2026-03-05 11:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("d1e22900c15e").down(&["c0d318f1d04d"]);

pub fn upgrade(op: &mut Operations) {
    op.create_table("setting", |t| {
        t.column("name", String(50)).primary_key();
        t.column("value", Text).not_null();
    });
    op.bulk_insert(
        "setting",
        ["name", "value"],
        [("title", "The Chronicle"), ("motto", "All the news; and it's \"true\"")],
    );
}

pub fn downgrade(op: &mut Operations) {
    op.drop_table("setting");
}
