//! subscriptions
//!
//! Revision ID: 15226d4c8592
//! Revises: 04115c3d9481
//! Create Date: 2026-03-06 13:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("15226d4c8592").down(&["04115c3d9481"]).depends_on(&["f3004b2ea370"]);

pub fn upgrade(op: &mut Operations) {
    op.create_table("subscription", |t| {
        t.column("id", Integer).primary_key();
        t.column("author_id", Integer).not_null();
        t.column("plan_id", Integer).not_null();
        t.foreign_key(["author_id"], "author", ["id"]).name("fk_subscription_author_id_author");
        t.foreign_key(["plan_id"], "plan", ["id"]).name("fk_subscription_plan_id_plan");
    });
}

pub fn downgrade(op: &mut Operations) {
    op.drop_table("subscription");
}
