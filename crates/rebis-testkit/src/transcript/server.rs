//! A program that serves while its document goes on. Invariant: it ends with this value, and in good order where the document says `^C`.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// How long a program may take until it listens.
const PATIENCE: Duration = Duration::from_secs(120);

/// A process that listens.
#[derive(Debug)]
pub(super) struct Server {
    process: Child,
    address: String,
}

impl Server {
    /// Starts it, and gives what it printed until it was ready.
    pub(super) fn start(command: &mut Command) -> Result<(Self, String), String> {
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut process = spawned.map_err(|e| format!("the server did not start: {e}"))?;
        let output = process.stdout.take().ok_or("the server has no output")?;
        let (send, lines) = mpsc::channel();
        // Goes on reading while the server runs, so that it never waits for a full pipe.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = send.send(line);
            }
        });
        let mut server = Server { process, address: String::new() };
        let mut said = String::new();
        loop {
            let Ok(line) = lines.recv_timeout(PATIENCE) else {
                return Err(format!("the server did not get to listen:\n{said}"));
            };
            if let Some((_, address)) = line.split_once("Running on http://") {
                server.address = address.trim().to_owned();
            }
            said.push_str(&line);
            said.push('\n');
            if line.starts_with("Press CTRL+C") {
                return Ok((server, said));
            }
        }
    }

    /// Where it listens.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Ends it as CTRL+C does.
    pub(super) fn stop(mut self) -> Result<(), String> {
        let asked = Command::new("kill").arg("-INT").arg(self.process.id().to_string()).status();
        asked.map_err(|e| format!("kill did not start: {e}"))?;
        let status = self.process.wait().map_err(|e| format!("the server is gone: {e}"))?;
        if status.success() { Ok(()) } else { Err(format!("the server ended with {status}")) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
