//! INSERT from a query, UPDATE … FROM, DELETE … USING, RETURNING; and the session that looks on.

use rebis::{State, alias, delete, func, insert, select, update};
use rebis_sql::Dialect;
use rebis_testkit::each_database;

use super::{Employee, Sale, same, shop, sql};

#[test]
fn what_is_written() {
    let copies = || select((Sale::id.plus(100), Sale::amount, Sale::at));
    let copy = insert(Sale).from_select((Sale::id, Sale::amount, Sale::at), copies());
    same(
        &sql(|d| copy.sql(d)),
        r#"
        SQLite, PostgreSQL, MySQL, MariaDB: INSERT INTO sale (id, amount, at) SELECT sale.id + ?, sale.amount, sale.at FROM sale"#,
    );
    let upsert = insert(Sale).from_select((Sale::id, Sale::amount, Sale::at), copies());
    let upsert = upsert.on_conflict(Sale::id).update(Sale::amount);
    same(
        &sql(|d| upsert.sql(d)),
        r#"
        SQLite, PostgreSQL: INSERT INTO sale (id, amount, at) SELECT sale.id + ?, sale.amount, sale.at FROM sale WHERE 1 = 1 ON CONFLICT (id) DO UPDATE SET amount = excluded.amount
        MySQL, MariaDB: INSERT INTO sale (id, amount, at) SELECT source.c0, source.c1, source.c2 FROM (SELECT sale.id + ? AS c0, sale.amount AS c1, sale.at AS c2 FROM sale) AS source ON DUPLICATE KEY UPDATE amount = VALUES(amount)"#,
    );
    let raise = update(Sale)
        .from(Employee)
        .filter(Sale::seller_id.eq(Employee::id))
        .set_to(Sale::amount, Sale::amount.plus(func::cast::<i64, _, _>(Employee::salary)));
    same(
        &sql(|d| raise.sql(d)),
        r#"
        SQLite: UPDATE sale SET amount = sale.amount + CAST(employee.salary AS INTEGER) FROM employee WHERE sale.seller_id = employee.id
        PostgreSQL: UPDATE sale SET amount = sale.amount + CAST(employee.salary AS BIGINT) FROM employee WHERE sale.seller_id = employee.id
        MySQL, MariaDB: UPDATE sale CROSS JOIN employee SET sale.amount = sale.amount + CAST(employee.salary AS SIGNED) WHERE sale.seller_id = employee.id"#,
    );
    let gone =
        delete(Sale).using(Employee).filter(Sale::seller_id.eq(Employee::id) & Employee::name.eq("bob"));
    same(
        &sql(|d| gone.sql(d)),
        r#"
        SQLite: -- SQLite has no delete_using; filter with a subquery: in_select(…), exists(…), a relation's any(…)
        PostgreSQL: DELETE FROM sale USING employee WHERE sale.seller_id = employee.id AND employee.name = ?
        MySQL, MariaDB: DELETE FROM sale USING sale CROSS JOIN employee WHERE sale.seller_id = employee.id AND employee.name = ?"#,
    );
}

