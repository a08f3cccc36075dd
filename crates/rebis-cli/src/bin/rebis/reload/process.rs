//! The application as a process that serves on a lent socket.
//!
//! **Invariants.** It is told to end before it is killed. None outlives this process: dropping one kills it.

use std::fmt;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{ExitCode, ExitStatus};
use std::time::Duration;

use command_fds::{CommandFdExt as _, FdMapping};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rebis_web::BoxError;
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

use super::notice::{self, Notice};
use super::package::Package;

/// Where `LISTEN_FDS` has its sockets begin.
const FIRST_SOCKET: i32 = 3;
/// How long the next program waits for the one before it. After that they overlap: the old one answers the requests that it has, the
/// new one takes all that come.
const HANDOVER: Duration = Duration::from_secs(2);
/// How long a program may take to end: longer than a server's own patience with its last requests.
const END: Duration = Duration::from_secs(15);

pub(super) struct Process {
    child: Child,
}

impl Process {
    /// Starts the program as `cargo run` would, with the socket.
    pub(super) fn start(
        executable: &Path,
        words: &[String],
        package: &Package,
        notice: &Notice,
        socket: &TcpListener,
    ) -> Result<Self, BoxError> {
        let socket: OwnedFd = socket.try_clone()?.into();
        let mut command = std::process::Command::new(executable);
        command
            .args(words)
            .env("CARGO_MANIFEST_DIR", &package.folder)
            .env("CARGO_PKG_NAME", &package.name)
            .env(notice::VARIABLE, notice.path())
            .env("LISTEN_FDS", "1")
            // It would have to be the number of a process that is not there yet; without it the socket is for who gets it.
            .env_remove("LISTEN_PID")
            .fd_mappings(vec![FdMapping { parent_fd: socket, child_fd: FIRST_SOCKET }])?;
        let child = Command::from(command)
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| format!("{} cannot be started: {e}", executable.display()))?;
        Ok(Process { child })
    }

    /// Ready when it has ended by itself.
    pub(super) async fn ended(&mut self) -> Ended {
        Ended(self.child.wait().await.ok())
    }

    /// Tells it to end, and comes back when the next one may start.
    pub(super) async fn leave(mut self, leaving: &mut JoinSet<()>) {
        self.tell();
        if tokio::time::timeout(HANDOVER, self.ended()).await.is_err() {
            leaving.spawn(async move {
                self.end().await;
            });
        }
    }

    /// Tells it to end; what is ready first kills it.
    pub(super) async fn end_before(mut self, enough: impl Future<Output = ()>) -> ExitCode {
        self.tell();
        tokio::select! {
            ended = self.end() => ended.code(),
            () = enough => ExitCode::FAILURE,
        }
    }

    async fn end(&mut self) -> Ended {
        if let Ok(ended) = tokio::time::timeout(END, self.ended()).await {
            return ended;
        }
        // It has ended meanwhile if this fails.
        let _ = self.child.kill().await;
        self.ended().await
    }

    fn tell(&self) {
        // None when it has ended and was waited for, so that the number is of no other process.
        if let Some(id) = self.child.id().and_then(|id| i32::try_from(id).ok()) {
            let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
        }
    }
}

/// How a program ended.
pub(super) struct Ended(Option<ExitStatus>);

impl Ended {
    /// The exit code to end with.
    pub(super) fn code(&self) -> ExitCode {
        let code = self.0.and_then(|status| status.code()).and_then(|code| u8::try_from(code).ok());
        code.map_or(ExitCode::FAILURE, ExitCode::from)
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(status) => status.fmt(f),
            None => f.write_str("unknown status"),
        }
    }
}
