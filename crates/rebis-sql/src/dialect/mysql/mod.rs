//! How MySQL and MariaDB are written. Invariant: where the two differ, the flag decides in the one place that differs.

mod compile;
mod ddl;
mod functions;
mod types;

use super::rules::{Names, Rules};
use crate::{Capabilities, Dialect, GeneratedKeys};

/// The rules of MySQL, or of MariaDB.
#[derive(Debug)]
pub(crate) struct MySql {
    /// MariaDB.
    pub(crate) maria: bool,
}

impl Names for MySql {
    fn dialect(&self) -> Dialect {
        if self.maria { Dialect::MariaDb } else { Dialect::MySql }
    }

    fn quote(&self) -> char {
        '`'
    }
}

const MYSQL: Capabilities = Capabilities {
    insert_returning: false,
    update_returning: false,
    generated_keys: GeneratedKeys::FirstOfStatement,
    transactional_ddl: false,
    alter_table: true,
    arrays: false,
    named_enums: false,
    comments: true,
    full_join: false,
    distinct_on: false,
    row_locks: true,
    lock_of: true,
    key_locks: false,
    lateral: true,
    compound_all: true,
    aggregate_filter: false,
    frame_groups: false,
    lag_default: true,
    nulls_order: false,
    nulls_low: true,
    delete_returning: false,
    quantified: true,
    modify_with: true,
    delete_using: true,
    regular_expressions: true,
    full_text: true,
    max_binds: 65_535,
    max_identifier: 64,
};

const MARIADB: Capabilities = Capabilities {
    insert_returning: true,
    delete_returning: true,
    modify_with: false,
    lateral: false,
    lock_of: false,
    lag_default: false,
    ..MYSQL
};

impl Rules for MySql {
    fn capabilities(&self) -> &'static Capabilities {
        if self.maria { &MARIADB } else { &MYSQL }
    }
}