#[test]
fn common_table_expressions_are_written() {
    let rich = select(Employee::id).filter(Employee::salary.gt(400)).cte("rich");
    let raise = update(Sale).from(&rich).filter(Sale::seller_id.eq(rich.columns())).set(Sale::amount, 1);
    same(
        &sql(|d| raise.sql(d)),
        r#"
        SQLite, PostgreSQL: WITH rich (id) AS (SELECT employee.id FROM employee WHERE employee.salary > ?) UPDATE sale SET amount = ? FROM rich WHERE sale.seller_id = rich.id
        MySQL: WITH rich (id) AS (SELECT employee.id FROM employee WHERE employee.salary > ?) UPDATE sale CROSS JOIN rich SET sale.amount = ? WHERE sale.seller_id = rich.id
        MariaDB: -- MariaDB has no modify_with; filter with a subquery that brings it along, in_select(…), or make it one with derived(…)"#,
    );
    let gone = delete(Sale).using(&rich).filter(Sale::seller_id.eq(rich.columns()));
    same(
        &sql(|d| gone.sql(d)),
        r#"
        SQLite: -- SQLite has no delete_using; filter with a subquery: in_select(…), exists(…), a relation's any(…)
        PostgreSQL: WITH rich (id) AS (SELECT employee.id FROM employee WHERE employee.salary > ?) DELETE FROM sale USING rich WHERE sale.seller_id = rich.id
        MySQL: WITH rich (id) AS (SELECT employee.id FROM employee WHERE employee.salary > ?) DELETE FROM sale USING sale CROSS JOIN rich WHERE sale.seller_id = rich.id
        MariaDB: -- MariaDB has no modify_with; filter with a subquery that brings it along, in_select(…), or make it one with derived(…)"#,
    );
    let twice = select(Employee::id).cte("rich");
    let error = update(Sale).from(&rich).from(&twice).set(Sale::amount, 1).sql(Dialect::Postgres);
    assert!(error.contains("two common table expressions are called `rich`"), "{error}");
}

