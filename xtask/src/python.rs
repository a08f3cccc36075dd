//! A Python with Flask-Migrate, for what is compared with it. Invariant: it is made once, in the target folder; nothing is installed elsewhere.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{succeeds, target};

/// Names the Python to tests and benches.
const VARIABLE: &str = "REBIS_TEST_PYTHON";

/// What is installed: the versions that the recorded cases and results are of.
const PACKAGES: &[&str] = &[
    "flask-migrate==4.1.0",
    "flask-sqlalchemy==3.1.1",
    "alembic~=1.18",
    "psycopg[binary]~=3.2",
    "pymysql~=1.1",
    "gunicorn~=23.0",
];

const IMPORTS: &str = "import flask_migrate, flask_sqlalchemy, gunicorn, psycopg, pymysql";

/// Tells a program which Python to take, or says in one line why there is none.
pub(crate) fn tell(command: &mut Command) {
    match find() {
        Ok(python) => {
            println!("Flask-Migrate: {}", python.display());
            command.env(VARIABLE, python);
        }
        Err(why) => println!("Flask-Migrate is not tested: {why} (or set {VARIABLE})"),
    }
}

fn find() -> Result<PathBuf, String> {
    if let Some(told) = std::env::var_os(VARIABLE).filter(|told| !told.is_empty()) {
        return Ok(PathBuf::from(told));
    }
    let folder = target().join("python");
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if works(&python) {
        return Ok(python);
    }
    make(&folder, &python)?;
    Ok(python)
}

fn make(folder: &Path, python: &Path) -> Result<(), String> {
    if !succeeds(Command::new("python3").arg("--version")) {
        return Err(String::from("no `python3` installed"));
    }
    println!("Flask-Migrate: installing it in {}", folder.display());
    if !succeeds(Command::new("python3").args(["-m", "venv"]).arg(folder)) {
        return Err(String::from("`python3 -m venv` failed (Debian: python3-venv)"));
    }
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    if !succeeds(Command::new(python).args(install).args(PACKAGES)) || !works(python) {
        return Err(format!("`pip install {}` failed", PACKAGES.join(" ")));
    }
    Ok(())
}

fn works(python: &Path) -> bool {
    python.is_file() && succeeds(Command::new(python).args(["-c", IMPORTS]))
}
