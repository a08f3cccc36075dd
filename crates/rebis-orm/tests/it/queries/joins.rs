//! Aliases, joins of every kind, and what they give.

use rebis::{alias, select};
use rebis_testkit::each_database;

use super::{Employee, Sale, same, shop, sql};

#[test]
fn what_is_written() {
    let manager = alias(Employee, "manager");
    let query = select((Employee::name, manager.col(Employee::name)))
        .join_on(manager, Employee::manager_id.eq(manager.col(Employee::id)))
        .order_by(manager.col(Employee::salary).desc());
    same(
        &sql(|d| query.sql(d)),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: SELECT employee.name, manager.name FROM employee JOIN employee AS manager ON employee.manager_id = manager.id ORDER BY manager.salary DESC"#,
    );
    let (a, b) = (alias(Employee, "a"), alias(Employee, "b"));
    let query = select((a, b.optional())).outer_join(Employee::manager.of(a).to(b));
    same(
        &sql(|d| query.sql(d)),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: SELECT a.id, a.name, a.town, a.salary, a.hired, a.manager_id, b.id, b.name, b.town, b.salary, b.hired, b.manager_id FROM employee AS a LEFT JOIN employee AS b ON a.manager_id = b.id"#,
    );
    let query = select((Employee::id, Sale::id.optional())).full_join(Employee::sales).cross_join(a);
    same(
        &sql(|d| query.sql(d)),
        r#"
        SQLite, PostgreSQL: SELECT employee.id, sale.id FROM employee FULL JOIN sale ON sale.seller_id = employee.id CROSS JOIN employee AS a
        MySQL: -- MySQL has no full_join; join LEFT twice and unite the rows
        MariaDB: -- MariaDB has no full_join; join LEFT twice and unite the rows"#,
    );
    // An expression knows its table, so a query of expressions only has a FROM.
    same(
        &sql(|d| select(rebis::func::max(a.col(Employee::salary))).sql(d)),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: SELECT max(a.salary) FROM employee AS a"#,
    );
    let query = select(Employee).join(Employee::manager);
    same(
        &sql(|d| query.sql(d)),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: -- employee would stand twice in one query; give it a second name with alias(…), filter with the relation's any(…) or has(…), or load it with .with(…) [R109]"#,
    );
    let query = select(Employee::id)
        .filter(Employee::reports.to(b).any(b.col(Employee::salary).gt(Employee::salary)));
    same(
        &sql(|d| query.sql(d)),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: SELECT employee.id FROM employee WHERE EXISTS (SELECT 1 FROM employee AS b WHERE b.manager_id = employee.id AND b.salary > employee.salary)"#,
    );
}

each_database! {
    async fn a_table_joins_itself_under_a_second_name(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let manager = alias(Employee, "manager");
        let pairs = select((Employee::name, manager.col(Employee::name)))
            .join_on(manager, Employee::manager_id.eq(manager.col(Employee::id)))
            .order_by(Employee::id)
            .all(&db)
            .await
            .unwrap();
        let pairs: Vec<_> = pairs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(pairs, [("bob", "ann"), ("cid", "ann"), ("Dora", "bob")]);
        // Along relations, two steps up.
        let above = alias(Employee, "above");
        let top = select((Employee::name, above.col(Employee::name)))
            .join(Employee::manager.to(manager))
            .join(Employee::manager.of(manager).to(above))
            .all(&db)
            .await
            .unwrap();
        assert_eq!(top, [(String::from("Dora"), String::from("ann"))]);
    }

    async fn rows_without_a_partner_are_none(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let session = db.session();
        let manager = alias(Employee, "manager");
        let query = || {
            select((Employee, manager.optional()))
                .outer_join(Employee::manager.to(manager))
                .order_by(Employee::id)
        };
        let plain: Vec<(Employee, Option<Employee>)> = query().all(&db).await.unwrap();
        let names: Vec<_> = plain.iter().map(|(e, m)| (e.name.as_str(), m.as_ref().map(|m| m.name.as_str()))).collect();
        assert_eq!(names, [("ann", None), ("bob", Some("ann")), ("cid", Some("ann")), ("Dora", Some("bob"))]);
        // In a session each row is one object, whatever name it came by.
        let tracked = query().all(&session).await.unwrap();
        assert_eq!(tracked[3].1.as_ref(), Some(&tracked[1].0));
        let sums = select((Employee::name, Sale::amount.optional()))
            .outer_join(Employee::sales)
            .filter(Employee::id.ne(2))
            .order_by(Employee::id)
            .all(&db)
            .await
            .unwrap();
        assert_eq!(sums, [("ann".into(), None), ("cid".into(), Some(20)), (String::from("Dora"), None)]);
        // Selected without `optional()` it is an error, never an empty object.
        let error = select((Employee, Sale)).outer_join(Employee::sales).all(&db).await.unwrap_err();
        assert!(error.to_string().contains("found NULL"), "{error}");
        assert!(error.to_string().contains("select `Post.optional()` in place of `Post`"), "{error}");
    }

    async fn full_and_cross_joins(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let query = select((Employee.optional(), Sale.optional())).full_join(Employee::sales);
        if test.dialect().capabilities().full_join {
            let rows = query.all(&db).await.unwrap();
            assert_eq!(rows.len(), 6);
            assert_eq!(rows.iter().filter(|(e, _)| e.is_none()).count(), 1);
            assert_eq!(rows.iter().filter(|(_, s)| s.is_none()).count(), 2);
        } else {
            let error = query.all(&db).await.unwrap_err();
            assert!(error.to_string().contains("has no full_join"), "{error}");
        }
        assert_eq!(select((Employee::id, Sale::id)).cross_join(Sale).count(&db).await.unwrap(), 16);
    }

    async fn a_condition_over_a_relation_to_its_own_table(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let report = alias(Employee, "report");
        let names = |p| select(Employee::name).filter(p).order_by(Employee::id);
        // The condition compares both sides.
        let same_town = Employee::reports.to(report).any(report.col(Employee::salary).lt(Employee::salary));
        assert_eq!(names(same_town.clone()).all(&db).await.unwrap(), ["ann", "bob"]);
        assert_eq!(names(!same_town).all(&db).await.unwrap(), ["cid", "Dora"]);
        let through = Employee::manager.to(report).has(report.col(Employee::town).eq("Ulm"));
        assert_eq!(names(through).all(&db).await.unwrap(), ["bob", "cid"]);
    }

    async fn a_name_stands_once_in_a_query(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let twice = select(Employee).join_on(alias(Employee, "x"), Employee::id.eq(1)).cross_join(alias(Sale, "x"));
        let error = twice.all(&db).await.unwrap_err();
        assert!(error.to_string().starts_with("`x` would stand twice in one query; give it a second name"), "{error}");
    }
}
