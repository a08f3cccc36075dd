//! [`Shell`]: a shell before it runs. Invariant: it opens no connection; the first statement does.

use std::path::PathBuf;

use rebis_orm::Database;
use tokio::runtime::Handle;

use crate::context::ShellContext;
use crate::error::ShellError;
use crate::host::Interrupt;
use crate::run::Running;
use crate::terminal;

type Setup = Box<dyn FnOnce(&mut ShellContext<'_>) + Send>;

/// A shell on a database: [`terminal`](Shell::terminal) for a person, [`script`](Shell::script) and [`command`](Shell::command) for programs.
pub struct Shell {
    pub(crate) database: Database,
    pub(crate) banner: Vec<String>,
    pub(crate) history: Option<PathBuf>,
    pub(crate) setups: Vec<Setup>,
}

/// What a script or a command came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Done {
    /// The last value, as the prompt would show it; nothing when there is none.
    pub text: Option<String>,
    /// The exit code that `exit(…)` was given, else 0.
    pub code: i64,
    /// Whether there was anything left that was not committed, and is rolled back.
    pub uncommitted: bool,
}

impl Shell {
    /// A shell on that database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Shell { database, banner: Vec::new(), history: None, setups: Vec::new() }
    }

    /// A line above the first prompt.
    #[must_use]
    pub fn banner(mut self, line: impl Into<String>) -> Self {
        self.banner.push(line.into());
        self
    }

    /// The file that keeps what was typed.
    #[must_use]
    pub fn history(mut self, file: impl Into<PathBuf>) -> Self {
        self.history = Some(file.into());
        self
    }

    /// What the application gives its shell.
    #[must_use]
    pub fn context(mut self, setup: impl FnOnce(&mut ShellContext<'_>) + Send + 'static) -> Self {
        self.setups.push(Box::new(setup));
        self
    }

    /// Asks a person at a terminal, until `exit` or Ctrl-D. Gives the exit code.
    ///
    /// # Errors
    /// When the terminal cannot be used.
    pub async fn terminal(self) -> Result<i64, ShellError> {
        let interrupt = Interrupt::default();
        let raised = interrupt.clone();
        let listening = tokio::spawn(async move {
            while tokio::signal::ctrl_c().await.is_ok() {
                raised.raise();
            }
        });
        let done = self.aside(interrupt, terminal::run).await;
        listening.abort();
        done
    }

    /// Runs a script. What it prints goes to standard output.
    ///
    /// # Errors
    /// The first error, with its line; what was not committed before it is rolled back.
    pub async fn script(self, text: impl Into<String>) -> Result<Done, ShellError> {
        let text = text.into();
        self.aside(Interrupt::default(), move |running, _| running.whole(&text)).await
    }

    /// Runs one line.
    ///
    /// # Errors
    /// As [`script`](Self::script).
    pub async fn command(self, text: impl Into<String>) -> Result<Done, ShellError> {
        let text = text.into();
        let one_line = !text.trim().contains('\n');
        let done = self.script(text).await;
        done.map_err(|error| if one_line { error.of_one_line() } else { error })
    }

    /// Runs on a thread that may wait.
    async fn aside<T: Send + 'static>(
        mut self,
        interrupt: Interrupt,
        work: impl FnOnce(&mut Running, &Shell) -> Result<T, ShellError> + Send + 'static,
    ) -> Result<T, ShellError> {
        let runtime = Handle::current();
        let done = tokio::task::spawn_blocking(move || {
            let setups = std::mem::take(&mut self.setups);
            let mut running = Running::new(runtime, self.database.clone(), interrupt, setups);
            let done = work(&mut running, &self);
            running.leave();
            done
        });
        done.await.unwrap_or_else(|error| Err(ShellError::new(format!("the shell stopped: {error}"))))
    }
}

impl std::fmt::Debug for Shell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shell")
            .field("database", &self.database)
            .field("history", &self.history)
            .finish_non_exhaustive()
    }
}
