//! [`Transcript`]: documents whose commands are typed in and whose output is compared.
//!
//! **Invariants.** What a document shows is what the program prints, or its test fails and says which line differs. A command that ends with a
//! failure is a fault, unless the next one is `$ echo $?`. What a document starts is ended with its test.

mod compare;
mod edit;
mod parse;
mod server;
mod update;
mod words;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Backend;
use parse::{Step, Typed};
use server::Server;

/// The address that documents show, whatever port the server got.
const SHOWN_ADDRESS: &str = "127.0.0.1:5000";

/// A document that is executed: a README, a chapter of the guide.
///
/// The blocks marked `console` are typed into `sh`, in their order, each in the folder and environment that those before it left (`cd` and
/// `export`). A line that begins with `$ ` is a command, the lines below it are what it prints on both outputs; `…` stands for
/// any text within a line, and alone on a line for any number of lines. Where cargo itself is run, a revision's id that the document shows
/// for the first time stands for the one that this run has made.
///
/// `cargo run -p NAME [--features …] -- …` runs the [program](Self::program) of that name, built already. One that serves is left running
/// while the document goes on, on a free port that the document calls 5000, until a line `^C` below it or another server.
///
/// A comment before a block says more: `<!-- on postgres -->` (or `sqlite`, `mysql`) runs it on that database alone, `<!-- not run: why -->` never;
/// `<!-- write src/main.rs -->` and `<!-- append src/main.rs -->` put the block into a file, `<!-- edit src/main.rs -->` applies it as a difference.
///
/// With `REBIS_TRANSCRIPTS=update` in the environment what differs is written into the document, to be looked at.
///
/// ```
/// use rebis_testkit::Transcript;
///
/// let folder = tempfile::tempdir().unwrap();
/// let document = folder.path().join("README.md");
/// std::fs::write(&document, "```console\n$ echo one two\none …\n```\n").unwrap();
/// Transcript::of(&document).run();
/// ```
#[derive(Debug)]
pub struct Transcript {
    document: PathBuf,
    folder: Option<PathBuf>,
    programs: Vec<(String, PathBuf)>,
    environment: BTreeMap<String, String>,
    words: Vec<(String, String)>,
    backend: Backend,
    mark: Option<String>,
}

impl Transcript {
    /// The document of that path.
    pub fn of(document: impl AsRef<Path>) -> Self {
        Transcript {
            document: document.as_ref().to_owned(),
            folder: None,
            programs: Vec::new(),
            environment: BTreeMap::new(),
            words: Vec::new(),
            backend: Backend::Sqlite,
            mark: None,
        }
    }

    /// What `cargo run -p name` runs: `.program("people", env!("CARGO_BIN_EXE_people"))`.
    #[must_use]
    pub fn program(mut self, name: &str, path: impl AsRef<Path>) -> Self {
        self.programs.push((name.to_owned(), path.as_ref().to_owned()));
        self
    }

    /// A variable of the commands' environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.insert(name.to_owned(), value.into());
        self
    }

    /// A text of the document and what stands for it in this run, both ways: a URL, a folder.
    #[must_use]
    pub fn replace(mut self, shown: &str, real: impl Into<String>) -> Self {
        self.words.push((shown.to_owned(), real.into()));
        self
    }

    /// The database that the run is on: blocks for others are left out. SQLite when nothing is said; what `db` says of SQLite in its log is
    /// expected of the others in their words.
    #[must_use]
    pub fn on(mut self, backend: Backend) -> Self {
        self.backend = backend;
        self
    }

    /// Runs the blocks below `<!-- marked … -->` of that word and no others; without it those are left out. For a build with other features.
    #[must_use]
    pub fn marked(mut self, word: &str) -> Self {
        self.mark = Some(word.to_owned());
        self
    }

    /// The folder where the commands are typed; an empty one that is removed when nothing is said.
    #[must_use]
    pub fn folder(mut self, folder: impl AsRef<Path>) -> Self {
        self.folder = Some(folder.as_ref().to_owned());
        self
    }

    /// Executes the document.
    ///
    /// # Panics
    /// When a command prints something else than the document shows, or fails; and when the document has no commands at all.
    pub fn run(self) {
        let text = std::fs::read_to_string(&self.document)
            .unwrap_or_else(|e| panic!("{}: {e}", self.document.display()));
        let steps = parse::steps(&text, self.backend, self.mark.as_deref())
            .unwrap_or_else(|fault| panic!("{}: {fault}", self.document.display()));
        assert!(!steps.is_empty(), "{} has nothing to run on {:?}", self.document.display(), self.backend);
        if steps.iter().any(|s| matches!(s, Step::Type(t) if t.command.starts_with("curl "))) && !has_curl() {
            println!("not run: {} needs curl", self.document.display());
            return;
        }
        let own = tempfile::tempdir().expect("a temporary folder");
        let folder = self.folder.clone().unwrap_or_else(|| own.path().to_owned());
        let mut run = Run {
            folder,
            environment: self.environment.clone(),
            transcript: &self,
            server: None,
            revisions: Vec::new(),
            failed: None,
            faults: Vec::new(),
        };
        for step in &steps {
            run.step(step);
        }
        run.end();
        if run.faults.is_empty() {
            return;
        }
        if std::env::var("REBIS_TRANSCRIPTS").is_ok_and(|v| v == "update") {
            update::write(&self.document, &text, &run.faults);
        }
        let mut said = String::new();
        for fault in &run.faults {
            let _ = write!(said, "\n{}:{}: {}\n", self.document.display(), fault.line, fault.message);
        }
        panic!("{said}");
    }
}

