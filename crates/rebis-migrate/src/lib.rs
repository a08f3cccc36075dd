//! Schema migrations: models compared with a live database, reviewed Rust scripts, and their execution.
//!
//! Start at [`Migrator`], which is every `db` command as a method. Under it, in this order: [`Op`] and [`Operations`] (what a script
//! records); [`Revision`] and [`Script`] (a script as the program carries it); [`Graph`] (which follows which); [`diff::diff`] (what models
//! and database do not share). This crate has never heard of a model: it compares [`rebis_sql::schema::Schema`]s.
//!
//! **Invariants.** A script only records operations. No change of the models means no difference. A migration is applied whole where the
//! database can undo DDL, and where it cannot, a failure says what was applied.

#![forbid(unsafe_code)]

mod dialect;
pub mod diff;
mod error;
mod execute;
mod files;
pub mod graph;
mod history;
mod journal;
mod ledger;
pub mod lint;
mod lock;
mod migrator;
mod op;
pub mod prelude;
mod render;
mod revision;
mod store;

pub use dialect::{Offline, offline};
pub use error::{Error, ErrorKind, Result};
pub use execute::{DataLoss, OnApply, OnApplyWith, Progress, Resume, RunOptions, StepDone, VersionApplied};
pub use graph::Graph;
pub use history::{Applied, Edited};
pub use migrator::{
    Branches, Check, Current, Draft, Drift, ExplainedOperation, ExplainedStep, Explanation, Generated, Heads,
    History, HistoryOptions, Init, Linted, Merged, MigrateOptions, Migrator, MigratorSetup, Question,
    RevisionInfo, RevisionOptions, Show, SqlOptions, Squashed,
};
pub use op::{
    AddColumn, AlterColumn, AlterTableOption, Arguments, ColumnBuilder, CreateExclusion, CreateForeignKey,
    CreateIndex, DataStep, DropIndex, ForeignKeyBuilder, IndexPart, IntoRow, IntoServerDefault, IntoValue,
    Named, Op, Operations, Step, TableBuilder, UniqueBuilder,
};
pub use rebis_sql::schema::{Trigger, View};
pub use revision::{Revision, Script, revision};
