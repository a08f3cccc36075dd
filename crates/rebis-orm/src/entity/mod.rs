//! Objects. [`Entity`] is the handle people hold; `Instance` is the one object behind all handles of a row.

mod add;
mod deferred;
mod edit;
mod few;
mod handle;
mod instance;
mod skip;
mod state;
mod versions;
mod write;

/// What an unloaded relation serializes as: a unit struct of this name, `null` in JSON.
pub(crate) const UNLOADED: &str = "rebis::NotLoaded";

pub use add::{Addable, Alone, Build, Filler, Given, InRelation, Linked, NoFiller, Required, or_unset};
pub use deferred::Deferred;
pub use edit::Edit;
pub use handle::{Entity, WeakEntity};
pub use state::State;

pub(crate) use deferred::{gone, load_deferred, not_loaded as column_not_loaded};
pub(crate) use few::Few;
pub(crate) use instance::{AnyInstance, Instance, Object, absorb_row, into_typed, typed};
pub(crate) use state::{Group, Pointer, Status};
