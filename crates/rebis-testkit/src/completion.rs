//! [`Completion`]: what a shell makes of the beginning of a line and the key Tab. Invariant: it is the real shell that completes, at a terminal
//! where it does so only there; a shell that is not installed is said in one line.

use std::path::Path;
use std::process::Command;

/// How long a shell may take, in milliseconds.
const PATIENCE: u64 = 30_000;

/// The completions of a program, as it prints them.
#[derive(Debug)]
pub struct Completion {
    folder: tempfile::TempDir,
    name: String,
}

impl Completion {
    /// Of the program that is called so.
    pub fn of(name: &str) -> Self {
        Completion { folder: tempfile::tempdir().unwrap(), name: name.to_owned() }
    }

    /// Types `line` and Tab in each shell that is there, and waits for `word`. `script` gives the completions for a shell of that name.
    pub fn gives(&self, script: impl Fn(&str) -> String, line: &str, word: &str) {
        for shell in ["bash", "zsh", "fish"] {
            if !Command::new(shell).args(["-c", "exit"]).status().is_ok_and(|status| status.success()) {
                eprintln!("{shell} is not installed: completions are not tried in it");
                continue;
            }
            let file = self.folder.path().join(format!("{}.{shell}", self.name));
            std::fs::write(&file, script(shell)).unwrap();
            match shell {
                "bash" => self.at_a_terminal("bash --norc --noprofile -i", "", &file, line, word),
                "zsh" => self.at_a_terminal(
                    "zsh -f -i",
                    "autoload -Uz compinit; compinit -u -D; ",
                    &file,
                    line,
                    word,
                ),
                _ => in_fish(&file, line, word),
            }
        }
    }

    fn at_a_terminal(&self, shell: &str, before: &str, file: &Path, line: &str, word: &str) {
        let mut words = shell.split(' ');
        let mut command = Command::new(words.next().unwrap());
        // The program need not be in the path: only its name is completed for.
        command.args(words).env("TERM", "xterm").env("PS1", "$ ").current_dir(self.folder.path());
        let mut terminal = rexpect::session::spawn_command(command, Some(PATIENCE)).unwrap();
        // A shell with a person at it does not end when it is asked to.
        terminal.process_mut().set_kill_timeout(Some(0));
        // The terminal begins without echo, and bash then shows nothing of what it completes.
        terminal.send_line(&format!("stty echo; {before}source {}; echo re''ady", file.display())).unwrap();
        terminal.exp_string("ready").unwrap();
        // What is typed before the shell reads is lost.
        terminal.exp_string("$ ").unwrap();
        terminal.send(&format!("{line}\t")).unwrap();
        terminal.flush().unwrap();
        if let Err(error) = terminal.exp_string(word) {
            panic!("{shell}: no {word:?} behind {line:?}: {error}");
        }
    }
}

/// It says what it would complete.
fn in_fish(file: &Path, line: &str, word: &str) {
    let text = format!("source {}; complete --do-complete '{line}'", file.display());
    let output = Command::new("fish").args(["--no-config", "-c", &text]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains(word),
        "fish: no {word:?} behind {line:?}: {said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
