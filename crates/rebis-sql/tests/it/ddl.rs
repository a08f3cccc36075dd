//! Schema changes in all dialects, side by side. What each says (not its quoting) follows the facts recorded from Alembic 1.20.1.

use rebis_sql::ddl::{ColumnChange, Constraint, ConstraintKind};
use rebis_sql::schema::{
    Check, Column, ForeignKey, Index, PrimaryKey, ReferentialAction, Schema, ServerDefault, Table, Trigger,
    Unique, View, create_statements,
};
use rebis_sql::{Ddl, Dialect, SqlType, Value};

use crate::show::{all, same};

fn text(change: Ddl) -> String {
    all(|d| {
        d.ddl(&change).map(|s| s.join("; ").replace("\n    ", "").replace('\n', "").replace(",\"", ", \""))
    })
}

fn key(columns: &[&str]) -> Option<PrimaryKey> {
    Some(PrimaryKey { name: None, columns: columns.iter().map(|c| (*c).to_owned()).collect() })
}

fn user() -> Table {
    let mut t = Table::new("user");
    let id = Column { autoincrement: true, ..Column::new("id", SqlType::BigInteger).not_null() };
    t.columns = vec![id, Column::new("name", SqlType::String(Some(64))).not_null()];
    t.primary_key = key(&["id"]);
    t.indexes = vec![Index::new("ix_user_name", ["name"]).unique()];
    t.comment = Some("it's".into());
    t
}

fn alter(change: ColumnChange) -> Ddl {
    let existing = Column {
        default: Some(ServerDefault::Value(Value::Int(3))),
        comment: Some("kept".into()),
        ..Column::new("c", SqlType::Integer).not_null()
    };
    Ddl::AlterColumn { schema: None, table: "t".into(), existing, change }
}

#[test]
fn types() {
    let en = SqlType::Enum { name: "mood".into(), values: vec!["ok".into(), "it's".into()] };
    let rows = [
        SqlType::SmallInteger,
        SqlType::Integer,
        SqlType::BigInteger,
        SqlType::Float,
        SqlType::Double,
        SqlType::Numeric { precision: Some(10), scale: Some(2) },
        SqlType::Numeric { precision: None, scale: None },
        SqlType::String(Some(64)),
        SqlType::String(None),
        SqlType::Text,
        SqlType::Boolean,
        SqlType::Date,
        SqlType::Time,
        SqlType::DateTime { timezone: false },
        SqlType::DateTime { timezone: true },
        SqlType::Interval,
        en,
        SqlType::LargeBinary,
        SqlType::Json,
        SqlType::Uuid,
        SqlType::Array(Box::new(SqlType::Integer)),
    ];
    let table: Vec<String> = rows
        .iter()
        .map(|ty| {
            [Dialect::Sqlite, Dialect::Postgres, Dialect::MySql]
                .map(|d| d.type_name(ty).unwrap_or_else(|_| "-".into()))
                .join(" | ")
        })
        .collect();
    same(
        &table.join("\n"),
        r#"
        SMALLINT | SMALLINT | SMALLINT
        INTEGER | INTEGER | INTEGER
        BIGINT | BIGINT | BIGINT
        FLOAT | REAL | FLOAT
        DOUBLE | DOUBLE PRECISION | DOUBLE
        NUMERIC(10, 2) | NUMERIC(10, 2) | NUMERIC(10, 2)
        NUMERIC | NUMERIC | NUMERIC(38, 10)
        VARCHAR(64) | VARCHAR(64) | VARCHAR(64)
        VARCHAR | VARCHAR | VARCHAR(255)
        TEXT | TEXT | LONGTEXT
        BOOLEAN | BOOLEAN | TINYINT(1)
        DATE | DATE | DATE
        TIME | TIME | TIME(6)
        DATETIME | TIMESTAMP | DATETIME(6)
        DATETIME | TIMESTAMP WITH TIME ZONE | DATETIME(6)
        BIGINT | INTERVAL | BIGINT
        VARCHAR(4) | "mood" | ENUM('ok', 'it''s')
        BLOB | BYTEA | LONGBLOB
        JSON | JSONB | JSON
        CHAR(32) | UUID | CHAR(32)
        - | INTEGER[] | -"#,
    );
}

