//! What `#[derive(Model)]` writes for api.md's `User` and `Post`, by hand. Invariant: this file and the derive's output say the same.
//!
//! Everything but the two structs is emission. It is data and short impls; the work is done by generic functions of the ORM.
#![allow(missing_docs, unreachable_pub)]

use chrono::{DateTime, Utc};
use rebis::{BelongsTo, HasMany};
use serde::Serialize;

// ------------------------------------------------------------------------------------------------------------------------- User

// #[derive(Model, Clone, Debug, Serialize)]
#[derive(Clone, Debug, Serialize)]
pub struct User {
    // #[column(primary_key)]
    pub id: i64,
    // #[column(length = 64, unique, index)]
    pub username: String,
    // #[column(length = 120, unique, index)]
    pub email: String,
    // #[column(length = 256)]
    pub password_hash: Option<String>,
    // #[relation(back_populates = author, cascade = "all, delete-orphan")]
    pub posts: HasMany<Post>,
}

/// The model `User` as a value: `select(User)`, `session.get(User, 1)`.
#[allow(non_upper_case_globals)]
pub const User: ::rebis::__private::EntityOf<User> = ::rebis::__private::EntityOf::new();

#[allow(non_upper_case_globals, dead_code)]
impl User {
    // Columns: the field's position among the columns, and the column's name in the database.
    pub const id: ::rebis::__private::Column<User, i64> = ::rebis::__private::Column::new(0, "id");
    pub const username: ::rebis::__private::Column<User, String> =
        ::rebis::__private::Column::new(1, "username");
    pub const email: ::rebis::__private::Column<User, String> = ::rebis::__private::Column::new(2, "email");
    pub const password_hash: ::rebis::__private::Column<User, Option<String>> =
        ::rebis::__private::Column::new(3, "password_hash");
    // Relations (of every kind): the field's position among the relations. For `BelongsTo<T>` and `HasOne<T>` the second argument is
    // `<T as ::rebis::__private::Target>::Model`, which lets `T` be `Option<Other>`.
    pub const posts: ::rebis::__private::Relation<User, Post> = ::rebis::__private::Relation::new(0, "posts");

    /// Starts a new `User`; what is required and missing is an error of the compiler that names it.
    pub fn builder() -> UserBuilder {
        ::core::default::Default::default()
    }
}

impl ::rebis::__private::Model for User {
    // The type of the key field, or a tuple of them in the order of the fields.
    type Key = i64;
    const TABLE: &'static str = "user";
    const DEF: ::rebis::__private::ModelDef = ::rebis::__private::ModelDef::new("User", "user")
        .columns(&[
            // `new::<T>(field, column)`; type, nullability come from T. Every attribute is one more call.
            ::rebis::__private::ColumnDef::new(<i64 as ::rebis::__private::ColumnType>::STORED, "id", "id")
                .primary_key()
                .autoincrement(),
            ::rebis::__private::ColumnDef::new(
                <String as ::rebis::__private::ColumnType>::STORED,
                "username",
                "username",
            )
            .length(64)
            .unique()
            .index(),
            ::rebis::__private::ColumnDef::new(
                <String as ::rebis::__private::ColumnType>::STORED,
                "email",
                "email",
            )
            .length(120)
            .unique()
            .index(),
            ::rebis::__private::ColumnDef::new(
                <Option<String> as ::rebis::__private::ColumnType>::STORED,
                "password_hash",
                "password_hash",
            )
            .length(256),
        ])
        .relations(&[::rebis::__private::RelationDef::has_many::<Post>("posts")
            .back_populates("author")
            .cascade(::rebis::__private::Cascade::all().delete_orphan())]);

