//! From one object to others: relation fields, their declaration, loading, and keeping both sides in step.
//!
//! **Invariant.** What is loaded lives in a slot of the owner's instance, so every version of the row and every handle sees the same.

mod between;
mod circles;
mod column;
mod def;
mod field;
mod fill;
mod handle;
mod inverse;
mod joined;
mod link;
mod load;
mod path;
mod plan;
mod slot;
mod statement;
mod through;

pub use def::{Cascade, RelationDef};
pub use field::{Attach, BelongsTo, HasMany, HasOne, Target};
pub use handle::Relation;
pub use path::{BehindMany, Path};
pub use plan::Loading;

pub(crate) use between::{Between, Written};
pub(crate) use circles::part_circles;
pub(crate) use column::load_column;
pub(crate) use def::RelationKind;
pub(crate) use field::{is_living, related_to};
pub(crate) use handle::{any_related, comparison, one, steps_between};
pub(crate) use inverse::Inverses;
pub(crate) use joined::{Joins, multiplies};
pub(crate) use link::{
    add_child, companions, forget_stale_parents, held, let_go, relate_all, relate_pending, remove_child,
    report_at_flush, set_child, set_parent,
};
pub(crate) use load::{Addresses, ReadAll, Task, known, load_lazily, load_plan};
pub(crate) use plan::settle_plan;
pub(crate) use slot::{Content, Reference, Slot, settle};
pub(crate) use through::{delete_associations, write_disconnections};
