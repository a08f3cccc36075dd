//! Requests, by wrk. Invariant: a response that is no success, or a connection that breaks, ends the run.

use std::path::Path;
use std::process::{Child, Stdio};

use crate::Result;
use crate::data::ROWS;
use crate::server::{Seat, Server};

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    Json,
    Page,
    Insert,
    /// A statement that takes long.
    Sum,
}

impl Work {
    pub fn name(self) -> &'static str {
        match self {
            Work::Json => "json",
            Work::Page => "page",
            Work::Insert => "insert",
            Work::Sum => "sum",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Work::Json => "`GET /users/{id}` as JSON",
            Work::Page => "a page: a template with 20 rows",
            Work::Insert => "`POST /users`: a row inserted",
            Work::Sum => "a statement that takes long",
        }
    }

    pub fn body(self) -> String {
        match self {
            Work::Insert => String::from("{\"username\": \"susan\", \"email\": \"susan@example.com\"}"),
            _ => String::new(),
        }
    }

    /// wrk's script: requests that were made before the clock starts, then numbers in one line.
    fn script(self) -> String {
        let make = match self {
            Work::Json => format!("wrk.format('GET', '/users/' .. math.random(1, {ROWS}))"),
            Work::Page => format!("wrk.format('GET', '/page/' .. math.random(0, {}))", ROWS - 20),
            Work::Insert => format!(
                "wrk.format('POST', '/users', {{['Content-Type'] = 'application/json'}}, [[{}]])",
                self.body()
            ),
            Work::Sum => String::from("wrk.format('GET', '/sum')"),
        };
        format!(
            "local requests, at = {{}}, 0\n\
             function init(args) math.randomseed(7) for i = 1, 4096 do requests[i] = {make} end end\n\
             function request() at = at % 4096 + 1 return requests[at] end\n\
             function done(summary, latency, requests)\n\
             local e = summary.errors\n\
             io.write(string.format('RESULT %d %d %d %d %d %d %d\\n', summary.requests, summary.duration, latency:percentile(50), \
             latency:percentile(99), latency:percentile(99.9), latency.max, e.connect + e.read + e.write + e.status + e.timeout))\n\
             end\n"
        )
    }
}

/// What one run of the loader measured.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    pub requests: f64,
    /// Requests a second.
    pub rate: f64,
    /// Microseconds.
    pub p50: f64,
    pub p99: f64,
    pub p999: f64,
    pub max: f64,
}

/// A loader that runs.
pub struct Load(Child, String);

/// Starts it; `folder` is where its script is written.
pub fn start(
    server: &Server,
    work: Work,
    connections: usize,
    seconds: f64,
    seat: Seat,
    folder: &Path,
) -> Result<Load> {
    let script = folder.join(format!("{}.lua", work.name()));
    if !script.exists() {
        std::fs::write(&script, work.script())?;
    }
    let whole = format!("{}s", seconds.ceil().max(1.0) as u64);
    let mut command = seat.command("wrk".as_ref());
    command
        .args(["-t1", "-c", &connections.to_string(), "-d", &whole, "--timeout", "10s", "-s"])
        .arg(&script)
        .arg(format!("http://127.0.0.1:{}", server.port))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().map_err(|error| format!("wrk: {error} (Debian: apt install wrk)"))?;
    Ok(Load(child, format!("{} of {}", work.name(), server.contestant.word())))
}

impl Load {
    /// Waits for its end.
    pub fn measured(self) -> Result<Measured> {
        let Load(child, what) = self;
        let output = child.wait_with_output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().find_map(|line| line.strip_prefix("RESULT "));
        let numbers: Vec<f64> =
            line.unwrap_or_default().split_whitespace().filter_map(|word| word.parse().ok()).collect();
        let &[requests, took, p50, p99, p999, max, errors] = &numbers[..] else {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("wrk, {what}: {text}{said}").into());
        };
        if errors > 0.0 || requests == 0.0 {
            return Err(format!("{what}: {errors} of {requests} requests failed\n{text}").into());
        }
        Ok(Measured { requests, rate: requests / (took / 1e6), p50, p99, p999, max })
    }
}
