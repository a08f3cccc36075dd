//! since when
//!
//! Revision ID: d1ee2300c15e
//! Revises: 26337e5b76a3
//! Create Date: 2026-03-10 13:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("d1ee2300c15e").down(&["26337e5b76a3"]);

pub fn upgrade(op: &mut Operations) {
    op.add_column("subscription", "since", Date);
    op.create_index("ix_subscription_since", "subscription", ["since"]);
}

pub fn downgrade(op: &mut Operations) {
    op.drop_index("ix_subscription_since", "subscription");
    op.drop_column("subscription", "since");
}
