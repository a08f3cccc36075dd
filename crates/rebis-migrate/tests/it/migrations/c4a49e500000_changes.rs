//! changes
//!
//! Revision ID: c4a49e500000
//! Revises: 0ddba11c0ffe
//! Create Date: 2026-11-21 16:01:18 UTC

use rebis_migrate::prelude::*;

pub const REVISION: Revision = revision("c4a49e500000").down(&["0ddba11c0ffe"]);

pub fn upgrade(op: &mut Operations) {
    op.create_table("extra", |t| {
        t.column("id", Integer).primary_key();
        t.column("node_id", Integer);
        t.foreign_key(["node_id"], "node", ["id"])
            .name("fk_extra_node_id_node");
    });
    op.drop_constraint("fk_egg_hen_id_hen", "egg", ConstraintKind::ForeignKey);
    op.drop_table("hen");
    op.drop_table("egg");
    // POSSIBLE RENAME of column all_types.short to added: as written here, the data of short is
    // lost. If it was renamed, delete this file and run `db migrate --rename
    // all_types.short:added`.
    op.add_column("all_types", "added", String(20))
        .not_null()
        .server_default("new");
    op.alter_column("all_types", "medium")
        .existing_type(Integer)
        .existing_nullable(true)
        .set_type(BigInteger);
    op.alter_column("all_types", "big_given")
        .existing_type(BigInteger)
        .existing_nullable(false)
        .set_nullable(true);
    op.alter_column("all_types", "price")
        .existing_type(Numeric(10, 2))
        .existing_nullable(true)
        .set_type(Numeric(12, 4));
    op.alter_column("all_types", "short_given")
        .existing_type(String(64))
        .existing_nullable(false)
        .set_type(String(80));
    // all_types.long becomes NOT NULL: this fails while rows hold NULL there. Fill them first, with
    // op.execute(…).
    op.alter_column("all_types", "long")
        .existing_type(Text)
        .existing_nullable(true)
        .set_nullable(false);
    op.create_index("ix_all_types_day", "all_types", ["day", "hour"])
        .unique();
    op.drop_column("all_types", "short");
    op.alter_column("defaults", "small")
        .existing_type(SmallInteger)
        .existing_nullable(false)
        .existing_server_default(-5)
        .drop_server_default();
    op.alter_column("defaults", "empty")
        .existing_type(String(64))
        .existing_nullable(false)
        .existing_server_default("")
        .set_server_default("full");
    op.alter_column("defaults", "local")
        .existing_type(DateTime)
        .existing_nullable(false)
        .existing_server_default(now())
        .drop_server_default();
    op.alter_column("link_between_all_types_and_defaults", "label")
        .existing_type(String(30))
        .existing_nullable(true)
        .existing_comment("What people call it; «it's» \"here\"")
        .drop_comment();
    op.drop_constraint(
        "fk_link_between_all_types_and_defaults_left_id_all_types",
        "link_between_all_types_and_defaults",
        ConstraintKind::ForeignKey,
    );
    op.drop_constraint(
        "uq_link_between_all_types_and_defaults_left_id_position",
        "link_between_all_types_and_defaults",
        ConstraintKind::Unique,
    );
    op.drop_index("ix_link_label", "link_between_all_types_and_defaults");
    op.drop_index(
        "ix_link_position_desc",
        "link_between_all_types_and_defaults",
    );
    op.create_index(
        "ix_link_position_desc",
        "link_between_all_types_and_defaults",
        [desc("position"), asc("label")],
    )
    .unique();
    op.create_unique_constraint(
        "uq_link_between_all_types_and_defaults_right_id_position",
        "link_between_all_types_and_defaults",
        ["right_id", "position"],
    );
    op.drop_constraint(
        "ck_label_short",
        "link_between_all_types_and_defaults",
        ConstraintKind::Check,
    );
    op.create_check_constraint(
        "ck_position_small",
        "link_between_all_types_and_defaults",
        "position < 1000",
    );
    op.create_foreign_key(
        "fk_link_between_all_types_and_defaults_left_id_all_types",
        "link_between_all_types_and_defaults",
        ["left_id"],
        "all_types",
        ["id"],
    );
    op.create_table_comment("link_between_all_types_and_defaults", "Links");
    op.add_column("node", "country_code", String(2));
    op.create_foreign_key(
        "fk_node_country_code_country",
        "node",
        ["country_code"],
        "country",
        ["code"],
    );
}

