//! [`ShellError`]: why a script or a command came to nothing. Invariant: where it happened stands in it, counted from 1.

use std::fmt;

use rhai::{EvalAltResult, ParseErrorType, Position};

/// What a function of the shell gives.
pub(crate) type Eval<T> = Result<T, Box<EvalAltResult>>;

/// Why a script or a command came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellError {
    text: String,
    line: Option<usize>,
    column: Option<usize>,
}

impl ShellError {
    /// An error of what surrounds a shell: a file that is not there, a database that is not bound.
    pub fn new(text: impl Into<String>) -> Self {
        ShellError { text: text.into(), line: None, column: None }
    }

    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// The place in the line, from 1.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.column
    }

    /// The error of an evaluation, with what there is to say of the function that was missed last.
    pub(crate) fn of(error: &EvalAltResult, missed: Option<String>) -> Self {
        let innermost = innermost(error);
        let text = match (innermost, missed) {
            (EvalAltResult::ErrorFunctionNotFound(..), Some(advice)) => advice,
            _ => words(innermost),
        };
        let at = match innermost.position() {
            Position::NONE => error.position(),
            at => at,
        };
        ShellError { text, line: at.line(), column: at.position() }
    }

    /// The same without its line, where there is one line only.
    pub(crate) fn of_one_line(mut self) -> Self {
        self.line = None;
        self
    }
}

/// The error behind calls of functions that the script defines.
fn innermost(error: &EvalAltResult) -> &EvalAltResult {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => innermost(inner),
        other => other,
    }
}

fn words(error: &EvalAltResult) -> String {
    match error {
        EvalAltResult::ErrorRuntime(value, _) => value.to_string(),
        EvalAltResult::ErrorTerminated(..) => String::from("interrupted"),
        EvalAltResult::ErrorVariableNotFound(name, _) => {
            format!("there is no `{name}`; help() lists what there is, `let {name} = …` makes one")
        }
        EvalAltResult::ErrorFunctionNotFound(signature, _) => {
            format!("there is no function {signature}; help() lists what there is")
        }
        EvalAltResult::ErrorParsing(kind, _) => match kind {
            ParseErrorType::UnexpectedEOF => String::from("the text ends in the middle of something"),
            ParseErrorType::MissingToken(_, why) if why.contains("arguments to function call") => {
                format!(
                    "{kind}; arguments have no names, fields stand in a map: `User.new(#{{username: \"susan\"}})`"
                )
            }
            other => other.to_string(),
        },
        EvalAltResult::ErrorAssignmentToConstant(name, _) => format!("`{name}` cannot be assigned to"),
        other => {
            let text = other.to_string();
            // The position is said once, behind.
            match text.rfind(" (line ") {
                Some(cut) => text[..cut].to_owned(),
                None => text,
            }
        }
    }
}

impl fmt::Display for ShellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, " (line {line}, position {column})"),
            (Some(line), None) => write!(f, " (line {line})"),
            (None, Some(column)) => write!(f, " (position {column})"),
            (None, None) => Ok(()),
        }
    }
}

impl std::error::Error for ShellError {}

/// An error in the shell's language.
pub(crate) fn refuse<T>(text: impl Into<String>) -> Eval<T> {
    let text: String = text.into();
    Err(Box::new(EvalAltResult::ErrorRuntime(text.into(), Position::NONE)))
}

/// An error of the ORM as one of the shell's language, where nothing is awaited.
pub(crate) fn fault(error: &rebis_orm::Error) -> Box<EvalAltResult> {
    let text = error.to_string().replace(".await?", "").replace(".await", "");
    Box::new(EvalAltResult::ErrorRuntime(text.into(), Position::NONE))
}
