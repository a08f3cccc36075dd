//! The versions that are compared, from the lockfile. Invariant: they are those that were compiled in.

const LOCK: &str = include_str!("../Cargo.lock");

const SHOWN: [&str; 10] = [
    "rebis-orm",
    "rusqlite",
    "libsqlite3-sys",
    "tokio-postgres",
    "mysql_async",
    "diesel",
    "diesel-async",
    "sqlx",
    "sea-orm",
    "toasty",
];

/// One line that names them all.
pub fn line() -> String {
    let mut parts: Vec<String> =
        SHOWN.iter().filter_map(|name| Some(format!("{name} {}", of(name)?))).collect();
    parts.push(format!("SQLite {}", rusqlite::version()));
    parts.join(", ")
}

fn of(name: &str) -> Option<&'static str> {
    let mut lines = LOCK.lines().skip_while(|line| *line != format!("name = \"{name}\""));
    lines.next()?;
    lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')
}
