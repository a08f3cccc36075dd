//! One model of the chain, and the work that is done with it.

use diesel::prelude::*;

use crate::parent_model::{ParentModel, parent_model}; //parent

diesel::table! {
    this_model (id) {
        id -> BigInt,
        name -> Text,
        note -> Nullable<Text>,
        count -> BigInt,
        active -> Bool,
        extra -> Nullable<Text>, //extra
        parent_id -> BigInt, //parent
    }
}
diesel::joinable!(this_model -> parent_model (parent_id)); //parent
diesel::allow_tables_to_appear_in_same_query!(this_model, parent_model); //parent

pub const CREATE: &str = "CREATE TABLE this_model (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, note TEXT, count BIGINT NOT NULL, active BOOLEAN NOT NULL
    , extra TEXT -- //extra
    , parent_id BIGINT NOT NULL REFERENCES parent_model (id) -- //parent
)";

#[derive(Queryable, Selectable, Identifiable, Associations, Clone, Debug)] //parent
#[diesel(belongs_to(ParentModel, foreign_key = parent_id))] //parent
#[derive(Queryable, Selectable, Identifiable, Clone, Debug)] //first
#[diesel(table_name = this_model)]
#[allow(dead_code)]
pub struct ThisModel {
    pub id: i64,
    pub name: String,
    pub note: Option<String>,
    pub count: i64,
    pub active: bool,
    pub extra: Option<String>, //extra
    pub parent_id: i64, //parent
}

#[derive(Insertable)]
#[diesel(table_name = this_model)]
pub struct NewThisModel<'a> {
    pub name: &'a str,
    pub note: Option<&'a str>,
    pub count: i64,
    pub active: bool,
    pub parent_id: i64, //parent
}

pub fn work(connection: &mut SqliteConnection) -> QueryResult<u64> {
    connection.transaction(|connection| {
        let new = [(0, "one"), (1, "two"), (2, "three")].map(|(count, name)| NewThisModel {
            name,
            note: None,
            count,
            active: count != 1,
            parent_id: 1, //parent
        });
        diesel::insert_into(this_model::table).values(&new[..]).execute(connection)?;
        let all = this_model::table.inner_join(parent_model::table); //parent
        let all = this_model::table; //first
        let active = all.filter(this_model::active.eq(true)).order_by(this_model::name.desc()).limit(10);
        let found = active.select(ThisModel::as_select()).load(connection)?; //first
        let seen = found.len() as u64; //first
        let found = active.select((ThisModel::as_select(), ParentModel::as_select())).load(connection)?; //parent
        let (found, parents): (Vec<ThisModel>, Vec<ParentModel>) = found.into_iter().unzip(); //parent
        let mut seen = found.len() as u64; //parent
        for parent in &parents { //parent
            let children = ThisModel::belonging_to(parent).select(ThisModel::as_select()).load(connection)?; //parent
            seen += children.len() as u64; //parent
        } //parent
        diesel::update(this_model::table.find(found[0].id)).set(this_model::name.eq("four")).execute(connection)?;
        diesel::delete(this_model::table.filter(this_model::name.eq("two"))).execute(connection)?;
        Ok(seen + this_model::table.count().get_result::<i64>(connection)? as u64)
    })
}
