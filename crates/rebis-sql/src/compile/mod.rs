//! [`compile()`]: a statement becomes SQL text and binds. Invariant: every value of the statement is in `binds`, none in `sql`.

mod after;
mod expr;
mod modify;
mod select;
mod window;
mod writer;

pub(crate) use writer::{Result, Writer};

use crate::{CompileError, Delete, Dialect, Expr, Insert, Name, Select, Statement, Update, Value};

/// SQL text and the values bound to its placeholders, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compiled {
    /// The text.
    pub sql: String,
    /// The binds.
    pub binds: Vec<Value>,
}

impl Compiled {
    /// Empties text and binds and keeps their memory, for the next [`compile_into`].
    pub fn clear(&mut self) {
        self.sql.clear();
        self.binds.clear();
    }
}

/// Writes a statement as a dialect's SQL.
///
/// # Errors
/// When the statement needs what the database does not have ([`Unsupported`](crate::Unsupported)), or is not complete.
///
/// ```
/// use rebis_sql::{Dialect, Expr, Select, Statement, compile, stmt::TableRef};
/// let select = Select {
///     columns: vec![Expr::col("id").into()],
///     from: vec![TableRef::table("user")],
///     filter: Some(Expr::col("name").eq("alice")),
///     ..Select::default()
/// };
/// let compiled = compile(&Statement::Select(select), Dialect::Postgres)?;
/// assert_eq!(compiled.sql, r#"SELECT "id" FROM "user" WHERE "name" = $1"#);
/// # Ok::<(), rebis_sql::CompileError>(())
/// ```
pub fn compile(statement: &Statement, dialect: Dialect) -> Result<Compiled> {
    let mut out = Compiled::default();
    compile_into(statement, dialect, &mut out)?;
    Ok(out)
}

/// [`compile()`] into a buffer that is emptied first and whose memory is used again.
///
/// # Errors
/// Those of [`compile()`].
pub fn compile_into(statement: &Statement, dialect: Dialect, out: &mut Compiled) -> Result<()> {
    out.clear();
    let w = &mut Writer::new(dialect, out);
    match statement {
        Statement::Select(s) => w.select(s),
        Statement::Insert(s) => w.insert(s),
        Statement::Update(s) => w.update(s),
        Statement::Delete(s) => w.delete(s),
    }
}

/// [`compile()`] of a SELECT that need not become a [`Statement`].
///
/// # Errors
/// Those of [`compile()`].
pub fn compile_select(select: &Select, dialect: Dialect) -> Result<Compiled, CompileError> {
    written(dialect, |w| w.select(select))
}

/// A SELECT that shows how it would be run; with `analyze` it is also run and measured.
///
/// # Errors
/// Those of [`compile()`], and when the database cannot measure.
pub fn compile_explain(select: &Select, analyze: bool, dialect: Dialect) -> Result<Compiled, CompileError> {
    written(dialect, |w| {
        w.push(w.rules.explain(analyze)?);
        w.select(select)
    })
}

/// SQL by hand: the text of an [`Expr::Raw`] with this dialect's placeholders.
///
/// # Errors
/// When there is not one expression for each gap.
pub fn compile_raw(parts: &[Name], args: &[Expr], dialect: Dialect) -> Result<Compiled, CompileError> {
    written(dialect, |w| w.raw(parts, args))
}

/// [`compile()`] of an INSERT that need not become a [`Statement`].
///
/// # Errors
/// Those of [`compile()`].
pub fn compile_insert(insert: &Insert, dialect: Dialect) -> Result<Compiled, CompileError> {
    written(dialect, |w| w.insert(insert))
}

/// [`compile()`] of an UPDATE that need not become a [`Statement`].
///
/// # Errors
/// Those of [`compile()`].
pub fn compile_update(update: &Update, dialect: Dialect) -> Result<Compiled, CompileError> {
    written(dialect, |w| w.update(update))
}

/// [`compile()`] of a DELETE that need not become a [`Statement`].
///
/// # Errors
/// Those of [`compile()`].
pub fn compile_delete(delete: &Delete, dialect: Dialect) -> Result<Compiled, CompileError> {
    written(dialect, |w| w.delete(delete))
}

fn written(dialect: Dialect, write: impl FnOnce(&mut Writer<'_>) -> Result<()>) -> Result<Compiled> {
    let mut out = Compiled::default();
    write(&mut Writer::new(dialect, &mut out))?;
    Ok(out)
}
