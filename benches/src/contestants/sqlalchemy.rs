//! SQLAlchemy, in a Python process of its own that is told what to do line by line. Invariant: the clock runs here, around the same work on the
//! same rows, in the same rounds; a line and its answer cost some 50 µs, which is in the time of the whole sample.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::{Contestant, Job};
use crate::work::Work;
use crate::{Error, Result};

/// Names a Python that has SQLAlchemy, psycopg and pymysql; `cargo xtask bench` makes one.
const VARIABLE: &str = "REBIS_TEST_PYTHON";

pub struct SqlAlchemy {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl SqlAlchemy {
    /// On the database of a URL as Rebis takes it; nothing where there is no Python.
    pub fn new(url: &str) -> Result<Option<Self>> {
        let Some(python) = std::env::var_os(VARIABLE).filter(|told| !told.is_empty()) else {
            println!("SQLAlchemy is left out, because {VARIABLE} is not set; `cargo xtask bench` sets it\n");
            return Ok(None);
        };
        let (scheme, rest) = url.split_once("://").ok_or("a URL has a scheme")?;
        let driver = match scheme {
            "postgres" | "postgresql" => "postgresql+psycopg",
            "mysql" | "mariadb" => "mysql+pymysql",
            other => other,
        };
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/beside.py");
        let mut child = Command::new(python)
            .args([script, &format!("{driver}://{rest}")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let to = child.stdin.take().ok_or("the Python process has no input")?;
        let from = BufReader::new(child.stdout.take().ok_or("the Python process has no output")?);
        Ok(Some(SqlAlchemy { child, to, from }))
    }

    fn ask(&mut self, work: &str, times: usize, numbers: &[i64]) -> Result<usize> {
        let numbers: Vec<String> = numbers.iter().map(i64::to_string).collect();
        writeln!(self.to, "{work} {times} {}", numbers.join(","))?;
        self.to.flush()?;
        let mut answer = String::new();
        self.from.read_line(&mut answer)?;
        match answer.trim_end().split_once(' ') {
            Some(("ok", rows)) => Ok(rows.parse()?),
            _ => Err(Error::from(format!("SQLAlchemy said: {answer}"))),
        }
    }
}

impl Contestant for SqlAlchemy {
    fn name(&self) -> &'static str {
        "SQLAlchemy"
    }

    fn prepare<'a>(&'a mut self, work: &'a Work) -> Job<'a> {
        Box::pin(async move {
            let what = if matches!(work, Work::Update(_) | Work::Hit(_)) { "prepare" } else { "forget" };
            self.ask(what, 1, &[])
        })
    }

    fn run<'a>(&'a mut self, work: &'a Work, times: usize) -> Option<Job<'a>> {
        let (name, numbers) = match work {
            Work::Load => ("load", Vec::new()),
            Work::Relations => ("relations", Vec::new()),
            Work::Get(ids) => ("get", ids.clone()),
            Work::Hit(ids) => ("hit", ids.clone()),
            Work::Update(ids) => ("update", ids.clone()),
            Work::Insert(rows) | Work::InsertKeys(rows) => ("insert", vec![rows.len() as i64]),
            Work::Graph(rows) => ("graph", vec![rows.len() as i64]),
            Work::Concurrent(_) => return None,
        };
        Some(Box::pin(async move { self.ask(name, times, &numbers) }))
    }
}

impl Drop for SqlAlchemy {
    fn drop(&mut self) {
        // It would wait for a line that does not come.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
