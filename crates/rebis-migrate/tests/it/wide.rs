//! Schemas that the tests share: the tutorial's, and one that holds everything that a model can declare.

use rebis_migrate::prelude::{datetime_utc, decimal, json, uuid};
use rebis_sql::schema::{
    Check, Column, Computed, ForeignKey, Index, IndexKey, NamingConvention, PrimaryKey, ReferentialAction,
    Schema, ServerDefault, Table, Unique,
};
use rebis_sql::{Dialect, SqlType, Value};

fn key(table: &mut Table, name: &str, ty: SqlType) {
    let mut column = Column::new(name, ty).not_null();
    column.autoincrement = true;
    table.columns.insert(0, column);
    table.primary_key = Some(PrimaryKey { name: None, columns: vec![name.into()] });
}

fn foreign_key(column: &str, table: &str) -> ForeignKey {
    ForeignKey {
        columns: vec![column.into()],
        ref_table: table.into(),
        ref_columns: vec!["id".into()],
        ..ForeignKey::default()
    }
}

fn named(mut tables: Vec<Table>) -> Schema {
    tables.iter_mut().for_each(|t| NamingConvention::default().apply(t));
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    Schema { tables }
}

/// The tutorial's `User`.
pub(crate) fn users() -> Schema {
    let mut user = Table::new("user");
    user.columns = vec![
        Column::new("username", SqlType::String(Some(64))).not_null(),
        Column::new("email", SqlType::String(Some(120))).not_null(),
        Column::new("password_hash", SqlType::String(Some(256))),
    ];
    key(&mut user, "id", SqlType::Integer);
    user.indexes = vec![
        Index::new("ix_user_username", ["username"]).unique(),
        Index::new("ix_user_email", ["email"]).unique(),
    ];
    named(vec![user])
}

/// The tutorial's `User` and `Post`.
pub(crate) fn users_and_posts() -> Schema {
    let mut tables = users().tables;
    let mut post = Table::new("post");
    post.columns = vec![
        Column::new("body", SqlType::String(Some(140))).not_null(),
        Column::new("timestamp", SqlType::DateTime { timezone: true }).not_null(),
        Column::new("user_id", SqlType::Integer).not_null(),
    ];
    key(&mut post, "id", SqlType::Integer);
    post.indexes =
        vec![Index::new("ix_post_timestamp", ["timestamp"]), Index::new("ix_post_user_id", ["user_id"])];
    post.foreign_keys = vec![foreign_key("user_id", "user")];
    tables.push(post);
    named(tables)
}

