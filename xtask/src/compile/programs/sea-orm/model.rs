//! One model of the chain, and the work that is done with it.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect, TransactionTrait};

use crate::parent_model; //parent

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "this_model")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub name: String,
    pub note: Option<String>,
    pub count: i64,
    pub active: bool,
    pub extra: Option<String>, //extra
    pub parent_id: i64, //parent
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "parent_model::Entity", from = "Column::ParentId", to = "parent_model::Column::Id")] //parent
    Parent, //parent
    #[sea_orm(has_many = "crate::child_model::Entity")] //child
    Children, //child
}

impl Related<parent_model::Entity> for Entity { //parent
    fn to() -> RelationDef { //parent
        Relation::Parent.def() //parent
    } //parent
} //parent
impl Related<crate::child_model::Entity> for Entity { //child
    fn to() -> RelationDef { //child
        Relation::Children.def() //child
    } //child
} //child

impl ActiveModelBehavior for ActiveModel {}

pub async fn work(db: &DatabaseConnection) -> Result<u64, DbErr> {
    let transaction = db.begin().await?;
    let new = [(0, "one"), (1, "two"), (2, "three")].map(|(count, name)| ActiveModel {
        name: Set(name.to_owned()),
        count: Set(count),
        active: Set(count != 1),
        parent_id: Set(1), //parent
        ..Default::default()
    });
    Entity::insert_many(new).exec(&transaction).await?;
    let active = Entity::find().filter(Column::Active.eq(true));
    let found = active.order_by_desc(Column::Name).limit(10).all(&transaction).await?;
    let mut seen = found.len() as u64; //parent
    let seen = found.len() as u64; //first
    for one in &found { //parent
        let parent = one.find_related(parent_model::Entity).one(&transaction).await?; //parent
        if let Some(parent) = parent { //parent
            seen += parent.find_related(Entity).all(&transaction).await?.len() as u64; //parent
        } //parent
    } //parent
    let mut first: ActiveModel = found[0].clone().into();
    first.name = Set(String::from("four"));
    first.update(&transaction).await?;
    Entity::delete_many().filter(Column::Name.eq("two")).exec(&transaction).await?;
    transaction.commit().await?;
    Ok(seen + Entity::find().count(db).await?)
}
