//! Statements and expressions in all dialects, side by side.

use rebis_sql::expr::func;
use rebis_sql::stmt::{Distinct, Join, JoinKind, Lock, OnConflict, TableRef};
use rebis_sql::{Delete, Expr, Insert, Select, SqlType, Statement, Update, Value, compile};

use crate::show::{all, same};

fn text(statement: Statement) -> String {
    all(|d| compile(&statement, d).map(|c| c.sql))
}

fn expr(e: Expr) -> String {
    all(|d| {
        let select = Select { columns: vec![e.clone().into()], ..Select::default() };
        compile(&Statement::Select(select), d).map(|c| c.sql["SELECT ".len()..].to_owned())
    })
}

fn a() -> Expr {
    Expr::col("a")
}

fn users() -> Select {
    Select {
        columns: vec![Expr::col_of("user", "id").into()],
        from: vec![TableRef::table("user")],
        ..Select::default()
    }
}

#[test]
fn expressions() {
    for (e, wanted) in [
        (
            a().eq(1).and(a().gt(2).or(a().is_null())),
            r#"
            SQLite: "a" = ? AND ("a" > ? OR "a" IS NULL)
            PostgreSQL: "a" = $1 AND ("a" > $2 OR "a" IS NULL)
            MySQL, MariaDB: `a` = ? AND (`a` > ? OR `a` IS NULL)"#,
        ),
        (
            a().eq(1).not(),
            "SQLite: NOT (\"a\" = ?)\nPostgreSQL: NOT (\"a\" = $1)\nMySQL, MariaDB: NOT (`a` = ?)",
        ),
        (a().eq(Value::Null), "SQLite, PostgreSQL: \"a\" IS NULL\nMySQL, MariaDB: `a` IS NULL"),
        (a().ne(None::<i32>), "SQLite, PostgreSQL: \"a\" IS NOT NULL\nMySQL, MariaDB: `a` IS NOT NULL"),
        (a().in_(Vec::<i32>::new()), "SQLite, PostgreSQL, MySQL, MariaDB: 1 = 0"),
        (a().not_in(Vec::<i32>::new()), "SQLite, PostgreSQL, MySQL, MariaDB: 1 = 1"),
        (
            a().not_in([Some(1), None]).or(a().in_([Some(1), None])),
            r#"
            SQLite: ("a" NOT IN (?) AND "a" IS NOT NULL) OR ("a" IN (?) OR "a" IS NULL)
            PostgreSQL: ("a" NOT IN ($1) AND "a" IS NOT NULL) OR ("a" IN ($2) OR "a" IS NULL)
            MySQL, MariaDB: (`a` NOT IN (?) AND `a` IS NOT NULL) OR (`a` IN (?) OR `a` IS NULL)"#,
        ),
        (
            a().ilike("s%"),
            r#"
            SQLite: lower("a") LIKE lower(?)
            PostgreSQL: "a" ILIKE $1
            MySQL, MariaDB: lower(`a`) LIKE lower(?)"#,
        ),
        (
            Expr::Like {
                expr: Box::new(a()),
                pattern: Box::new("x".into()),
                escape: Some('\\'),
                insensitive: false,
                negated: true,
            },
            r#"
            SQLite: "a" NOT LIKE ? ESCAPE '\'
            PostgreSQL: "a" NOT LIKE $1 ESCAPE E'\\'
            MySQL, MariaDB: `a` NOT LIKE ? ESCAPE '\\'"#,
        ),
        (
            a().sub(a().sub(1)).div(2),
            r#"
            SQLite: ("a" - ("a" - ?)) / (? + 0.0)
            PostgreSQL: ("a" - ("a" - $1)) / CAST($2 AS NUMERIC)
            MySQL, MariaDB: (`a` - (`a` - ?)) / ?"#,
        ),
        (
            a().concat("x").concat(a().add(1)),
            r#"
            SQLite: "a" || ? || ("a" + ?)
            PostgreSQL: "a" || $1 || ("a" + $2)
            MySQL, MariaDB: CONCAT(CONCAT(`a`, ?), `a` + ?)"#,
        ),
        (
            a().is_distinct_from(1),
            r#"
            SQLite: "a" IS NOT ?
            PostgreSQL: "a" IS DISTINCT FROM $1
            MySQL, MariaDB: NOT (`a` <=> ?)"#,
        ),
        (
            a().cast(SqlType::BigInteger),
            r#"
            SQLite: CAST("a" AS INTEGER)
            PostgreSQL: CAST("a" AS BIGINT)
            MySQL, MariaDB: CAST(`a` AS SIGNED)"#,
        ),
        (
            Expr::Case {
                when: vec![(a().is_null(), 1.into())],
                otherwise: Some(Box::new(func::coalesce(vec![a(), Expr::Now]))),
            },
            r#"
            SQLite: CASE WHEN "a" IS NULL THEN ? ELSE coalesce("a", CURRENT_TIMESTAMP) END
            PostgreSQL: CASE WHEN "a" IS NULL THEN $1 ELSE coalesce("a", CURRENT_TIMESTAMP) END
            MySQL, MariaDB: CASE WHEN `a` IS NULL THEN ? ELSE coalesce(`a`, UTC_TIMESTAMP(6)) END"#,
        ),
        (
            Expr::Raw { parts: vec!["1 + ".into(), " OR 1".into()], args: vec![2.into()] }
                .and(Expr::exists(Select { columns: vec![], ..users() })),
            r#"
            SQLite: (1 + ? OR 1) AND EXISTS (SELECT 1 FROM "user")
            PostgreSQL: (1 + $1 OR 1) AND EXISTS (SELECT 1 FROM "user")
            MySQL, MariaDB: (1 + ? OR 1) AND EXISTS (SELECT 1 FROM `user`)"#,
        ),
    ] {
        same(&expr(e), wanted);
    }
}