#[test]
fn create_table() {
    same(
        &text(Ddl::CreateTable { table: user(), if_not_exists: false }),
        r#"
        SQLite: CREATE TABLE "user" ("id" INTEGER NOT NULL, "name" VARCHAR(64) NOT NULL,PRIMARY KEY ("id")); CREATE UNIQUE INDEX "ix_user_name" ON "user" ("name")
        PostgreSQL: CREATE TABLE "user" ("id" BIGSERIAL NOT NULL, "name" VARCHAR(64) NOT NULL,PRIMARY KEY ("id")); CREATE UNIQUE INDEX "ix_user_name" ON "user" ("name"); COMMENT ON TABLE "user" IS 'it''s'
        MySQL, MariaDB: CREATE TABLE `user` (`id` BIGINT NOT NULL AUTO_INCREMENT,`name` VARCHAR(64) NOT NULL,PRIMARY KEY (`id`)) COMMENT 'it''s'; CREATE UNIQUE INDEX `ix_user_name` ON `user` (`name`)"#,
    );
    let mut array = Table::new("t");
    array.columns.push(Column::new("tags", SqlType::Array(Box::new(SqlType::Text))));
    let refused = text(Ddl::CreateTable { table: array, if_not_exists: false });
    assert!(refused.contains("! table \"t\", column \"tags\": SQLite has no arrays"), "{refused}");
}

#[test]
fn columns_are_added_where_they_can_be() {
    let add = |column: Column| text(Ddl::AddColumn { schema: None, table: "t".into(), column });
    let en = SqlType::Enum { name: "mood".into(), values: vec!["ok".into()] };
    same(
        &add(Column::new("c", en)),
        r#"
        SQLite: ALTER TABLE "t" ADD COLUMN "c" VARCHAR(2) CONSTRAINT "enum_mood" CHECK ("c" IN ('ok'))
        PostgreSQL: DO $rebis$ BEGIN CREATE TYPE "mood" AS ENUM ('ok'); EXCEPTION WHEN duplicate_object THEN NULL; END $rebis$; ALTER TABLE "t" ADD COLUMN "c" "mood"
        MySQL, MariaDB: ALTER TABLE `t` ADD COLUMN `c` ENUM('ok')"#,
    );
    let now = Column {
        default: Some(ServerDefault::Now),
        ..Column::new("at", SqlType::DateTime { timezone: true }).not_null()
    };
    same(
        &add(now),
        r#"
        SQLite: ! SQLite has no alter_table; let a migration rebuild the table (it does so by itself)
        PostgreSQL: ALTER TABLE "t" ADD COLUMN "at" TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL
        MySQL, MariaDB: ALTER TABLE `t` ADD COLUMN `at` DATETIME(6) DEFAULT (UTC_TIMESTAMP(6)) NOT NULL"#,
    );
}

#[test]
fn altering_a_column_keeps_what_is_not_named() {
    same(
        &text(alter(ColumnChange {
            ty: Some(SqlType::BigInteger),
            nullable: Some(true),
            ..ColumnChange::default()
        })),
        r#"
        SQLite: ! SQLite has no alter_table; let a migration rebuild the table (it does so by itself)
        PostgreSQL: ALTER TABLE "t" ALTER COLUMN "c" TYPE BIGINT; ALTER TABLE "t" ALTER COLUMN "c" DROP NOT NULL
        MySQL, MariaDB: ALTER TABLE `t` MODIFY COLUMN `c` BIGINT DEFAULT 3 COMMENT 'kept'"#,
    );
    same(
        &text(alter(ColumnChange { default: Some(None), comment: Some(None), ..ColumnChange::default() })),
        r#"
        SQLite: ! SQLite has no alter_table; let a migration rebuild the table (it does so by itself)
        PostgreSQL: ALTER TABLE "t" ALTER COLUMN "c" DROP DEFAULT; COMMENT ON COLUMN "t"."c" IS NULL
        MySQL, MariaDB: ALTER TABLE `t` MODIFY COLUMN `c` INTEGER NOT NULL"#,
    );
}

#[test]
fn enum_labels_are_added_or_the_type_is_replaced() {
    let labels =
        |v: &[&str]| SqlType::Enum { name: "e".into(), values: v.iter().map(|v| (*v).to_owned()).collect() };
    let change = |to: &[&str]| {
        let existing = Column {
            default: Some(ServerDefault::Value(Value::Text("a".into()))),
            ..Column::new("c", labels(&["a", "b"]))
        };
        let change = ColumnChange { ty: Some(labels(to)), ..ColumnChange::default() };
        Dialect::Postgres
            .ddl(&Ddl::AlterColumn { schema: None, table: "t".into(), existing, change })
            .unwrap()
            .join("\n")
    };
    assert!(change(&["z", "a", "m", "b"]).contains(
        "ADD VALUE IF NOT EXISTS 'z' BEFORE 'a'\nALTER TYPE \"e\" ADD VALUE IF NOT EXISTS 'm' AFTER 'a'"
    ));
    same(
        &change(&["a"]),
        r#"
        ALTER TABLE "t" ALTER COLUMN "c" DROP DEFAULT
        ALTER TYPE "e" RENAME TO "e_old"
        CREATE TYPE "e" AS ENUM ('a')
        ALTER TABLE "t" ALTER COLUMN "c" TYPE "e" USING "c"::text::"e"
        DROP TYPE "e_old"
        ALTER TABLE "t" ALTER COLUMN "c" SET DEFAULT 'a'"#,
    );
}

