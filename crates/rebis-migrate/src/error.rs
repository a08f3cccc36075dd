//! [`Error`]: why a migration command could not do its work. Invariant: the text says what happened and what to do.

use std::fmt;
use std::path::PathBuf;

/// The result of a migration command.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a migration command could not do its work.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What kind of error it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An identifier names no revision, or several.
    Lookup,
    /// The revisions contradict each other: a duplicate id, a missing parent, a cycle.
    Graph,
    /// The database is not where the command needs it: not at head, or at a revision that the program does not know.
    State,
    /// The files are newer than the program.
    Stale,
    /// Models and database differ (`check`).
    Differs,
    /// A file or folder could not be read or written, or is not what it should be.
    File,
    /// A migration failed.
    Migration,
    /// The database refused something else.
    Database,
    /// What was asked for makes no sense.
    Usage,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error(Box::new(Inner { kind, message: message.into(), source: None }))
    }

    /// The same error, saying where.
    pub(crate) fn within(mut self, what: &str) -> Self {
        self.0.message = format!("{what}: {}", self.0.message);
        self
    }

    /// The same error with one more sentence.
    pub(crate) fn and(mut self, sentence: &str) -> Self {
        self.0.message = format!("{}\n{sentence}", self.0.message);
        self
    }

    pub(crate) fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn file(action: &str, path: impl Into<PathBuf>, e: std::io::Error) -> Self {
        use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
        let advice = match (e.kind(), action) {
            (PermissionDenied, "read") => {
                "; run the command as a user who may read it, or change its permissions"
            }
            (PermissionDenied | ReadOnlyFilesystem, _) => {
                "; run the command as a user who may write there, or change the permissions of the folder"
            }
            _ => "",
        };
        let text = format!("cannot {action} {}: {e}{advice}", path.into().display());
        Error::new(ErrorKind::File, text).caused_by(e)
    }

    /// Whether the connection is gone: nothing that is asked on it after this is answered.
    pub(crate) fn is_connection(&self) -> bool {
        let source = self.0.source.as_deref().and_then(|e| e.downcast_ref::<rebis_engine::Error>());
        source.is_some_and(rebis_engine::Error::is_connection)
    }

    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|e| e as _)
    }
}

impl From<rebis_engine::Error> for Error {
    fn from(e: rebis_engine::Error) -> Self {
        Error::new(ErrorKind::Database, e.to_string()).caused_by(e)
    }
}

impl From<rebis_sql::CompileError> for Error {
    fn from(e: rebis_sql::CompileError) -> Self {
        Error::new(ErrorKind::Migration, e.to_string()).caused_by(e)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_user_may_not_says_what_to_do() {
        let told =
            |action| Error::file(action, "src", std::io::ErrorKind::PermissionDenied.into()).to_string();
        assert!(told("read").contains("; run the command as a user who may read it"));
        for action in ["create", "write", "remove"] {
            assert!(told(action).contains("; run the command as a user who may write there"), "{action}");
        }
    }
}
