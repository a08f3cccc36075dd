//! [`sql()`]: SQL by hand. Invariant: each `{}` is a bind; text from outside can only come in as a value.

use rebis_engine::{Connection, Done, FromRow};
use rebis_sql::compile::compile_raw;
use rebis_sql::stmt::TableRef;
use rebis_sql::{ColumnType, Dialect, Expr, Name, Value};

use super::select::SelectStatement;
use super::selection::Selection;
use super::source::known_as;

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
        let parts = parts(self.text);
        if parts.len() != self.binds.len() + 1 {
            let (gaps, values) = (parts.len() - 1, self.binds.len());
            return Err(Error::new(
                ErrorKind::State,
                format!("the SQL has {gaps} `{{}}` and {values} values: {}", self.text),
            )
            .advise("call `.bind(…)` once for each `{}`; `{{}}` stands for the two characters themselves"));
        }
        let args: Vec<Expr> = self.binds.iter().cloned().map(Expr::Value).collect();
        Ok(compile_raw(&parts, &args, dialect)?.sql)
    }
}

/// The text between the gaps `{}`; `{{}}` is the two characters themselves.
pub(crate) fn parts(text: &'static str) -> Vec<Name> {
    split(text, Name::Borrowed)
}

/// The same of a text that is not the program's own.
pub(crate) fn parts_of(text: &str) -> Vec<Name> {
    split(text, |part| Name::Owned(part.to_owned()))
}

fn split<'a>(text: &'a str, name: fn(&'a str) -> Name) -> Vec<Name> {
    let mut parts = vec![Name::Borrowed("")];
    for (i, escaped) in text.split("{{}}").enumerate() {
        let mut pieces = escaped.split("{}");
        let (first, last) = (pieces.next().unwrap_or_default(), parts.last_mut());
        if let Some(last) = last {
            if i > 0 {
                last.to_mut().push_str("{}");
            }
            if last.is_empty() { *last = name(first) } else { last.to_mut().push_str(first) }
        }
        parts.extend(pieces.map(name));
    }
    parts
}

impl<S: Selection> SelectStatement<S> {
    /// Selects from SQL by hand in place of the model's table: `select(User).from_sql(sql("SELECT * FROM archive({})").bind(2020))`. The SQL gives
    /// at least the columns that are selected, in any order; filters, order and limit go around it.
    pub fn from_sql(mut self, query: RawSql) -> Self {
        let alias = self.select.from.first().map(|table| Name::Owned(known_as(table).to_owned()));
        let args = query.binds.into_iter().map(Expr::Value).collect();
        let alias = alias.unwrap_or(Name::Borrowed("query"));
        self.select.from = vec![TableRef::Raw { parts: parts(query.text), args, alias }];
        self
    }
}

impl Session {
    /// Runs SQL that gives no rows, after a flush.
    ///
    /// # Errors
    /// What the database says.
    pub async fn execute(&self, statement: RawSql) -> Result<Done> {
        self.flush().await?;
        self.0.writes_past();
        let mut connection = self.0.connection().await?;
        run(&mut connection, &statement).await
    }

    /// Runs SQL and gives its rows as tuples or as a struct that implements [`FromRow`], after a flush.
    ///
    /// # Errors
    /// What the database says, and when a row does not decode.
    pub async fn fetch_all<T: FromRow + Send>(&self, statement: RawSql) -> Result<Vec<T>> {
        self.flush().await?;
        self.0.writes_past();
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

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn gaps_and_braces() {
        assert_eq!(parts("a"), ["a"]);
        assert_eq!(parts("a {} b {}"), ["a ", " b ", ""]);
        assert_eq!(parts("'{{}}'::int[] && {}"), ["'{}'::int[] && ", ""]);
        assert_eq!(parts("{}{{}}{{}}{}"), ["", "{}{}", ""]);
    }
}