#[test]
fn constraints() {
    let fk = ForeignKey {
        name: Some("fk".into()),
        columns: vec!["a".into(), "b".into()],
        ref_table: "p".into(),
        ref_columns: vec!["x".into(), "y".into()],
        on_delete: ReferentialAction::Cascade,
        ..ForeignKey::default()
    };
    let add = |constraint| text(Ddl::AddConstraint { schema: None, table: "t".into(), constraint });
    same(
        &add(Constraint::ForeignKey(fk)),
        r#"
        SQLite: ! SQLite has no alter_table; let a migration rebuild the table (it does so by itself)
        PostgreSQL: ALTER TABLE "t" ADD CONSTRAINT "fk" FOREIGN KEY ("a", "b") REFERENCES "p" ("x", "y") ON DELETE CASCADE
        MySQL, MariaDB: ALTER TABLE `t` ADD CONSTRAINT `fk` FOREIGN KEY (`a`, `b`) REFERENCES `p` (`x`, `y`) ON DELETE CASCADE"#,
    );
    assert!(
        add(Constraint::Check(Check { name: Some("ck".into()), sql: "a > 5".into() }))
            .contains("ADD CONSTRAINT `ck` CHECK (a > 5)")
    );
    assert!(
        add(Constraint::Unique(Unique {
            name: None,
            columns: vec!["a".into()],
            deferrable: None,
            nulls_not_distinct: false
        }))
        .contains("ADD UNIQUE (\"a\")")
    );
    let drop = |kind| {
        let change = Ddl::DropConstraint { schema: None, table: "t".into(), name: "n".into(), kind };
        [Dialect::MySql, Dialect::MariaDb, Dialect::Postgres]
            .map(|d| d.ddl(&change).unwrap().remove(0).split_once(" DROP ").unwrap().1.to_owned())
            .join(" | ")
    };
    assert_eq!(drop(ConstraintKind::ForeignKey), "FOREIGN KEY `n` | FOREIGN KEY `n` | CONSTRAINT \"n\"");
    assert_eq!(drop(ConstraintKind::Unique), "INDEX `n` | INDEX `n` | CONSTRAINT \"n\"");
    assert_eq!(drop(ConstraintKind::Check), "CHECK `n` | CONSTRAINT `n` | CONSTRAINT \"n\"");
    assert_eq!(drop(ConstraintKind::PrimaryKey), "PRIMARY KEY | PRIMARY KEY | CONSTRAINT \"n\"");
}

#[test]
fn what_only_some_indexes_say() {
    let create = |index| {
        let (if_not_exists, concurrently) = (false, false);
        text(Ddl::CreateIndex { schema: None, table: "t".into(), index, if_not_exists, concurrently })
    };
    let plain = || Index::new("ix", ["a", "b"]);
    same(
        &create(Index { lengths: vec![("b".into(), 20)], ..plain() }),
        r#"
        SQLite, PostgreSQL: CREATE INDEX "ix" ON "t" ("a", "b")
        MySQL, MariaDB: CREATE INDEX `ix` ON `t` (`a`, `b`(20))"#,
    );
    same(
        &create(Index { options: vec![("postgresql_fillfactor".into(), "70".into())], ..plain() }),
        r#"
        SQLite: CREATE INDEX "ix" ON "t" ("a", "b")
        PostgreSQL: CREATE INDEX "ix" ON "t" ("a", "b") WITH (fillfactor = 70)
        MySQL, MariaDB: CREATE INDEX `ix` ON `t` (`a`, `b`)"#,
    );
    let refused = create(Index { options: vec![("postgresql_x".into(), "1); DROP".into())], ..plain() });
    assert!(refused.contains("PostgreSQL: ! \"1); DROP\" is no option"), "{refused}");
    let refused = create(Index { options: vec![("mysql_x".into(), "1".into())], ..plain() });
    assert!(refused.contains("has no options of an index"), "{refused}");
    let nulls = create(Index {
        nulls_not_distinct: true,
        include: vec!["c".into()],
        filter: Some("a > 0".into()),
        options: vec![("postgresql_fillfactor".into(), "70".into())],
        ..plain().unique()
    });
    assert!(
        nulls.contains(
            r#"PostgreSQL: CREATE UNIQUE INDEX "ix" ON "t" ("a", "b") INCLUDE ("c") NULLS NOT DISTINCT WITH (fillfactor = 70) WHERE a > 0"#
        ),
        "{nulls}"
    );
    let constraint = Constraint::Unique(Unique {
        columns: vec!["a".into()],
        nulls_not_distinct: true,
        ..Unique::default()
    });
    let nulls = text(Ddl::AddConstraint { schema: None, table: "t".into(), constraint });
    assert!(nulls.contains("PostgreSQL: ALTER TABLE \"t\" ADD UNIQUE NULLS NOT DISTINCT (\"a\")"), "{nulls}");
    assert!(nulls.contains("MariaDB has no NULLS NOT DISTINCT"), "{nulls}");
}

