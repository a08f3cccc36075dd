//! Pages by number and by key.

use rebis::{Cursor, Order, Page, func, select};
use rebis_testkit::each_database;

use super::{Employee, Sale, shop};
use crate::support;

/// The ids of each page of so many rows.
async fn pages(db: &rebis::Database, order: impl Fn() -> Vec<Order>, most: u64) -> Vec<Vec<i64>> {
    let (mut all, mut from) = (Vec::new(), None::<Cursor>);
    loop {
        let page = select(Employee).keyset(db, order(), most, from.as_ref()).await.unwrap();
        all.push(page.items.iter().map(|e| e.id).collect());
        // Through a URL and back.
        from = page.next.map(|cursor| cursor.to_string().parse().unwrap());
        if from.is_none() {
            return all;
        }
    }
}

each_database! {
    async fn pages_without_a_count(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let page = |n| select(Employee::id).order_by(Employee::id).slice(&db, Page::new(n, 3));
        let first = page(1).await.unwrap();
        assert_eq!((first.items, first.has_prev, first.has_next), (vec![1, 2, 3], false, true));
        let last = page(2).await.unwrap();
        assert_eq!((last.items, last.has_prev, last.has_next), (vec![4], true, false));
        assert_eq!(support::sql(&test), [
            "SELECT employee.id FROM employee ORDER BY employee.id LIMIT 4 OFFSET 0",
            "SELECT employee.id FROM employee ORDER BY employee.id LIMIT 4 OFFSET 3",
        ]);
    }

    async fn pages_by_key(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let by_salary = || vec![Employee::salary.asc(), Employee::id.asc()];
        assert_eq!(pages(&db, by_salary, 1).await, [[4], [2], [3], [1]]);
        let second = support::sql(&test)[1].clone();
        assert!(second.contains("WHERE (employee.salary, employee.id) > (?, ?) ORDER BY"), "{second}");
        // Different directions, a date, an expression.
        let mixed = || vec![Employee::salary.asc(), Employee::hired.desc()];
        assert_eq!(pages(&db, mixed, 1).await, [[4], [3], [2], [1]]);
        let computed = || vec![func::length(Employee::name).desc(), Employee::id.desc()];
        assert_eq!(pages(&db, computed, 3).await, [vec![4, 3, 2], vec![1]]);
        assert_eq!(pages(&db, by_salary, 4).await, [[4, 2, 3, 1]]);
    }

    async fn nulls_are_on_some_page(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let first = || vec![Employee::town.asc().nulls_first(), Employee::id.asc()];
        let last = || vec![Employee::town.desc().nulls_last(), Employee::id.asc()];
        let whatever = || vec![Employee::town.asc(), Employee::id.asc()];
        for size in 1..=4 {
            assert_eq!(pages(&db, first, size).await.concat(), [3, 2, 1, 4], "{size}");
            assert_eq!(pages(&db, last, size).await.concat(), [1, 4, 2, 3], "{size}");
            let by_habit = select(Employee::id).order_by(Employee::town).order_by(Employee::id).all(&db).await.unwrap();
            assert_eq!(pages(&db, whatever, size).await.concat(), by_habit, "{size}");
        }
    }

    async fn what_a_keyset_page_refuses(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let session = db.session();
        let page = select(Sale).keyset(&session, [Sale::at.desc()], 1, None).await.unwrap();
        assert_eq!((page.items[0].id, page.next.is_some()), (4, true));
        let next = select(Sale).keyset(&session, [Sale::at.desc()], 9, page.next.as_ref()).await.unwrap();
        assert_eq!((next.items.len(), next.next), (3, None));
        let two = select(Sale).keyset(&db, [Sale::at.desc(), Sale::id.asc()], 1, page.next.as_ref()).await.unwrap_err();
        assert!(two.to_string().starts_with("the cursor belongs to another order"), "{two}");
        let sorted = select(Sale).limit(1).keyset(&db, [Sale::id.asc()], 1, None).await.unwrap_err();
        assert!(sorted.to_string().contains("leave out `order_by`, `limit` and `offset`"), "{sorted}");
        assert!(select(Sale).keyset(&db, [], 1, None).await.is_err());
        let joined = select(Employee).with(Employee::sales.joined()).keyset(&session, [Employee::id.asc()], 1, None);
        let error = joined.await.unwrap_err().to_string();
        assert!(error.contains("a collection that is joined would multiply both") && error.contains("leave out `.joined()`"), "{error}");
        let with = select(Employee).with(Employee::sales).with(Employee::manager.joined());
        let page = with.keyset(&session, [Employee::id.asc()], 2, None).await.unwrap();
        assert_eq!((page.items[1].sales.loaded().unwrap().len(), page.items[1].manager.loaded().unwrap().unwrap().id), (2, 1));
        assert!(select(Sale::id).distinct().keyset(&db, [Sale::id.asc()], 1, None).await.is_err());
    }

    async fn relations_of_a_page(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        for joined in [false, true] {
            let session = db.session();
            let manager = || if joined { Employee::manager.joined() } else { Employee::manager.selectin() };
            let order = || [Employee::salary.desc(), Employee::id.asc()];
            let query = || select(Employee).with(Employee::sales).with(manager());
            let first = query().keyset(&session, order(), 2, None).await.unwrap();
            let second = query().keyset(&session, order(), 2, first.next.as_ref()).await.unwrap();
            let sold = |page: &rebis::KeysetPage<rebis::Entity<Employee>>| -> Vec<(i64, usize)> {
                page.items.iter().map(|e| (e.id, e.sales.loaded().unwrap().len())).collect()
            };
            assert_eq!((sold(&first), sold(&second)), (vec![(1, 0), (2, 2)], vec![(3, 1), (4, 0)]), "{joined}");
            assert_eq!(second.items[1].manager.loaded().unwrap(), Some(first.items[1].clone()));
            assert_eq!(second.next, None);
        }
    }
}
