//! SQL by hand inside typed queries, row values, EXPLAIN.

use rebis::{func, select, sql as raw};
use rebis_testkit::each_database;

use super::{Employee, Sale, same, shop, sql};

#[test]
fn what_is_written() {
    let odd = func::raw::<bool>("{} % {} = 1 OR 1 = 0", (Employee::id, 2_i64));
    same(
        &sql(|d| select(Employee::name).filter(odd.clone()).filter(Employee::id.gt(1)).sql(d)),
        r#"
        SQLite, MySQL, MariaDB: SELECT employee.name FROM employee WHERE (employee.id % ? = 1 OR 1 = 0) AND employee.id > ?
        PostgreSQL: SELECT employee.name FROM employee WHERE (employee.id % CAST(? AS BIGINT) = 1 OR 1 = 0) AND employee.id > ?"#,
    );
    let query = raw("SELECT * FROM archive WHERE year = {} AND note <> '{{}}'").bind(2020_i64);
    same(
        &sql(|d| select(Sale).from_sql(query.clone()).filter(Sale::amount.gt(1)).sql(d)),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: SELECT sale.id, sale.amount, sale.at, sale.seller_id FROM (SELECT * FROM archive WHERE year = ? AND note <> '{}') AS sale WHERE sale.amount > ?"#,
    );
    let pairs = func::row((Employee::town, Employee::salary)).in_([("Ulm", 300), ("Bonn", 500)]);
    same(
        &sql(|d| select(Employee::id).filter(pairs.clone()).sql(d)),
        r#"
        SQLite: SELECT employee.id FROM employee WHERE (employee.town, employee.salary) IN (VALUES (?, ?), (?, ?))
        PostgreSQL, MySQL, MariaDB: SELECT employee.id FROM employee WHERE (employee.town, employee.salary) IN ((?, ?), (?, ?))"#,
    );
    let after = func::row((Employee::salary, Employee::id)).gt((500, 2));
    same(
        &sql(|d| select(Employee::id).filter(after.clone()).sql(d)),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: SELECT employee.id FROM employee WHERE (employee.salary, employee.id) > (?, ?)"#,
    );
}

each_database! {
    async fn fragments_and_whole_queries(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let session = db.session();
        let odd = func::raw::<bool>("{} % {} = 1", (Employee::id, 2_i64));
        let names = select(Employee::name).filter(odd).filter(Employee::id.gt(1)).all(&db).await.unwrap();
        assert_eq!(names, ["cid"]);
        let shout = func::raw::<String>("concat({}, {})", (func::upper(Employee::name), "!; DROP TABLE sale"));
        let rows = select(shout).filter(Employee::id.eq(1)).all(&db).await.unwrap();
        assert_eq!(rows, ["ANN!; DROP TABLE sale"]);
        // Columns in another order than the model's, more of them, and a condition around it.
        let text = "SELECT 1 AS more, manager_id, hired, salary, town, name, id FROM employee WHERE salary >= {}";
        let query = || select(Employee).from_sql(raw(text).bind(500_i64)).filter(Employee::town.is_not_null());
        let people = query().order_by(Employee::id.desc()).all(&session).await.unwrap();
        assert_eq!(people.iter().map(|e| e.name.as_str()).collect::<Vec<_>>(), ["bob", "ann"]);
        assert_eq!(session.get(Employee, 1).await.unwrap().as_ref(), Some(&people[1]));
        assert_eq!(query().count(&db).await.unwrap(), 2);
        let error = select(Employee).from_sql(raw("SELECT {}")).all(&db).await.unwrap_err();
        assert!(error.to_string().contains("1 gaps for 0 values"), "{error}");
    }

    async fn row_values(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let ids = |p| select(Employee::id).filter(p).order_by(Employee::id);
        let pair = || func::row((Employee::town, Employee::salary));
        assert_eq!(ids(pair().in_([("Ulm", 300), ("Bonn", 500)])).all(&db).await.unwrap(), [2, 4]);
        assert_eq!(ids(pair().in_([("Ulm", 300); 0])).all(&db).await.unwrap(), [0_i64; 0]);
        assert_eq!(ids(pair().eq(("Ulm", 900))).all(&db).await.unwrap(), [1]);
        assert_eq!(ids(func::row((Employee::salary, Employee::id)).gt((500, 2))).all(&db).await.unwrap(), [1, 3]);
        let same = select((Employee::town, Employee::salary)).filter(Employee::id.eq(4));
        assert_eq!(ids(pair().in_select(same)).all(&db).await.unwrap(), [4]);
    }

    async fn how_a_query_is_run(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let session = db.session();
        let query = || select(Employee).filter(Employee::id.eq(1));
        let plan = query().explain(&session).await.unwrap();
        assert!(plan.contains("employee"), "{plan}");
        match query().explain_analyze(&db).await {
            Ok(plan) => assert!(plan.contains("employee"), "{plan}"),
            Err(error) => assert!(error.to_string().contains("has no explain_analyze"), "{error}"),
        }
    }
}

#[derive(rebis_macros::FromRow, Debug, PartialEq)]
struct Seller {
    name: String,
    #[column(name = "how_many")]
    sales: i64,
    last: Option<chrono::NaiveDate>,
}

each_database! {
    async fn rows_become_plain_structs_by_the_names_of_columns(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let text = "SELECT 0 AS other, NULL AS last, count(*) AS how_many, e.name FROM employee e JOIN sale s ON s.seller_id = e.id \
                    GROUP BY e.name HAVING count(*) > {}";
        let rows: Vec<Seller> = db.session().fetch_all(raw(text).bind(1_i64)).await.unwrap();
        assert_eq!(rows, [Seller { name: "bob".into(), sales: 2, last: None }]);
        let error = db.fetch_all::<Seller>(raw("SELECT 1 AS a, 'x' AS name")).await.unwrap_err();
        assert!(error.to_string().contains("no column `how_many`; the row has a, name"), "{error}");
    }
}