pub fn downgrade(op: &mut Operations) {
    op.drop_constraint(
        "fk_node_country_code_country",
        "node",
        ConstraintKind::ForeignKey,
    );
    op.drop_column("node", "country_code");
    op.create_table_comment("link_between_all_types_and_defaults", "Joins");
    op.drop_constraint(
        "fk_link_between_all_types_and_defaults_left_id_all_types",
        "link_between_all_types_and_defaults",
        ConstraintKind::ForeignKey,
    );
    op.drop_constraint(
        "ck_position_small",
        "link_between_all_types_and_defaults",
        ConstraintKind::Check,
    );
    op.create_check_constraint(
        "ck_label_short",
        "link_between_all_types_and_defaults",
        "((label)::text <> 'none'::text) AND (length((label)::text) < 30)",
    );
    op.drop_constraint(
        "uq_link_between_all_types_and_defaults_right_id_position",
        "link_between_all_types_and_defaults",
        ConstraintKind::Unique,
    );
    op.drop_index(
        "ix_link_position_desc",
        "link_between_all_types_and_defaults",
    );
    op.create_index(
        "ix_link_position_desc",
        "link_between_all_types_and_defaults",
        [desc("position"), asc("label")],
    );
    op.create_index(
        "ix_link_label",
        "link_between_all_types_and_defaults",
        ["label", "position"],
    );
    op.create_unique_constraint(
        "uq_link_between_all_types_and_defaults_left_id_position",
        "link_between_all_types_and_defaults",
        ["left_id", "position"],
    );
    op.create_foreign_key(
        "fk_link_between_all_types_and_defaults_left_id_all_types",
        "link_between_all_types_and_defaults",
        ["left_id"],
        "all_types",
        ["id"],
    )
    .on_delete(Cascade);
    op.alter_column("link_between_all_types_and_defaults", "label")
        .existing_type(String(30))
        .existing_nullable(true)
        .set_comment("What people call it; «it's» \"here\"");
    op.alter_column("defaults", "local")
        .existing_type(DateTime)
        .existing_nullable(false)
        .set_server_default(now());
    op.alter_column("defaults", "empty")
        .existing_type(String(64))
        .existing_nullable(false)
        .existing_server_default("full")
        .set_server_default("");
    op.alter_column("defaults", "small")
        .existing_type(SmallInteger)
        .existing_nullable(false)
        .set_server_default(-5);
    op.add_column("all_types", "short", String(64));
    op.drop_index("ix_all_types_day", "all_types");
    op.alter_column("all_types", "long")
        .existing_type(Text)
        .existing_nullable(false)
        .set_nullable(true);
    op.alter_column("all_types", "short_given")
        .existing_type(String(80))
        .existing_nullable(false)
        .set_type(String(64));
    op.alter_column("all_types", "price")
        .existing_type(Numeric(12, 4))
        .existing_nullable(true)
        .set_type(Numeric(10, 2));
    op.alter_column("all_types", "big_given")
        .existing_type(BigInteger)
        .existing_nullable(true)
        .set_nullable(false);
    op.alter_column("all_types", "medium")
        .existing_type(BigInteger)
        .existing_nullable(true)
        .set_type(Integer);
    op.drop_column("all_types", "added");
    op.create_table("egg", |t| {
        t.column("id", Integer);
        t.column("hen_id", Integer);
        t.primary_key(["id"]).name("egg_pkey");
    });
    op.create_table("hen", |t| {
        t.column("id", Integer);
        t.column("egg_id", Integer);
        t.primary_key(["id"]).name("hen_pkey");
        t.foreign_key(["egg_id"], "egg", ["id"])
            .name("fk_hen_egg_id_egg");
    });
    op.create_foreign_key("fk_egg_hen_id_hen", "egg", ["hen_id"], "hen", ["id"]);
    op.drop_table("extra");
}