/// What is not as the document shows it.
#[derive(Debug)]
pub(crate) struct Fault {
    /// The command's line, from 1.
    line: usize,
    message: String,
    /// What the document should show instead, where that is the fault.
    actual: Option<(std::ops::Range<usize>, Vec<String>)>,
}

/// A document while it is executed.
struct Run<'a> {
    transcript: &'a Transcript,
    folder: PathBuf,
    environment: BTreeMap<String, String>,
    server: Option<Server>,
    /// Revisions as the document shows them, and as they are called in this run.
    revisions: Vec<(String, String)>,
    /// The last command's exit code, when nobody has asked for it yet and it was a failure.
    failed: Option<(usize, String, i32)>,
    faults: Vec<Fault>,
}

impl Run<'_> {
    fn step(&mut self, step: &Step) {
        match step {
            Step::Type(typed) if typed.command == "echo $?" => {
                let code = self.failed.take().map_or(0, |(_, _, code)| code);
                self.compare(typed, &code.to_string());
            }
            Step::Type(typed) => {
                self.nobody_asked();
                self.type_in(typed);
            }
            Step::Change(change) => {
                if let Err(message) = change.apply(&self.folder, |text| self.real(text)) {
                    self.faults.push(Fault { line: change.line, message, actual: None });
                }
            }
        }
    }

    fn type_in(&mut self, typed: &Typed) {
        let command = self.real(&typed.command);
        if let Some(folder) = command.strip_prefix("cd ") {
            self.folder.push(folder.trim());
            return;
        }
        if let Some((name, value)) = command.strip_prefix("export ").and_then(|rest| rest.split_once('=')) {
            self.environment.insert(name.trim().to_owned(), value.trim().to_owned());
            return;
        }
        let found = self.programs_of(&command);
        if found.serves {
            self.serve(typed, &found.command);
            return;
        }
        let output = self.shell(&found.command).output();
        match output {
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stdout).into_owned();
                self.compare(typed, &said);
                if !output.status.success() {
                    self.failed = Some((typed.line, said, output.status.code().unwrap_or(-1)));
                }
            }
            Err(e) => self.fault(typed.line, format!("`{command}` did not start: {e}")),
        }
    }

    fn serve(&mut self, typed: &Typed, command: &str) {
        self.stop();
        let free = if command.contains("--port") { "" } else { " --port 0" };
        let serving = format!("exec env {}{free} 2>&1", command.trim_end());
        match Server::start(&mut self.shell(&serving)) {
            Ok((server, said)) => {
                self.server = Some(server);
                self.compare(typed, &said);
                if typed.interrupted {
                    self.stop();
                }
            }
            Err(message) => self.fault(typed.line, message),
        }
    }

    fn stop(&mut self) {
        if let Some(Err(message)) = self.server.take().map(Server::stop) {
            self.fault(0, message);
        }
    }

    fn end(&mut self) {
        self.nobody_asked();
        self.stop();
    }

    /// A failure that the document does not speak of.
    fn nobody_asked(&mut self) {
        if let Some((line, said, code)) = self.failed.take() {
            self.fault(line, format!("the command failed with exit code {code}:\n{said}"));
        }
    }

    fn compare(&mut self, typed: &Typed, said: &str) {
        if self.transcript.programs.is_empty() {
            self.learn(&typed.output, said);
        }
        let actual: Vec<String> =
            self.shown(said).trim_end().lines().map(|l| l.trim_end().to_owned()).collect();
        let elsewhere: Vec<String> =
            typed.output.iter().map(|line| words::of(self.transcript.backend, line)).collect();
        if compare::compare(&elsewhere, &actual).is_ok() {
            return;
        }
        if let Err(difference) = compare::compare(&typed.output, &actual) {
            let message = format!("$ {}\n{difference}", typed.command);
            let actual = Some((typed.lines.clone(), actual));
            self.faults.push(Fault { line: typed.line, message, actual });
        }
    }

    /// New revisions of the document are those of this run, in their order.
    fn learn(&mut self, shown: &[String], printed: &str) {
        let known = |this: &Self, word: &str| this.revisions.iter().any(|(s, r)| s == word || r == word);
        let shown: Vec<String> =
            words::revisions(&shown.join("\n")).into_iter().filter(|w| !known(self, w)).collect();
        let real: Vec<String> = words::revisions(printed).into_iter().filter(|w| !known(self, w)).collect();
        if shown.len() == real.len() {
            self.revisions.extend(shown.into_iter().zip(real));
        }
    }

    fn fault(&mut self, line: usize, message: String) {
        self.faults.push(Fault { line, message, actual: None });
    }

    fn shell(&self, command: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.current_dir(&self.folder).arg("-c").arg(format!("exec 2>&1\n{command}"));
        for name in ["RUST_LOG", "RUST_BACKTRACE", "DATABASE_URL"] {
            shell.env_remove(name);
        }
        shell.env("NO_COLOR", "1").env("TERM", "dumb").envs(&self.environment);
        if self.transcript.programs.is_empty() {
            // Cargo itself is run, as from a terminal.
            shell.env_remove("CARGO_MANIFEST_DIR");
        }
        shell
    }

    /// The document's text as this run has to type it.
    fn real(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (shown, real) in self.revisions.iter().chain(&self.transcript.words) {
            text = text.replace(shown, real);
        }
        match &self.server {
            Some(server) => text.replace(SHOWN_ADDRESS, server.address()),
            None => text,
        }
    }

    /// What was printed, as the document shows it.
    fn shown(&self, text: &str) -> String {
        let mut text = text.to_owned();
        if let Some(server) = &self.server {
            text = text.replace(server.address(), SHOWN_ADDRESS);
        }
        for (shown, real) in self.revisions.iter().chain(&self.transcript.words) {
            text = text.replace(real.as_str(), shown);
        }
        text
    }

    /// The command with the built programs in place of `cargo run`.
    fn programs_of(&self, command: &str) -> Found {
        let mut found = Found { command: command.to_owned(), serves: false };
        for (name, path) in &self.transcript.programs {
            let start = format!("cargo run -p {name}");
            while let Some(at) = found.command.find(&start) {
                let after = &found.command[at + start.len()..];
                let arguments = after.split_once(" -- ").map_or("", |(_options, arguments)| arguments);
                let first = arguments.split_whitespace().next();
                found.serves |= matches!(first, None | Some("run")) && !arguments.contains("--help");
                // Without a command the program takes no options: the port is one of `run`.
                let run = if first.is_none() { " run" } else { "" };
                found.command = format!("{}'{}'{run} {arguments}", &found.command[..at], path.display());
            }
        }
        if self.transcript.programs.is_empty() && command.starts_with("cargo run ") {
            found.serves =
                command.split_once(" -- ").is_some_and(|(_, a)| a == "run" || a.starts_with("run "));
        }
        found
    }
}

struct Found {
    command: String,
    serves: bool,
}

fn has_curl() -> bool {
    let required = std::env::var("REBIS_TEST_REQUIRE_ALL").is_ok_and(|v| !v.is_empty() && v != "0");
    let there = Command::new("curl").arg("--version").output().is_ok_and(|o| o.status.success());
    assert!(there || !required, "curl is missing, and REBIS_TEST_REQUIRE_ALL is set");
    there
}