/// Everything; what `dialect` lacks left out.
pub(crate) fn everything(dialect: Option<Dialect>) -> Schema {
    let has = |capability: fn(&rebis_sql::Capabilities) -> bool| {
        dialect.is_none_or(|d| capability(d.capabilities()))
    };
    let text = |t: &str| Some(ServerDefault::Value(Value::Text(t.into())));
    let mood = SqlType::Enum {
        name: "mood".into(),
        values: vec!["happy".into(), "it's \"so\" so".into(), "sad".into()],
    };

    let mut all = Table::new("all_types");
    for (name, ty) in [
        ("small", SqlType::SmallInteger),
        ("medium", SqlType::Integer),
        ("big", SqlType::BigInteger),
        ("single", SqlType::Float),
        ("double", SqlType::Double),
        ("price", SqlType::Numeric { precision: Some(10), scale: Some(2) }),
        ("whole", SqlType::Numeric { precision: Some(10), scale: Some(0) }),
        ("number", SqlType::Numeric { precision: None, scale: None }),
        ("short", SqlType::String(Some(64))),
        ("open", SqlType::String(None)),
        ("long", SqlType::Text),
        ("yes", SqlType::Boolean),
        ("day", SqlType::Date),
        ("hour", SqlType::Time),
        ("local", SqlType::DateTime { timezone: false }),
        ("moment", SqlType::DateTime { timezone: true }),
        ("took", SqlType::Interval),
        ("mood", mood.clone()),
        ("bytes", SqlType::LargeBinary),
        ("document", SqlType::Json),
        ("uuid", SqlType::Uuid),
    ] {
        all.columns.push(Column::new(name, ty.clone()));
        all.columns.push(Column::new(format!("{name}_given"), ty).not_null());
    }
    if has(|c| c.arrays) {
        all.columns.push(Column::new("tags", SqlType::Array(Box::new(SqlType::Text))));
        all.columns.push(Column::new("numbers", SqlType::Array(Box::new(SqlType::BigInteger))).not_null());
    }
    key(&mut all, "id", SqlType::BigInteger);

    let mut defaults = Table::new("defaults");
    let given = |name: &str, ty: SqlType, default: Option<ServerDefault>| Column {
        default,
        ..Column::new(name, ty).not_null()
    };
    let value = |v: Value| Some(ServerDefault::Value(v));
    defaults.columns = vec![
        given("small", SqlType::SmallInteger, value(Value::Int(-5))),
        given("big", SqlType::BigInteger, value(Value::Int(5_000_000_000))),
        given("double", SqlType::Double, value(Value::Float(1.5))),
        given("price", SqlType::Numeric { precision: Some(10), scale: Some(2) }, value(decimal("19.90"))),
        given("short", SqlType::String(Some(64)), text("it's \"here\"")),
        given("digits", SqlType::String(Some(64)), text("007")),
        given("empty", SqlType::String(Some(64)), text("")),
        given("yes", SqlType::Boolean, value(Value::Bool(true))),
        given("no", SqlType::Boolean, value(Value::Bool(false))),
        given("local", SqlType::DateTime { timezone: false }, Some(ServerDefault::Now)),
        given("moment", SqlType::DateTime { timezone: true }, Some(ServerDefault::Now)),
        given("since", SqlType::DateTime { timezone: true }, value(datetime_utc("2026-11-20 10:12:33"))),
        given("mood", mood, text("sad")),
        given("uuid", SqlType::Uuid, value(uuid("67e55044-10b1-426f-9247-bb680e5fe0c8"))),
        given("document", SqlType::Json, value(json("{\"a\":[1,2]}"))),
        given("sum", SqlType::Integer, Some(ServerDefault::Sql("1 + 1".into()))),
    ];
    key(&mut defaults, "id", SqlType::Integer);

    // An association with a key of two columns, and everything that can be constrained.
    let mut link = Table::new("link_between_all_types_and_defaults");
    link.columns = vec![
        Column::new("left_id", SqlType::BigInteger).not_null(),
        Column::new("right_id", SqlType::Integer).not_null(),
        Column::new("position", SqlType::Integer).not_null(),
        Column::new("label", SqlType::String(Some(30))),
        Column {
            computed: Some(Computed { sql: "position + 1".into(), stored: true }),
            ..Column::new("next", SqlType::Integer)
        },
    ];
    link.columns[3].comment = has(|c| c.comments).then(|| "What people call it; «it's» \"here\"".into());
    link.comment = has(|c| c.comments).then(|| "Joins".into());
    link.primary_key = Some(PrimaryKey { name: None, columns: vec!["left_id".into(), "right_id".into()] });
    link.foreign_keys = vec![
        ForeignKey { on_delete: ReferentialAction::Cascade, ..foreign_key("left_id", "all_types") },
        ForeignKey {
            on_delete: ReferentialAction::Restrict,
            on_update: ReferentialAction::Cascade,
            ..foreign_key("right_id", "defaults")
        },
    ];
    link.uniques = vec![Unique {
        name: None,
        columns: vec!["left_id".into(), "position".into()],
        deferrable: None,
        nulls_not_distinct: false,
    }];
    link.checks = vec![
        Check { name: None, sql: "position >= 0".into() },
        Check { name: Some("ck_label_short".into()), sql: "label <> 'none' AND length(label) < 30".into() },
    ];
    link.indexes = vec![
        Index::new("ix_link_label", ["label", "position"]),
        Index {
            keys: vec![
                IndexKey::Column { name: "position".into(), descending: true },
                IndexKey::Column { name: "label".into(), descending: false },
            ],
            ..Index::new("ix_link_position_desc", ["position"])
        },
    ];
    if has(|c| c.named_enums || !c.alter_table) {
        // Partial indexes and indexes over expressions: PostgreSQL and SQLite.
        link.indexes
            .push(Index { filter: Some("position > 10".into()), ..Index::new("ix_link_far", ["position"]) });
        link.indexes.push(Index {
            keys: vec![
                IndexKey::Expression("lower(label)".into()),
                IndexKey::Column { name: "position".into(), descending: false },
            ],
            ..Index::new("ix_link_lower_label", ["label"])
        });
    }

    // A tree, and two tables in a circle.
    let mut node = Table::new("node");
    node.columns = vec![Column::new("parent_id", SqlType::Integer)];
    key(&mut node, "id", SqlType::Integer);
    node.foreign_keys =
        vec![ForeignKey { on_delete: ReferentialAction::SetNull, ..foreign_key("parent_id", "node") }];
    let mut egg = Table::new("egg");
    egg.columns = vec![Column::new("hen_id", SqlType::Integer)];
    key(&mut egg, "id", SqlType::Integer);
    egg.foreign_keys = vec![foreign_key("hen_id", "hen")];
    let mut hen = Table::new("hen");
    hen.columns = vec![Column::new("egg_id", SqlType::Integer)];
    key(&mut hen, "id", SqlType::Integer);
    hen.foreign_keys = vec![foreign_key("egg_id", "egg")];

    // Keys that the program gives.
    let mut country = Table::new("country");
    country.columns = vec![Column::new("code", SqlType::String(Some(2))).not_null()];
    country.primary_key = Some(PrimaryKey { name: None, columns: vec!["code".into()] });
    let mut profile = Table::new("profile");
    profile.columns = vec![Column::new("node_id", SqlType::Integer).not_null()];
    profile.primary_key = Some(PrimaryKey { name: None, columns: vec!["node_id".into()] });
    profile.foreign_keys = vec![foreign_key("node_id", "node")];

    named(vec![all, defaults, link, node, egg, hen, country, profile])
}

