//! How PostgreSQL is written. Invariant: enum types exist before the column that uses them.

mod compile;
mod ddl;
mod functions;
mod types;

use super::rules::{Names, Rules};
use crate::{Capabilities, Dialect, GeneratedKeys};

/// PostgreSQL's rules.
#[derive(Debug)]
pub(crate) struct Postgres;

impl Names for Postgres {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }
}

impl Rules for Postgres {
    fn capabilities(&self) -> &'static Capabilities {
        &Capabilities {
            insert_returning: true,
            update_returning: true,
            generated_keys: GeneratedKeys::Returning,
            transactional_ddl: true,
            alter_table: true,
            arrays: true,
            named_enums: true,
            comments: true,
            full_join: true,
            distinct_on: true,
            row_locks: true,
            lock_of: true,
            key_locks: true,
            lateral: true,
            compound_all: true,
            aggregate_filter: true,
            frame_groups: true,
            lag_default: true,
            nulls_order: true,
            nulls_low: false,
            delete_returning: true,
            quantified: true,
            modify_with: true,
            delete_using: true,
            regular_expressions: true,
            full_text: true,
            max_binds: 65_535,
            max_identifier: 63,
        }
    }
}
