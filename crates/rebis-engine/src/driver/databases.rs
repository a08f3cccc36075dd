//! How whole databases are made, copied and dropped on a server. Invariant: names were checked before they come here, so none needs quotes.

use rebis_sql::Dialect;

/// The statements of one kind of server.
pub(crate) struct Statements {
    /// The names of all databases, one to a row.
    pub(crate) list: &'static str,
    pub(crate) create: fn(&str) -> String,
    pub(crate) drop: fn(&str) -> String,
    /// A database made as another one is, with its rows; where the server can.
    pub(crate) copy: Option<fn(&str, &str) -> String>,
    /// Another name for a database; where the server can.
    pub(crate) rename: Option<fn(&str, &str) -> String>,
}

/// The statements for the server; `None` where a database is a file.
pub(crate) fn statements(dialect: Dialect) -> Option<Statements> {
    match dialect {
        Dialect::Postgres => Some(Statements {
            list: "SELECT datname FROM pg_database",
            // `template0`: nobody can be connected to it, which would make the copy fail.
            create: |name| format!("CREATE DATABASE {name} TEMPLATE template0"),
            drop: |name| format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            copy: Some(|from, to| format!("CREATE DATABASE {to} TEMPLATE {from}")),
            rename: Some(|from, to| format!("ALTER DATABASE {from} RENAME TO {to}")),
        }),
        Dialect::MySql | Dialect::MariaDb => Some(Statements {
            list: "SELECT schema_name FROM information_schema.schemata",
            create: |name| format!("CREATE DATABASE {name} CHARACTER SET utf8mb4"),
            // Whoever has a transaction open there cannot be sent away, and the server would wait for a day.
            drop: |name| format!("SET SESSION lock_wait_timeout = 5; DROP DATABASE IF EXISTS {name}"),
            copy: None,
            rename: None,
        }),
        _ => None,
    }
}
