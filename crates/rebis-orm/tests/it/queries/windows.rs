//! Window functions.

use rebis::{Bound, func, select, window};
use rebis_testkit::each_database;

use super::{Employee, Sale, same, shop, sql};

#[test]
fn what_is_written() {
    let by_town = || window().partition_by(Employee::town).order_by(Employee::salary.desc());
    same(
        &sql(|d| select((Employee::id, func::row_number().over(by_town()))).sql(d)),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: SELECT employee.id, row_number() OVER (PARTITION BY employee.town ORDER BY employee.salary DESC) FROM employee"#,
    );
    let frame = window().order_by(Sale::id).rows(Bound::Preceding(1), Bound::Current);
    same(
        &sql(|d| select(func::sum(Sale::amount).over(frame.clone())).sql(d)),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: SELECT sum(sale.amount) OVER (ORDER BY sale.id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM sale"#,
    );
    let before = func::lag(Sale::amount, 1).or(0).over(window().order_by(Sale::id));
    same(
        &sql(|d| select(before.clone()).sql(d)),
        r#"
        SQLite, MySQL: SELECT lag(sale.amount, 1, ?) OVER (ORDER BY sale.id) FROM sale
        PostgreSQL: SELECT lag(sale.amount, 1, CAST(? AS BIGINT)) OVER (ORDER BY sale.id) FROM sale
        MariaDB: -- MariaDB has no lag_default; use coalesce() over it, where no value is NULL"#,
    );
    let groups = window().order_by(Sale::id).groups(Bound::Unbounded, Bound::Unbounded);
    same(
        &sql(|d| select(func::rank().over(groups.clone())).select_from(Sale).sql(d)),
        r#"
        SQLite, PostgreSQL: SELECT rank() OVER (ORDER BY sale.id GROUPS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM sale
        MySQL: -- MySQL has no frame_groups; count rows, or values (RANGE)
        MariaDB: -- MariaDB has no frame_groups; count rows, or values (RANGE)"#,
    );
}

each_database! {
    async fn ranks_neighbours_and_running_sums(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let by_salary = || window().order_by(Employee::salary.desc());
        let rows = select((
            Employee::name,
            func::row_number().over(by_salary().order_by(Employee::id)),
            func::rank().over(by_salary()),
            func::dense_rank().over(by_salary()),
            func::ntile(2).over(by_salary().order_by(Employee::id)),
        ))
        .order_by(Employee::id)
        .all(&db)
        .await
        .unwrap();
        let rows: Vec<_> = rows.iter().map(|(n, a, b, c, d)| (n.as_str(), *a, *b, *c, *d)).collect();
        assert_eq!(rows, [("ann", 1, 1, 1, 1), ("bob", 2, 2, 2, 1), ("cid", 3, 2, 2, 2), ("Dora", 4, 4, 3, 2)]);

        let by_id = || window().order_by(Sale::id);
        let rows = select((
            func::sum(Sale::amount).over(by_id()),
            func::lag(Sale::amount, 1).over(by_id()),
            func::lead(Sale::amount, 2).over(by_id()),
            func::sum(Sale::amount).over(by_id().rows(Bound::Preceding(1), Bound::Following(1))),
            func::last_value(Sale::amount).over(by_id().rows(Bound::Current, Bound::Unbounded)),
            func::count_all().over(window().partition_by(Sale::seller_id)),
        ))
        .order_by(Sale::id)
        .all(&db)
        .await
        .unwrap();
        assert_eq!(rows, [
            (Some(10), None, Some(30), Some(30), Some(5), 2),
            (Some(30), Some(10), Some(5), Some(60), Some(5), 1),
            (Some(60), Some(20), None, Some(55), Some(5), 2),
            (Some(65), Some(30), None, Some(35), Some(5), 1),
        ]);
        match select(func::lag(Sale::amount, 1).or(-1).over(by_id())).order_by(Sale::id).all(&db).await {
            Ok(rows) => assert_eq!(rows, [-1, 10, 20, 30]),
            Err(error) => assert!(error.to_string().contains("has no lag_default"), "{error}"),
        }
    }

    async fn the_best_of_each_group_through_a_subquery(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let place = func::row_number().over(window().partition_by(Sale::seller_id).order_by(Sale::amount.desc()));
        let ranked = select((Sale::id, place)).derived("ranked");
        let (id, place) = ranked.columns();
        let best = select(Sale).join_on(&ranked, Sale::id.eq(id) & place.eq(1)).order_by(Sale::id).all(&db).await.unwrap();
        assert_eq!(best.iter().map(|s| s.amount).collect::<Vec<_>>(), [20, 30, 5]);
    }

    async fn aggregates_over_some_rows_only(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let query = select(func::count(Sale::id).filter(Sale::amount.ge(20)));
        match query.one(&db).await {
            Ok(n) => assert_eq!(n, 2),
            Err(error) => assert!(error.to_string().contains("has no aggregate_filter"), "{error}"),
        }
    }
}
