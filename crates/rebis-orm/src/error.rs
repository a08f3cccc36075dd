//! [`Error`]: what went wrong in the ORM. Invariant: each message says what happened and what to do; the database's own error is the source.

use std::fmt;

/// The result of an operation of the ORM.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of the ORM.
///
/// Ask what it is with [`kind`](Error::kind) or the predicates; what the database said is its `source()`.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    model: Option<&'static str>,
    field: Option<&'static str>,
    advice: Option<String>,
    source: Option<rebis_engine::Error>,
    or_404: bool,
}

/// What kind of error it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The engine or the database refused; see `source()`.
    Engine,
    /// No row where one is required.
    NotFound,
    /// Several rows where one is required.
    MultipleFound,
    /// A relation or a deferred column was read without I/O and is not loaded.
    NotLoaded,
    /// The object belongs to no session, or its session is gone.
    Detached,
    /// An UPDATE or DELETE did not meet the row: someone else changed or deleted it.
    Stale,
    /// The session's transaction has failed and has to be rolled back first.
    InactiveTransaction,
    /// The database was used before it was bound.
    Unbound,
    /// A model or relation is declared in a way that cannot work.
    Mapping,
    /// An object is used in a way that its state does not allow.
    State,
    /// Rows refer to each other in a circle that cannot be written.
    Cycle,
    /// A validator, or a closure that was told of an event, refused a row or what was to be done; or a value given by
    /// name is not of the column's type.
    Invalid,
    /// A model, a column or a relation was asked for by a name that it does not have.
    Unknown,
}

impl ErrorKind {
    /// Every kind.
    pub const ALL: &[ErrorKind] = &[
        ErrorKind::Engine,
        ErrorKind::NotFound,
        ErrorKind::MultipleFound,
        ErrorKind::NotLoaded,
        ErrorKind::Detached,
        ErrorKind::Stale,
        ErrorKind::InactiveTransaction,
        ErrorKind::Unbound,
        ErrorKind::Mapping,
        ErrorKind::State,
        ErrorKind::Cycle,
        ErrorKind::Invalid,
        ErrorKind::Unknown,
    ];

