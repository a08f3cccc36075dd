//! Whether two columns have one server default. Invariant: a constant is compared as a value; an expression that a database writes anew
//! counts as equal, because it cannot be told from one that has changed.

use rebis_sql::SqlType;
use rebis_sql::schema::{Column, ServerDefault};

/// Both columns as inspection reports them.
pub(super) fn same(now: &Column, wanted: &Column) -> bool {
    let made = |c: &Column| c.autoincrement || c.computed.is_some() || c.identity.is_some();
    if made(now) || made(wanted) {
        return true;
    }
    match (&now.default, &wanted.default) {
        (Some(ServerDefault::Sql(_)), Some(ServerDefault::Sql(_))) => true,
        (Some(ServerDefault::Sql(_)), Some(_)) if matches!(now.ty, SqlType::Array(_)) => true,
        (a, b) => a == b,
    }
}
