//! everything else
//!
//! Revision ID: 0ddba11c0ffe
//! Revises: 780739b227a7
//! Create Date: 2026-11-20 23:18:22 UTC

use rebis_migrate::prelude::*;

pub const REVISION: Revision = revision("0ddba11c0ffe").down(&["780739b227a7"]);

pub fn upgrade(op: &mut Operations) {
    op.create_table("all_types", |t| {
        t.column("id", BigInteger).primary_key();
        t.column("small", SmallInteger);
        t.column("small_given", SmallInteger).not_null();
        t.column("medium", Integer);
        t.column("medium_given", Integer).not_null();
        t.column("big", BigInteger);
        t.column("big_given", BigInteger).not_null();
        t.column("single", Float);
        t.column("single_given", Float).not_null();
        t.column("double", Double);
        t.column("double_given", Double).not_null();
        t.column("price", Numeric(10, 2));
        t.column("price_given", Numeric(10, 2)).not_null();
        t.column("whole", Numeric(10, 0));
        t.column("whole_given", Numeric(10, 0)).not_null();
        t.column("number", Decimal);
        t.column("number_given", Decimal).not_null();
        t.column("short", String(64));
        t.column("short_given", String(64)).not_null();
        t.column("open", Varchar);
        t.column("open_given", Varchar).not_null();
        t.column("long", Text);
        t.column("long_given", Text).not_null();
        t.column("yes", Boolean);
        t.column("yes_given", Boolean).not_null();
        t.column("day", Date);
        t.column("day_given", Date).not_null();
        t.column("hour", Time);
        t.column("hour_given", Time).not_null();
        t.column("local", DateTime);
        t.column("local_given", DateTime).not_null();
        t.column("moment", DateTimeTz);
        t.column("moment_given", DateTimeTz).not_null();
        t.column("took", Interval);
        t.column("took_given", Interval).not_null();
        t.column("mood", Enum("mood", ["happy", "it's \"so\" so", "sad"]));
        t.column(
            "mood_given",
            Enum("mood", ["happy", "it's \"so\" so", "sad"]),
        )
        .not_null();
        t.column("bytes", LargeBinary);
        t.column("bytes_given", LargeBinary).not_null();
        t.column("document", Json);
        t.column("document_given", Json).not_null();
        t.column("uuid", Uuid);
        t.column("uuid_given", Uuid).not_null();
        t.column("tags", Array(Text));
        t.column("numbers", Array(BigInteger)).not_null();
    });
    op.create_table("country", |t| {
        t.column("code", String(2)).primary_key();
    });
    op.create_table("defaults", |t| {
        t.column("id", Integer).primary_key();
        t.column("small", SmallInteger)
            .not_null()
            .server_default(-5);
        t.column("big", BigInteger)
            .not_null()
            .server_default(5000000000_i64);
        t.column("double", Double).not_null().server_default(1.5);
        t.column("price", Numeric(10, 2))
            .not_null()
            .server_default(decimal("19.90"));
        t.column("short", String(64))
            .not_null()
            .server_default("it's \"here\"");
        t.column("digits", String(64))
            .not_null()
            .server_default("007");
        t.column("empty", String(64)).not_null().server_default("");
        t.column("yes", Boolean).not_null().server_default(true);
        t.column("no", Boolean).not_null().server_default(false);
        t.column("local", DateTime).not_null().server_default(now());
        t.column("moment", DateTimeTz)
            .not_null()
            .server_default(now());
        t.column("since", DateTimeTz)
            .not_null()
            .server_default(datetime_utc("2026-11-20 10:12:33.000000"));
        t.column("mood", Enum("mood", ["happy", "it's \"so\" so", "sad"]))
            .not_null()
            .server_default("sad");
        t.column("uuid", Uuid)
            .not_null()
            .server_default(uuid("67e55044-10b1-426f-9247-bb680e5fe0c8"));
        t.column("document", Json)
            .not_null()
            .server_default(json("{\"a\":[1,2]}"));
        t.column("sum", Integer)
            .not_null()
            .server_default(sql("1 + 1"));
    });
    op.create_table("link_between_all_types_and_defaults", |t| {
        t.column("left_id", BigInteger);
        t.column("right_id", Integer);
        t.column("position", Integer).not_null();
        t.column("label", String(30))
            .comment("What people call it; «it's» \"here\"");
        t.column("next", Integer).computed("position + 1", true);
        t.primary_key(["left_id", "right_id"]);
        t.foreign_key(["left_id"], "all_types", ["id"])
            .name("fk_link_between_all_types_and_defaults_left_id_all_types")
            .on_delete(Cascade);
        t.foreign_key(["right_id"], "defaults", ["id"])
            .name("fk_link_between_all_types_and_defaults_right_id_defaults")
            .on_delete(Restrict)
            .on_update(Cascade);
        t.unique(["left_id", "position"])
            .name("uq_link_between_all_types_and_defaults_left_id_position");
        t.check("position >= 0")
            .name("ck_link_between_all_types_and_defaults_1");
        t.check("label <> 'none' AND length(label) < 30")
            .name("ck_label_short");
        t.comment("Joins");
    });
    op.create_index(
        "ix_link_far",
        "link_between_all_types_and_defaults",
        ["position"],
    )
    .filter("position > 10");
    op.create_index(
        "ix_link_label",
        "link_between_all_types_and_defaults",
        ["label", "position"],
    );
    op.create_index(
        "ix_link_lower_label",
        "link_between_all_types_and_defaults",
        [expr("lower(label)"), asc("position")],
    );
    op.create_index(
        "ix_link_position_desc",
        "link_between_all_types_and_defaults",
        [desc("position"), asc("label")],
    );
    op.create_table("node", |t| {
        t.column("id", Integer).primary_key();
        t.column("parent_id", Integer);
        t.foreign_key(["parent_id"], "node", ["id"])
            .name("fk_node_parent_id_node")
            .on_delete(SetNull);
    });
    op.create_table("profile", |t| {
        t.column("node_id", Integer).primary_key();
        t.foreign_key(["node_id"], "node", ["id"])
            .name("fk_profile_node_id_node");
    });
    op.create_table("egg", |t| {
        t.column("id", Integer).primary_key();
        t.column("hen_id", Integer);
    });
    op.create_table("hen", |t| {
        t.column("id", Integer).primary_key();
        t.column("egg_id", Integer);
        t.foreign_key(["egg_id"], "egg", ["id"])
            .name("fk_hen_egg_id_egg");
    });
    op.create_foreign_key("fk_egg_hen_id_hen", "egg", ["hen_id"], "hen", ["id"]);
}

pub fn downgrade(op: &mut Operations) {
    op.drop_constraint("fk_egg_hen_id_hen", "egg", ConstraintKind::ForeignKey);
    op.drop_table("hen");
    op.drop_table("egg");
    op.drop_table("profile");
    op.drop_table("node");
    op.drop_index(
        "ix_link_position_desc",
        "link_between_all_types_and_defaults",
    );
    op.drop_index("ix_link_lower_label", "link_between_all_types_and_defaults");
    op.drop_index("ix_link_label", "link_between_all_types_and_defaults");
    op.drop_index("ix_link_far", "link_between_all_types_and_defaults");
    op.drop_table("link_between_all_types_and_defaults");
    op.drop_table("defaults");
    op.drop_table("country");
    op.drop_table("all_types");
    op.drop_type("mood");
}