#[test]
fn select_with_everything() {
    let on = Expr::col_of("p", "user_id").eq(Expr::col_of("user", "id"));
    let select = Select {
        distinct: Some(Distinct::Rows),
        joins: vec![Join {
            kind: JoinKind::Left,
            table: TableRef::Table { schema: Some("s".into()), name: "post".into(), alias: Some("p".into()) },
            on: Some(on),
        }],
        filter: Some(Expr::col("a").between(1, 2)),
        group_by: vec![Expr::col_of("user", "id")],
        having: Some(func::count_star().gt(1)),
        order_by: vec![Expr::col("b").desc().nulls_last()],
        offset: Some(5),
        ..users()
    };
    same(
        &text(Statement::Select(select)),
        r#"
        SQLite: SELECT DISTINCT "user"."id" FROM "user" LEFT JOIN "s"."post" AS "p" ON "p"."user_id" = "user"."id" WHERE "a" BETWEEN ? AND ? GROUP BY "user"."id" HAVING count(*) > ? ORDER BY "b" DESC NULLS LAST LIMIT -1 OFFSET 5
        PostgreSQL: SELECT DISTINCT "user"."id" FROM "user" LEFT JOIN "s"."post" AS "p" ON "p"."user_id" = "user"."id" WHERE "a" BETWEEN $1 AND $2 GROUP BY "user"."id" HAVING count(*) > $3 ORDER BY "b" DESC NULLS LAST OFFSET 5
        MySQL, MariaDB: SELECT DISTINCT `user`.`id` FROM `user` LEFT JOIN `s`.`post` AS `p` ON `p`.`user_id` = `user`.`id` WHERE `a` BETWEEN ? AND ? GROUP BY `user`.`id` HAVING count(*) > ? ORDER BY `b` IS NULL, `b` DESC LIMIT 18446744073709551615 OFFSET 5"#,
    );
}

#[test]
fn what_a_database_lacks_is_refused_by_name() {
    let lock = Lock { share: true, skip_locked: true, ..Lock::default() };
    same(
        &text(Statement::Select(Select { lock: Some(lock), ..users() })),
        r#"
        SQLite: ! SQLite has no row_locks; leave the lock out here: the first write of a transaction locks the whole database
        PostgreSQL: SELECT "user"."id" FROM "user" FOR SHARE SKIP LOCKED
        MySQL: SELECT `user`.`id` FROM `user` FOR SHARE SKIP LOCKED
        MariaDB: SELECT `user`.`id` FROM `user` LOCK IN SHARE MODE SKIP LOCKED"#,
    );
    let lock = Lock { key: true, nowait: true, of: vec!["user".into()], ..Lock::default() };
    same(
        &text(Statement::Select(Select { lock: Some(lock), ..users() })),
        r#"
        SQLite: ! SQLite has no row_locks; leave the lock out here: the first write of a transaction locks the whole database
        PostgreSQL: SELECT "user"."id" FROM "user" FOR NO KEY UPDATE OF "user" NOWAIT
        MySQL: ! MySQL has no key_locks; take the stronger lock, without `key`
        MariaDB: ! MariaDB has no row_locks of single tables; lock the rows of all joined tables, or lock in a query of its own"#,
    );
    let join = Join { kind: JoinKind::Full, table: TableRef::table("b"), on: Some(a().eq(1)) };
    same(
        &text(Statement::Select(Select { joins: vec![join], ..users() })),
        r#"
        SQLite: SELECT "user"."id" FROM "user" FULL JOIN "b" ON "a" = ?
        PostgreSQL: SELECT "user"."id" FROM "user" FULL JOIN "b" ON "a" = $1
        MySQL: ! MySQL has no full_join; join LEFT twice and unite the rows
        MariaDB: ! MariaDB has no full_join; join LEFT twice and unite the rows"#,
    );
    let distinct = text(Statement::Select(Select { distinct: Some(Distinct::On(vec![a()])), ..users() }));
    assert!(
        distinct.contains("SQLite has no distinct_on") && distinct.contains("SELECT DISTINCT ON (\"a\") "),
        "{distinct}"
    );
}

