//! What Diesel knows of the tables, whatever speaks to the database. Invariant: rows are inserted out of borrowed texts.

use diesel::prelude::*;

use crate::work::NewUser;

diesel::table! {
    users (id) {
        id -> BigInt,
        name -> Text,
        hair_color -> Nullable<Text>,
    }
}

diesel::table! {
    posts (id) {
        id -> BigInt,
        user_id -> BigInt,
        title -> Text,
    }
}

#[derive(Queryable, Identifiable)]
#[diesel(table_name = users)]
#[allow(dead_code, reason = "read to be thrown away")]
pub struct User {
    id: i64,
    name: String,
    hair_color: Option<String>,
}

#[derive(Queryable, Selectable, Identifiable, Associations)]
#[diesel(table_name = posts, belongs_to(User))]
#[allow(dead_code, reason = "read to be thrown away")]
pub struct Post {
    id: i64,
    user_id: i64,
    title: String,
}

#[derive(Insertable)]
#[diesel(table_name = users)]
pub struct New<'a> {
    name: &'a str,
    hair_color: Option<&'a str>,
}

pub fn new(rows: &[NewUser]) -> Vec<New<'_>> {
    rows.iter().map(|row| New { name: &row.name, hair_color: row.hair_color.as_deref() }).collect()
}
