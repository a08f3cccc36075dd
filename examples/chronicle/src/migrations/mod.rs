//! The migrations of this application. The list is kept by `db revision` and `db migrate`.
//!
//! After a merge keep the entries of both sides, sorted by file name.

use rebis::migrate::{Script, script};

#[path = "billing/04115c3d9481_plans.rs"]
mod r04115c3d9481;
#[path = "0a1f5c3d9e01_authors.rs"]
mod r0a1f5c3d9e01;
#[path = "billing/15226d4c8592_subscriptions.rs"]
mod r15226d4c8592;
#[path = "1b2e6d4c8f02_articles.rs"]
mod r1b2e6d4c8f02;
#[path = "billing/26337e5b76a3_the_first_plans.rs"]
mod r26337e5b76a3;
#[path = "2c3d7e5b7a03_articles_have_a_date.rs"]
mod r2c3d7e5b7a03;
#[path = "37448f6a67b4_longer_names.rs"]
mod r37448f6a67b4;
#[path = "3d4c8f6a6b04_articles_are_found_by_their_title.rs"]
mod r3d4c8f6a6b04;
#[path = "48559a7958c5_a_body_is_a_text.rs"]
mod r48559a7958c5;
#[path = "4e5b907958c5_tags.rs"]
mod r4e5b907958c5;
#[path = "5966ab8849d6_titles_are_found_by_date.rs"]
mod r5966ab8849d6;
#[path = "5f6aa18849d6_articles_have_tags.rs"]
mod r5f6aa18849d6;
#[path = "6a77bc973ae7_audit.rs"]
mod r6a77bc973ae7;
#[path = "6a79b2973ae7_comments.rs"]
mod r6a79b2973ae7;
#[path = "7b88c3a62bf8_comments_are_approved.rs"]
mod r7b88c3a62bf8;
#[path = "7b88cda62bf8_who_did_it.rs"]
mod r7b88cda62bf8;
#[path = "8c97d4b51c09_comments_have_an_author.rs"]
mod r8c97d4b51c09;
#[path = "8c99deb51c09_articles_have_a_length.rs"]
mod r8c99deb51c09;
#[path = "9da6e5c40d1a_articles_have_a_summary.rs"]
mod r9da6e5c40d1a;
#[path = "9daaefc40d1a_no_article_is_shorter_than_nothing.rs"]
mod r9daaefc40d1a;
#[path = "aeb5f6d3fe2b_articles_have_a_slug.rs"]
mod raeb5f6d3fe2b;
#[path = "aebbf0d3fe2b_merge_audit_and_words.rs"]
mod raebbf0d3fe2b;
#[path = "bfc407e2ef3c_every_article_has_its_own_slug.rs"]
mod rbfc407e2ef3c;
#[path = "bfcc01e2ef3c_tags_are_topics.rs"]
mod rbfcc01e2ef3c;
#[path = "c0d318f1d04d_merge_comments_and_search.rs"]
mod rc0d318f1d04d;
#[path = "c0dd12f1d04d_the_length_of_each_article.rs"]
mod rc0dd12f1d04d;
#[path = "d1e22900c15e_settings.rs"]
mod rd1e22900c15e;
#[path = "billing/d1ee2300c15e_since_when.rs"]
mod rd1ee2300c15e;
#[path = "e2f13a1fb26f_authors_have_an_address.rs"]
mod re2f13a1fb26f;
#[path = "f3004b2ea370_addresses_are_unique.rs"]
mod rf3004b2ea370;

/// Every migration of the application.
#[rustfmt::skip]
pub const ALL: &[Script] = &[
    script!(r0a1f5c3d9e01, "0a1f5c3d9e01_authors.rs"),
    script!(r1b2e6d4c8f02, "1b2e6d4c8f02_articles.rs"),
    script!(r2c3d7e5b7a03, "2c3d7e5b7a03_articles_have_a_date.rs"),
    script!(r37448f6a67b4, "37448f6a67b4_longer_names.rs"),
    script!(r3d4c8f6a6b04, "3d4c8f6a6b04_articles_are_found_by_their_title.rs"),
    script!(r48559a7958c5, "48559a7958c5_a_body_is_a_text.rs"),
    script!(r4e5b907958c5, "4e5b907958c5_tags.rs"),
    script!(r5966ab8849d6, "5966ab8849d6_titles_are_found_by_date.rs"),
    script!(r5f6aa18849d6, "5f6aa18849d6_articles_have_tags.rs"),
    script!(r6a77bc973ae7, "6a77bc973ae7_audit.rs"),
    script!(r6a79b2973ae7, "6a79b2973ae7_comments.rs"),
    script!(r7b88c3a62bf8, "7b88c3a62bf8_comments_are_approved.rs"),
    script!(r7b88cda62bf8, "7b88cda62bf8_who_did_it.rs"),
    script!(r8c97d4b51c09, "8c97d4b51c09_comments_have_an_author.rs"),
    script!(r8c99deb51c09, "8c99deb51c09_articles_have_a_length.rs"),
    script!(r9da6e5c40d1a, "9da6e5c40d1a_articles_have_a_summary.rs"),
    script!(r9daaefc40d1a, "9daaefc40d1a_no_article_is_shorter_than_nothing.rs"),
    script!(raeb5f6d3fe2b, "aeb5f6d3fe2b_articles_have_a_slug.rs"),
    script!(raebbf0d3fe2b, "aebbf0d3fe2b_merge_audit_and_words.rs"),
    script!(rbfc407e2ef3c, "bfc407e2ef3c_every_article_has_its_own_slug.rs"),
    script!(rbfcc01e2ef3c, "bfcc01e2ef3c_tags_are_topics.rs"),
    script!(r04115c3d9481, "billing/04115c3d9481_plans.rs"),
    script!(r15226d4c8592, "billing/15226d4c8592_subscriptions.rs"),
    script!(r26337e5b76a3, "billing/26337e5b76a3_the_first_plans.rs"),
    script!(rd1ee2300c15e, "billing/d1ee2300c15e_since_when.rs"),
    script!(rc0d318f1d04d, "c0d318f1d04d_merge_comments_and_search.rs"),
    script!(rc0dd12f1d04d, "c0dd12f1d04d_the_length_of_each_article.rs"),
    script!(rd1e22900c15e, "d1e22900c15e_settings.rs"),
    script!(re2f13a1fb26f, "e2f13a1fb26f_authors_have_an_address.rs"),
    script!(rf3004b2ea370, "f3004b2ea370_addresses_are_unique.rs"),
];
