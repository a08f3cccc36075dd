//! Rows as they arrive: how many are held, and what a stream that ends early leaves.

use std::sync::atomic::{AtomicUsize, Ordering};

use rebis::{Database, ErrorKind, State, func, select};
use rebis_macros::Model;
use rebis_sql::{Cell, ColumnType, DecodeError, SqlType, Value};
use rebis_testkit::{TestDatabase, each_database};

use super::{Employee, Sale, shop};

static ALIVE: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

/// A text that counts how many of it there are.
#[derive(Debug)]
struct Counted(String);

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::SeqCst);
    }
}

impl ColumnType for Counted {
    fn sql_type() -> SqlType {
        SqlType::Text
    }

    fn to_value(&self) -> Value {
        self.0.to_value()
    }

    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        let text = String::from_cell(cell)?;
        MOST.fetch_max(ALIVE.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        Ok(Counted(text))
    }
}

#[derive(Model, Clone, Debug)]
pub struct Line {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 200)]
    pub text: String,
}

const LINES: i64 = 4096;

async fn lines(test: &TestDatabase) -> Database {
    let db = Database::with_engine(test.engine().clone()).models(rebis::models![Line]);
    db.create_all().await.unwrap();
    rebis::insert(Line)
        .values((1..=64).map(|id| Line { id, text: "x".repeat(200) }))
        .execute(&db)
        .await
        .unwrap();
    let other = rebis::alias(Line, "other");
    let all = select((Line::id.times(64).plus(other.col(Line::id)), Line::text))
        .cross_join(other)
        .filter(Line::id.ge(1));
    rebis::insert(Line)
        .from_select((Line::id, Line::text), all.filter(Line::id.le(64)))
        .execute(&db)
        .await
        .unwrap();
    rebis::delete(Line).filter(Line::id.le(64)).execute(&db).await.unwrap();
    assert_eq!(select(Line).count(&db).await.unwrap(), LINES as u64);
    db
}

each_database! {
    async fn few_rows_are_held_however_many_there_are(test: TestDatabase) {
        let db = lines(&test).await;
        let texts = func::raw::<Counted>("{}", (Line::text,));
        let mut rows = select(texts).stream(&db);
        let mut n = 0;
        while let Some(row) = rows.next().await {
            n += row.unwrap().0.len() as i64 / 200;
            if n % 64 == 0 {
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(n, LINES);
        // The channel's, one on its way, and those that a test of another database reads at the same time.
        let most = MOST.load(Ordering::SeqCst);
        assert!(most <= 3 * 40, "{most} rows were held at once");
    }

    async fn objects_of_a_session_come_one_by_one(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let session = db.session();
        let bob = session.get(Employee, 2).await.unwrap().unwrap();
        let mut rows = select(Employee).order_by(Employee::id).stream(&session);
        let mut names = Vec::new();
        while let Some(employee) = rows.next().await {
            let employee = employee.unwrap();
            assert_eq!(employee == bob, employee.id == 2);
            employee.edit().salary += 1;
            names.push(employee.name.clone());
            // Other statements would wait for the stream, so they are refused.
            let error = select(Sale).all(&session).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::State);
            assert!(error.to_string().starts_with("this session's connection is reading a stream"), "{error}");
            assert!(session.commit().await.is_err() && session.rollback().await.is_err());
        }
        assert_eq!(names, ["ann", "bob", "cid", "Dora"]);
        drop(rows);
        // What was changed on the way is written after it, though nobody held the objects.
        session.commit().await.unwrap();
        assert_eq!(select(func::sum(Employee::salary)).one(&db).await.unwrap(), Some(2204));
        assert_eq!((bob.salary, bob.state()), (501, State::Persistent));
    }

    async fn a_stream_that_ends_early_leaves_its_session_as_it_was(test: TestDatabase) {
        let db = lines(&test).await;
        let session = db.session();
        session.add(Line { id: 1, text: "new".into() });
        for close in [true, false] {
            let mut rows = select(Line).order_by(Line::id).stream(&session);
            assert_eq!(rows.next().await.unwrap().unwrap().id, 1);
            if close { rows.close().await.unwrap() } else { drop(rows) }
            assert_eq!(select(Line).count(&session).await.unwrap(), LINES as u64 + 1);
        }
        session.commit().await.unwrap();
        assert_eq!(select(Line).count(&db).await.unwrap(), LINES as u64 + 1);
        // The pool's connections too.
        for _ in 0..20 {
            let mut rows = select(Line::id).stream(&db);
            assert!(rows.next().await.unwrap().is_ok());
        }
        assert_eq!(select(Line::id).filter(Line::id.eq(1)).all(&db).await.unwrap(), [1]);
        // Never asked for: nothing was run.
        let _ = test.statements();
        drop(select(Line).stream(&db));
        assert!(test.statements().is_empty());
    }

    async fn errors_come_out_of_the_stream(test: TestDatabase) {
        let db = shop(&test).await.unwrap();
        let session = db.session();
        let mut rows = select((Employee::name, Sale::amount)).outer_join(Employee::sales).order_by(Employee::id.desc()).stream(&session);
        let error = loop {
            match rows.next().await {
                Some(Ok(_)) => {}
                other => break other.unwrap().unwrap_err(),
            }
        };
        assert!(error.to_string().contains("a left join leaves without a partner is NULL"), "{error}");
        assert!(rows.next().await.is_none());
        drop(rows);
        assert_eq!(select(Sale).count(&session).await.unwrap(), 4);
        let mut rows = select(func::raw::<i64>("no_such_function({})", (Sale::id,))).stream(&db);
        assert_eq!(rows.next().await.unwrap().unwrap_err().kind(), ErrorKind::Engine);
        let error = select(Employee).with(Employee::sales).stream(&session).next().await.unwrap().unwrap_err();
        assert!(error.to_string().contains("a stream never has them all"), "{error}");
        // A connection of one's own.
        let mut connection = db.engine().unwrap().acquire().await.unwrap();
        let mut rows = select(Sale::id).order_by(Sale::id).stream(&mut connection);
        assert_eq!(rows.next().await.unwrap().unwrap(), 1);
        drop(rows);
        assert_eq!(select(Sale).count(&mut connection).await.unwrap(), 4);
    }
}
