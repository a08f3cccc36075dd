//! `cargo xtask tidy`: the rules of the house that no compiler checks.
//!
//! **Invariant.** The table of edges is the one of ARCHITECTURE.md; a new edge is a change to that table, made in the open.

use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{Outcome, root};

/// Which crates each crate may import.
const EDGES: &[(&str, &[&str])] = &[
    ("rebis-sql", &[]),
    ("rebis-engine", &["rebis-sql"]),
    ("rebis-orm", &["rebis-sql", "rebis-engine"]),
    ("rebis-shell", &["rebis-sql", "rebis-engine", "rebis-orm"]),
    ("rebis-macros", &[]),
    ("rebis-migrate", &["rebis-sql", "rebis-engine"]),
    ("rebis-web", &[]),
    ("rebis-cli", &["rebis-sql", "rebis-engine", "rebis-migrate", "rebis-web"]),
    (
        "rebis",
        &[
            "rebis-cli",
            "rebis-engine",
            "rebis-macros",
            "rebis-migrate",
            "rebis-orm",
            "rebis-shell",
            "rebis-sql",
            "rebis-web",
        ],
    ),
    ("rebis-testkit", &["rebis-sql", "rebis-engine", "rebis-orm", "rebis-migrate"]),
];

/// The places where a database may be named, as the start of a path within `crates/`.
const DIALECT_PLACES: &[&str] = &[
    "rebis-sql/src/dialect/",
    "rebis-engine/src/driver/",
    "rebis-engine/src/inspect/",
    "rebis-migrate/src/dialect/",
    "rebis-testkit/",
];

/// Text that names a dialect in code: a match arm, a comparison, a feature.
const DIALECT_WORDS: &[&str] = &[
    "Dialect::Sqlite",
    "Dialect::Postgres",
    "Dialect::MySql",
    "Dialect::MariaDb",
    "feature = \"sqlite\"",
    "feature = \"postgres\"",
    "feature = \"mysql\"",
];

/// The longest source file.
const MOST_LINES: usize = 600;

/// The command.
pub(crate) fn run() -> Outcome {
    println!("\n$ tidy");
    let mut faults = Vec::new();
    let crates = root().join("crates");
    for (name, allowed) in EDGES {
        check_edges(&crates, name, allowed, &mut faults);
    }
    for file in sources(&crates) {
        let text = fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        let name = file.strip_prefix(&crates).unwrap_or(&file).display().to_string();
        check_file(&name, &text, &mut faults);
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(format!("tidy found {}:\n  {}", faults.len(), faults.join("\n  ")))
}

fn check_edges(crates: &Path, name: &str, allowed: &[&str], faults: &mut Vec<String>) {
    let Ok(manifest) = fs::read_to_string(crates.join(name).join("Cargo.toml")) else {
        faults.push(format!("{name}: no Cargo.toml"));
        return;
    };
    let mut section = "";
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section == "[dependencies]" && line.starts_with("rebis") {
            let other = line.split(['.', ' ', '=']).next().unwrap_or_default();
            if !allowed.contains(&other) {
                faults.push(format!("{name} imports {other}: see the table of crates in ARCHITECTURE.md"));
            }
        }
    }
}

fn check_file(name: &str, text: &str, faults: &mut Vec<String>) {
    let source = name.contains("/src/");
    if source && !text.lines().take(3).any(|line| line.starts_with("//!")) {
        faults.push(format!("{name}: no `//!` that says its duty"));
    }
    if source && text.lines().count() > MOST_LINES {
        faults.push(format!("{name}: {} lines, more than {MOST_LINES}", text.lines().count()));
    }
    if source && text.lines().any(|line| line.trim_start().starts_with("//") && line.contains("```ignore")) {
        faults.push(format!("{name}: an example that nothing compiles (```ignore)"));
    }
    if !source || DIALECT_PLACES.iter().any(|place| name.starts_with(place)) {
        return;
    }
    let mut before = "";
    for (number, line) in text.lines().enumerate() {
        let code = line.trim_start();
        if code.starts_with("#[cfg(test)]") {
            break;
        }
        let comment = code.starts_with("//");
        let registry = before.contains("registry") || line.contains("registry");
        if !comment && !registry && DIALECT_WORDS.iter().any(|word| code.contains(word)) {
            faults.push(format!("{name}:{}: names a dialect outside the four places", number + 1));
        }
        before = line;
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                if path.file_name().is_none_or(|name| name != "target") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