    fn meta() -> &'static ::rebis::__private::ModelMeta {
        static META: ::rebis::__private::LazyMeta =
            ::rebis::__private::LazyMeta::new(::rebis::__private::ModelMeta::of::<User>);
        &META
    }

    fn decode(row: &::rebis::__private::Row<'_>, at: usize) -> ::rebis::__private::EngineResult<Self> {
        ::core::result::Result::Ok(User {
            id: row.read(at, <i64 as ::rebis::__private::ColumnType>::from_cell)?,
            username: row.read(at + 1, <String as ::rebis::__private::ColumnType>::from_cell)?,
            email: row.read(at + 2, <String as ::rebis::__private::ColumnType>::from_cell)?,
            password_hash: row.read(at + 3, <Option<String> as ::rebis::__private::ColumnType>::from_cell)?,
            posts: ::core::default::Default::default(),
        })
    }

    fn decode_key(
        row: &::rebis::__private::Row<'_>,
        at: usize,
    ) -> ::rebis::__private::EngineResult<Self::Key> {
        // Several key columns: `Ok((row.read(at, …)?, row.read(at + 2, …)?))`.
        row.read(at, <i64 as ::rebis::__private::ColumnType>::from_cell)
    }

    fn key_of(row: &Self) -> Self::Key {
        // Several key columns: a tuple of clones.
        ::core::clone::Clone::clone(&row.id)
    }

    fn value_of(row: &Self, column: usize) -> ::rebis::__private::Value {
        match column {
            0 => <i64 as ::rebis::__private::ColumnType>::to_value(&row.id),
            1 => <String as ::rebis::__private::ColumnType>::to_value(&row.username),
            2 => <String as ::rebis::__private::ColumnType>::to_value(&row.email),
            3 => <Option<String> as ::rebis::__private::ColumnType>::to_value(&row.password_hash),
            _ => ::rebis::__private::Value::Null,
        }
    }

    fn set_value(
        row: &mut Self,
        column: usize,
        cell: ::rebis::__private::Cell<'_>,
    ) -> ::core::result::Result<(), ::rebis::__private::DecodeError> {
        match column {
            0 => row.id = <i64 as ::rebis::__private::ColumnType>::from_cell(cell)?,
            1 => row.username = <String as ::rebis::__private::ColumnType>::from_cell(cell)?,
            2 => row.email = <String as ::rebis::__private::ColumnType>::from_cell(cell)?,
            3 => row.password_hash = <Option<String> as ::rebis::__private::ColumnType>::from_cell(cell)?,
            _ => {}
        }
        ::core::result::Result::Ok(())
    }

    fn changed(new: &Self, old: &Self) -> ::rebis::__private::ColumnSet {
        ::rebis::__private::ColumnSet::EMPTY
            .with_if(0, new.id != old.id)
            .with_if(1, new.username != old.username)
            .with_if(2, new.email != old.email)
            .with_if(3, new.password_hash != old.password_hash)
    }

    fn repr(row: &Self) -> ::core::option::Option<::rebis::__private::String> {
        // The struct's `Display`, when it has one.
        #[allow(unused_imports)]
        use ::rebis::__private::NoRepr as _;
        ::rebis::__private::Repr(row).text()
    }

    fn attach(row: &mut Self, owner: &mut ::rebis::__private::Attach<'_>) {
        // One line per relation; an empty body (`_owner`) when there is none.
        owner.relation(0, &mut row.posts);
    }
}

::rebis::__private::inventory::submit! { ::rebis::__private::Registered::new::<User>() }

// A struct can be added as it is, and so can a reference to an entity and a builder.
impl<How> ::rebis::__private::Build<How> for User {
    type Model = User;
    fn build(self) -> ::rebis::__private::Entity<User> {
        ::rebis::__private::Entity::transient(self, ::rebis::__private::ColumnSet::EMPTY)
    }
}

// One marker per required field, named after it, in a module whose name makes the message a sentence.
#[doc(hidden)]
#[allow(non_camel_case_types)]
pub mod missing_in_user {
    #[derive(Clone, Copy, Debug, Default)]
    pub struct username;
    #[derive(Clone, Copy, Debug, Default)]
    pub struct email;
}

/// Builds a `User`: every field has a method of its name.
///
/// Required fields are `username`, `email`. A column that is an autoincrement key, an `Option`, or has a default, is not required.
#[must_use = "a builder does nothing until it is added to a session"]
pub struct UserBuilder<S0 = missing_in_user::username, S1 = missing_in_user::email> {
    // A required field's state *is* its content: missing, `Given(value)`, or `Linked` (a relation will fill it).
    username: S0,
    email: S1,
    // Everything else is optional.
    id: ::core::option::Option<i64>,
    password_hash: ::core::option::Option<Option<String>>,
    posts: HasMany<Post>,
}

impl ::core::default::Default for UserBuilder {
    fn default() -> Self {
        UserBuilder {
            username: ::core::default::Default::default(),
            email: ::core::default::Default::default(),
            id: ::core::option::Option::None,
            password_hash: ::core::option::Option::None,
            posts: ::core::default::Default::default(),
        }
    }
}

#[allow(dead_code)]
impl<S0, S1> UserBuilder<S0, S1> {
    /// The column `username`. Required.
    pub fn username(
        self,
        value: impl ::rebis::__private::Assign<String>,
    ) -> UserBuilder<::rebis::__private::Given<String>, S1> {
        UserBuilder {
            username: ::rebis::__private::Given(::rebis::__private::Assign::assign(value)),
            email: self.email,
            id: self.id,
            password_hash: self.password_hash,
            posts: self.posts,
        }
    }