#[test]
fn renames_drops_and_comments() {
    let (schema, table) = (Some(String::from("s")), String::from("t"));
    same(
        &text(Ddl::RenameTable { schema: schema.clone(), from: "t".into(), to: "u".into() }),
        "SQLite, PostgreSQL: ALTER TABLE \"s\".\"t\" RENAME TO \"u\"\nMySQL, MariaDB: ALTER TABLE `s`.`t` RENAME TO `s`.`u`",
    );
    same(
        &text(Ddl::DropIndex {
            schema: schema.clone(),
            table: table.clone(),
            name: "ix".into(),
            if_exists: true,
            concurrently: false,
        }),
        r#"
        SQLite, PostgreSQL: DROP INDEX IF EXISTS "s"."ix"
        MySQL: DROP INDEX `ix` ON `s`.`t`
        MariaDB: DROP INDEX IF EXISTS `ix` ON `s`.`t`"#,
    );
    same(
        &text(Ddl::CommentTable { schema, table, comment: None }),
        "SQLite: \nPostgreSQL: COMMENT ON TABLE \"s\".\"t\" IS NULL\nMySQL, MariaDB: ALTER TABLE `s`.`t` COMMENT ''",
    );
    same(
        &text(Ddl::CreateType { name: "e".into(), values: vec!["a".into()] }),
        "SQLite, MySQL, MariaDB: \nPostgreSQL: CREATE TYPE \"e\" AS ENUM ('a')",
    );
}

#[test]
fn views_and_triggers() {
    let view = View::new("v", "SELECT 1;");
    same(
        &text(Ddl::CreateView { view: view.clone() }),
        "SQLite, PostgreSQL: CREATE VIEW \"v\" AS SELECT 1\nMySQL, MariaDB: CREATE VIEW `v` AS SELECT 1",
    );
    same(
        &text(Ddl::DropView { view: view.clone() }),
        "SQLite, PostgreSQL: DROP VIEW \"v\"\nMySQL, MariaDB: DROP VIEW `v`",
    );
    let kept = text(Ddl::CreateView { view: view.materialized() });
    assert!(kept.contains("PostgreSQL: CREATE MATERIALIZED VIEW \"v\" AS SELECT 1"), "{kept}");
    assert!(kept.contains("materialized views"), "refused elsewhere: {kept}");
    let trigger = Trigger::new("n", "t", "AFTER INSERT", "BEGIN SELECT 1; END");
    same(
        &text(Ddl::CreateTrigger { trigger: trigger.clone() }),
        "SQLite, PostgreSQL: CREATE TRIGGER \"n\" AFTER INSERT ON \"t\" BEGIN SELECT 1; END\n\
         MySQL, MariaDB: CREATE TRIGGER `n` AFTER INSERT ON `t` BEGIN SELECT 1; END",
    );
    same(
        &text(Ddl::DropTrigger { trigger }),
        "SQLite: DROP TRIGGER \"n\"\nPostgreSQL: DROP TRIGGER \"n\" ON \"t\"\nMySQL, MariaDB: DROP TRIGGER `n`",
    );
}

#[test]
fn a_circle_of_tables_is_closed_after_them() {
    let refer = |from: &str, to: &str| {
        let mut t = Table::new(from);
        t.columns = vec![Column::new("id", SqlType::Integer).not_null(), Column::new("o", SqlType::Integer)];
        t.primary_key = key(&["id"]);
        t.foreign_keys = vec![ForeignKey {
            columns: vec!["o".into()],
            ref_table: to.into(),
            ref_columns: vec!["id".into()],
            ..ForeignKey::default()
        }];
        t
    };
    let schema = Schema { tables: vec![refer("a", "b"), refer("b", "a")] };
    let postgres = create_statements(&schema, Dialect::Postgres).unwrap();
    assert_eq!(postgres.len(), 3);
    assert_eq!(postgres[2], r#"ALTER TABLE "a" ADD FOREIGN KEY ("o") REFERENCES "b" ("id")"#);
    assert_eq!(create_statements(&schema, Dialect::Sqlite).unwrap().len(), 2);
}
