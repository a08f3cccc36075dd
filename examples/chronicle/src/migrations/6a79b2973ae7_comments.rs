//! comments
//!
//! Revision ID: 6a79b2973ae7
//! Revises: 5f6aa18849d6
//! Create Date: 2026-03-03 09:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("6a79b2973ae7").down(&["5f6aa18849d6"]).labels(&["comments"]);

pub fn upgrade(op: &mut Operations) {
    op.create_table("comment", |t| {
        t.column("id", Integer).primary_key();
        t.column("article_id", Integer).not_null();
        t.column("body", Text).not_null();
        t.foreign_key(["article_id"], "article", ["id"]).name("fk_comment_article_id_article");
    });
    op.bulk_insert("comment", ["id", "article_id", "body"], [(1, 1, "Yes"), (2, 2, "No")]);
}

pub fn downgrade(op: &mut Operations) {
    op.drop_table("comment");
}
