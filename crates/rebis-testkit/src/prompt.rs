//! [`Prompt`]: a program that asks at a terminal, and what a person types there. Invariant: it is a real pseudo-terminal, and what does not come
//! within the time is a failure that says what came instead.

use std::path::Path;
use std::process::Command;

use rexpect::session::PtySession;

/// How long an answer may take, in milliseconds: more than a busy machine needs.
const PATIENCE: u64 = 30_000;

/// What stands before each line that is typed.
const SIGN: &str = ">>> ";

/// A program at a terminal of its own, of which it asks for lines behind `>>> `.
#[allow(missing_debug_implementations, reason = "a terminal has nothing to show but what it was asked for")]
pub struct Prompt(PtySession, String);

impl Prompt {
    /// Starts the program and waits for its first prompt.
    pub fn open(mut command: Command) -> Self {
        command.env("TERM", "xterm").env_remove("NO_COLOR");
        let session = rexpect::session::spawn_command(command, Some(PATIENCE)).unwrap();
        let mut prompt = Prompt(session, String::new());
        prompt.1 = prompt.ready();
        prompt
    }

    /// The command `shell` of an application's program, with its history and whatever else it writes in a folder.
    pub fn shell(program: &str, folder: &Path, database: &str) -> Self {
        let mut command = Command::new(program);
        command
            .arg("shell")
            .current_dir(folder)
            .env("DATABASE_URL", database)
            .env("SHELL_HISTORY", folder.join("history"))
            .env("RUST_LOG", "warn");
        Prompt::open(command)
    }

    /// What stood above the first prompt.
    pub fn greeting(&self) -> &str {
        &self.1
    }

    /// Types a line.
    pub fn types(&mut self, line: &str) -> &mut Self {
        self.0.send_line(line).unwrap();
        self
    }

    /// Types a part of a line.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        self.0.send(keys).unwrap();
        self.0.flush().unwrap();
        self
    }

    /// Ctrl and a letter.
    pub fn control(&mut self, letter: char) -> &mut Self {
        self.0.send_control(letter).unwrap();
        self
    }

    /// Waits until this is shown; gives what came before it.
    pub fn sees(&mut self, text: &str) -> String {
        self.0.exp_string(text).unwrap_or_else(|error| panic!("no {text:?}: {error}"))
    }

    /// Waits for the next prompt; gives what came before it.
    pub fn ready(&mut self) -> String {
        self.sees(SIGN)
    }

    /// The answer to a line: what stands between it and the next prompt.
    pub fn answers(&mut self, line: &str, answer: &str) {
        self.types(line).sees(&format!("\n{answer}\r\n"));
        self.ready();
    }

    /// A line that is answered with nothing.
    pub fn quiet(&mut self, line: &str) {
        self.types(line).sees("\r\n");
        let between = self.ready();
        assert!(!between.contains("Error"), "{line}: {between}");
    }

    /// The program ends by itself, with this exit code.
    pub fn ends(mut self, code: i32) {
        self.0.exp_eof().unwrap();
        let status = format!("{:?}", self.0.process().wait().unwrap());
        assert!(status.contains("Exited") && status.ends_with(&format!("{code})")), "{status}");
    }
}
