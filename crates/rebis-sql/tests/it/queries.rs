//! Compounds, common table expressions, windows and functions in all dialects, side by side.

use rebis_sql::expr::{AfterKey, Bound, Builtin, Field, Frame, FrameUnit, JsonStep, Window, func};
use rebis_sql::stmt::{Cte, Join, JoinKind, SetOp, TableRef};
use rebis_sql::{Expr, Select, SqlType, Statement, Value, compile};

use crate::show::{all, same};

fn text(select: Select) -> String {
    all(|d| compile(&Statement::Select(select.clone()), d).map(|c| c.sql))
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

/// `SELECT a FROM t`
fn from(table: &'static str) -> Select {
    Select { columns: vec![a().into()], from: vec![TableRef::table(table)], ..Select::default() }
}

fn builtin(function: Builtin, args: Vec<Expr>) -> String {
    expr(Expr::Builtin(function, args))
}

#[test]
fn moments_are_reckoned_with() {
    let later = |by| builtin(Builtin::Later(by), vec![a()]);
    same(
        &later(chrono::TimeDelta::microseconds(-1)),
        r#"
        SQLite: (strftime('%Y-%m-%d %H:%M:%S', substr("a", 1, 19), (-1 + (CAST(substr(substr("a", 21, 6) || '000000', 1, 6) AS INTEGER) + 999999) / 1000000) || ' seconds') || printf('.%06d', (CAST(substr(substr("a", 21, 6) || '000000', 1, 6) AS INTEGER) + 999999) % 1000000))
        PostgreSQL: ("a" + CAST($1 AS INTERVAL))
        MySQL, MariaDB: DATE_ADD(`a`, INTERVAL ? MICROSECOND)"#,
    );
    same(
        &builtin(Builtin::Elapsed, vec![a(), Expr::col("b")]),
        r#"
        SQLite: ((unixepoch(substr("b", 1, 19)) * 1000000 + CAST(substr(substr("b", 21, 6) || '000000', 1, 6) AS INTEGER)) - (unixepoch(substr("a", 1, 19)) * 1000000 + CAST(substr(substr("a", 21, 6) || '000000', 1, 6) AS INTEGER)))
        PostgreSQL: ("b" - "a")
        MySQL, MariaDB: TIMESTAMPDIFF(MICROSECOND, `a`, `b`)"#,
    );
    let cut = |field, utc| builtin(Builtin::Truncate { field, utc }, vec![a()]);
    same(
        &cut(Field::Quarter, false),
        r#"
        SQLite: (strftime('%Y', "a") || printf('-%02d-01 00:00:00.000000', (strftime('%m', "a") - 1) / 3 * 3 + 1))
        PostgreSQL: date_trunc('quarter', "a")
        MySQL, MariaDB: CAST(MAKEDATE(YEAR(`a`), 1) + INTERVAL (QUARTER(`a`) - 1) * 3 MONTH AS DATETIME(6))"#,
    );
    assert!(cut(Field::YearDay, true).contains("begins nothing"));
    let field = |field| builtin(Builtin::Extract { field, utc: false }, vec![a()]);
    same(
        &field(Field::Weekday),
        r#"
        SQLite: ((strftime('%w', "a") + 6) % 7 + 1)
        PostgreSQL: CAST(floor(EXTRACT(ISODOW FROM "a")) AS INTEGER)
        MySQL, MariaDB: (WEEKDAY(`a`) + 1)"#,
    );
    same(
        &field(Field::YearDay),
        r#"
        SQLite: CAST(strftime('%j', "a") AS INTEGER)
        PostgreSQL: CAST(floor(EXTRACT(DOY FROM "a")) AS INTEGER)
        MySQL, MariaDB: DAYOFYEAR(`a`)"#,
    );
}

#[test]
fn compounds_are_read_from_left_to_right() {
    same(
        &text(from("t").compound(SetOp::Union, false, from("u")).compound(SetOp::Except, false, from("v"))),
        r#"
        SQLite, PostgreSQL: SELECT "a" FROM "t" UNION SELECT "a" FROM "u" EXCEPT SELECT "a" FROM "v"
        MySQL, MariaDB: SELECT `a` FROM `t` UNION SELECT `a` FROM `u` EXCEPT SELECT `a` FROM `v`"#,
    );
    let left = from("t").compound(SetOp::Union, true, from("u"));
    same(
        &text(left.compound(SetOp::Intersect, false, from("v"))),
        r#"
        SQLite, PostgreSQL: SELECT "before"."c0" FROM (SELECT "a" AS "c0" FROM "t" UNION ALL SELECT "a" FROM "u") AS "before" INTERSECT SELECT "a" FROM "v"
        MySQL, MariaDB: SELECT `before`.`c0` FROM (SELECT `a` AS `c0` FROM `t` UNION ALL SELECT `a` FROM `u`) AS `before` INTERSECT SELECT `a` FROM `v`"#,
    );
    let limited = Select { order_by: vec![a().desc()], limit: Some(1), ..from("t") };
    let right = limited.clone();
    same(
        &text(limited.compound(SetOp::Union, true, right)),
        r#"
        SQLite, PostgreSQL: SELECT "before"."c0" FROM (SELECT "a" AS "c0" FROM "t" ORDER BY "a" DESC LIMIT 1) AS "before" UNION ALL SELECT "after"."c0" FROM (SELECT "a" AS "c0" FROM "t" ORDER BY "a" DESC LIMIT 1) AS "after"
        MySQL, MariaDB: SELECT `before`.`c0` FROM (SELECT `a` AS `c0` FROM `t` ORDER BY `a` DESC LIMIT 1) AS `before` UNION ALL SELECT `after`.`c0` FROM (SELECT `a` AS `c0` FROM `t` ORDER BY `a` DESC LIMIT 1) AS `after`"#,
    );
    same(
        &text(from("t").compound(SetOp::Except, true, from("u"))),
        r#"
        SQLite: ! SQLite has no compound_all; leave out ALL, or number equal rows with row_number() and compare the numbers too
        PostgreSQL: SELECT "a" FROM "t" EXCEPT ALL SELECT "a" FROM "u"
        MySQL, MariaDB: SELECT `a` FROM `t` EXCEPT ALL SELECT `a` FROM `u`"#,
    );
    let mut sorted = from("t").compound(SetOp::Union, false, from("u"));
    sorted.order_by = vec![a().desc().nulls_last()];
    sorted.limit = Some(2);
    same(
        &text(sorted.clone()),
        r#"
        SQLite, PostgreSQL: SELECT "a" FROM "t" UNION SELECT "a" FROM "u" ORDER BY 1 DESC NULLS LAST LIMIT 2
        MySQL: ! MySQL has no nulls_order; select from the whole as a subquery and sort there
        MariaDB: ! MariaDB has no nulls_order; select from the whole as a subquery and sort there"#,
    );
    sorted.order_by = vec![Expr::col("b").asc()];
    same(
        &text(sorted),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: ! a UNION, INTERSECT or EXCEPT is sorted by something that its first query does not select; select it, or select from the whole as a subquery and sort there"#,
    );
}

#[test]
fn common_table_expressions() {
    let tree = Cte {
        name: "tree".into(),
        columns: vec!["a".into()],
        query: Box::new(from("t").compound(SetOp::Union, true, from("tree"))),
        recursive: true,
    };
    same(
        &text(Select { with: vec![tree], ..from("tree") }),
        r#"
        SQLite, PostgreSQL: WITH RECURSIVE "tree" ("a") AS (SELECT "a" FROM "t" UNION ALL SELECT "a" FROM "tree") SELECT "a" FROM "tree"
        MySQL, MariaDB: WITH RECURSIVE `tree` (`a`) AS (SELECT `a` FROM `t` UNION ALL SELECT `a` FROM `tree`) SELECT `a` FROM `tree`"#,
    );
}

#[test]
fn lateral_subqueries() {
    let newest = Select { limit: Some(1), ..from("u") };
    let join = Join {
        kind: JoinKind::Left,
        table: TableRef::Lateral { select: Box::new(newest), alias: "newest".into() },
        on: Some(a().eq(1)),
    };
    same(
        &text(Select { joins: vec![join], ..from("t") }),
        r#"
        SQLite: ! SQLite has no lateral; use a window function, or a subquery for each value
        PostgreSQL: SELECT "a" FROM "t" LEFT JOIN LATERAL (SELECT "a" FROM "u" LIMIT 1) AS "newest" ON "a" = $1
        MySQL: SELECT `a` FROM `t` LEFT JOIN LATERAL (SELECT `a` FROM `u` LIMIT 1) AS `newest` ON `a` = ?
        MariaDB: ! MariaDB has no lateral; use a window function, or a subquery for each value"#,
    );
}

#[test]
fn windows() {
    let over = |frame| {
        let window =
            Window { partition_by: vec![a()], order_by: vec![Expr::col("b").desc().nulls_last()], frame };
        expr(Expr::Over(Box::new(func::sum(Expr::col("c"))), Box::new(window)))
    };
    same(
        &over(None),
        r#"
        SQLite, PostgreSQL: sum("c") OVER (PARTITION BY "a" ORDER BY "b" DESC NULLS LAST)
        MySQL, MariaDB: sum(`c`) OVER (PARTITION BY `a` ORDER BY `b` IS NULL, `b` DESC)"#,
    );
    same(
        &over(Some(Frame { unit: FrameUnit::Rows, start: Bound::Preceding(2), end: Bound::Current })),
        r#"
        SQLite, PostgreSQL: sum("c") OVER (PARTITION BY "a" ORDER BY "b" DESC NULLS LAST ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)
        MySQL, MariaDB: sum(`c`) OVER (PARTITION BY `a` ORDER BY `b` IS NULL, `b` DESC ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)"#,
    );
    same(
        &over(Some(Frame { unit: FrameUnit::Groups, start: Bound::Unbounded, end: Bound::Following(1) })),
        r#"
        SQLite, PostgreSQL: sum("c") OVER (PARTITION BY "a" ORDER BY "b" DESC NULLS LAST GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING)
        MySQL: ! MySQL has no frame_groups; count rows, or values (RANGE)
        MariaDB: ! MariaDB has no frame_groups; count rows, or values (RANGE)"#,
    );
    same(
        &expr(Expr::Over(Box::new(func::call("rank", vec![])), Box::default())),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: rank() OVER ()"#,
    );
    same(
        &expr(Expr::Filtered(Box::new(func::count_star()), Box::new(a().gt(1)))),
        r#"
        SQLite: count(*) FILTER (WHERE "a" > ?)
        PostgreSQL: count(*) FILTER (WHERE "a" > $1)
        MySQL: ! MySQL has no aggregate_filter; aggregate a CASE that is NULL for the other rows
        MariaDB: ! MariaDB has no aggregate_filter; aggregate a CASE that is NULL for the other rows"#,
    );
}

#[test]
fn functions_that_differ() {
    let (b, one) = (Expr::col("b"), || Expr::Typed(Value::Int(1), SqlType::BigInteger));
    same(
        &expr(one()),
        r#"
        SQLite, MySQL, MariaDB: ?
        PostgreSQL: CAST($1 AS BIGINT)"#,
    );
    same(
        &builtin(Builtin::CharLength, vec![a()]),
        r#"
        SQLite: length("a")
        PostgreSQL: char_length("a")
        MySQL, MariaDB: char_length(`a`)"#,
    );
    same(
        &builtin(Builtin::Position, vec![a(), "x".into()]),
        r#"
        SQLite: instr("a", ?)
        PostgreSQL: strpos("a", $1)
        MySQL, MariaDB: locate(?, `a`)"#,
    );
    same(
        &builtin(Builtin::Round, vec![a(), 2.into()]),
        r#"
        SQLite: round("a", ?)
        PostgreSQL: round(CAST("a" AS NUMERIC), $1)
        MySQL, MariaDB: round(`a`, ?)"#,
    );
    same(
        &builtin(Builtin::Greatest, vec![a(), b.clone()]),
        r#"
        SQLite: max("a", "b")
        PostgreSQL: CASE WHEN "a" IS NOT NULL AND "b" IS NOT NULL THEN greatest("a", "b") END
        MySQL, MariaDB: greatest(`a`, `b`)"#,
    );
    same(
        &builtin(Builtin::Random, vec![]),
        r#"
        SQLite: (random() / 18446744073709551616.0 + 0.5)
        PostgreSQL: random()
        MySQL, MariaDB: rand()"#,
    );
    same(
        &builtin(Builtin::Extract { field: Field::Year, utc: true }, vec![a()]),
        r#"
        SQLite: CAST(strftime('%Y', "a") AS INTEGER)
        PostgreSQL: CAST(floor(EXTRACT(YEAR FROM ("a" AT TIME ZONE 'UTC'))) AS INTEGER)
        MySQL, MariaDB: EXTRACT(YEAR FROM `a`)"#,
    );
    same(
        &builtin(Builtin::DateOf { utc: false }, vec![a()]),
        r#"
        SQLite: date("a")
        PostgreSQL: CAST("a" AS DATE)
        MySQL, MariaDB: date(`a`)"#,
    );
    same(
        &builtin(Builtin::Matches { insensitive: true }, vec![a(), "^x".into()]),
        r#"
        SQLite: ! SQLite has no regular_expressions; use LIKE, or filter the rows in the program
        PostgreSQL: "a" ~* $1
        MySQL: REGEXP_LIKE(`a`, ?, 'i')
        MariaDB: `a` REGEXP CONCAT('(?i)', ?)"#,
    );
    same(
        &builtin(Builtin::Search, vec!["red -wine".into(), a(), b.clone()]),
        r#"
        SQLite: ! SQLite has no full_text; make a full-text table (FTS5) and query it with `sql(…)`
        PostgreSQL: to_tsvector('simple', concat_ws(' ', "a", "b")) @@ plainto_tsquery('simple', $1)
        MySQL, MariaDB: MATCH (`a`, `b`) AGAINST (? IN BOOLEAN MODE)"#,
    );
    same(
        &builtin(Builtin::JsonText(vec![JsonStep::Key("it's".into()), JsonStep::Index(0)]), vec![a()]),
        r#"
        SQLite: CASE json_type("a", '$."it''s"[0]') WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST("a" ->> '$."it''s"[0]' AS TEXT) END
        PostgreSQL: (CAST("a" AS JSONB) #>> ARRAY['it''s', '0'])
        MySQL, MariaDB: CASE WHEN JSON_TYPE(JSON_EXTRACT(`a`, '$."it''s"[0]')) <> 'NULL' THEN JSON_UNQUOTE(JSON_EXTRACT(`a`, '$."it''s"[0]')) END"#,
    );
    same(
        &builtin(Builtin::JsonText(vec![JsonStep::Key("say \"x\"".into())]), vec![a()]),
        r#"
        SQLite, MySQL, MariaDB: ! the JSON key "say \"x\"" has a quote or a backslash, which a path cannot name in this database
        PostgreSQL: (CAST("a" AS JSONB) #>> ARRAY['say "x"'])"#,
    );
    same(
        &builtin(Builtin::ArrayHas, vec![a(), 1.into()]),
        r#"
        SQLite: ! SQLite has no arrays; store the list as JSON, or in a table of its own
        PostgreSQL: $1 = ANY("a")
        MySQL: ! MySQL has no arrays; store the list as JSON, or in a table of its own
        MariaDB: ! MariaDB has no arrays; store the list as JSON, or in a table of its own"#,
    );
    same(
        &expr(Expr::StringAgg { expr: Box::new(a()), separator: "; ".into(), order_by: vec![b.asc()] }),
        r#"
        SQLite: group_concat("a", '; ' ORDER BY "b")
        PostgreSQL: string_agg(CAST("a" AS TEXT), '; ' ORDER BY "b")
        MySQL, MariaDB: group_concat(`a` ORDER BY `b` SEPARATOR '; ')"#,
    );
}

#[test]
fn what_could_not_be_built_is_the_error() {
    same(
        &expr(Expr::Invalid("the reason".into())),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: ! the reason"#,
    );
}

#[test]
fn groups_by_expressions_with_values() {
    let first = || func::call("substr", vec![a(), 1.into()]);
    let select = Select {
        columns: vec![first().into(), func::count_star().into()],
        group_by: vec![first(), Expr::col("b")],
        order_by: vec![first().desc(), Expr::col("b").asc()],
        ..from("t")
    };
    same(
        &text(select.clone()),
        r#"
        SQLite: SELECT substr("a", ?), count(*) FROM "t" GROUP BY 1, "b" ORDER BY 1 DESC, "b"
        PostgreSQL: SELECT substr("a", $1), count(*) FROM "t" GROUP BY 1, "b" ORDER BY 1 DESC, "b"
        MySQL, MariaDB: SELECT substr(`a`, ?), count(*) FROM `t` GROUP BY 1, `b` ORDER BY 1 DESC, `b`"#,
    );
    same(
        &text(Select { columns: vec![func::count_star().into()], ..select }),
        r#"
        SQLite: SELECT count(*) FROM "t" GROUP BY substr("a", ?), "b" ORDER BY substr("a", ?) DESC, "b"
        PostgreSQL: SELECT count(*) FROM "t" GROUP BY substr("a", $1), "b" ORDER BY substr("a", $2) DESC, "b"
        MySQL, MariaDB: SELECT count(*) FROM `t` GROUP BY substr(`a`, ?), `b` ORDER BY substr(`a`, ?) DESC, `b`"#,
    );
}

#[test]
fn places_in_an_order() {
    let key = |key, nullable, value: i64| AfterKey { key, nullable, value: Value::Int(value) };
    let (a, b) = (Expr::col("a"), Expr::col("b"));
    same(
        &expr(Expr::After(vec![key(a.clone().desc(), false, 1)])),
        r#"
        SQLite: "a" < ?
        PostgreSQL: "a" < $1
        MySQL, MariaDB: `a` < ?"#,
    );
    same(
        &expr(Expr::After(vec![key(a.clone().asc(), false, 1), key(b.clone().asc(), false, 2)])),
        r#"
        SQLite: ("a", "b") > (?, ?)
        PostgreSQL: ("a", "b") > ($1, $2)
        MySQL, MariaDB: (`a`, `b`) > (?, ?)"#,
    );
    same(
        &expr(Expr::After(vec![key(a.clone().asc(), true, 1), key(b.clone().desc(), false, 2)])),
        r#"
        SQLite: ("a" > ? OR ("a" = ? AND "b" < ?))
        PostgreSQL: (("a" > $1 OR "a" IS NULL) OR ("a" = $2 AND "b" < $3))
        MySQL, MariaDB: (`a` > ? OR (`a` = ? AND `b` < ?))"#,
    );
    let null = AfterKey { key: a.asc().nulls_first(), nullable: true, value: Value::Null };
    same(
        &expr(Expr::After(vec![null, key(b.asc(), false, 2)])),
        r#"
        SQLite: ("a" IS NOT NULL OR ("a" IS NULL AND "b" > ?))
        PostgreSQL: ("a" IS NOT NULL OR ("a" IS NULL AND "b" > $1))
        MySQL, MariaDB: (`a` IS NOT NULL OR (`a` IS NULL AND `b` > ?))"#,
    );
}

#[test]
fn row_values_and_queries_by_hand() {
    let row = Expr::Tuple(vec![a(), Expr::col("b")]);
    let rows = [(1, 2), (3, 4)].map(|(x, y)| Expr::Tuple(vec![x.into(), y.into()]));
    same(
        &expr(row.in_(rows)),
        r#"
        SQLite: ("a", "b") IN (VALUES (?, ?), (?, ?))
        PostgreSQL: ("a", "b") IN (($1, $2), ($3, $4))
        MySQL, MariaDB: (`a`, `b`) IN ((?, ?), (?, ?))"#,
    );
    let table = TableRef::Raw {
        parts: vec!["SELECT ".into(), " AS a".into()],
        args: vec![7.into()],
        alias: "t".into(),
    };
    same(
        &text(Select { from: vec![table], ..from("t") }),
        r#"
        SQLite: SELECT "a" FROM (SELECT ? AS a) AS "t"
        PostgreSQL: SELECT "a" FROM (SELECT $1 AS a) AS "t"
        MySQL, MariaDB: SELECT `a` FROM (SELECT ? AS a) AS `t`"#,
    );
}
