//! articles have tags
//!
//! Revision ID: 5f6aa18849d6
//! Revises: 4e5b907958c5
//! Create Date: 2026-03-02 13:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("5f6aa18849d6").down(&["4e5b907958c5"]);

pub fn upgrade(op: &mut Operations) {
    op.create_table("article_tag", |t| {
        t.column("article_id", Integer).not_null();
        t.column("tag_id", Integer).not_null();
        t.primary_key(["article_id", "tag_id"]);
        t.foreign_key(["article_id"], "article", ["id"]).name("fk_article_tag_article_id_article");
        t.foreign_key(["tag_id"], "tag", ["id"]).name("fk_article_tag_tag_id_tag");
    });
    op.bulk_insert("article_tag", ["article_id", "tag_id"], [(1, 1), (2, 1), (2, 2)]);
}

pub fn downgrade(op: &mut Operations) {
    op.drop_table("article_tag");
}
