//! the first year
//!
//! Revision ID: f3004b2ea370
//! Revises:
//! Create Date: 2026-11-21 01:33:11 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("f3004b2ea370")
    .down(&[])
    .labels(&["search", "comments"])
    .replaces(&[
        "0a1f5c3d9e01",
        "1b2e6d4c8f02",
        "2c3d7e5b7a03",
        "3d4c8f6a6b04",
        "4e5b907958c5",
        "5f6aa18849d6",
        "9da6e5c40d1a",
        "aeb5f6d3fe2b",
        "bfc407e2ef3c",
        "6a79b2973ae7",
        "7b88c3a62bf8",
        "8c97d4b51c09",
        "c0d318f1d04d",
        "d1e22900c15e",
        "e2f13a1fb26f",
    ]);

pub fn upgrade(op: &mut Operations) {
    // 0a1f5c3d9e01: authors
    op.create_table("author", |t| {
        t.column("id", Integer).primary_key();
        t.column("name", String(80)).not_null();
    });
    op.bulk_insert("author", ["id", "name"], [(1, "Ada"), (2, "Brian"), (3, "Grace")]);
    // 1b2e6d4c8f02: articles
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
    // 2c3d7e5b7a03: articles have a date
    op.add_column("article", "published_at", DateTime);
    // 3d4c8f6a6b04: articles are found by their title
    op.create_index("ix_article_title", "article", ["title"]);
    // 4e5b907958c5: tags
    op.create_table("tag", |t| {
        t.column("id", Integer).primary_key();
        t.column("name", String(40)).not_null();
    });
    op.create_index("ix_tag_name", "tag", ["name"]).unique();
    op.bulk_insert("tag", ["id", "name"], [(1, "machines"), (2, "words")]);
    // 5f6aa18849d6: articles have tags
    op.create_table("article_tag", |t| {
        t.column("article_id", Integer).not_null();
        t.column("tag_id", Integer).not_null();
        t.primary_key(["article_id", "tag_id"]);
        t.foreign_key(["article_id"], "article", ["id"]).name("fk_article_tag_article_id_article");
        t.foreign_key(["tag_id"], "tag", ["id"]).name("fk_article_tag_tag_id_tag");
    });
    op.bulk_insert("article_tag", ["article_id", "tag_id"], [(1, 1), (2, 1), (2, 2)]);
    // 9da6e5c40d1a: articles have a summary
    op.add_column("article", "summary", Text);
    // aeb5f6d3fe2b: articles have a slug
    op.add_column("article", "slug", String(200));
    op.execute("UPDATE article SET slug = lower(title)");
    // bfc407e2ef3c: every article has its own slug
    op.alter_column("article", "slug").existing_type(String(200)).set_nullable(false);
    op.create_index("ix_article_slug", "article", ["slug"]).unique();
    // 6a79b2973ae7: comments
    op.create_table("comment", |t| {
        t.column("id", Integer).primary_key();
        t.column("article_id", Integer).not_null();
        t.column("body", Text).not_null();
        t.foreign_key(["article_id"], "article", ["id"]).name("fk_comment_article_id_article");
    });
    op.bulk_insert("comment", ["id", "article_id", "body"], [(1, 1, "Yes"), (2, 2, "No")]);
    // 7b88c3a62bf8: comments are approved
    op.add_column("comment", "approved", Boolean).not_null().server_default(false);
    // 8c97d4b51c09: comments have an author
    op.add_column("comment", "author_name", String(80));
    op.create_index("ix_comment_author_name", "comment", ["author_name"]);
    // d1e22900c15e: settings
    op.create_table("setting", |t| {
        t.column("name", String(50)).primary_key();
        t.column("value", Text).not_null();
    });
    op.bulk_insert(
        "setting",
        ["name", "value"],
        [("title", "The Chronicle"), ("motto", "All the news; and it's \"true\"")],
    );
    // e2f13a1fb26f: authors have an address
    op.add_column("author", "email", String(200));
    op.execute("UPDATE author SET email = lower(name)");
    // f3004b2ea370: addresses are unique
    op.create_index("ix_author_email", "author", ["email"]).unique();
}

pub fn downgrade(op: &mut Operations) {
    // f3004b2ea370: addresses are unique
    op.drop_index("ix_author_email", "author");
    // e2f13a1fb26f: authors have an address
    op.drop_column("author", "email");
    // d1e22900c15e: settings
    op.drop_table("setting");
    // 8c97d4b51c09: comments have an author
    op.drop_index("ix_comment_author_name", "comment");
    op.drop_column("comment", "author_name");
    // 7b88c3a62bf8: comments are approved
    op.drop_column("comment", "approved");
    // 6a79b2973ae7: comments
    op.drop_table("comment");
    // bfc407e2ef3c: every article has its own slug
    op.drop_index("ix_article_slug", "article");
    op.alter_column("article", "slug").existing_type(String(200)).set_nullable(true);
    // aeb5f6d3fe2b: articles have a slug
    op.drop_column("article", "slug");
    // 9da6e5c40d1a: articles have a summary
    op.drop_column("article", "summary");
    // 5f6aa18849d6: articles have tags
    op.drop_table("article_tag");
    // 4e5b907958c5: tags
    op.drop_index("ix_tag_name", "tag");
    op.drop_table("tag");
    // 3d4c8f6a6b04: articles are found by their title
    op.drop_index("ix_article_title", "article");
    // 2c3d7e5b7a03: articles have a date
    op.drop_column("article", "published_at");
    // 1b2e6d4c8f02: articles
    op.drop_table("article");
    // 0a1f5c3d9e01: authors
    op.drop_table("author");
}
