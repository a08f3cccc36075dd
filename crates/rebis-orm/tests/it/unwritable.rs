//! Values that cannot be written: said at the flush or when the statement is run, never stored as something else.

use std::collections::BTreeMap;

use rebis::{Database, Result, select};
use rebis_macros::Model;
use rebis_sql::{Blob, Json};
use rebis_testkit::{TestDatabase, each_database};

/// JSON's keys are texts, so it has no form for this map unless it is empty.
type Map = BTreeMap<(i32, i32), i32>;

#[derive(Model, Clone, Debug)]
pub struct Board {
    #[column(primary_key)]
    pub id: i64,
    pub stones: Json<Map>,
    pub history: Option<Blob<Map>>,
}

async fn boards(test: &TestDatabase) -> Result<Database> {
    let db = Database::with_engine(test.engine().clone()).models(rebis::models![Board]);
    db.create_all().await?;
    let session = db.session();
    session.add(board(Map::new()));
    session.commit().await?;
    Ok(db)
}

fn board(stones: Map) -> Board {
    Board { id: 0, stones: Json(stones), history: None }
}

fn one() -> Map {
    Map::from([((1, 1), 1)])
}

#[track_caller]
fn says_why(error: &rebis::Error) {
    let text = error.to_string();
    assert!(
        text.contains("BTreeMap<(i32, i32), i32> cannot be written as JSON: key must be a string"),
        "{text}"
    );
}

each_database! {
    async fn new_rows_changes_and_statements(test: TestDatabase) {
        let db = boards(&test).await.unwrap();
        // One row, and several in one statement.
        for rows in [1, 3] {
            let session = db.session();
            session.add_all((0..rows).map(|_| Board::builder().stones(Json(one()))));
            says_why(&session.commit().await.unwrap_err());
            session.rollback().await.unwrap();
            assert_eq!(select(Board).count(&session).await.unwrap(), 1);
        }
        let session = db.session();
        let first = session.get(Board, 1).await.unwrap().unwrap();
        first.edit().stones = Json(one());
        says_why(&session.commit().await.unwrap_err());
        session.rollback().await.unwrap();
        first.edit().history = Some(Blob(one()));
        says_why(&session.flush().await.unwrap_err());
        session.rollback().await.unwrap();
        assert!(first.stones.0.is_empty() && first.history.is_none());

        let rows = [Board::builder().stones(Json(one()))];
        says_why(&rebis::insert(Board).values(rows).execute(&db).await.unwrap_err());
        says_why(&rebis::update(Board).set(Board::stones, Json(one())).execute(&db).await.unwrap_err());
        says_why(&select(Board).filter(Board::history.eq(Blob(one()))).all(&db).await.unwrap_err());
        let stored = select(Board).all(&db).await.unwrap();
        assert_eq!((stored.len(), stored[0].stones.0.len()), (1, 0));
    }
}
