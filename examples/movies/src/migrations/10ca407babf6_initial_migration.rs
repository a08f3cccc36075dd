//! Initial migration.
//!
//! Revision ID: 10ca407babf6
//! Revises:
//! Create Date: 2026-11-21 03:44:33 UTC

use rebis::migrate::prelude::*;

pub const REVISION: Revision = revision("10ca407babf6").down(&[]);

pub fn upgrade(op: &mut Operations) {
    op.create_table("movie", |t| {
        t.column("id", BigInteger).primary_key();
        t.column("title", String(80)).not_null();
        t.column("year", Integer).not_null();
        // Reviewed: `db migrate` wrote the column of the program that ran it, on PostgreSQL; this one serves both programs.
        let directors = if cfg!(feature = "array") { Array(Varchar) } else { Json };
        t.column("directors", directors).not_null();
        t.column("theatre", Boolean).not_null();
    });
}

pub fn downgrade(op: &mut Operations) {
    op.drop_table("movie");
}
