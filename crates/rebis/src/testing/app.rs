//! [`TestApp`]: the application of one test.
//!
//! **Invariant.** Its database is its own; see `scratch`.

use std::panic::Location;

use rebis_orm::{Addable, Database, Entity, Session};
use rebis_web::{App, HttpError, Result, TestClient};

use crate::glue::AppExt as _;

/// The application of one test, with a database of its own. Clones are the same one.
#[derive(Clone, Debug)]
pub struct TestApp {
    app: App,
}

impl TestApp {
    pub(super) fn new(app: App) -> Self {
        TestApp { app }
    }

    /// The application.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// A new client, without cookies: what each of them does, somebody else does.
    ///
    /// # Panics
    /// When the application cannot be built.
    pub fn client(&self) -> TestClient {
        self.app.test_client()
    }

    /// The application's own database.
    ///
    /// # Panics
    /// When it has none.
    #[track_caller]
    pub fn db(&self) -> Database {
        match self.app.db() {
            Ok(db) => db,
            Err(error) => panic!("{error:?}"),
        }
    }

    /// A new session of the application's own database.
    ///
    /// # Panics
    /// When it has none.
    #[track_caller]
    pub fn session(&self) -> Session {
        self.db().session()
    }

    /// Writes an object, and commits: what is asked for afterwards finds it. The entity keeps its session alive.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn add<A: Addable>(&self, object: A) -> Result<Entity<A::Model>> {
        let mut all = self.add_all([object]).await?;
        all.pop().ok_or_else(|| HttpError::internal("nothing was added"))
    }

    /// Writes objects, and commits; they are of one session.
    ///
    /// # Errors
    /// When the database refuses one of them; nothing is written then.
    pub async fn add_all<A: Addable>(
        &self,
        objects: impl IntoIterator<Item = A>,
    ) -> Result<Vec<Entity<A::Model>>> {
        let session = self.app.db()?.session();
        let all = session.add_all(objects);
        session.commit().await?;
        Ok(all)
    }

    /// Does the work, and gives with its result the statements that ran on the application's own database meanwhile; BEGIN, COMMIT and the like are not
    /// among them.
    ///
    /// # Panics
    /// When the application has no database.
    #[track_caller]
    pub fn statements<T>(&self, work: impl IntoFuture<Output = T>) -> impl Future<Output = (T, Vec<String>)> {
        let recording = match self.db().record() {
            Ok(recording) => recording,
            Err(error) => panic!("{error}"),
        };
        async move {
            let result = work.await;
            (result, recording.take())
        }
    }

    /// Does the work, and asserts that it took so many statements: a page that needs one for each row does not get past this.
    ///
    /// # Panics
    /// When there were more, or fewer; the message lists them.
    #[track_caller]
    pub fn assert_statements<T>(
        &self,
        expected: usize,
        work: impl IntoFuture<Output = T>,
    ) -> impl Future<Output = T> {
        let caller = Location::caller();
        let counted = self.statements(work);
        async move {
            let (result, statements) = counted.await;
            let list: String =
                statements.iter().enumerate().map(|(i, s)| format!("\n{:>4}. {s}", i + 1)).collect();
            assert!(
                statements.len() == expected,
                "at {caller}: expected {expected} statements, there were {}{list}",
                statements.len()
            );
            result
        }
    }
}
