//! Initial migration
//!
//! Revision ID: 81e6dca35ec9
//! Revises:
//! Create Date: 2026-11-21 03:44:28 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("81e6dca35ec9").down(&[]);

pub fn upgrade(op: &mut Operations) {
    op.create_table("course", |t| {
        t.column("id", BigInteger).primary_key();
        t.column("name", String(80)).not_null();
    });
    op.create_table("student", |t| {
        t.column("id", BigInteger).primary_key();
        t.column("name", String(80)).not_null();
    });
    op.create_table("enrollments", |t| {
        t.column("student_id", BigInteger);
        t.column("course_id", BigInteger);
        t.primary_key(["student_id", "course_id"]);
        t.foreign_key(["student_id"], "student", ["id"])
            .name("fk_enrollments_student_id_student")
            .on_delete(Cascade);
        t.foreign_key(["course_id"], "course", ["id"])
            .name("fk_enrollments_course_id_course")
            .on_delete(Cascade);
    });
    op.create_table("user", |t| {
        t.column("id", BigInteger).primary_key();
        t.column("username", String(80)).not_null();
        t.column("email", String(120)).not_null();
        t.column("created_at", DateTimeTz).not_null();
        t.unique(["username"]).name("uq_user_username");
        t.unique(["email"]).name("uq_user_email");
    });
    op.create_table("post", |t| {
        t.column("id", BigInteger).primary_key();
        t.column("title", String(200)).not_null();
        t.column("content", Text).not_null();
        t.column("created_at", DateTimeTz).not_null();
        t.column("user_id", BigInteger).not_null();
        t.foreign_key(["user_id"], "user", ["id"]).name("fk_post_user_id_user");
    });
}

pub fn downgrade(op: &mut Operations) {
    op.drop_table("post");
    op.drop_table("user");
    op.drop_table("enrollments");
    op.drop_table("student");
    op.drop_table("course");
}
