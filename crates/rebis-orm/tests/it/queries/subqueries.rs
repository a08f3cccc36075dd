//! Queries as values, conditions and tables; common table expressions.

use rebis::{alias, exists, func, select};
use rebis_testkit::each_database;

use super::{Employee, Sale, same, shop, sql};

type PerSeller = (rebis::Column<Sale, Option<i64>>, rebis::Expression<i64, rebis::Aggregate>);

fn per_seller() -> rebis::SelectStatement<PerSeller> {
    select((Sale::seller_id, func::count(Sale::id))).group_by(Sale::seller_id)
}

#[test]
fn what_is_written() {
    let sold = select(func::count(Sale::id)).filter(Sale::seller_id.eq(Employee::id)).scalar_query();
    let query = select((Employee::name, sold.clone())).filter(sold.gt(1));
    same(
        &sql(|d| query.sql(d)),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: SELECT employee.name, (SELECT count(sale.id) FROM sale WHERE sale.seller_id = employee.id) FROM employee WHERE (SELECT count(sale.id) FROM sale WHERE sale.seller_id = employee.id) > ?"#,
    );
    let query = select(Employee::id).filter(!exists(select(Sale).filter(Sale::seller_id.eq(Employee::id))));
    same(
        &sql(|d| query.sql(d)),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: SELECT employee.id FROM employee WHERE NOT EXISTS (SELECT 1 FROM sale WHERE sale.seller_id = employee.id)"#,
    );
    let query = select(Employee::id).filter(Employee::id.not_in_select(select(Sale::seller_id)));
    same(
        &sql(|d| query.sql(d)),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: SELECT employee.id FROM employee WHERE employee.id NOT IN (SELECT sale.seller_id FROM sale)"#,
    );
    let sales = per_seller().derived("sales");
    let (seller, n) = sales.columns();
    let query = select((Employee, n)).join_on(&sales, seller.eq(Employee::id));
    same(
        &sql(|d| query.sql(d)),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: SELECT employee.id, employee.name, employee.town, employee.salary, employee.hired, employee.manager_id, sales.c1 FROM employee JOIN (SELECT sale.seller_id, count(sale.id) AS c1 FROM sale GROUP BY sale.seller_id) AS sales ON sales.seller_id = employee.id"#,
    );
    let rich = select(Employee).filter(Employee::salary.gt(400)).derived("rich");
    let query =
        select(rich.columns()).select_from(&rich).filter(rich.columns().col(Employee::town).is_null());
    same(
        &sql(|d| query.sql(d)),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: SELECT rich.id, rich.name, rich.town, rich.salary, rich.hired, rich.manager_id FROM (SELECT employee.id, employee.name, employee.town, employee.salary, employee.hired, employee.manager_id FROM employee WHERE employee.salary > ?) AS rich WHERE rich.town IS NULL"#,
    );
    let newest = select(Sale).filter(Sale::seller_id.eq(Employee::id)).order_by(Sale::at.desc()).limit(1);
    let newest = newest.derived("newest").lateral();
    let query =
        select((Employee::name, newest.columns().optional())).outer_join_on(&newest, func::value(true));
    same(
        &sql(|d| query.sql(d)),
        r#"
        SQLite: -- SQLite has no lateral; use a window function, or a subquery for each value
        PostgreSQL: SELECT employee.name, newest.id, newest.amount, newest.at, newest.seller_id FROM employee LEFT JOIN LATERAL (SELECT sale.id, sale.amount, sale.at, sale.seller_id FROM sale WHERE sale.seller_id = employee.id ORDER BY sale.at DESC LIMIT 1) AS newest ON CAST(? AS BOOLEAN)
        MySQL: SELECT employee.name, newest.id, newest.amount, newest.at, newest.seller_id FROM employee LEFT JOIN LATERAL (SELECT sale.id, sale.amount, sale.at, sale.seller_id FROM sale WHERE sale.seller_id = employee.id ORDER BY sale.at DESC LIMIT 1) AS newest ON ?
        MariaDB: -- MariaDB has no lateral; use a window function, or a subquery for each value"#,
    );
    let below = select((Employee::id, func::value(0_i64))).filter(Employee::id.eq(1)).cte("below");
    let below = below.recursive(|below| {
        let (id, depth) = below.columns();
        select((Employee::id, depth.plus(1))).join_on(below, Employee::manager_id.eq(id))
    });
    let (id, depth) = below.columns();
    let query = select((Employee::name, depth.clone())).join_on(&below, Employee::id.eq(id)).order_by(depth);
    same(
        &sql(|d| query.sql(d)),
        r#"
        SQLite, MySQL, MariaDB: WITH RECURSIVE below (id, c1) AS (SELECT employee.id, ? FROM employee WHERE employee.id = ? UNION ALL SELECT employee.id, below.c1 + ? FROM employee JOIN below ON employee.manager_id = below.id) SELECT employee.name, below.c1 FROM employee JOIN below ON employee.id = below.id ORDER BY below.c1
        PostgreSQL: WITH RECURSIVE below (id, c1) AS (SELECT employee.id, CAST(? AS BIGINT) FROM employee WHERE employee.id = ? UNION ALL SELECT employee.id, below.c1 + ? FROM employee JOIN below ON employee.manager_id = below.id) SELECT employee.name, below.c1 FROM employee JOIN below ON employee.id = below.id ORDER BY below.c1"#,
    );
}

