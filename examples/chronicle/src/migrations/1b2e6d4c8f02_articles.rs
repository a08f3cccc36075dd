//! articles
//!
//! Revision ID: 1b2e6d4c8f02
//! Revises: 0a1f5c3d9e01
//! Create Date: 2026-03-01 11:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("1b2e6d4c8f02").down(&["0a1f5c3d9e01"]);

pub fn upgrade(op: &mut Operations) {
    op.create_table("article", |t| {
        t.column("id", Integer).primary_key();
        t.column("title", String(200)).not_null();
        t.column("body", Text).not_null();
        t.column("author_id", Integer).not_null();
        t.foreign_key(["author_id"], "author", ["id"]).name("fk_article_author_id_author");
    });
    op.bulk_insert(
        "article",
        ["id", "title", "body", "author_id"],
        [(1, "Engines", "An engine that weaves.", 1), (2, "Shells", "It's a shell; no more.", 2)],
    );
}

pub fn downgrade(op: &mut Operations) {
    op.drop_table("article");
}
