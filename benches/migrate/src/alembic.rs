//! Alembic, in a Python that is told or found. Invariant: its own clock times its work, ours the whole command.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::Result;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/beside.py");

pub fn python() -> std::result::Result<PathBuf, String> {
    let told = std::env::var_os("REBIS_TEST_PYTHON").filter(|p| !p.is_empty());
    told.map(PathBuf::from).ok_or_else(|| {
        String::from("REBIS_TEST_PYTHON names no Python with flask-migrate, flask-sqlalchemy, psycopg[binary] and pymysql")
    })
}

pub fn versions(python: &Path) -> Result<String> {
    run(python, &["versions"]).map(|(said, _)| said.trim().to_owned())
}

/// Runs the script: what it printed, and how long the whole command took.
pub fn run(python: &Path, arguments: &[&str]) -> Result<(String, Duration)> {
    let start = Instant::now();
    let output = Command::new(python).arg(SCRIPT).args(arguments).output()?;
    let took = start.elapsed();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("beside.py {}: {said}", arguments.join(" ")).into());
    }
    Ok((String::from_utf8_lossy(&output.stdout).into_owned(), took))
}

/// The seconds that it printed for its own work.
pub fn own_time(said: &str) -> Result<Duration> {
    let seconds = said.trim().lines().last().unwrap_or_default();
    Ok(Duration::from_secs_f64(seconds.trim().parse()?))
}

/// The URL as SQLAlchemy wants it.
pub fn url(ours: &str) -> String {
    for (scheme, theirs) in [
        ("postgres://", "postgresql+psycopg://"),
        ("postgresql://", "postgresql+psycopg://"),
        ("mysql://", "mysql+pymysql://"),
        ("mariadb://", "mysql+pymysql://"),
    ] {
        if let Some(rest) = ours.strip_prefix(scheme) {
            return format!("{theirs}{rest}");
        }
    }
    ours.to_owned()
}
