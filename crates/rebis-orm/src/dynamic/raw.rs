//! SQL that a person types, and rows whose columns nobody knows before. Invariant: each `{}` is a bind here too; the text is for people at a
//! prompt, never for what comes from outside.

use rebis_sql::compile::compile_raw;
use rebis_sql::{Cell, Expr, Value};

use crate::error::{Error, ErrorKind, Result};
use crate::query::parts_of;
use crate::session::Session;

/// What SQL by hand gave.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct AnyRows {
    /// The columns' names; none when there are no rows.
    pub columns: Vec<String>,
    /// The rows, a value for each column.
    pub rows: Vec<Vec<Value>>,
    /// Of a statement that gives no rows: how many it changed.
    pub affected: Option<u64>,
}

impl Session {
    /// Runs SQL that is known at run time only, after a flush, `{}` for each value. In a program, take [`sql`](crate::sql()), whose text is the
    /// program's own.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rebis_orm::Result<()> {
    /// let session = rebis_orm::Database::connect("sqlite://")?.session();
    /// let typed = String::from("SELECT 1 + {} AS sum");
    /// let found = session.run_text(&typed, [2]).await?;
    /// assert_eq!((found.columns[0].as_str(), &found.rows[0][0]), ("sum", &rebis_sql::Value::Int(3)));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the values are not as many as the `{}`, and what the database says.
    pub async fn run_text(
        &self,
        text: &str,
        binds: impl IntoIterator<Item = impl crate::query::Bind>,
    ) -> Result<AnyRows> {
        let binds: Vec<Value> = binds.into_iter().map(crate::query::Bind::into_bind).collect();
        let parts = parts_of(text);
        if parts.len() != binds.len() + 1 {
            let what = format!("the SQL has {} `{{}}` and {} values", parts.len() - 1, binds.len());
            return Err(Error::new(ErrorKind::State, what)
                .advise("give one value for each `{}`; `{{}}` stands for the two characters themselves"));
        }
        self.flush().await?;
        if !only_reads(text) {
            self.0.writes_past();
        }
        let mut connection = self.0.connection().await?;
        let args: Vec<Expr> = binds.iter().cloned().map(Expr::Value).collect();
        let sql = compile_raw(&parts, &args, connection.dialect())?.sql;
        if !gives_rows(&sql) {
            let done = connection.execute(&sql, &binds).await?;
            return Ok(AnyRows { affected: Some(done.rows_affected), ..AnyRows::default() });
        }
        let mut found = AnyRows::default();
        connection
            .query(&sql, &binds, |row| {
                if found.rows.is_empty() {
                    found.columns = (0..row.len()).map(|i| row.name(i).unwrap_or("?").to_owned()).collect();
                }
                found.rows.push((0..row.len()).map(|i| row.cell(i).map(value)).collect::<Result<_, _>>()?);
                Ok(())
            })
            .await?;
        Ok(found)
    }
}

/// How statements begin that change nothing.
const READING: &[&str] = &["select", "values", "show", "explain", "describe", "desc", "table"];

fn first_word(sql: &str) -> String {
    let text = sql.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    text.chars().take_while(|c| c.is_alphabetic()).collect::<String>().to_lowercase()
}

fn only_reads(sql: &str) -> bool {
    READING.contains(&first_word(sql).as_str())
}

fn gives_rows(sql: &str) -> bool {
    only_reads(sql)
        || ["with", "pragma", "call"].contains(&first_word(sql).as_str())
        || sql.split(|c: char| !c.is_alphanumeric()).any(|word| word.eq_ignore_ascii_case("returning"))
}

/// A cell as it came, no type being asked for.
fn value(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Bool(v) => Value::Bool(v),
        Cell::Int(v) => Value::Int(v),
        Cell::UInt(v) => i64::try_from(v).map_or_else(|_| Value::Decimal(v.into()), Value::Int),
        Cell::Float32(v) => Value::Float(v.to_string().parse().unwrap_or_else(|_| v.into())),
        Cell::Float(v) => Value::Float(v),
        Cell::Decimal(v) => Value::Decimal(v),
        Cell::Text(v) => Value::Text(v.to_owned()),
        Cell::Bytes(v) => Value::Bytes(v.to_vec()),
        Cell::Date(v) => Value::Date(v),
        Cell::Time(v) => Value::Time(v),
        Cell::DateTime(v) => Value::DateTime(v),
        Cell::DateTimeUtc(v) => Value::DateTimeUtc(v),
        Cell::Interval(v) => Value::Interval(v),
        Cell::Json(text) => {
            serde_json::from_str(&text).map_or_else(|_| Value::Text(text.into_owned()), Value::Json)
        }
        Cell::Uuid(v) => Value::Uuid(v),
        Cell::Array(v) => Value::Array(v),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::gives_rows;

    #[test]
    fn what_gives_rows_is_told_from_its_words() {
        for sql in [
            "SELECT 1",
            " (select 1)",
            "WITH a AS (SELECT 1) SELECT * FROM a",
            "INSERT INTO t VALUES (1) RETURNING id",
        ] {
            assert!(gives_rows(sql), "{sql}");
        }
        for sql in ["INSERT INTO t VALUES (1)", "UPDATE t SET a = 1", "CREATE TABLE selects (id INTEGER)", ""]
        {
            assert!(!gives_rows(sql), "{sql}");
        }
    }
}