    /// The column `email`. Required.
    pub fn email(
        self,
        value: impl ::rebis::__private::Assign<String>,
    ) -> UserBuilder<S0, ::rebis::__private::Given<String>> {
        UserBuilder {
            email: ::rebis::__private::Given(::rebis::__private::Assign::assign(value)),
            username: self.username,
            id: self.id,
            password_hash: self.password_hash,
            posts: self.posts,
        }
    }

    /// The column `id`. The database makes it when it is not given.
    pub fn id(mut self, value: impl ::rebis::__private::Assign<i64>) -> Self {
        self.id = ::core::option::Option::Some(::rebis::__private::Assign::assign(value));
        self
    }

    /// The column `password_hash`.
    pub fn password_hash(mut self, value: impl ::rebis::__private::Assign<Option<String>>) -> Self {
        self.password_hash = ::core::option::Option::Some(::rebis::__private::Assign::assign(value));
        self
    }

    /// The relation `posts`: more of them.
    pub fn posts<A>(mut self, items: impl ::core::iter::IntoIterator<Item = A>) -> Self
    where
        A: ::rebis::__private::Build<::rebis::__private::InRelation, Model = Post>,
    {
        self.posts.push_pending(items);
        self
    }
}

impl<How, S0, S1> ::rebis::__private::Build<How> for UserBuilder<S0, S1>
where
    S0: ::rebis::__private::Required<String, How>,
    S1: ::rebis::__private::Required<String, How>,
{
    type Model = User;
    fn build(self) -> ::rebis::__private::Entity<User> {
        let mut unset = ::rebis::__private::ColumnSet::EMPTY;
        let row = User {
            // Made by the database when absent (autoincrement, server default): a placeholder, and the column is marked as unset.
            id: ::rebis::__private::or_unset(self.id, 0, &mut unset),
            username: ::rebis::__private::Required::take(self.username, 1, &mut unset),
            email: ::rebis::__private::Required::take(self.email, 2, &mut unset),
            // An `Option` without a default.
            password_hash: self.password_hash.unwrap_or_default(),
            posts: self.posts,
        };
        ::rebis::__private::Entity::transient(row, unset)
    }
}

// ------------------------------------------------------------------------------------------------------------------------- Post

// #[derive(Model, Clone, Debug, Serialize)]
#[derive(Clone, Debug, Serialize)]
pub struct Post {
    // #[column(primary_key)]
    pub id: i64,
    // #[column(length = 140)]
    pub body: String,
    // #[column(index, default = Utc::now)]
    pub timestamp: DateTime<Utc>,
    // #[column(index, foreign_key = User::id)]
    pub user_id: i64,
    // #[relation(key = user_id, back_populates = posts)]
    pub author: BelongsTo<User>,
}

/// The model `Post` as a value: `select(Post)`, `session.get(Post, 1)`.
#[allow(non_upper_case_globals)]
pub const Post: ::rebis::__private::EntityOf<Post> = ::rebis::__private::EntityOf::new();

#[allow(non_upper_case_globals, dead_code)]
impl Post {
    pub const id: ::rebis::__private::Column<Post, i64> = ::rebis::__private::Column::new(0, "id");
    pub const body: ::rebis::__private::Column<Post, String> = ::rebis::__private::Column::new(1, "body");
    pub const timestamp: ::rebis::__private::Column<Post, DateTime<Utc>> =
        ::rebis::__private::Column::new(2, "timestamp");
    pub const user_id: ::rebis::__private::Column<Post, i64> = ::rebis::__private::Column::new(3, "user_id");
    pub const author: ::rebis::__private::Relation<Post, <User as ::rebis::__private::Target>::Model> =
        ::rebis::__private::Relation::new(0, "author");

    /// Starts a new `Post`; what is required and missing is an error of the compiler that names it.
    pub fn builder() -> PostBuilder {
        ::core::default::Default::default()
    }
}

