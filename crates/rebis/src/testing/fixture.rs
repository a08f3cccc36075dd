//! [`Fixture`]: what a test can ask for.

use rebis_orm::{Database, Session};
use rebis_web::{App, Result, TestClient};

use super::TestApp;
use crate::glue::AppExt as _;

/// What a test can ask for by naming its type: `async fn shows_cart(shop: Shop, client: TestClient)`. It is made for each test.
///
/// ```test_harness
/// # mod app {
/// # use rebis::prelude::*;
/// # #[derive(Model, Clone, Debug)]
/// # pub struct User {
/// #     #[column(primary_key)]
/// #     pub id: i64,
/// #     pub username: String,
/// # }
/// # pub fn create_app(config: Config) -> App {
/// #     App::new(config).database(Database::new()).get("/me", me)
/// # }
/// # async fn me(user: UserSession, session: Session) -> Result<String> {
/// #     let id = user.get::<i64>("user_id").ok_or_else(HttpError::unauthorized)?;
/// #     Ok(session.get_or_404(User, id).await?.username.clone())
/// # }
/// # }
/// # use app::{create_app, User};
/// use rebis::prelude::*;
/// use rebis::testing::{Fixture, TestApp, TestClient};
///
/// /// Somebody who is logged in.
/// struct Susan {
///     client: TestClient,
/// }
///
/// impl Fixture for Susan {
///     async fn set_up(app: &TestApp) -> Result<Self> {
///         let susan = app.add(User::builder().username("susan")).await?;
///         let client = app.client();
///         client.with_session(|session| session.set("user_id", susan.id))?;
///         Ok(Susan { client })
///     }
/// }
///
/// #[rebis::test(create_app)]
/// async fn she_sees_herself(susan: Susan) {
///     assert_eq!(susan.client.get("/me").await.text(), "susan");
/// }
/// ```
pub trait Fixture: Sized {
    /// Makes it.
    ///
    /// # Errors
    /// Whatever keeps it from being made; the test fails with it.
    fn set_up(app: &TestApp) -> impl Future<Output = Result<Self>>;
}

impl Fixture for TestApp {
    async fn set_up(app: &TestApp) -> Result<Self> {
        Ok(app.clone())
    }
}

/// The application.
impl Fixture for App {
    async fn set_up(app: &TestApp) -> Result<Self> {
        Ok(app.app().clone())
    }
}

/// Its database.
impl Fixture for Database {
    async fn set_up(app: &TestApp) -> Result<Self> {
        app.app().db()
    }
}

/// A session of its database.
impl Fixture for Session {
    async fn set_up(app: &TestApp) -> Result<Self> {
        Ok(app.app().db()?.session())
    }
}

/// A client without cookies: somebody who was never here.
impl Fixture for TestClient {
    async fn set_up(app: &TestApp) -> Result<Self> {
        Ok(app.client())
    }
}
