//! A model that refers to itself, as the derive would write it.

use rebis::__private as p;
use rebis::{BelongsTo, HasMany};

#[derive(Clone, Debug)]
pub struct Node {
    pub id: i64,
    pub name: String,
    pub parent_id: Option<i64>,
    pub parent: BelongsTo<Option<Node>>,
    pub children: HasMany<Node>,
}

#[allow(non_upper_case_globals)]
pub const Node: p::EntityOf<Node> = p::EntityOf::new();

#[allow(non_upper_case_globals, dead_code)]
impl Node {
    pub const id: p::Column<Node, i64> = p::Column::new(0, "id");
    pub const name: p::Column<Node, String> = p::Column::new(1, "name");
    pub const parent_id: p::Column<Node, Option<i64>> = p::Column::new(2, "parent_id");
    pub const parent: p::Relation<Node, Node> = p::Relation::new(0, "parent");
    pub const children: p::Relation<Node, Node> = p::Relation::new(1, "children");

    pub fn builder() -> NodeBuilder {
        NodeBuilder { name: missing_in_node::name, parent: BelongsTo::default() }
    }
}

impl p::Model for Node {
    type Key = i64;
    const TABLE: &'static str = "node";
    const DEF: p::ModelDef = p::ModelDef::new("Node", "node")
        .columns(&[
            p::ColumnDef::new::<i64>("id", "id").primary_key().autoincrement(),
            p::ColumnDef::new::<String>("name", "name").length(40),
            p::ColumnDef::new::<Option<i64>>("parent_id", "parent_id")
                .foreign_key(p::ForeignKeyDef::to::<_, i64>(Node::id)),
        ])
        .relations(&[
            p::RelationDef::belongs_to::<Node>("parent").key(&["parent_id"]).back_populates("children"),
            p::RelationDef::has_many::<Node>("children").back_populates("parent"),
        ]);

    fn meta() -> &'static p::ModelMeta {
        static META: p::LazyMeta = p::LazyMeta::new(p::ModelMeta::of::<Node>);
        &META
    }

    fn decode(row: &p::Row<'_>, at: usize) -> p::EngineResult<Self> {
        Ok(Node {
            id: row.get(at)?,
            name: row.get(at + 1)?,
            parent_id: row.get(at + 2)?,
            parent: BelongsTo::default(),
            children: HasMany::default(),
        })
    }

    fn decode_key(row: &p::Row<'_>, at: usize) -> p::EngineResult<i64> {
        row.get(at)
    }

    fn key_of(row: &Self) -> i64 {
        row.id
    }

    fn value_of(row: &Self, column: usize) -> p::Value {
        match column {
            0 => p::ColumnType::to_value(&row.id),
            1 => p::ColumnType::to_value(&row.name),
            2 => p::ColumnType::to_value(&row.parent_id),
            _ => p::Value::Null,
        }
    }

    fn set_value(row: &mut Self, column: usize, cell: p::Cell<'_>) -> Result<(), p::DecodeError> {
        match column {
            0 => row.id = p::ColumnType::from_cell(cell)?,
            1 => row.name = p::ColumnType::from_cell(cell)?,
            2 => row.parent_id = p::ColumnType::from_cell(cell)?,
            _ => {}
        }
        Ok(())
    }

    fn changed(new: &Self, old: &Self) -> p::ColumnSet {
        p::ColumnSet::EMPTY
            .with_if(0, new.id != old.id)
            .with_if(1, new.name != old.name)
            .with_if(2, new.parent_id != old.parent_id)
    }

    fn attach(row: &mut Self, owner: &mut p::Attach<'_>) {
        owner.relation(0, &mut row.parent);
        owner.relation(1, &mut row.children);
    }
}

p::inventory::submit! { p::Registered::new::<Node>() }

#[allow(non_camel_case_types)]
pub mod missing_in_node {
    #[derive(Debug)]
    pub struct name;
}

pub struct NodeBuilder<S0 = missing_in_node::name> {
    name: S0,
    parent: BelongsTo<Option<Node>>,
}

impl<S0> NodeBuilder<S0> {
    pub fn name(self, value: impl p::Assign<String>) -> NodeBuilder<p::Given<String>> {
        NodeBuilder { name: p::Given(value.assign()), parent: self.parent }
    }

    pub fn parent(mut self, value: impl p::Addable<Model = Node>) -> Self {
        self.parent.set_pending(value);
        self
    }
}

impl<S0: p::Required<String>> p::Addable for NodeBuilder<S0> {
    type Model = Node;
    fn into_entity(self) -> p::Entity<Node> {
        let mut unset = p::ColumnSet::EMPTY;
        let row = Node {
            id: p::or_unset(None, 0, &mut unset),
            name: self.name.take(1, &mut unset),
            parent_id: None,
            parent: self.parent,
            children: HasMany::default(),
        };
        p::Entity::transient(row, unset)
    }
}
