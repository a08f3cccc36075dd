//! Models that the derive writes, for what api.md's two have not: three levels, composite keys, one-to-one, columns that the database fills
//! in, versions; and one that is declared wrongly.

use rebis_macros::Model;

use rebis::{BelongsTo, HasMany, HasOne};

pub fn all() -> Vec<&'static rebis::ModelMeta> {
    let mut all = rebis::models![
        crate::handwritten::User,
        crate::handwritten::Post,
        crate::tree::Node,
        Blog,
        Article,
        Comment,
        Student,
        Enrolment,
        Mark,
        Account,
        Profile,
        Ticket,
        Document,
        Loop,
        Driver,
        Licence
    ]
    .to_vec();
    all.extend(crate::attributes::all());
    all.extend(crate::deferred::all());
    all.extend(crate::embedded::all());
    all.extend(crate::kind_tables::all());
    all.extend(crate::kinds::all());
    all.extend(crate::many::all());
    all.extend(crate::shapes::all());
    all
}

/// Models that `create_all` refuses, and what they refer to.
pub fn broken() -> Vec<&'static rebis::ModelMeta> {
    rebis::models![Shelf, Book].to_vec()
}

#[derive(Model, Clone, Debug)]
pub struct Blog {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 40)]
    pub name: String,
    #[relation(back_populates = blog)]
    pub articles: HasMany<Article>,
}

#[derive(Model, Clone, Debug)]
pub struct Article {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 40)]
    pub title: String,
    #[column(foreign_key = Blog::id)]
    pub blog_id: Option<i64>,
    #[relation(back_populates = articles)]
    pub blog: BelongsTo<Option<Blog>>,
    #[relation(back_populates = article, cascade = "all, delete-orphan")]
    pub comments: HasMany<Comment>,
}

#[derive(Model, Clone, Debug)]
pub struct Comment {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 40)]
    pub text: String,
    #[column(foreign_key = Article::id)]
    pub article_id: i64,
    #[relation(back_populates = comments)]
    pub article: BelongsTo<Article>,
}

#[derive(Model, Clone, Debug)]
pub struct Student {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 40)]
    pub name: String,
    #[relation(back_populates = student, cascade = "all, delete-orphan")]
    pub enrolments: HasMany<Enrolment>,
}

/// Its key is two columns, one of which comes from a relation.
#[derive(Model, Clone, Debug)]
pub struct Enrolment {
    #[column(primary_key, foreign_key = Student::id)]
    pub student_id: i64,
    #[column(primary_key, length = 10)]
    pub course: String,
    pub credits: i32,
    #[relation(back_populates = enrolments)]
    pub student: BelongsTo<Student>,
    #[relation(back_populates = enrolment, cascade = "all, delete-orphan")]
    pub marks: HasMany<Mark>,
}

/// Refers to a key of two columns.
#[derive(Model, Clone, Debug)]
pub struct Mark {
    #[column(primary_key)]
    pub id: i64,
    pub points: i32,
    #[column(foreign_key = Enrolment::student_id)]
    pub student_id: i64,
    #[column(length = 10, foreign_key = Enrolment::course)]
    pub course: String,
    #[relation(back_populates = marks)]
    pub enrolment: BelongsTo<Enrolment>,
}

#[derive(Model, Clone, Debug)]
pub struct Account {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 40, unique)]
    pub login: String,
    #[relation(back_populates = account, cascade = "all, delete-orphan")]
    pub profile: HasOne<Option<Profile>>,
}

#[derive(Model, Clone, Debug)]
pub struct Profile {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 40)]
    pub motto: String,
    #[column(unique, foreign_key = Account::id)]
    pub account_id: i64,
    #[relation(back_populates = profile)]
    pub account: BelongsTo<Account>,
}

/// The database fills in three of its columns.
#[derive(Model, Clone, Debug)]
pub struct Ticket {
    #[column(primary_key)]
    pub id: i64,
    pub price: i64,
    #[column(server_default = 3)]
    pub amount: i64,
    #[column(length = 20, server_default = "'open'")]
    pub status: String,
    #[column(computed = "price * amount", stored)]
    pub total: i64,
}

#[derive(Model, Clone, Debug)]
pub struct Document {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 40)]
    pub title: String,
    #[column(version)]
    pub revision: i64,
}

/// `books` cannot work: no column of `Book` refers to a shelf.
#[derive(Model, Clone, Debug)]
pub struct Shelf {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 40)]
    pub name: String,
    pub books: HasMany<Book>,
}

#[derive(Model, Clone, Debug)]
pub struct Book {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 40)]
    pub title: String,
}

/// Refers to one of its own kind, always.
#[derive(Model, Clone, Debug)]
pub struct Loop {
    #[column(primary_key)]
    pub id: i64,
    #[column(foreign_key = Loop::id)]
    pub next_id: i64,
    pub next: BelongsTo<Loop>,
}

/// Has one licence at most, which the table of licences does not see to.
#[derive(Model, Clone, Debug)]
pub struct Driver {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 40)]
    pub name: String,
    #[relation(back_populates = driver)]
    pub licence: HasOne<Option<Licence>>,
}

#[derive(Model, Clone, Debug)]
pub struct Licence {
    #[column(primary_key)]
    pub id: i64,
    #[column(foreign_key = Driver::id)]
    pub driver_id: Option<i64>,
    #[relation(back_populates = licence)]
    pub driver: BelongsTo<Option<Driver>>,
}