    /// The code of the error's page under `docs/errors/`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            ErrorKind::Engine => "R100",
            ErrorKind::NotFound => "R101",
            ErrorKind::MultipleFound => "R102",
            ErrorKind::NotLoaded => "R103",
            ErrorKind::Detached => "R104",
            ErrorKind::Stale => "R105",
            ErrorKind::InactiveTransaction => "R106",
            ErrorKind::Unbound => "R107",
            ErrorKind::Mapping => "R108",
            ErrorKind::State => "R109",
            ErrorKind::Cycle => "R110",
            ErrorKind::Invalid => "R111",
            ErrorKind::Unknown => "R112",
        }
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error(Box::new(Inner {
            kind,
            message: message.into(),
            model: None,
            field: None,
            advice: None,
            source: None,
            or_404: false,
        }))
    }

    /// What happened, without advice and code.
    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    /// The same error once more, for a statement that is run again. (An engine's error is never kept in a statement.)
    pub(crate) fn again(&self) -> Self {
        let Inner { kind, message, model, field, advice, .. } = &*self.0;
        Error(Box::new(Inner {
            kind: *kind,
            message: message.clone(),
            model: *model,
            field: *field,
            advice: advice.clone(),
            source: None,
            or_404: self.0.or_404,
        }))
    }

    pub(crate) fn on(mut self, model: &'static str) -> Self {
        self.0.model = Some(model);
        self
    }

    pub(crate) fn at(mut self, field: &'static str) -> Self {
        self.0.field = Some(field);
        self
    }

    pub(crate) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.0.advice = Some(advice.into());
        self
    }

    /// More of the same kind.
    pub(crate) fn and_also(mut self, others: &[String]) -> Self {
        self.0.message = format!("{}; and: {}", self.0.message, others.join("; "));
        self
    }

    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The stable code of its kind.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.kind.code()
    }

    /// The model concerned.
    #[must_use]
    pub fn model(&self) -> Option<&'static str> {
        self.0.model
    }

    /// The field concerned, of a row that is not valid.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        self.0.field
    }

    /// What a validator said of a row that is not valid, in its own words.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        let invalid = self.0.kind == ErrorKind::Invalid;
        // The words that `Invalid` puts in front.
        invalid.then(|| self.0.message.split_once(" is not valid: ").map(|(_, why)| why)).flatten()
    }

    /// What to do about it.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.0.advice.as_deref()
    }

    /// The engine's error, when the database refused.
    #[must_use]
    pub fn engine(&self) -> Option<&rebis_engine::Error> {
        self.0.source.as_ref()
    }

    /// The constraint that was violated, where the database says it.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        self.engine().and_then(rebis_engine::Error::constraint)
    }

    /// Whether a unique constraint was violated.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        self.engine().is_some_and(rebis_engine::Error::is_unique_violation)
    }

    /// Whether a foreign key was violated.
    #[must_use]
    pub fn is_foreign_key_violation(&self) -> bool {
        self.engine().is_some_and(|e| e.kind() == rebis_engine::ErrorKind::ForeignKeyViolation)
    }

    /// Whether running the whole transaction again may succeed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.engine().is_some_and(rebis_engine::Error::is_retryable)
    }

    /// Whether there was no row where one is required.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NotFound
    }

    /// Whether the row was asked for with `get_or_404` or its kin: a web handler answers 404. A row that `one` does not find is a fault of
    /// the program, not of the request.
    #[must_use]
    pub fn answers_404(&self) -> bool {
        self.0.or_404
    }

    /// No row, asked for on behalf of a client.
    pub(crate) fn or_404(mut self) -> Self {
        self.0.or_404 = self.is_not_found();
        self
    }

    /// Whether a relation or a deferred column is not loaded.
    #[must_use]
    pub fn is_not_loaded(&self) -> bool {
        self.0.kind == ErrorKind::NotLoaded
    }

    /// Whether a row was changed or deleted by someone else.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.0.kind == ErrorKind::Stale
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if let Some(advice) = &self.0.advice {
            write!(f, "; {advice}")?;
        }
        if self.0.kind != ErrorKind::Engine {
            write!(f, " [{}]", self.code())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?}: {self})", self.0.kind)?;
        if let Some(source) = &self.0.source {
            write!(f, " caused by {source:?}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|e| e as _)
    }
}

impl From<rebis_engine::Error> for Error {
    fn from(source: rebis_engine::Error) -> Self {
        let mut error = Error::new(ErrorKind::Engine, source.to_string());
        error.0.source = Some(source);
        error
    }
}

impl From<rebis_sql::CompileError> for Error {
    fn from(e: rebis_sql::CompileError) -> Self {
        rebis_engine::Error::from(e).into()
    }
}

impl From<rebis_sql::DecodeError> for Error {
    fn from(e: rebis_sql::DecodeError) -> Self {
        rebis_engine::Error::from(e).into()
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, ErrorKind};

    #[test]
    fn every_kind_has_a_page_that_explains_it() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors");
        let index = std::fs::read_to_string(folder.join("README.md")).expect("the index");
        for kind in ErrorKind::ALL.iter().copied() {
            let code = kind.code();
            let page = std::fs::read_to_string(folder.join(format!("{code}.md"))).expect(code);
            assert!(page.starts_with(&format!("# {code}: ")), "{code}");
            for part in [&format!("`ErrorKind::{kind:?}`"), "## Usual causes", "## Cure"] {
                assert!(page.contains(part), "{code}: {part}");
            }
            assert!(index.contains(&format!("| [{code}]({code}.md) | `{kind:?}` |")), "{code}");
        }
        let pages = std::fs::read_dir(folder).expect("the folder").count();
        assert_eq!(pages, ErrorKind::ALL.len() + 1, "a page for each kind, and the index");
    }

    #[test]
    fn a_message_says_what_happened_what_to_do_and_where_to_read() {
        let error = Error::new(ErrorKind::State, "it is broken").on("User").advise("mend it");
        assert_eq!(error.to_string(), "it is broken; mend it [R109]");
        assert_eq!(
            (error.model(), error.advice(), error.again().to_string()),
            (Some("User"), Some("mend it"), error.to_string())
        );
    }
}