each_database! {
    async fn values_and_conditions(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let sold = select(func::count(Sale::id)).filter(Sale::seller_id.eq(Employee::id)).scalar_query();
        let rows = select((Employee::name, sold.clone())).order_by(Employee::id).all(&db).await.unwrap();
        let rows: Vec<_> = rows.iter().map(|(name, n)| (name.as_str(), *n)).collect();
        assert_eq!(rows, [("ann", 0), ("bob", 2), ("cid", 1), ("Dora", 0)]);
        let names = |p| select(Employee::name).filter(p).order_by(Employee::id);
        assert_eq!(names(sold.gt(1)).all(&db).await.unwrap(), ["bob"]);
        let sells = || exists(select(Sale).filter(Sale::seller_id.eq(Employee::id)));
        assert_eq!(names(sells()).all(&db).await.unwrap(), ["bob", "cid"]);
        assert_eq!(names(!sells()).all(&db).await.unwrap(), ["ann", "Dora"]);
        let with_seller = || select(Sale::seller_id).filter(Sale::seller_id.is_not_null());
        assert_eq!(names(Employee::id.in_select(with_seller())).all(&db).await.unwrap(), ["bob", "cid"]);
        assert_eq!(names(Employee::id.not_in_select(with_seller())).all(&db).await.unwrap(), ["ann", "Dora"]);
        // A subquery without a row is NULL.
        let boss = alias(Employee, "boss");
        let above = select(boss.col(Employee::name)).filter(boss.col(Employee::id).eq(Employee::manager_id));
        let rows = select(above.scalar_query().optional()).select_from(Employee).order_by(Employee::id);
        assert_eq!(rows.all(&db).await.unwrap()[..2], [None, Some(String::from("ann"))]);
    }

    async fn tables(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let session = db.session();
        let sales = per_seller().derived("sales");
        let (seller, n) = sales.columns();
        let rows = select((Employee, n.clone())).join_on(&sales, seller.eq(Employee::id)).order_by(n).all(&session).await.unwrap();
        let rows: Vec<_> = rows.iter().map(|(e, n)| (e.name.as_str(), *n)).collect();
        assert_eq!(rows, [("cid", 1), ("bob", 2)]);
        // Whole models come out of a subquery as the objects that they are.
        let rich = select(Employee).filter(Employee::salary.gt(400)).derived("rich");
        let rich = select(rich.columns()).select_from(&rich).order_by(rich.columns().col(Employee::id)).all(&session).await.unwrap();
        assert_eq!(rich.len(), 3);
        assert_eq!(session.get(Employee, 1).await.unwrap().as_ref(), Some(&rich[0]));
        // Its columns alone do not say where they come from.
        let rich = select(Employee).filter(Employee::salary.gt(400)).derived("rich");
        let error = select(rich.columns()).all(&session).await.unwrap_err();
        assert!(error.to_string().starts_with("the query selects columns and does not say from what"), "{error}");
        // Two models of one subquery have columns of one name.
        let both = select((Employee, Sale)).join(Employee::sales).derived("both");
        let error = select(both.columns().0).select_from(&both).all(&db).await.unwrap_err();
        assert!(error.to_string().contains("the subquery `both` would have two columns `id`"), "{error}");
    }

    async fn lateral_subqueries_see_the_tables_before_them(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let newest = select(Sale).filter(Sale::seller_id.eq(Employee::id)).order_by(Sale::at.desc()).limit(1);
        let newest = newest.derived("newest").lateral();
        let query = select((Employee::name, newest.columns().optional()))
            .outer_join_on(&newest, func::value(true))
            .order_by(Employee::id);
        if !test.dialect().capabilities().lateral {
            let error = query.all(&db).await.unwrap_err();
            assert!(error.to_string().contains("has no lateral"), "{error}");
            return;
        }
        let rows = query.all(&db).await.unwrap();
        let rows: Vec<_> = rows.iter().map(|(name, sale)| (name.as_str(), sale.as_ref().map(|s| s.amount))).collect();
        assert_eq!(rows, [("ann", None), ("bob", Some(30)), ("cid", Some(20)), ("Dora", None)]);
    }

    async fn common_table_expressions(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let start = select((Employee::id, func::value(0_i64))).filter(Employee::id.eq(1)).cte("below");
        let below = start.recursive(|below| {
            let (id, depth) = below.columns();
            select((Employee::id, depth.plus(1))).join_on(below, Employee::manager_id.eq(id))
        });
        let (id, depth) = below.columns();
        let rows = select((Employee::name, depth.clone()))
            .join_on(&below, Employee::id.eq(id))
            .order_by(depth.clone())
            .order_by(Employee::id)
            .all(&db)
            .await
            .unwrap();
        let rows: Vec<_> = rows.iter().map(|(name, n)| (name.as_str(), *n)).collect();
        assert_eq!(rows, [("ann", 0), ("bob", 1), ("cid", 1), ("Dora", 2)]);
        assert_eq!(select(func::max(depth)).select_from(&below).one(&db).await.unwrap(), Some(2));
        // One that is used twice is written once.
        let rich = select(Employee).filter(Employee::salary.ge(500)).cte("rich");
        let (a, id) = (rich.columns(), rich.columns().col(Employee::id));
        let n = select(a).select_from(&rich).filter(id.in_select(select(rich.columns().col(Employee::id)).select_from(&rich)));
        assert_eq!(n.clone().count(&db).await.unwrap(), 3);
        assert_eq!(n.all(&db).await.unwrap().len(), 3);
        let other = select(Employee).cte("rich");
        let two = select(Sale).cross_join(&rich).join_on(&other, Sale::id.eq(1)).all(&db).await.unwrap_err();
        assert!(two.to_string().contains("two common table expressions are called `rich`") || two.to_string().contains("twice"), "{two}");
    }
    async fn any_and_all_rows_of_a_subquery(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let peer = alias(Employee, "peer");
        let best = select(Employee::name).filter(Employee::salary.ge(func::all(select(peer.col(Employee::salary)))));
        let some = select(Employee::name)
            .filter(Employee::id.eq(func::any(select(Sale::seller_id))))
            .order_by(Employee::id);
        same(&sql(|d| best.sql(d)), r#"
            SQLite: -- SQLite has no quantified; compare with min or max in a subquery, or ask exists(…), in_select(…)
            PostgreSQL, MySQL, MariaDB: SELECT employee.name FROM employee WHERE employee.salary >= ALL (SELECT peer.salary FROM employee AS peer)"#);
        if test.dialect().capabilities().quantified {
            assert_eq!(best.all(&db).await.unwrap(), ["ann"]);
            assert_eq!(some.all(&db).await.unwrap(), ["bob", "cid"]);
        } else {
            assert!(best.all(&db).await.unwrap_err().to_string().contains("has no quantified"));
        }
    }
}
