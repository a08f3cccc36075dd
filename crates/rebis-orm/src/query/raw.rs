//! [`sql()`]: SQL by hand. Invariant: each `{}` is a bind; text from outside can only come in as a value.

use rebis_engine::{Connection, Done, FromRow};
use rebis_sql::{ColumnType, Dialect, Expr, Select, Statement, Value, compile};

use crate::database::Database;
use crate::error::{Error, ErrorKind, Result};
use crate::session::Session;

/// SQL with binds: `sql("SELECT 1 + {}").bind(2)`.
#[derive(Clone, Debug)]
#[must_use = "a statement does nothing until it is run"]
pub struct RawSql {
    text: &'static str,
    binds: Vec<Value>,
}

/// SQL by hand, `{}` for each value. The text is the program's own: it takes no `String`.
pub fn sql(text: &'static str) -> RawSql {
    RawSql { text, binds: Vec::new() }
}

/// What can be bound to SQL by hand.
#[diagnostic::on_unimplemented(message = "`{Self}` cannot be bound to SQL", label = "not a value")]
pub trait Bind {
    /// The value.
    fn into_bind(self) -> Value;
}

macro_rules! binds {
    ($($ty:ty),* $(,)?) => {
        $(impl Bind for $ty { fn into_bind(self) -> Value { ColumnType::into_value(self) } })*
    };
}

binds!(
    bool,
    i16,
    i32,
    i64,
    f32,
    f64,
    String,
    Vec<u8>,
    uuid::Uuid,
    rust_decimal::Decimal,
    serde_json::Value,
    chrono::NaiveDate,
    chrono::NaiveTime,
    chrono::NaiveDateTime,
    chrono::DateTime<chrono::Utc>,
);

impl Bind for Value {
    fn into_bind(self) -> Value {
        self
    }
}

impl Bind for &str {
    fn into_bind(self) -> Value {
        Value::Text(self.to_owned())
    }
}

impl<T: Bind> Bind for Option<T> {
    fn into_bind(self) -> Value {
        self.map_or(Value::Null, T::into_bind)
    }
}

impl RawSql {
    /// The value of the next `{}`.
    pub fn bind(mut self, value: impl Bind) -> Self {
        self.binds.push(value.into_bind());
        self
    }

    /// The text with the dialect's placeholders.
    fn text(&self, dialect: Dialect) -> Result<String> {
        let parts: Vec<rebis_sql::Name> = self.text.split("{}").map(Into::into).collect();
        if parts.len() != self.binds.len() + 1 {
            return Err(Error::new(
                ErrorKind::State,
                format!(
                    "the SQL has {} `{{}}` and {} values: {}",
                    parts.len() - 1,
                    self.binds.len(),
                    self.text
                ),
            )
            .advise("call `.bind(…)` once for each `{}`"));
        }
        // The dialect writes placeholders where it writes expressions: as a select list, whose keyword is taken off again.
        let raw = Expr::Raw { parts, binds: self.binds.clone() };
        let select = Select { columns: vec![raw.into()], ..Select::default() };
        let compiled = compile(&Statement::Select(select), dialect)?;
        let text = compiled.sql.strip_prefix("SELECT ").map(str::to_owned).unwrap_or(compiled.sql);
        Ok(text)
    }
}

impl Session {
    /// Runs SQL that gives no rows, after a flush.
    ///
    /// # Errors
    /// What the database says.
    pub async fn execute(&self, statement: RawSql) -> Result<Done> {
        self.flush().await?;
        let mut connection = self.0.connection().await?;
        run(&mut connection, &statement).await
    }

    /// Runs SQL and gives its rows as tuples or as a struct that implements [`FromRow`], after a flush.
    ///
    /// # Errors
    /// What the database says, and when a row does not decode.
    pub async fn fetch_all<T: FromRow + Send>(&self, statement: RawSql) -> Result<Vec<T>> {
        self.flush().await?;
        let mut connection = self.0.connection().await?;
        rows(&mut connection, &statement).await
    }
}

impl Database {
    /// Runs SQL that gives no rows, in a transaction of its own.
    ///
    /// # Errors
    /// What the database says.
    pub async fn execute(&self, statement: RawSql) -> Result<Done> {
        run(&mut self.engine()?.acquire().await?, &statement).await
    }

    /// Runs SQL and gives its rows.
    ///
    /// # Errors
    /// What the database says, and when a row does not decode.
    pub async fn fetch_all<T: FromRow + Send>(&self, statement: RawSql) -> Result<Vec<T>> {
        rows(&mut self.engine()?.acquire().await?, &statement).await
    }
}

async fn run(connection: &mut Connection, statement: &RawSql) -> Result<Done> {
    let text = statement.text(connection.dialect())?;
    Ok(connection.execute(&text, &statement.binds).await?)
}

async fn rows<T: FromRow + Send>(connection: &mut Connection, statement: &RawSql) -> Result<Vec<T>> {
    let text = statement.text(connection.dialect())?;
    Ok(connection.fetch_all(&text, &statement.binds).await?)
}
