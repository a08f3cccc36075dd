//! `rebis run`: the application, built again and started again when its sources change.
//!
//! **Invariants.** The socket is opened once, here, and lent to each program that serves: a request that comes while one takes the place of
//! another waits in the socket's queue and is refused by nobody. A program is taken away only when the next one is built. What was
//! started here ends with this process.

mod build;
mod changes;
mod notice;
mod package;
mod process;
mod say;
mod signals;
mod socket;
mod standin;

use std::net::TcpListener;
use std::process::ExitCode;
use std::time::Duration;

use clap::ArgMatches;
use rebis_web::BoxError;
use tokio::task::{JoinHandle, JoinSet};

use crate::cargo::Options;
use build::Build;
use changes::{Change, Changes};
use notice::Notice;
use package::Package;
use process::Process;
use say::say;
use signals::Signals;
use standin::{StandIn, Trouble};

/// How long a signal may come behind the end of the program: the terminal sends it to both.
const SIGNAL: Duration = Duration::from_millis(300);

/// Serves until it is told to stop; ends as the program does.
pub(crate) fn run(given: &ArgMatches) -> Result<ExitCode, BoxError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| format!("the operating system refused what it takes to wait for events: {e}"))?;
    runtime.block_on(async {
        let package = Package::find(&Options::of(given)).await?;
        let socket = socket::open(given, &package).await?;
        let changes = Changes::watch(&package)?;
        let notice = Notice::of(&package);
        let mut supervisor = Supervisor {
            words: crate::words::of_run(given),
            package,
            socket,
            changes,
            notice,
            process: None,
            standin: None,
            build: None,
            waiting: None,
            leaving: JoinSet::new(),
        };
        supervisor.run(&mut Signals::new()?).await
    })
}

struct Supervisor {
    package: Package,
    socket: TcpListener,
    changes: Changes,
    /// What the program is told of its sources.
    notice: Notice,
    /// What the program is called with.
    words: Vec<String>,
    /// The program that serves.
    process: Option<Process>,
    /// What answers while there is no program, and why.
    standin: Option<StandIn>,
    build: Option<JoinHandle<(Change, Build)>>,
    /// What changed since the build began.
    waiting: Option<Change>,
    /// Programs that were told to end and finish their last requests.
    leaving: JoinSet<()>,
}

impl Supervisor {
    async fn run(&mut self, signals: &mut Signals) -> Result<ExitCode, BoxError> {
        say!("Reloading when a source of {} changes", self.package.name);
        self.begin(Change::Settings);
        loop {
            tokio::select! {
                () = signals.next() => break,
                change = self.changes.next() => self.changed(change),
                (change, build) = done(&mut self.build) => self.built(change, build).await?,
                ended = ended(&mut self.process) => {
                    // Told to stop by the same keys as this process.
                    if tokio::time::timeout(SIGNAL, signals.next()).await.is_ok() {
                        self.close(signals).await;
                        return Ok(ended.code());
                    }
                    say!("The application ended by itself ({ended}); it is started again when a source changes");
                    self.process = None;
                    self.stand_in(Trouble::Ended(ended.to_string()))?;
                }
            }
        }
        let code = match self.process.take() {
            Some(process) => process.end_before(signals.next()).await,
            None => ExitCode::SUCCESS,
        };
        self.close(signals).await;
        Ok(code)
    }

    fn changed(&mut self, change: Change) {
        match self.build {
            None => self.begin(change),
            Some(_) => self.waiting = Some(self.waiting.take().map_or(change, |other| other.and(change))),
        }
    }

    fn begin(&mut self, change: Change) {
        let build = build::start(&self.package);
        self.build = Some(tokio::spawn(async move { (change, build.await) }));
    }

    async fn built(&mut self, change: Change, build: Build) -> Result<(), BoxError> {
        if let Some(more) = self.waiting.take() {
            // Nobody has to see what is old already.
            self.begin(change.and(more));
            return Ok(());
        }
        match build {
            Build::Made { executable, fresh } => {
                self.notice.remove();
                self.changes.made_of(&executable);
                if fresh && change == Change::Sources && self.process.is_some() {
                    return Ok(());
                }
                if let Some(old) = self.process.take() {
                    say!("Restarting");
                    old.leave(&mut self.leaving).await;
                }
                if let Some(standin) = self.standin.take() {
                    standin.end().await;
                }
                let Self { words, package, notice, socket, .. } = self;
                self.process = Some(Process::start(&executable, words, package, notice, socket)?);
            }
            Build::Failed { said } if self.process.is_some() => {
                self.notice.write(&said);
                say!("The build failed: what was built before goes on serving");
            }
            Build::Failed { said } => {
                say!("The build failed: it is tried again when a source changes");
                self.stand_in(Trouble::Build(said))?;
            }
        }
        Ok(())
    }

    fn stand_in(&mut self, trouble: Trouble) -> Result<(), BoxError> {
        match &self.standin {
            Some(standin) => standin.says(trouble),
            None => self.standin = Some(StandIn::start(&self.socket, trouble)?),
        }
        Ok(())
    }

    /// Nothing that was started here goes on.
    async fn close(&mut self, signals: &mut Signals) {
        if let Some(build) = self.build.take() {
            build.abort();
        }
        if let Some(standin) = self.standin.take() {
            standin.end().await;
        }
        tokio::select! {
            () = async { while self.leaving.join_next().await.is_some() {} } => {}
            () = signals.next() => self.leaving.shutdown().await,
        }
    }
}

/// The end of the build; never, where there is none.
async fn done(build: &mut Option<JoinHandle<(Change, Build)>>) -> (Change, Build) {
    match build {
        Some(handle) => {
            let outcome = handle.await;
            *build = None;
            outcome.unwrap_or_else(|e| (Change::Sources, Build::Failed { said: e.to_string() }))
        }
        None => std::future::pending().await,
    }
}

/// The end of the program; never, where there is none.
async fn ended(process: &mut Option<Process>) -> process::Ended {
    match process {
        Some(process) => process.ended().await,
        None => std::future::pending().await,
    }
}
