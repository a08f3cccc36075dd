//! One model of the chain, and the work that is done with it.

use rebis::{BelongsTo, Result, Session, select}; //parent
use rebis::{Result, Session, select}; //first
use rebis::HasMany; //child
use rebis_macros::Model;

use crate::parent_model::ParentModel; //parent
use crate::child_model::ChildModel; //child

#[derive(Model, Clone, Debug)]
#[model(table = "this_model")]
pub struct ThisModel {
    #[column(primary_key)]
    pub id: i64,
    pub name: String,
    pub note: Option<String>,
    pub count: i64,
    pub active: bool,
    pub extra: Option<String>, //extra
    #[column(foreign_key = ParentModel::id)] //parent
    pub parent_id: i64, //parent
    #[relation(key = parent_id, back_populates = children)] //parent
    pub parent: BelongsTo<ParentModel>, //parent
    #[relation(back_populates = parent)] //child
    pub children: HasMany<ChildModel>, //child
}

pub async fn work(session: &Session) -> Result<u64> {
    for (count, name) in [(0, "one"), (1, "two"), (2, "three")] {
        let new = ThisModel::builder().name(name).count(count).active(count != 1);
        let new = new.parent_id(1); //parent
        session.add(new);
    }
    session.flush().await?;
    let active = select(ThisModel).filter(ThisModel::active.eq(true));
    let found = active.order_by(ThisModel::name.desc()).limit(10).all(session).await?;
    let mut seen = found.len() as u64; //parent
    let seen = found.len() as u64; //first
    for one in &found { //parent
        seen += one.parent.get().await?.children.all().await?.len() as u64; //parent
    } //parent
    found[0].edit().name = String::from("four");
    let two = select(ThisModel).filter(ThisModel::name.eq("two")).one(session).await?;
    session.delete(&two);
    session.commit().await?;
    Ok(seen + select(ThisModel).count(session).await?)
}
