//! Testing an application: each test has the application, a database and a client of its own.
//!
//! ```test_harness
//! # mod app {
//! # use rebis::prelude::*;
//! # #[derive(Model, Clone, Debug, Serialize)]
//! # pub struct User {
//! #     #[column(primary_key)]
//! #     pub id: i64,
//! #     #[column(length = 64, unique)]
//! #     pub username: String,
//! # }
//! # pub fn create_app(config: Config) -> App {
//! #     App::new(config).database(Database::new()).get("/users", users).post("/users", add)
//! # }
//! # async fn users(session: Session) -> Result<Json<Vec<User>>> {
//! #     Ok(Json(select(User).all(&session.database().clone()).await?))
//! # }
//! # async fn add(session: Session, mut form: Form<New>) -> Result<StatusCode> {
//! #     let user = form.validated().ok_or_else(|| HttpError::bad_request("who?"))?;
//! #     session.add(User::builder().username(user.username));
//! #     session.commit().await?;
//! #     Ok(StatusCode::CREATED)
//! # }
//! # #[derive(Form)]
//! # pub struct New { username: String }
//! # }
//! # use app::{create_app, User};
//! use rebis::prelude::*;
//! use rebis::testing::{TestApp, TestClient, sequence};
//!
//! #[rebis::test(create_app)]
//! async fn users_are_listed(app: TestApp) -> Result<()> {
//!     app.add_all((0..3).map(|_| user())).await?;
//!     // However many users there are.
//!     let page = app.assert_statements(1, app.client().get("/users")).await;
//!     page.assert_ok().assert_contains("user3");
//!     Ok(())
//! }
//!
//! #[rebis::test(create_app)]
//! async fn a_user_is_added(client: TestClient, session: Session) -> Result<()> {
//!     client.post("/users").form(&[("username", "susan")]).await.assert_status(201);
//!     assert_eq!(select(User).one(&session).await?.username, "susan");
//!     Ok(())
//! }
//!
//! /// A factory is a function: somebody who differs from everybody else.
//! fn user() -> impl rebis::orm::Addable<Model = User> {
//!     User::builder().username(format!("user{}", sequence("user")))
//! }
//! ```
//!
//! # Arguments are fixtures
//! A test may ask for a [`TestApp`], and for its parts: [`App`](crate::App), [`Database`](crate::Database),
//! [`Session`](crate::Session), [`TestClient`]. A type of yours that implements [`Fixture`] can be asked for too: a user that is
//! logged in, a shop with goods in it.
//!
//! # The database
//! The application's databases are made once for all tests of a program, by its migrations, or by its models where it carries none, or where the attribute says
//! `#[rebis::test(create_app, create_all)]`; each test gets a copy (on MySQL and MariaDB, which cannot copy, each is made anew). A test that fails leaves nothing
//! behind, and no test sees what another one wrote.
//!
//! It is an SQLite file in a temporary folder, unless `TEST_DATABASE_URL` (in the environment, `.env`, `config.toml` or `config.test.toml`)
//! names a server: `TEST_DATABASE_URL=postgres://127.0.0.1/postgres`. The database in that URL is what one connects to and is left alone;
//! each test has a database beside it, named `rebis_test_…`. `DATABASE_URL` is not used: a test never touches the database that
//! one develops with. `REBIS_TEST_KEEP=1` keeps the databases, and says where they are.
//!
//! # The configuration
//! `config.toml`, `config.test.toml`, `.env` and the environment, with `TESTING` on, `INSTANCE_PATH` a temporary folder, and a `SECRET_KEY` where
//! none is set.

mod app;
mod database;
mod fixture;
mod run;
mod scratch;
mod sequence;

pub use app::TestApp;
pub use fixture::Fixture;
pub use rebis_web::{TestClient, TestRequest, TestResponse};
pub use sequence::sequence;

#[doc(hidden)]
pub use run::{Settings, alone, fixture, run};
