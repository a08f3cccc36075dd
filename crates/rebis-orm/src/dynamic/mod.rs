//! Models and objects by name, where their types are not known when the program is compiled: for the shell, data browsers and imports.
//!
//! [`Database::any_model`](crate::Database::any_model) finds an [`AnyModel`], which knows its [columns](AnyColumn) and
//! [relations](AnyRelation), makes new objects and begins queries ([`AnyQuery`]). An [`AnyEntity`] is the same object that an
//! [`Entity`](crate::Entity) is: of a [`Session`](crate::Session), one for a row, its changes written by the unit of work, its validators and
//! events asked, its relations kept in step.
//!
//! ```
//! # extern crate rebis_orm as rebis;
//! use rebis::{BelongsTo, Database, HasMany};
//! use rebis_macros::Model;
//!
//! #[derive(Model, Clone, Debug)]
//! pub struct User {
//!     #[column(primary_key)]
//!     pub id: i64,
//!     #[column(length = 64, unique)]
//!     pub username: String,
//!     #[relation(back_populates = author)]
//!     pub posts: HasMany<Post>,
//! }
//!
//! #[derive(Model, Clone, Debug)]
//! pub struct Post {
//!     #[column(primary_key)]
//!     pub id: i64,
//!     pub body: String,
//!     #[column(foreign_key = User::id)]
//!     pub user_id: i64,
//!     #[relation(key = user_id, back_populates = posts)]
//!     pub author: BelongsTo<User>,
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> rebis::Result<()> {
//! let db = Database::connect("sqlite://")?;
//! db.create_all().await?;
//! let session = db.session();
//!
//! let users = db.any_model("User")?;
//! let susan = session.add_any(&users.create([("username", "susan")])?);
//! session.commit().await?;
//! assert_eq!(susan.to_string(), "<User susan>");
//!
//! let found = users.select().filter(users.column("username")?.like("s%")).all(&session).await?;
//! assert_eq!(found, [susan.clone()]);
//!
//! let post = db.any_model("Post")?.create([("body", "hi")])?;
//! susan.add("posts", &post)?;
//! session.commit().await?;
//! assert_eq!(post.related_one("author").await?, Some(susan.clone()));
//!
//! // The same object with its type.
//! assert_eq!(susan.downcast::<User>().map(|user| user.username.clone()), Some("susan".to_owned()));
//! # Ok(())
//! # }
//! ```
//!
//! **Invariant.** Nothing here is a second way to write: what is done without the type goes through the same session, guards and links. What
//! has to be generated for each model is a handful of function pointers, `Ops`.

mod column;
mod create;
mod entity;
mod model;
mod ops;
mod query;
mod raw;
mod related;
mod relation;
mod runner;
mod session;

pub use column::AnyColumn;
pub use create::Given;
pub use entity::AnyEntity;
pub use model::AnyModel;
pub use query::AnyQuery;
pub use raw::AnyRows;
pub use relation::{AnyRelation, RelationshipKind};

pub(crate) use ops::Ops;

use crate::error::{Error, ErrorKind};

/// A name that a model does not have, with those that it has.
fn unknown<'a>(what: &str, name: &str, of: &'static str, known: impl Iterator<Item = &'a str>) -> Error {
    let known: Vec<&str> = known.collect();
    let list = if known.is_empty() {
        String::from("it has none")
    } else {
        format!("there are {}", known.join(", "))
    };
    Error::new(ErrorKind::Unknown, format!("{of} has no {what} `{name}`")).on(of).advise(list)
}