#[test]
fn inserts() {
    let rows = Insert {
        columns: vec!["a".into(), "b".into()],
        rows: vec![vec![1.into(), "x".into()], vec![2.into(), Value::Null.into()]],
        ..Insert::into("t")
    };
    same(
        &text(Statement::Insert(rows.clone())),
        r#"
        SQLite: INSERT INTO "t" ("a", "b") VALUES (?, ?), (?, ?)
        PostgreSQL: INSERT INTO "t" ("a", "b") VALUES ($1, $2), ($3, $4)
        MySQL, MariaDB: INSERT INTO `t` (`a`, `b`) VALUES (?, ?), (?, ?)"#,
    );
    let upsert = |on_conflict, returning| {
        text(Statement::Insert(Insert {
            rows: rows.rows[..1].to_vec(),
            on_conflict,
            returning,
            ..rows.clone()
        }))
    };
    same(
        &upsert(Some(OnConflict::DoNothing { columns: vec!["a".into()] }), vec![]),
        r#"
        SQLite: INSERT INTO "t" ("a", "b") VALUES (?, ?) ON CONFLICT ("a") DO NOTHING
        PostgreSQL: INSERT INTO "t" ("a", "b") VALUES ($1, $2) ON CONFLICT ("a") DO NOTHING
        MySQL, MariaDB: INSERT INTO `t` (`a`, `b`) VALUES (?, ?) ON DUPLICATE KEY UPDATE `a` = `t`.`a`"#,
    );
    let update = OnConflict::Update {
        columns: vec!["a".into()],
        excluded: vec!["b".into()],
        set: vec![("n".into(), Expr::col_of("t", "n").add(1))],
    };
    same(
        &upsert(Some(update), vec![Expr::col("id")]),
        r#"
        SQLite: INSERT INTO "t" ("a", "b") VALUES (?, ?) ON CONFLICT ("a") DO UPDATE SET "b" = excluded."b", "n" = "t"."n" + ? RETURNING "id"
        PostgreSQL: INSERT INTO "t" ("a", "b") VALUES ($1, $2) ON CONFLICT ("a") DO UPDATE SET "b" = excluded."b", "n" = "t"."n" + $3 RETURNING "id"
        MySQL: ! MySQL has no insert_returning; select the rows by their keys after the INSERT
        MariaDB: INSERT INTO `t` (`a`, `b`) VALUES (?, ?) ON DUPLICATE KEY UPDATE `b` = VALUES(`b`), `n` = `t`.`n` + ? RETURNING `id`"#,
    );
    same(
        &text(Statement::Insert(Insert::into("t"))),
        "SQLite, PostgreSQL: INSERT INTO \"t\" DEFAULT VALUES\nMySQL, MariaDB: INSERT INTO `t` () VALUES ()",
    );
    let short = Insert { rows: vec![vec![1.into()]], ..rows };
    assert!(text(Statement::Insert(short)).contains("has 1 values for 2 columns"));
}

#[test]
fn updates_and_deletes() {
    let update = Update {
        with: Vec::new(),
        schema: None,
        table: "user".into(),
        set: vec![("name".into(), "x".into()), ("gone".into(), Value::Null.into())],
        from: vec![],
        filter: Some(Expr::col("id").eq(1)),
        returning: vec![],
    };
    same(
        &text(Statement::Update(update.clone())),
        r#"
        SQLite: UPDATE "user" SET "name" = ?, "gone" = ? WHERE "id" = ?
        PostgreSQL: UPDATE "user" SET "name" = $1, "gone" = $2 WHERE "id" = $3
        MySQL, MariaDB: UPDATE `user` SET `name` = ?, `gone` = ? WHERE `id` = ?"#,
    );
    let nothing = text(Statement::Update(Update { set: vec![], ..update }));
    assert!(nothing.contains("an UPDATE sets nothing; set at least one column"));
    let delete = Delete {
        with: Vec::new(),
        schema: Some("s".into()),
        table: "t".into(),
        using: vec![],
        filter: None,
        returning: vec![],
    };
    same(
        &text(Statement::Delete(delete)),
        "SQLite, PostgreSQL: DELETE FROM \"s\".\"t\"\nMySQL, MariaDB: DELETE FROM `s`.`t`",
    );
}
