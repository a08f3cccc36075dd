//! How SQLite is written. Invariant: what ALTER cannot do here is refused, never half done.

mod compile;
mod ddl;
mod functions;
mod types;

use super::rules::{Names, Rules};
use crate::{Capabilities, Dialect, GeneratedKeys};

/// SQLite's rules.
#[derive(Debug)]
pub(crate) struct Sqlite;

impl Names for Sqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }
}

impl Rules for Sqlite {
    fn capabilities(&self) -> &'static Capabilities {
        &Capabilities {
            insert_returning: true,
            update_returning: true,
            generated_keys: GeneratedKeys::PerRow,
            transactional_ddl: true,
            alter_table: false,
            arrays: false,
            named_enums: false,
            comments: false,
            full_join: true,
            distinct_on: false,
            row_locks: false,
            lock_of: false,
            key_locks: false,
            lateral: false,
            compound_all: false,
            aggregate_filter: true,
            frame_groups: true,
            lag_default: true,
            nulls_order: true,
            nulls_low: true,
            delete_returning: true,
            quantified: false,
            modify_with: true,
            delete_using: false,
            regular_expressions: false,
            full_text: false,
            max_binds: 32_766,
            max_identifier: usize::MAX,
        }
    }
}