each_database! {
    async fn rows_from_a_query(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let session = db.session();
        let columns = (Sale::id, Sale::amount, Sale::at, Sale::seller_id);
        let copies = select((Sale::id.plus(100), Sale::amount.times(2), Sale::at, Sale::seller_id)).filter(Sale::amount.ge(20));
        let n = insert(Sale).from_select(columns, copies).execute(&session).await.unwrap();
        assert_eq!(n, 2);
        session.commit().await.unwrap();
        let rows = select((Sale::id, Sale::amount)).filter(Sale::id.gt(100)).order_by(Sale::id).all(&db).await.unwrap();
        assert_eq!(rows, [(102, 40), (103, 60)]);
        // Rows that are there already take the amount.
        let again = select((Sale::id, Sale::amount.plus(1), Sale::at)).filter(Sale::id.gt(100));
        let again = insert(Sale).from_select((Sale::id, Sale::amount, Sale::at), again);
        again.on_conflict(Sale::id).update(Sale::amount).execute(&db).await.unwrap();
        let rows = select(Sale::amount).filter(Sale::id.gt(100)).order_by(Sale::id).all(&db).await.unwrap();
        assert_eq!(rows, [41, 61]);
        // Without a condition of its own.
        let all = insert(Sale).from_select((Sale::id, Sale::amount, Sale::at), select((Sale::id, Sale::amount.plus(9), Sale::at)));
        all.on_conflict(Sale::id).do_nothing().execute(&db).await.unwrap();
        let rows = select(Sale::amount).order_by(Sale::id).all(&db).await.unwrap();
        assert_eq!(rows, [10, 20, 30, 5, 41, 61]);
    }

    async fn rows_are_changed_by_common_table_expressions(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let below = select(Employee::id).filter(Employee::id.eq(2)).cte("below").recursive(|below| {
            select(Employee::id).join_on(below, Employee::manager_id.eq(below.columns()))
        });
        let id = below.columns();
        let raised = update(Sale).from(&below).filter(Sale::seller_id.eq(id.clone())).set(Sale::amount, 7).execute(&db).await;
        match raised {
            Ok(n) => assert_eq!(n, 2),
            Err(error) => assert!(error.to_string().contains("has no modify_with"), "{error}"),
        }
        // In a subquery every database takes it, also of the table that is changed.
        let within = Employee::id.in_select(select(id.clone()).select_from(&below));
        assert_eq!(update(Employee).filter(within).set(Employee::salary, 1).execute(&db).await.unwrap(), 2);
        let poor = select(Employee::id).filter(Employee::salary.eq(1)).order_by(Employee::id).all(&db).await.unwrap();
        assert_eq!(poor, [2, 4]);
        let sold = Sale::seller_id.in_select(select(id).select_from(&below));
        assert_eq!(delete(Sale).filter(sold).execute(&db).await.unwrap(), 2);
        // A stream takes one too.
        let mut rows = select(Sale::id).join_on(&below, Sale::id.gt(below.columns())).order_by(Sale::id).stream(&db);
        let mut ids = Vec::new();
        while let Some(id) = rows.next().await {
            ids.push(id.unwrap());
        }
        assert_eq!(ids, [4]);
    }

    async fn an_update_uses_another_table_and_objects_follow(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let session = db.session();
        let sales = select(Sale).order_by(Sale::id).all(&session).await.unwrap();
        let n = update(Sale)
            .from(Employee)
            .filter(Sale::seller_id.eq(Employee::id))
            .filter(Employee::name.eq("bob"))
            .set_to(Sale::amount, Sale::amount.plus(func::cast::<i64, _, _>(Employee::salary)))
            .execute(&session)
            .await
            .unwrap();
        assert_eq!(n, 2);
        assert_eq!(sales.iter().map(|s| s.amount).collect::<Vec<_>>(), [510, 20, 530, 5]);
        // From a subquery, and from the same table under another name.
        let best = select((Sale::seller_id, func::max(Sale::amount))).filter(Sale::seller_id.is_not_null()).group_by(Sale::seller_id).derived("best");
        let (seller, most) = best.columns();
        let n = update(Sale)
            .from(&best)
            .filter(Sale::seller_id.eq(seller))
            .set_to(Sale::amount, func::coalesce(most, 0))
            .execute(&session)
            .await
            .unwrap();
        assert!(n >= 1, "{n}");
        assert_eq!(sales.iter().map(|s| s.amount).collect::<Vec<_>>(), [530, 20, 530, 5]);
        let manager = alias(Employee, "manager");
        update(Employee)
            .from(manager)
            .filter(Employee::manager_id.eq(manager.col(Employee::id)))
            .set_to(Employee::town, manager.col(Employee::name))
            .execute(&session)
            .await
            .unwrap();
        let towns = select(Employee::town).order_by(Employee::id).all(&session).await.unwrap();
        let towns: Vec<_> = towns.iter().map(|t| t.as_deref().unwrap_or("-")).collect();
        assert_eq!(towns, ["Ulm", "ann", "ann", "bob"]);
    }

    async fn a_delete_uses_another_table_and_objects_follow(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let session = db.session();
        let sales = select(Sale).order_by(Sale::id).all(&session).await.unwrap();
        let bobs = delete(Sale).using(Employee).filter(Sale::seller_id.eq(Employee::id) & Employee::name.eq("bob"));
        if test.dialect().capabilities().delete_using {
            assert_eq!(bobs.execute(&session).await.unwrap(), 2);
        } else {
            let error = bobs.execute(&session).await.unwrap_err();
            assert!(error.to_string().contains("has no delete_using"), "{error}");
            session.rollback().await.unwrap();
            let bobs = delete(Sale).filter(Sale::seller.has(Employee::name.eq("bob")));
            assert_eq!(bobs.execute(&session).await.unwrap(), 2);
        }
        assert_eq!(sales.iter().map(|s| s.state() == State::Deleted).collect::<Vec<_>>(), [true, false, true, false]);
        session.commit().await.unwrap();
        assert_eq!(select(Sale).count(&db).await.unwrap(), 2);
    }

    async fn statements_that_give_rows_back(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let session = db.session();
        let sale = session.get(Sale, 1).await.unwrap().unwrap();
        let raised = update(Sale).filter(Sale::id.eq(1)).set(Sale::amount, 11).returning((Sale::id, Sale::amount));
        let gone = delete(Sale).filter(Sale::id.eq(1)).returning(Sale);
        match raised.all(&session).await {
            Ok(rows) => {
                assert_eq!((rows, sale.amount), (vec![(1, 11)], 11));
                let gone = gone.all(&session).await.unwrap();
                assert_eq!((gone[0].amount, sale.state()), (11, State::Deleted));
            }
            Err(error) => {
                assert!(error.to_string().contains("has no update_returning"), "{error}");
                // MariaDB gives back what it deletes, and nothing else.
                let gone = gone.all(&session).await.unwrap();
                assert_eq!((test.dialect(), gone[0].amount, sale.state()), (Dialect::MariaDb, 10, State::Deleted));
            }
        }
    }
}
