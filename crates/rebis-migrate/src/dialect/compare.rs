//! What is one thing to a database that two descriptions name in two ways. Invariant: data and pure functions; the comparison itself is
//! the same for all.

use rebis_sql::schema::ReferentialAction::{self, NoAction, Restrict};
use rebis_sql::{Dialect, SqlType};

/// What a database does not tell apart.
struct Alike {
    /// Whether two types are one there; `None` when their spelling decides.
    types: fn(&SqlType, &SqlType) -> Option<bool>,
    /// RESTRICT and NO ACTION are one.
    restrict: bool,
}

fn alike(dialect: Dialect) -> &'static Alike {
    match dialect {
        // MariaDB's JSON is LONGTEXT with a check; MySQL checks foreign keys at once, whatever they are called.
        Dialect::MySql | Dialect::MariaDb => &Alike {
            types: |a, b| {
                let text = |t: &SqlType| matches!(t, SqlType::Json | SqlType::Text);
                (text(a) && text(b)).then_some(true)
            },
            restrict: true,
        },
        _ => &Alike { types: |_, _| None, restrict: false },
    }
}

/// Whether two types are one to that database; `None` when their spelling decides.
pub(crate) fn same_type(dialect: Dialect, a: &SqlType, b: &SqlType) -> Option<bool> {
    (alike(dialect).types)(a, b)
}

/// Whether two actions are one to that database.
pub(crate) fn same_action(dialect: Dialect, a: ReferentialAction, b: ReferentialAction) -> bool {
    let plain = |x: ReferentialAction| if x == Restrict && alike(dialect).restrict { NoAction } else { x };
    plain(a) == plain(b)
}
