//! [`Error`]: what went wrong, classified. Invariant: no password in any text of it, and no bind value in its message or in that of a cause:
//! what logs an error with its causes logs no value of a row.

use std::fmt;

/// The result of an operation on a database.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of the engine.
///
/// Ask what it is with [`kind`](Error::kind) or the predicates. What the database said in its own words, which may quote values, is
/// [`report`](Error::report), and no `source()`: logs show those.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    constraint: Option<String>,
    table: Option<String>,
    column: Option<String>,
    sqlstate: Option<String>,
    sql: Option<String>,
    source: Option<Cause>,
    report: Option<Cause>,
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What kind of error it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A unique constraint or index, or a primary key, is violated.
    UniqueViolation,
    /// A foreign key is violated.
    ForeignKeyViolation,
    /// NULL in a column that forbids it.
    NotNullViolation,
    /// A check constraint is violated.
    CheckViolation,
    /// The transaction conflicts with another and can be tried again.
    Serialization,
    /// The transaction was chosen to end a deadlock and can be tried again.
    Deadlock,
    /// Another connection holds the lock (SQLite busy, lock timeout).
    Locked,
    /// The server cannot be reached, refused the login, or went away.
    Connection,
    /// No connection of the pool came free in time.
    PoolTimeout,
    /// The database's URL is wrong.
    Url,
    /// The database is read-only or its file cannot be written.
    ReadOnly,
    /// A table, column or other object that the statement names is not there.
    Missing,
    /// The statement is not valid SQL.
    Syntax,
    /// A value does not fit its column: too long, out of range, of another type.
    Data,
    /// A text holds a character that the database cannot store: U+0000 on PostgreSQL, or one that its encoding lacks.
    Character,
    /// A cell did not hold what was asked for.
    Decode,
    /// The statement could not be written for this database.
    Compile,
    /// The connection is not in the state this needs (a commit with no transaction open).
    State,
    /// Anything else.
    Other,
}

impl ErrorKind {
    /// What to do about it, where one sentence can say it.
    fn advice(self) -> Option<&'static str> {
        Some(match self {
            ErrorKind::UniqueViolation => {
                "a row with that key is there already: read it first, or insert with on_conflict"
            }
            ErrorKind::ForeignKeyViolation => {
                "the row referred to is not there, or rows still refer to the one that goes: insert parents first, delete children first"
            }
            ErrorKind::NotNullViolation => "give the column a value or a default, or let it be NULL",
            ErrorKind::CheckViolation => {
                "the row breaks a rule of the table: correct the value before it is written"
            }
            ErrorKind::Serialization | ErrorKind::Deadlock => "run the whole transaction again",
            ErrorKind::Locked => {
                "another connection holds the lock: keep transactions short, or raise the timeout"
            }
            ErrorKind::ReadOnly => {
                "check the permissions of the file and its folder, and that the URL or transaction is not read-only"
            }
            ErrorKind::Data => {
                "the value does not fit: shorten or correct it, or give the column a wider type in a migration"
            }
            ErrorKind::Character => "leave that character out, or keep the value as bytes",
            ErrorKind::Missing => "run the migrations (`db upgrade`), or check the name",
            _ => return None,
        })
    }
}