impl ::rebis::__private::Model for Post {
    type Key = i64;
    const TABLE: &'static str = "post";
    const DEF: ::rebis::__private::ModelDef = ::rebis::__private::ModelDef::new("Post", "post")
        .columns(&[
            ::rebis::__private::ColumnDef::new(<i64 as ::rebis::__private::ColumnType>::STORED, "id", "id")
                .primary_key()
                .autoincrement(),
            ::rebis::__private::ColumnDef::new(
                <String as ::rebis::__private::ColumnType>::STORED,
                "body",
                "body",
            )
            .length(140),
            ::rebis::__private::ColumnDef::new(
                <DateTime<Utc> as ::rebis::__private::ColumnType>::STORED,
                "timestamp",
                "timestamp",
            )
            .index()
            .default(|| {
                let value: DateTime<Utc> = (Utc::now)();
                ::rebis::__private::ColumnType::into_value(value)
            }),
            // The attribute's path as it stands; its type must be `Column<_, i64>` (the field's own type, without `Option`).
            ::rebis::__private::ColumnDef::new(
                <i64 as ::rebis::__private::ColumnType>::STORED,
                "user_id",
                "user_id",
            )
            .index()
            .foreign_key(::rebis::__private::ForeignKeyDef::to::<_, i64>(User::id)),
        ])
        // `key` names *fields* of this model, in the order of the other's key columns: `.key(&["user_id"])`.
        .relations(&[::rebis::__private::RelationDef::belongs_to::<User>("author")
            .key(&["user_id"])
            .back_populates("posts")]);

    fn meta() -> &'static ::rebis::__private::ModelMeta {
        static META: ::rebis::__private::LazyMeta =
            ::rebis::__private::LazyMeta::new(::rebis::__private::ModelMeta::of::<Post>);
        &META
    }

    fn decode(row: &::rebis::__private::Row<'_>, at: usize) -> ::rebis::__private::EngineResult<Self> {
        ::core::result::Result::Ok(Post {
            id: row.read(at, <i64 as ::rebis::__private::ColumnType>::from_cell)?,
            body: row.read(at + 1, <String as ::rebis::__private::ColumnType>::from_cell)?,
            timestamp: row.read(at + 2, <DateTime<Utc> as ::rebis::__private::ColumnType>::from_cell)?,
            user_id: row.read(at + 3, <i64 as ::rebis::__private::ColumnType>::from_cell)?,
            author: ::core::default::Default::default(),
        })
    }

    fn decode_key(
        row: &::rebis::__private::Row<'_>,
        at: usize,
    ) -> ::rebis::__private::EngineResult<Self::Key> {
        row.read(at, <i64 as ::rebis::__private::ColumnType>::from_cell)
    }

    fn key_of(row: &Self) -> Self::Key {
        ::core::clone::Clone::clone(&row.id)
    }

    fn value_of(row: &Self, column: usize) -> ::rebis::__private::Value {
        match column {
            0 => <i64 as ::rebis::__private::ColumnType>::to_value(&row.id),
            1 => <String as ::rebis::__private::ColumnType>::to_value(&row.body),
            2 => <DateTime<Utc> as ::rebis::__private::ColumnType>::to_value(&row.timestamp),
            3 => <i64 as ::rebis::__private::ColumnType>::to_value(&row.user_id),
            _ => ::rebis::__private::Value::Null,
        }
    }

    fn set_value(
        row: &mut Self,
        column: usize,
        cell: ::rebis::__private::Cell<'_>,
    ) -> ::core::result::Result<(), ::rebis::__private::DecodeError> {
        match column {
            0 => row.id = <i64 as ::rebis::__private::ColumnType>::from_cell(cell)?,
            1 => row.body = <String as ::rebis::__private::ColumnType>::from_cell(cell)?,
            2 => row.timestamp = <DateTime<Utc> as ::rebis::__private::ColumnType>::from_cell(cell)?,
            3 => row.user_id = <i64 as ::rebis::__private::ColumnType>::from_cell(cell)?,
            _ => {}
        }
        ::core::result::Result::Ok(())
    }

    fn changed(new: &Self, old: &Self) -> ::rebis::__private::ColumnSet {
        ::rebis::__private::ColumnSet::EMPTY
            .with_if(0, new.id != old.id)
            .with_if(1, new.body != old.body)
            .with_if(2, new.timestamp != old.timestamp)
            .with_if(3, new.user_id != old.user_id)
    }

    fn repr(row: &Self) -> ::core::option::Option<::rebis::__private::String> {
        // The struct's `Display`, when it has one.
        #[allow(unused_imports)]
        use ::rebis::__private::NoRepr as _;
        ::rebis::__private::Repr(row).text()
    }

    fn attach(row: &mut Self, owner: &mut ::rebis::__private::Attach<'_>) {
        owner.relation(0, &mut row.author);
    }
}

::rebis::__private::inventory::submit! { ::rebis::__private::Registered::new::<Post>() }

impl<How> ::rebis::__private::Build<How> for Post {
    type Model = Post;
    fn build(self) -> ::rebis::__private::Entity<Post> {
        ::rebis::__private::Entity::transient(self, ::rebis::__private::ColumnSet::EMPTY)
    }
}

