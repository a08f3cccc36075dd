//! [`Host`]: what the functions of the shell act on, and how they wait for the database. Invariant: the shell's thread is not one of the
//! runtime's, so it may wait; Ctrl-C ends the waiting, and the statement with it.

use std::cell::{Cell, RefCell};
use std::io::Write as _;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rebis_engine::Recording;
use rebis_orm::dynamic::AnyModel;
use rebis_orm::{Database, Session};
use rhai::{Dynamic, EvalAltResult, Position};
use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::error::{Eval, fault, refuse};

/// Cheap to clone; all clones are one.
#[derive(Clone)]
pub(crate) struct Host(Rc<Inner>);

struct Inner {
    runtime: Handle,
    database: Database,
    session: Session,
    models: Vec<AnyModel>,
    interrupt: Interrupt,
    /// Shows the statements that run.
    echo: RefCell<Option<Recording>>,
    /// The code that `exit(…)` was given.
    exit: Cell<Option<i64>>,
    /// What there is to say of the function that was missed last.
    missed: RefCell<Option<String>>,
}

/// Whether a person asked for an end.
#[derive(Clone, Default)]
pub(crate) struct Interrupt(Arc<(AtomicBool, Notify)>);

impl Interrupt {
    pub(crate) fn raise(&self) {
        self.0.0.store(true, Ordering::Release);
        self.0.1.notify_waiters();
    }

    pub(crate) fn is_raised(&self) -> bool {
        self.0.0.load(Ordering::Acquire)
    }

    pub(crate) fn forget(&self) {
        self.0.0.store(false, Ordering::Release);
    }

    async fn wait(&self) {
        loop {
            let told = self.0.1.notified();
            if self.is_raised() {
                return;
            }
            told.await;
        }
    }
}

impl Host {
    pub(crate) fn new(runtime: Handle, database: Database, interrupt: Interrupt) -> Self {
        let (session, models) = (database.session(), database.any_models());
        let (echo, exit, missed) = (RefCell::default(), Cell::default(), RefCell::default());
        Host(Rc::new(Inner { runtime, database, session, models, interrupt, echo, exit, missed }))
    }

    pub(crate) fn session(&self) -> &Session {
        &self.0.session
    }

    pub(crate) fn database(&self) -> &Database {
        &self.0.database
    }

    pub(crate) fn models(&self) -> &[AnyModel] {
        &self.0.models
    }

    pub(crate) fn model(&self, name: &str) -> Option<AnyModel> {
        self.0.models.iter().copied().find(|m| m.name() == name)
    }

    pub(crate) fn interrupt(&self) -> &Interrupt {
        &self.0.interrupt
    }

    /// Waits for what the database does.
    pub(crate) fn wait<T>(&self, task: impl Future<Output = rebis_orm::Result<T>>) -> Eval<T> {
        let interrupt = &self.0.interrupt;
        let done = self.0.runtime.block_on(async {
            tokio::select! {
                biased;
                () = interrupt.wait() => None,
                done = task => Some(done),
            }
        });
        self.show_statements();
        match done {
            Some(done) => done.map_err(|error| fault(&error)),
            None => refuse("interrupted; session.rollback() makes the session usable again"),
        }
    }

    /// Ends what runs, and the shell with it. Nothing in a script can catch it.
    pub(crate) fn exit<T>(&self, code: i64) -> Eval<T> {
        self.0.exit.set(Some(code));
        Err(Box::new(EvalAltResult::ErrorTerminated(Dynamic::UNIT, Position::NONE)))
    }

    pub(crate) fn take_exit(&self) -> Option<i64> {
        self.0.exit.take()
    }

    /// A function was called that there is not.
    pub(crate) fn miss(&self, advice: Option<String>) {
        *self.0.missed.borrow_mut() = advice;
    }

    pub(crate) fn take_missed(&self) -> Option<String> {
        self.0.missed.take()
    }

    /// Whether statements are shown from now on.
    pub(crate) fn echo(&self, on: bool) -> Eval<()> {
        let recording = on.then(|| self.0.database.record()).transpose();
        *self.0.echo.borrow_mut() = recording.map_err(|error| fault(&error))?;
        Ok(())
    }

    fn show_statements(&self) {
        let statements = self.0.echo.borrow().as_ref().map(Recording::take).unwrap_or_default();
        for statement in statements {
            say(&format!("-- {statement}"));
        }
    }
}

/// Prints a line to standard output; nobody can be told when that is closed.
pub(crate) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}
