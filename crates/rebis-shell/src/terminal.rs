//! The prompt. Invariant: an error is shown and the prompt comes back; the shell is left by `exit`, Ctrl-D or a closed terminal only, and not
//! with changes that nobody was asked about.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io::Write as _;
use std::rc::Rc;

use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, Editor, Helper};

use crate::complete::{Words, complete};
use crate::error::ShellError;
use crate::host::say;
use crate::incomplete::is_incomplete;
use crate::run::{Outcome, Running};
use crate::shell::Shell;

const PROMPT: &str = ">>> ";

/// Asks until there is no more to ask.
pub(crate) fn run(running: &mut Running, shell: &Shell) -> Result<i64, ShellError> {
    let words = Rc::new(RefCell::new(Words::of(running)));
    let unusable = |error: ReadlineError| ShellError::new(format!("the terminal cannot be used: {error}"));
    let config = Config::builder().completion_type(CompletionType::List).auto_add_history(true).build();
    let mut editor: Editor<Prompt, FileHistory> = Editor::with_config(config).map_err(unusable)?;
    editor.set_helper(Some(Prompt(Rc::clone(&words))));
    if let Some(file) = &shell.history {
        // The first time there is none.
        let _ = editor.load_history(file);
    }
    for line in &shell.banner {
        say(line);
    }
    let code = loop {
        match editor.readline(PROMPT) {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => match running.evaluate(&text) {
                Ok(Outcome::Value(None)) => {}
                Ok(Outcome::Value(Some(text))) => say(&text),
                Ok(Outcome::Exit(code)) => {
                    if may_leave(running, &mut editor) {
                        break code;
                    }
                }
                Err(error) => complain(&text, error),
            },
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => {
                if may_leave(running, &mut editor) {
                    break 0;
                }
            }
            Err(error) => return Err(unusable(error)),
        }
        words.replace(Words::of(running));
    };
    if let Some(file) = &shell.history {
        keep(&mut editor, file);
    }
    Ok(code)
}

/// Shows an error; in a single line, its place is enough.
fn complain(text: &str, error: ShellError) {
    let error = if text.trim_end().contains('\n') { error } else { error.of_one_line() };
    let _ = writeln!(std::io::stderr().lock(), "Error: {error}");
}

/// Whether the shell may be left: nothing is uncommitted, or the person says so.
fn may_leave(running: &Running, editor: &mut Editor<Prompt, FileHistory>) -> bool {
    if !running.host.session().is_uncommitted() {
        return true;
    }
    let asked = editor.readline("There are changes that were not committed. Leave without them? [y/N] ");
    match asked {
        Ok(answer) => matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"),
        // Ctrl-D once more.
        Err(ReadlineError::Eof) => true,
        Err(_) => false,
    }
}

/// Keeps what was typed. What cannot be kept is no reason to fail.
fn keep(editor: &mut Editor<Prompt, FileHistory>, file: &std::path::Path) {
    if let Some(folder) = file.parent() {
        let _ = std::fs::create_dir_all(folder);
    }
    let _ = editor.save_history(file);
}

/// What the line editor asks.
struct Prompt(Rc<RefCell<Words>>);

impl Helper for Prompt {}

impl rustyline::hint::Hinter for Prompt {
    type Hint = String;
}

impl rustyline::highlight::Highlighter for Prompt {
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Cow::Borrowed(prompt)
    }
}

impl Validator for Prompt {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if is_incomplete(context.input()) {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Valid(None)
        })
    }
}

impl Completer for Prompt {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let before = line.get(..pos).unwrap_or(line);
        let (start, found) = complete(before, &self.0.borrow());
        let pair = |text: String| Pair { display: text.clone(), replacement: text };
        Ok((start, found.into_iter().map(pair).collect()))
    }
}
