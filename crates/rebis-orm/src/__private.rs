//! What `#[derive(Model)]` writes paths to. Invariant: nothing here is for people; it may change with any release.

pub use inventory;
pub use rebis_engine::{FromRow, Result as EngineResult, Row};
pub use std::string::String;

pub use rebis_sql::schema::ReferentialAction;
pub use rebis_sql::{Cell, ColumnType, DecodeError, Dialect, SqlType, Value};

pub use crate::entity::{
    Addable, Alone, Build, Deferred, Entity, Filler, Given, InRelation, Linked, NoFiller, Required, or_unset,
};
pub use crate::expr::{Assign, Column, Ordered};
pub use crate::model::{
    CheckDef, ColumnDef, ColumnSet, Embedded, EntityOf, ForeignKeyDef, IndexDef, Invalid, KindDef, LazyMeta,
    Model, ModelDef, ModelMeta, NoRepr, Registered, Repr, ServerDefaultDef, Unasked, UniqueDef, differing,
    join, no_placeholder, prefixed, prefixed_len, prefixed_names,
};
pub use crate::relation::{Attach, BelongsTo, Cascade, HasMany, HasOne, Relation, RelationDef, Target};