#[doc(hidden)]
#[allow(non_camel_case_types)]
pub mod missing_in_post {
    #[derive(Clone, Copy, Debug, Default)]
    pub struct body;
    #[derive(Clone, Copy, Debug, Default)]
    pub struct user_id;
    // A key may be missing where the relation gives it: `john.posts.add(Post::builder().body("hi"))`.
    impl<T: ::core::default::Default> ::rebis::__private::Required<T, ::rebis::__private::InRelation>
        for user_id
    {
        fn take(self, column: usize, unset: &mut ::rebis::__private::ColumnSet) -> T {
            ::rebis::__private::or_unset(::core::option::Option::None, column, unset)
        }
    }
}

/// Builds a `Post`: every field has a method of its name.
///
/// Required fields are `body`, `user_id` (or `author`).
#[must_use = "a builder does nothing until it is added to a session"]
pub struct PostBuilder<S0 = missing_in_post::body, S1 = missing_in_post::user_id> {
    body: S0,
    user_id: S1,
    id: ::core::option::Option<i64>,
    timestamp: ::core::option::Option<DateTime<Utc>>,
    author: BelongsTo<User>,
}

impl ::core::default::Default for PostBuilder {
    fn default() -> Self {
        PostBuilder {
            body: ::core::default::Default::default(),
            user_id: ::core::default::Default::default(),
            id: ::core::option::Option::None,
            timestamp: ::core::option::Option::None,
            author: ::core::default::Default::default(),
        }
    }
}

#[allow(dead_code)]
impl<S0, S1> PostBuilder<S0, S1> {
    /// The column `body`. Required.
    pub fn body(
        self,
        value: impl ::rebis::__private::Assign<String>,
    ) -> PostBuilder<::rebis::__private::Given<String>, S1> {
        PostBuilder {
            body: ::rebis::__private::Given(::rebis::__private::Assign::assign(value)),
            user_id: self.user_id,
            id: self.id,
            timestamp: self.timestamp,
            author: self.author,
        }
    }

    /// The column `user_id`. Required, unless `author` is given.
    pub fn user_id(
        self,
        value: impl ::rebis::__private::Assign<i64>,
    ) -> PostBuilder<S0, ::rebis::__private::Given<i64>> {
        PostBuilder {
            user_id: ::rebis::__private::Given(::rebis::__private::Assign::assign(value)),
            body: self.body,
            id: self.id,
            timestamp: self.timestamp,
            author: self.author,
        }
    }

    /// The column `id`. The database makes it when it is not given.
    pub fn id(mut self, value: impl ::rebis::__private::Assign<i64>) -> Self {
        self.id = ::core::option::Option::Some(::rebis::__private::Assign::assign(value));
        self
    }

    /// The column `timestamp`. Its default is `Utc::now`.
    pub fn timestamp(mut self, value: impl ::rebis::__private::Assign<DateTime<Utc>>) -> Self {
        self.timestamp = ::core::option::Option::Some(::rebis::__private::Assign::assign(value));
        self
    }

    /// The relation `author`; it fills `user_id` when the object is written.
    ///
    /// (When the key field is not required, because it is an `Option`, this takes `mut self` and gives `Self`.)
    pub fn author(
        mut self,
        value: impl ::rebis::__private::Build<
            ::rebis::__private::Alone,
            Model = <User as ::rebis::__private::Target>::Model,
        >,
    ) -> PostBuilder<S0, ::rebis::__private::Linked> {
        self.author.set_pending(value);
        PostBuilder {
            user_id: ::rebis::__private::Linked,
            body: self.body,
            id: self.id,
            timestamp: self.timestamp,
            author: self.author,
        }
    }
}

impl<How, S0, S1> ::rebis::__private::Build<How> for PostBuilder<S0, S1>
where
    S0: ::rebis::__private::Required<String, How>,
    S1: ::rebis::__private::Required<i64, How>,
{
    type Model = Post;
    fn build(self) -> ::rebis::__private::Entity<Post> {
        let mut unset = ::rebis::__private::ColumnSet::EMPTY;
        let row = Post {
            id: ::rebis::__private::or_unset(self.id, 0, &mut unset),
            body: ::rebis::__private::Required::take(self.body, 1, &mut unset),
            // A default: a path is called, any other expression is `|| ::rebis::__private::Assign::assign(expr)`.
            timestamp: self.timestamp.unwrap_or_else(Utc::now),
            user_id: ::rebis::__private::Required::take(self.user_id, 3, &mut unset),
            author: self.author,
        };
        ::rebis::__private::Entity::transient(row, unset)
    }
}
