//! no article is shorter than nothing
//!
//! Revision ID: 9daaefc40d1a
//! Revises: 8c99deb51c09
//! Create Date: 2026-03-09 11:00:00 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("9daaefc40d1a").down(&["8c99deb51c09"]);

pub fn upgrade(op: &mut Operations) {
    op.create_check_constraint("ck_article_words", "article", "words >= 0");
}

pub fn downgrade(op: &mut Operations) {
    op.drop_constraint("ck_article_words", "article", ConstraintKind::Check);
}
