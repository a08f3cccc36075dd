//! CASE, CAST, functions, groups, regular expressions, JSON.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use rebis::{Field, func, select, update};
use rebis_testkit::each_database;

use super::{Employee, Sale, same, shop, sql};

#[test]
fn what_is_written() {
    let class = func::case(Employee::salary.ge(800), "high")
        .when(Employee::salary.ge(500), "middle")
        .otherwise("low");
    same(
        &sql(|d| select(class.clone()).sql(d)),
        r#"
        SQLite, MySQL, MariaDB: SELECT CASE WHEN employee.salary >= ? THEN ? WHEN employee.salary >= ? THEN ? ELSE ? END FROM employee
        PostgreSQL: SELECT CASE WHEN employee.salary >= ? THEN CAST(? AS VARCHAR) WHEN employee.salary >= ? THEN ? ELSE ? END FROM employee"#,
    );
    let named = func::case(Employee::town.is_null(), Employee::name).end();
    same(
        &sql(|d| select(named.clone()).sql(d)),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: SELECT CASE WHEN employee.town IS NULL THEN employee.name END FROM employee"#,
    );
    let call = func::call::<String>("concat_ws", ("-", Employee::name, 1_i64));
    same(
        &sql(|d| select(call.clone()).select_from(Employee).sql(d)),
        r#"
        SQLite, MySQL, MariaDB: SELECT concat_ws(?, employee.name, ?) FROM employee
        PostgreSQL: SELECT concat_ws(CAST(? AS VARCHAR), employee.name, CAST(? AS BIGINT)) FROM employee"#,
    );
    let query = select((Employee::town, func::avg(Employee::salary)))
        .group_by(Employee::town)
        .having(func::count(Employee::id).gt(1) & Employee::town.is_not_null());
    same(
        &sql(|d| query.sql(d)),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: SELECT employee.town, avg(employee.salary) FROM employee GROUP BY employee.town HAVING count(employee.id) > ? AND employee.town IS NOT NULL"#,
    );
    same(
        &sql(|d| select(func::year(Sale::at)).sql(d)),
        r#"
        SQLite: SELECT CAST(strftime('%Y', sale.at) AS INTEGER) FROM sale
        PostgreSQL: SELECT CAST(floor(EXTRACT(YEAR FROM (sale.at AT TIME ZONE 'UTC'))) AS INTEGER) FROM sale
        MySQL, MariaDB: SELECT EXTRACT(YEAR FROM sale.at) FROM sale"#,
    );
    same(
        &sql(|d| select(func::string_agg(Employee::name, ", ", Employee::id.desc())).sql(d)),
        r#"
        SQLite: SELECT group_concat(employee.name, ', ' ORDER BY employee.id DESC) FROM employee
        PostgreSQL: SELECT string_agg(CAST(employee.name AS TEXT), ', ' ORDER BY employee.id DESC) FROM employee
        MySQL, MariaDB: SELECT group_concat(employee.name ORDER BY employee.id DESC SEPARATOR ', ') FROM employee"#,
    );
    same(
        &sql(|d| select(Employee::id).filter(Employee::name.imatches("^[ab]")).sql(d)),
        r#"
        SQLite: -- SQLite has no regular_expressions; use LIKE, or filter the rows in the program
        PostgreSQL: SELECT employee.id FROM employee WHERE employee.name ~* ?
        MySQL: SELECT employee.id FROM employee WHERE REGEXP_LIKE(employee.name, ?, 'i')
        MariaDB: SELECT employee.id FROM employee WHERE employee.name REGEXP CONCAT('(?i)', ?)"#,
    );
    same(
        &sql(|d| {
            select(Employee::id).filter(func::search((Employee::name, Employee::town), "ann ulm")).sql(d)
        }),
        r#"
        SQLite: -- SQLite has no full_text; make a full-text table (FTS5) and query it with sql(…)
        PostgreSQL: SELECT employee.id FROM employee WHERE to_tsvector('simple', concat_ws(' ', employee.name, employee.town)) @@ plainto_tsquery('simple', ?)
        MySQL, MariaDB: SELECT employee.id FROM employee WHERE MATCH (employee.name, employee.town) AGAINST (? IN BOOLEAN MODE)"#,
    );
    same(
        &sql(|d| select(Employee::name).distinct_on(Employee::town).order_by(Employee::town).sql(d)),
        r#"
        SQLite: -- SQLite has no distinct_on; use GROUP BY, or a window function in a subquery
        PostgreSQL: SELECT DISTINCT ON (employee.town) employee.name FROM employee ORDER BY employee.town
        MySQL: -- MySQL has no distinct_on; use GROUP BY, or a window function in a subquery
        MariaDB: -- MariaDB has no distinct_on; use GROUP BY, or a window function in a subquery"#,
    );
    same(
        &sql(|d| select(Employee::id).filter(Employee::town.is_not_distinct_from(None::<String>)).sql(d)),
        r#"
        SQLite: SELECT employee.id FROM employee WHERE employee.town IS ?
        PostgreSQL: SELECT employee.id FROM employee WHERE employee.town IS NOT DISTINCT FROM ?
        MySQL, MariaDB: SELECT employee.id FROM employee WHERE (employee.town <=> ?)"#,
    );
    same(
        &sql(|d| select(func::json_text(Employee::name, "a[")).sql(d)),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: -- a[ is no path into a JSON document; write it like colours[0].name"#,
    );
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse::<NaiveDateTime>()
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f"))
        .unwrap()
        .and_utc()
}

#[test]
fn moments_are_written() {
    let query = select(Sale::at - TimeDelta::seconds(90));
    same(
        &sql(|d| query.sql(d)),
        r#"
        SQLite: SELECT (strftime('%Y-%m-%d %H:%M:%S', substr(sale.at, 1, 19), '-90 seconds') || '.' || substr(substr(sale.at, 21, 6) || '000000', 1, 6)) FROM sale
        PostgreSQL: SELECT (sale.at + CAST(? AS INTERVAL)) FROM sale
        MySQL, MariaDB: SELECT DATE_ADD(sale.at, INTERVAL ? MICROSECOND) FROM sale"#,
    );
    let query = select(func::date_trunc(Field::Month, Sale::at));
    same(
        &sql(|d| query.sql(d)),
        r#"
        SQLite: SELECT strftime('%Y-%m-01 00:00:00.000000', substr(sale.at, 1, 19)) FROM sale
        PostgreSQL: SELECT date_trunc('month', sale.at, 'UTC') FROM sale
        MySQL, MariaDB: SELECT CAST(DATE_FORMAT(sale.at, '%Y-%m-01') AS DATETIME(6)) FROM sale"#,
    );
}

each_database! {
    async fn cases_and_casts(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let class =
            func::case(Employee::salary.ge(800), "high").when(Employee::salary.ge(500), "middle").otherwise("low");
        let rows = select(class).order_by(Employee::id).all(&db).await.unwrap();
        assert_eq!(rows, ["high", "middle", "middle", "low"]);
        let rows = select(func::case(Employee::town.is_null(), 7_i64).end()).order_by(Employee::id).all(&db).await;
        assert_eq!(rows.unwrap(), [None, None, Some(7), None]);
        // Where a value stands alone, its type goes with it.
        assert_eq!(select(func::value(5_i64)).one(&db).await.unwrap(), 5);
        assert_eq!(select(func::value(String::from("x"))).one(&db).await.unwrap(), "x");
        assert_eq!(select(func::value(None::<i64>)).one(&db).await.unwrap(), None);
        let text = select(func::cast::<String, _, _>(Employee::salary)).filter(Employee::id.eq(1));
        assert_eq!(text.one(&db).await.unwrap(), "900");
        // An aggregate of a CASE counts some rows only, on every database.
        let many = func::sum(func::case(Sale::amount.ge(20), 1_i64).otherwise(0));
        assert_eq!(select(many).select_from(Sale).one(&db).await.unwrap(), Some(2));
        let condition: rebis::Expression<Option<bool>> = Employee::town.eq("Ulm").into();
        let rows = select(condition).select_from(Employee).order_by(Employee::id).all(&db).await.unwrap();
        assert_eq!(rows, [Some(true), Some(false), None, Some(true)]);
    }

    async fn texts_and_numbers(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let ann = async |e: rebis::Expression<String>| {
            select(e).select_from(Employee).filter(Employee::id.eq(1)).one(&db).await.unwrap()
        };
        assert_eq!(ann(func::upper(Employee::name)).await, "ANN");
        assert_eq!(ann(func::trim(func::value(String::from("  é "))).concat(Employee::name)).await, "éann");
        assert_eq!(ann(func::replace(Employee::name, "n", "xy")).await, "axyxy");
        assert_eq!(ann(func::substring(Employee::name, 2, 1)).await, "n");
        assert_eq!(ann(func::coalesce(func::nullif(Employee::name, "ann"), "was ann")).await, "was ann");
        let number = async |e: rebis::Expression<i64>| {
            select(e).select_from(Employee).filter(Employee::id.eq(1)).one(&db).await.unwrap()
        };
        assert_eq!(number(func::length(func::value(String::from("éa")))).await, 2);
        assert_eq!(number(func::position(Employee::name, "nn")).await, 2);
        assert_eq!(number(func::position(Employee::name, "z")).await, 0);
        assert_eq!(number(func::abs(Employee::id.minus(9)).times(2).plus(1).modulo(10)).await, 7);
        assert_eq!(number(func::greatest(Employee::id, 5)).await, 5);
        assert_eq!(number(func::least(Employee::id, 5)).await, 1);
        let none = func::greatest(Employee::manager_id, 5);
        assert_eq!(select(none).filter(Employee::id.eq(1)).one(&db).await.unwrap(), None);
        let half = func::round(func::cast::<f64, _, _>(Employee::salary).divided_by(7.0), 2);
        assert_eq!(select(half).filter(Employee::id.eq(1)).one(&db).await.unwrap(), 128.57);
        let dice = select(func::random()).one(&db).await.unwrap();
        assert!((0.0..1.0).contains(&dice), "{dice}");
        // Any function by its name, with columns, expressions and binds.
        let call = func::call::<String>("coalesce", (Employee::town, Employee::name, "?"));
        assert_eq!(select(call).filter(Employee::id.eq(3)).one(&db).await.unwrap(), "cid");
    }

    async fn dates(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let query = select((func::year(Employee::hired), func::month(Employee::hired), func::day(Employee::hired)));
        let rows = query.order_by(Employee::id).all(&db).await.unwrap();
        assert_eq!(rows, [(2019, 1, 31), (2020, 2, 29), (2021, 7, 1), (2024, 12, 24)]);
        let query = select((func::hour(Sale::at), func::minute(Sale::at), func::second(Sale::at), func::date(Sale::at)));
        let day = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
        assert_eq!(query.filter(Sale::id.eq(4)).one(&db).await.unwrap(), (23, 30, 59, day));
        let by_year = select((func::year(Employee::hired), func::count_all())).group_by(func::year(Employee::hired));
        assert_eq!(by_year.filter(func::year(Employee::hired).lt(2020)).all(&db).await.unwrap(), [(2019, 1)]);
    }

    async fn groups(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let query = select((
            Employee::town,
            func::count_all(),
            func::sum(Employee::salary),
            func::avg(Employee::salary),
            func::string_agg(Employee::name, ", ", Employee::id.desc()),
            func::coalesce(func::min(Employee::salary), 0),
        ))
        .group_by(Employee::town)
        .having(func::count(Employee::id).gt(1) & Employee::town.is_not_null())
        .order_by(func::count_all().desc());
        let rows = query.all(&db).await.unwrap();
        assert_eq!(rows, [(Some("Ulm".into()), 2, Some(1200), Some(600.0), Some(String::from("Dora, ann")), 300)]);
        assert_eq!(select(func::count_distinct(Employee::town)).one(&db).await.unwrap(), 2);
        // An expression with values in it is one expression, wherever it stands.
        let class = || func::case(Employee::salary.ge(500), "rich").otherwise("poor");
        let classes = select((class(), func::count_all())).group_by(class()).order_by(class().desc());
        assert_eq!(classes.all(&db).await.unwrap(), [(String::from("rich"), 3), (String::from("poor"), 1)]);
        let letters = select(func::upper(func::substring(Employee::name, 1, 1))).distinct();
        let letters = letters.order_by(func::upper(func::substring(Employee::name, 1, 1)).desc());
        assert_eq!(letters.all(&db).await.unwrap(), ["D", "C", "B", "A"]);
        let null_safe = Employee::town.is_not_distinct_from(None::<String>);
        assert_eq!(select(Employee::id).filter(null_safe).all(&db).await.unwrap(), [3]);
        let distinct = Employee::town.is_distinct_from("Ulm");
        assert_eq!(select(Employee::id).filter(distinct).order_by(Employee::id).all(&db).await.unwrap(), [2, 3]);
        let first = select(Employee::name).distinct_on(Employee::town).order_by(Employee::town).order_by(Employee::id);
        match first.filter(Employee::town.is_not_null()).all(&db).await {
            Ok(names) => assert_eq!(names, ["bob", "ann"]),
            Err(error) => assert!(error.to_string().contains("has no distinct_on"), "{error}"),
        }
    }

    async fn moments_are_reckoned_with(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let first = db.get(Sale, 1).await.unwrap().unwrap().at;
        for by in [
            TimeDelta::days(40),
            TimeDelta::hours(-9),
            TimeDelta::microseconds(1_500_001),
            TimeDelta::microseconds(-1),
        ] {
            let (later, earlier) = select((Sale::at + by, Sale::at - by)).filter(Sale::id.eq(1)).one(&db).await.unwrap();
            assert_eq!((later, earlier), (first + by, first - by));
            // What is reckoned compares with what is stored.
            let same = select(Sale::id).filter((Sale::at + by).eq(first + by)).filter(Sale::id.eq(1));
            assert_eq!(same.all(&db).await.unwrap(), [1], "{by}");
        }
        // 8:30, 9:30, 10:30 and 23:30.
        let early = select(Sale::id).filter(Sale::at.lt(func::value(first) + TimeDelta::minutes(90))).order_by(Sale::id);
        assert_eq!(early.all(&db).await.unwrap(), [1, 2]);
        assert_eq!(select(Sale).filter(Sale::at.gt(func::now() + TimeDelta::days(36_500))).count(&db).await.unwrap(), 0);
        let ages = select(func::elapsed(Sale::at, first + TimeDelta::microseconds(1))).filter(Sale::id.le(2)).order_by(Sale::id);
        assert_eq!(ages.all(&db).await.unwrap(), [TimeDelta::microseconds(1), TimeDelta::microseconds(1) - TimeDelta::hours(1)]);
        let none = func::elapsed(Sale::at.optional(), func::nullif(Sale::at, Sale::at));
        assert_eq!(select(none).filter(Sale::id.eq(1)).one(&db).await.unwrap(), None);
        let most = select(func::max(func::elapsed(Sale::at, Sale::at + TimeDelta::days(3)))).one(&db).await.unwrap();
        assert_eq!(most, Some(TimeDelta::days(3)));
    }

    async fn moments_are_cut_and_taken_apart(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        update(Sale).filter(Sale::id.eq(1)).set(Sale::at, moment("2026-11-20 23:59:59.999999")).execute(&db).await.unwrap();
        for (field, beginning) in [
            (Field::Year, "2026-01-01 00:00:00"),
            (Field::Quarter, "2026-10-01 00:00:00"),
            (Field::Month, "2026-11-01 00:00:00"),
            (Field::Day, "2026-11-20 00:00:00"),
            (Field::Hour, "2026-11-20 23:00:00"),
            (Field::Minute, "2026-11-20 23:59:00"),
            (Field::Second, "2026-11-20 23:59:59"),
        ] {
            let cut = select(func::date_trunc(field, Sale::at)).filter(Sale::id.eq(1)).one(&db).await.unwrap();
            assert_eq!(cut, moment(beginning), "{field:?}");
        }
        let per_day = select((func::date_trunc(Field::Day, Sale::at), func::count_all())).group_by(func::date_trunc(Field::Day, Sale::at));
        assert_eq!(per_day.all(&db).await.unwrap(), [(moment("2026-11-20 00:00:00"), 4)]);
        let parts = select((
            func::extract(Field::Quarter, Employee::hired),
            func::extract(Field::Weekday, Employee::hired),
            func::extract(Field::YearDay, Employee::hired),
            func::extract(Field::Month, Employee::hired),
        ));
        // Thursday the 31st of January 2019; Saturday the 29th of February 2020.
        assert_eq!(parts.filter(Employee::id.le(2)).order_by(Employee::id).all(&db).await.unwrap(), [(1, 4, 31, 1), (1, 6, 60, 2)]);
        let error = select(func::date_trunc(Field::Weekday, Sale::at)).all(&db).await.unwrap_err();
        assert!(error.to_string().contains("begins nothing"), "{error}");
    }

    async fn an_aggregate_of_a_column_that_may_be_null_is_one_option(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let towns: (Option<String>, Option<i64>, Option<i64>, Option<f64>) = select((
            func::max(Employee::town),
            func::min(Employee::manager_id),
            func::sum(Employee::manager_id),
            func::avg(Employee::manager_id),
        ))
        .one(&db)
        .await
        .unwrap();
        assert_eq!((towns.0.as_deref(), towns.1, towns.2), (Some("Ulm"), Some(1), Some(4)));
        assert!((towns.3.unwrap() - 4.0 / 3.0).abs() < 0.001, "{towns:?}");
        let none = Employee::id.gt(99);
        assert_eq!(select(func::max(Employee::town)).filter(none).one(&db).await.unwrap(), None);
        let known = func::coalesce(func::max(Employee::town), "nowhere");
        assert_eq!(select(known).filter(Employee::id.eq(3)).one(&db).await.unwrap(), "nowhere");
        let over = func::max(Employee::manager_id).over(rebis::window().partition_by(Employee::town));
        assert_eq!(select(over).filter(Employee::id.eq(4)).one(&db).await.unwrap(), Some(2));
        let having = select(Employee::town).group_by(Employee::town).having(func::max(Employee::manager_id).gt(1));
        assert_eq!(having.all(&db).await.unwrap(), [Some("Ulm".to_owned())]);
    }

    async fn numbers_are_computed_with(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let query = select((Employee::salary + 1) * 2 - Employee::salary % 7).order_by(Employee::id);
        assert_eq!(query.all(&db).await.unwrap(), [1798, 999, 999, 596]);
        let raised = update(Employee).set_to(Employee::salary, Employee::salary + 10).filter(Employee::id.le(2));
        assert_eq!(raised.execute(&db).await.unwrap(), 2);
        let total = func::sum(Employee::salary) / 2;
        assert_eq!(select(total).one(&db).await.unwrap(), Some(1110));
        let after = select(Employee::id).filter((Employee::salary - 400).gt(Employee::salary % 500)).order_by(Employee::id);
        assert_eq!(after.all(&db).await.unwrap(), [1, 2, 3]);
    }

    async fn what_is_computed_from_null_is_an_option(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let lengths: Vec<(Option<i64>, Option<i64>, i64)> =
            select((func::length(Employee::town), func::position(Employee::town, "m"), func::length(Employee::name)))
                .order_by(Employee::id)
                .all(&db)
                .await.unwrap();
        assert_eq!(lengths, [(Some(3), Some(3), 3), (Some(4), Some(0), 3), (None, None, 3), (Some(3), Some(3), 4)]);
        // The partner that a left join does not find has no day of hire.
        let boss = rebis::alias(Employee, "boss");
        let hired = boss.col(Employee::hired).optional();
        let days = select((
            func::year(Employee::hired),
            func::year(hired.clone()),
            func::extract(Field::Month, hired.clone()),
            func::date(hired),
        ))
        .outer_join_on(boss, boss.col(Employee::id).eq(Employee::manager_id))
        .order_by(Employee::id)
        .all(&db)
        .await.unwrap();
        let ann = NaiveDate::from_ymd_opt(2019, 1, 31);
        assert_eq!(days[..2], [(2019, None, None, None), (2020, Some(2019), Some(1), ann)]);
        // Who may be missing is computed with as what may be.
        let places: Vec<Option<i64>> = select(Employee::id.optional().plus(Employee::manager_id))
            .order_by(Employee::id)
            .all(&db)
            .await.unwrap();
        assert_eq!(places, [None, Some(3), Some(4), Some(6)]);
        let known: Vec<Option<String>> =
            select(func::coalesce(Employee::town.optional(), func::nullif(Employee::name, "cid")))
                .order_by(Employee::id)
                .all(&db)
                .await.unwrap();
        assert_eq!(known, [Some("Ulm"), Some("Bonn"), None, Some("Ulm")].map(|town| town.map(str::to_owned)));
    }

    async fn regular_expressions(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let ids = |p| select(Employee::id).filter(p).order_by(Employee::id);
        if !test.dialect().capabilities().regular_expressions {
            let error = ids(Employee::name.matches("x")).all(&db).await.unwrap_err();
            assert!(error.to_string().contains("has no regular_expressions"), "{error}");
            return;
        }
        assert_eq!(ids(Employee::name.matches("^[a-d].[bnd]")).all(&db).await.unwrap(), [1, 2, 3]);
        assert_eq!(ids(Employee::name.matches("^d")).all(&db).await.unwrap(), [0_i64; 0]);
        assert_eq!(ids(Employee::name.imatches("^d")).all(&db).await.unwrap(), [4]);
        assert_eq!(ids(!Employee::name.matches("n")).all(&db).await.unwrap(), [2, 3, 4]);
    }
}