/// `everything`, changed in each way that a comparison knows.
pub(crate) fn changed(dialect: Option<Dialect>) -> Schema {
    let mut tables = everything(dialect).tables;
    // Two tables go, which refer to each other.
    tables.retain(|t| t.name != "egg" && t.name != "hen");
    for table in &mut tables {
        let at = |table: &Table, name: &str| table.columns.iter().position(|c| c.name == name).unwrap();
        match table.name.as_str() {
            "all_types" => {
                table.columns.remove(at(table, "short"));
                for (name, ty) in [
                    ("medium", SqlType::BigInteger),
                    ("short_given", SqlType::String(Some(80))),
                    ("price", SqlType::Numeric { precision: Some(12), scale: Some(4) }),
                ] {
                    let i = at(table, name);
                    table.columns[i].ty = ty;
                }
                let i = at(table, "long");
                table.columns[i].nullable = false;
                let i = at(table, "big_given");
                table.columns[i].nullable = true;
                table.columns.push(Column {
                    default: Some(ServerDefault::Value(Value::Text("new".into()))),
                    ..Column::new("added", SqlType::String(Some(20))).not_null()
                });
                table.indexes.push(Index::new("ix_all_types_day", ["day", "hour"]).unique());
            }
            "defaults" => {
                for (name, default) in [
                    ("small", None),
                    ("local", None),
                    ("empty", Some(ServerDefault::Value(Value::Text("full".into())))),
                ] {
                    let i = at(table, name);
                    table.columns[i].default = default;
                }
            }
            "node" => {
                table.columns.push(Column::new("country_code", SqlType::String(Some(2))));
                table.foreign_keys.push(ForeignKey {
                    ref_columns: vec!["code".into()],
                    ..foreign_key("country_code", "country")
                });
            }
            name if name.starts_with("link") => {
                table.uniques[0] = Unique {
                    name: None,
                    columns: vec!["right_id".into(), "position".into()],
                    deferrable: None,
                    nulls_not_distinct: false,
                };
                table.foreign_keys[0].on_delete = ReferentialAction::NoAction;
                table.checks.remove(1);
                table
                    .checks
                    .push(Check { name: Some("ck_position_small".into()), sql: "position < 1000".into() });
                table.indexes.retain(|i| i.name != "ix_link_label");
                table.indexes[0].unique = true;
                if table.comment.is_some() {
                    table.comment = Some("Links".into());
                    table.columns[3].comment = None;
                }
            }
            _ => {}
        }
    }
    let mut extra = Table::new("extra");
    extra.columns = vec![Column::new("node_id", SqlType::Integer)];
    key(&mut extra, "id", SqlType::Integer);
    extra.foreign_keys = vec![foreign_key("node_id", "node")];
    tables.push(extra);
    named(tables)
}
