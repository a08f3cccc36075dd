//! the first plans
//!
//! Revision ID: 26337e5b76a3
//! Revises: 15226d4c8592
//! Create Date: 2026-03-07 09:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("26337e5b76a3").down(&["15226d4c8592"]);

pub fn upgrade(op: &mut Operations) {
    op.bulk_insert(
        "plan",
        ["id", "name", "price"],
        [row((1, "free", decimal("0.00"))), row((2, "paid", decimal("9.50")))],
    );
    op.bulk_insert("subscription", ["id", "author_id", "plan_id"], [(1, 1, 2), (2, 3, 1)]);
}

pub fn downgrade(op: &mut Operations) {
    op.execute("DELETE FROM subscription");
    op.execute("DELETE FROM plan");
}
