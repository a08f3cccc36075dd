//! One build. Invariant: cargo decides what is old; what it says is shown as it says it, and kept for the page when it fails.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::package::Package;
use super::standin::plain;

/// As much of cargo's words as a page shows.
const MOST: usize = 256 * 1024;

/// What became of it.
pub(super) enum Build {
    /// The program, and whether it is the one that was there before.
    Made { executable: PathBuf, fresh: bool },
    /// There is none; what cargo and the compiler said.
    Failed { said: String },
}

/// Starts it. Dropping the future ends cargo.
pub(super) fn start(package: &Package) -> impl Future<Output = Build> + Send + use<> {
    let mut cargo = Command::from(package.cargo("build"));
    cargo
        .args(["--message-format", "json-render-diagnostics"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    if rebis_cli::coloured() {
        cargo.args(["--color", "always"]);
    }
    let spawned = cargo.spawn();
    async move {
        match spawned {
            Ok(child) => follow(child).await,
            Err(e) => Build::Failed { said: format!("cargo cannot be run: {e}") },
        }
    }
}

async fn follow(mut child: Child) -> Build {
    let (messages, words) = (child.stdout.take(), child.stderr.take());
    let (made, said) = tokio::join!(executable(messages), shown(words));
    let status = child.wait().await;
    match made {
        Some((executable, fresh)) if status.is_ok_and(|status| status.success()) => {
            Build::Made { executable, fresh }
        }
        _ => Build::Failed { said: plain(&said) },
    }
}

/// The program that cargo's messages speak of.
async fn executable(messages: Option<impl AsyncRead + Unpin>) -> Option<(PathBuf, bool)> {
    let mut lines = BufReader::new(messages?).lines();
    let mut found = None;
    while let Ok(Some(line)) = lines.next_line().await {
        let Ok(message) = serde_json::from_str::<Value>(&line) else { continue };
        if let Some(path) = message["executable"].as_str() {
            found = Some((PathBuf::from(path), message["fresh"].as_bool().unwrap_or(false)));
        }
    }
    found
}

/// Passes cargo's words on as they come.
async fn shown(words: Option<impl AsyncRead + Unpin>) -> String {
    let mut said = Vec::new();
    let Some(mut words) = words else { return String::new() };
    let mut piece = [0; 4096];
    while let Ok(read @ 1..) = words.read(&mut piece).await {
        // Nobody can be told that standard error is closed.
        let _ = std::io::stderr().lock().write_all(&piece[..read]);
        said.extend_from_slice(&piece[..read.min(MOST.saturating_sub(said.len()))]);
    }
    String::from_utf8_lossy(&said).into_owned()
}
