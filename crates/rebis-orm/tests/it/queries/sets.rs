//! UNION, INTERSECT, EXCEPT.

use rebis::select;
use rebis_testkit::each_database;

use super::{Employee, Sale, same, shop, sql};

#[test]
fn what_is_written() {
    let ids = || select(Employee::id);
    let query = ids().union(select(Sale::id)).order_by(Employee::id.desc()).limit(2);
    same(
        &sql(|d| query.sql(d)),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: SELECT employee.id FROM employee UNION SELECT sale.id FROM sale ORDER BY 1 DESC LIMIT 2"#,
    );
    let query = ids().union_all(select(Sale::id)).intersect(ids());
    same(
        &sql(|d| query.sql(d)),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: SELECT before.c0 FROM (SELECT employee.id AS c0 FROM employee UNION ALL SELECT sale.id FROM sale) AS before INTERSECT SELECT employee.id FROM employee"#,
    );
    let query = ids().except_all(select(Sale::id).order_by(Sale::at).limit(1));
    same(
        &sql(|d| query.sql(d)),
        r#"
        SQLite: -- SQLite has no compound_all; leave out ALL, or number equal rows with row_number() and compare the numbers too
        PostgreSQL, MySQL, MariaDB: SELECT employee.id FROM employee EXCEPT ALL SELECT after.c0 FROM (SELECT sale.id AS c0 FROM sale ORDER BY sale.at LIMIT 1) AS after"#,
    );
}

each_database! {
    async fn rows_of_both_of_either_of_one(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let session = db.session();
        let town = |town: &str| select(Employee).filter(Employee::town.eq(town));
        let paid = || select(Employee).filter(Employee::salary.ge(500));
        let names = |all: Vec<rebis::Entity<Employee>>| all.iter().map(|e| e.name.clone()).collect::<Vec<_>>();
        let either = town("Ulm").union(paid()).order_by(Employee::id).all(&session).await.unwrap();
        assert_eq!(names(either), ["ann", "bob", "cid", "Dora"]);
        assert_eq!(town("Ulm").union_all(paid()).count(&session).await.unwrap(), 5);
        let both = town("Ulm").intersect(paid()).all(&session).await.unwrap();
        assert_eq!(names(both), ["ann"]);
        let one = paid().except(town("Ulm")).order_by(Employee::id.desc()).limit(1).all(&session).await.unwrap();
        assert_eq!(names(one), ["cid"]);
        // Read from left to right everywhere: (Ulm or paid) and Bonn.
        let mixed = town("Ulm").union(paid()).intersect(town("Bonn")).all(&session).await.unwrap();
        assert_eq!(names(mixed), ["bob"]);
        // What is sorted and limited before stays so.
        let first = select(Employee::id).order_by(Employee::id.desc()).limit(1);
        let ids = first.union(select(Employee::id).order_by(Employee::id).limit(1)).all(&db).await.unwrap();
        assert!(ids == [1, 4] || ids == [4, 1], "{ids:?}");
        assert!(!select(Employee::id).except(select(Employee::id)).exists(&db).await.unwrap());
        let all = select(Sale::seller_id).except_all(select(Sale::seller_id).filter(Sale::id.eq(1)));
        match all.count(&db).await {
            Ok(n) => assert_eq!(n, 3),
            Err(error) => assert!(error.to_string().contains("has no compound_all"), "{error}"),
        }
    }
}
