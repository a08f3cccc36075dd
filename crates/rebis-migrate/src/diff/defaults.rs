//! Whether two columns have one server default. Invariant: a constant is compared as a value, an expression by its words; what the database
//! makes by itself is no default.

use rebis_sql::schema::{Column, ServerDefault};

use super::words::same_sql;

/// Both columns as inspection reports them.
pub(super) fn same(now: &Column, wanted: &Column) -> bool {
    let made = |c: &Column| c.autoincrement || c.computed.is_some() || c.identity.is_some();
    if made(wanted) || (made(now) && wanted.default.is_none()) {
        return true;
    }
    match (&now.default, &wanted.default) {
        (Some(ServerDefault::Sql(now)), Some(ServerDefault::Sql(wanted))) => same_sql(now, wanted),
        (a, b) => a == b,
    }
}