impl Error {
    /// An error of that kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error(Box::new(Inner {
            kind,
            message: message.into(),
            constraint: None,
            table: None,
            column: None,
            sqlstate: None,
            sql: None,
            source: None,
            report: None,
        }))
    }

    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The constraint that was violated, where the database says it. SQLite names a unique constraint by its columns:
    /// `user.first, user.last`.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        self.0.constraint.as_deref()
    }

    /// The table concerned, where the database says it.
    #[must_use]
    pub fn table(&self) -> Option<&str> {
        self.0.table.as_deref()
    }

    /// The column concerned, where the database says it.
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        self.0.column.as_deref()
    }

    /// The five-character SQLSTATE, where the database has one.
    #[must_use]
    pub fn sqlstate(&self) -> Option<&str> {
        self.0.sqlstate.as_deref()
    }

    /// The statement that failed, without its binds.
    #[must_use]
    pub fn sql(&self) -> Option<&str> {
        self.0.sql.as_deref()
    }

    /// The driver's error for what the database refused: its words, which may quote values of the row (`Key (email)=(…) already exists`).
    /// For who may read the data, such as the operator of a migration; never for a log.
    #[must_use]
    pub fn report(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.report.as_deref().map(|e| e as _)
    }

    /// Whether a unique constraint was violated.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        self.0.kind == ErrorKind::UniqueViolation
    }

    /// Whether a foreign key was violated.
    #[must_use]
    pub fn is_foreign_key_violation(&self) -> bool {
        self.0.kind == ErrorKind::ForeignKeyViolation
    }

    /// Whether any rule of the schema was violated: unique, foreign key, not null or check.
    #[must_use]
    pub fn is_constraint_violation(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::UniqueViolation
                | ErrorKind::ForeignKeyViolation
                | ErrorKind::NotNullViolation
                | ErrorKind::CheckViolation
        )
    }

    /// Whether running the whole transaction again may succeed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Serialization | ErrorKind::Deadlock)
    }

    /// Whether the connection is gone.
    #[must_use]
    pub fn is_connection(&self) -> bool {
        self.0.kind == ErrorKind::Connection
    }

    /// An error as a database reports it: its words without values, what to do about that kind, and the driver's error.
    #[allow(dead_code, reason = "the drivers use it, and each is a feature")]
    pub(crate) fn reported(kind: ErrorKind, what: &str, report: impl Into<Cause>) -> Self {
        let what = what.trim_end_matches('.');
        let mut error = match kind.advice() {
            Some(advice) => Error::new(kind, format!("{what}; {advice}")),
            None => Error::new(kind, what),
        };
        error.0.report = Some(report.into());
        error
    }

    pub(crate) fn state(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::State, message)
    }

    #[allow(dead_code, reason = "the drivers use it, and each is a feature")]
    pub(crate) fn with_constraint(mut self, name: Option<impl Into<String>>) -> Self {
        self.0.constraint = name.map(Into::into);
        self
    }

    #[allow(dead_code, reason = "the drivers use it, and each is a feature")]
    pub(crate) fn with_table(mut self, name: Option<impl Into<String>>) -> Self {
        self.0.table = name.map(Into::into);
        self
    }

    #[allow(dead_code, reason = "the drivers use it, and each is a feature")]
    pub(crate) fn with_column(mut self, name: Option<impl Into<String>>) -> Self {
        self.0.column = name.map(Into::into);
        self
    }

    #[allow(dead_code, reason = "the drivers use it, and each is a feature")]
    pub(crate) fn with_sqlstate(mut self, code: impl Into<String>) -> Self {
        self.0.sqlstate = Some(code.into());
        self
    }

    /// Keeps the statement, unless an inner layer has said it already.
    pub(crate) fn with_sql(mut self, sql: &str) -> Self {
        self.0.sql.get_or_insert_with(|| sql.to_owned());
        self
    }

    #[allow(dead_code, reason = "the drivers use it, and each is a feature")]
    pub(crate) fn with_source(mut self, source: impl Into<Cause>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn in_column(mut self, index: usize, name: Option<&str>) -> Self {
        let what = name.map_or_else(|| format!("column {index}"), |n| format!("column {index} (`{n}`)"));
        self.0.message = format!("{what}: {}", self.0.message);
        self.0.column = name.map(str::to_owned);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Error");
        out.field("kind", &self.0.kind).field("message", &self.0.message);
        for (name, value) in
            [("constraint", self.constraint()), ("sqlstate", self.sqlstate()), ("sql", self.sql())]
        {
            if let Some(value) = value {
                out.field(name, &value);
            }
        }
        out.finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|e| e as _)
    }
}

impl From<rebis_sql::CompileError> for Error {
    fn from(e: rebis_sql::CompileError) -> Self {
        Error::new(ErrorKind::Compile, e.to_string())
    }
}

impl From<rebis_sql::DecodeError> for Error {
    fn from(e: rebis_sql::DecodeError) -> Self {
        Error::new(ErrorKind::Decode, e.to_string())
    }
}
