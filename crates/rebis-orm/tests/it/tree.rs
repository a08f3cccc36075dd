//! A model that refers to itself.

use rebis::{BelongsTo, HasMany};
use rebis_macros::Model;

#[derive(Model, Clone, Debug)]
pub struct Node {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 40)]
    pub name: String,
    #[column(foreign_key = Node::id)]
    pub parent_id: Option<i64>,
    #[relation(back_populates = children)]
    pub parent: BelongsTo<Option<Node>>,
    #[relation(back_populates = parent)]
    pub children: HasMany<Node>,
}
