//! Flask, in a Python that is told. Invariant: gunicorn with one process, as there is one core, and with threads, which keep connections open as all others do.

use std::path::PathBuf;
use std::process::Command;

use crate::Result;

pub const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

/// The Python with everything that the application needs.
pub fn python() -> std::result::Result<PathBuf, String> {
    let told = std::env::var_os("REBIS_TEST_PYTHON").filter(|p| !p.is_empty());
    let python = told.map(PathBuf::from).ok_or("REBIS_TEST_PYTHON names no Python")?;
    let has = Command::new(&python).args(["-c", "import flask_sqlalchemy, gunicorn, psycopg"]).output();
    match has {
        Ok(output) if output.status.success() => Ok(python),
        _ => Err(format!("{} has no flask-sqlalchemy, gunicorn or psycopg", python.display())),
    }
}

/// The versions, in one line.
pub fn versions() -> Result<String> {
    let code = "import sys, importlib.metadata as m; print(', '.join(f'{n} {m.version(n)}' for n in ('Flask', 'Flask-SQLAlchemy', 'SQLAlchemy', \
                'gunicorn', 'psycopg')) + f', Python {sys.version.split()[0]}')";
    let output = Command::new(python()?).args(["-c", code]).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Everything after `python` on the command line.
pub fn arguments(port: u16) -> Vec<String> {
    let bind = format!("127.0.0.1:{port}");
    ["-m", "gunicorn", "--worker-class", "gthread", "--workers", "1", "--threads", "4", "--keep-alive", "60"]
        .iter()
        .map(|word| (*word).to_owned())
        .chain(["--log-level", "error", "--chdir", FOLDER, "--bind", &bind, "beside:app"].map(str::to_owned))
        .collect()
}
