//! The tables, as all migrations together leave them.

use rebis::prelude::*;

/// Somebody who writes.
#[derive(Model, Clone, Debug)]
pub struct Author {
    #[column(primary_key)]
    pub id: i32,
    #[column(length = 120)]
    pub name: String,
    #[column(length = 200, unique, index)]
    pub email: Option<String>,
}

/// What somebody wrote.
#[derive(Model, Clone, Debug)]
#[model(check("words >= 0", name = "ck_article_words"), index(title, published_at))]
pub struct Article {
    #[column(primary_key)]
    pub id: i32,
    #[column(length = 200)]
    pub title: String,
    #[column(text)]
    pub text: String,
    #[column(foreign_key = Author::id)]
    pub author_id: i32,
    pub published_at: Option<NaiveDateTime>,
    #[column(text)]
    pub summary: Option<String>,
    #[column(length = 200, unique, index)]
    pub slug: String,
    #[column(server_default = 0)]
    pub words: i32,
}

/// What articles are about.
#[derive(Model, Clone, Debug)]
pub struct Topic {
    #[column(primary_key)]
    pub id: i32,
    #[column(length = 40, unique, index)]
    pub name: String,
}

/// Which article is about what.
#[derive(Model, Clone, Debug)]
#[model(primary_key(article_id, tag_id))]
pub struct ArticleTag {
    #[column(foreign_key = Article::id)]
    pub article_id: i32,
    #[column(foreign_key = Topic::id)]
    pub tag_id: i32,
}

/// What a reader says.
#[derive(Model, Clone, Debug)]
pub struct Comment {
    #[column(primary_key)]
    pub id: i32,
    #[column(foreign_key = Article::id)]
    pub article_id: i32,
    #[column(text)]
    pub body: String,
    #[column(server_default = false)]
    pub approved: bool,
    #[column(length = 80, index)]
    pub author_name: Option<String>,
}

/// A setting of the newspaper.
#[derive(Model, Clone, Debug)]
pub struct Setting {
    #[column(primary_key, length = 50)]
    pub name: String,
    #[column(text)]
    pub value: String,
}

/// What happened.
#[derive(Model, Clone, Debug)]
pub struct Audit {
    #[column(primary_key)]
    pub id: i32,
    #[column(length = 200)]
    pub what: String,
    #[column(length = 80)]
    pub who: Option<String>,
}

/// What a subscription costs.
#[derive(Model, Clone, Debug)]
pub struct Plan {
    #[column(primary_key)]
    pub id: i32,
    #[column(length = 40)]
    pub name: String,
    #[column(precision = 10, scale = 2)]
    pub price: Decimal,
}

/// Who pays.
#[derive(Model, Clone, Debug)]
pub struct Subscription {
    #[column(primary_key)]
    pub id: i32,
    #[column(foreign_key = Author::id)]
    pub author_id: i32,
    #[column(foreign_key = Plan::id)]
    pub plan_id: i32,
    #[column(index)]
    pub since: Option<NaiveDate>,
}
