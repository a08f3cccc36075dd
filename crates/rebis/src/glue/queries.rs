//! Tells the debug bar of the application's queries.
//!
//! **Invariant.** Outside debug mode nobody observes. A value that belongs to a secret column, or may belong to one, is not passed on.

use std::collections::HashSet;

use rebis_engine::{Observed, Observer};
use rebis_orm::Database;
use rebis_sql::Value;
use rebis_web::App;
use rebis_web::debug::{Query, Trace};

const HIDDEN: &str = "***";
const SECRET_WORDS: [&str; 7] = ["password", "passwd", "secret", "token", "api_key", "apikey", "credential"];
/// The longest value that is shown whole.
const LONGEST: usize = 200;

/// Notes the database's queries for the debug bar, once the application is built in debug mode.
pub(super) fn shown_in_debug(app: App, database: &Database, name: Option<&'static str>) -> App {
    let database = database.clone();
    app.on_debug(move || {
        if let Ok(engine) = database.engine() {
            engine.observe(ToTheBar::of(&database, name));
        }
    })
}

/// Listens to a database for the requests of a debug mode.
struct ToTheBar {
    database: Option<&'static str>,
    secret: HashSet<&'static str>,
}

impl ToTheBar {
    fn of(database: &Database, name: Option<&'static str>) -> Self {
        let secret =
            database.model_list().into_iter().flat_map(rebis_orm::ModelMeta::secret_columns).collect();
        ToTheBar { database: name, secret }
    }

    fn is_secret(&self, column: &str) -> bool {
        self.secret.contains(column) || sounds_secret(column)
    }
}

/// Whether a column's name alone says that it holds a secret.
pub(super) fn sounds_secret(column: &str) -> bool {
    let column = column.to_ascii_lowercase();
    SECRET_WORDS.iter().any(|word| column.contains(word))
}

impl Observer for ToTheBar {
    fn statement(&self, statement: &Observed<'_>) {
        let Some(trace) = Trace::current() else { return };
        let hidden = hidden(statement.sql, statement.binds.len(), |column| self.is_secret(column));
        let binds = statement.binds.iter().zip(hidden);
        trace.query(Query {
            sql: statement.sql.to_owned(),
            binds: binds
                .map(|(value, hidden)| if hidden { HIDDEN.to_owned() } else { shown(value) })
                .collect(),
            elapsed: statement.elapsed,
            rows: statement.outcome.as_ref().ok().copied(),
            error: statement.outcome.as_ref().err().map(ToString::to_string),
            database: self.database.map(str::to_owned),
            control: statement.control,
        });
    }

    fn remark(&self, text: &str) {
        if let Some(trace) = Trace::current() {
            trace.remark(text);
        }
    }
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => return String::from("NULL"),
        Value::Bytes(bytes) => return format!("{} bytes", bytes.len()),
        Value::Text(text) => format!("'{text}'"),
        Value::Bool(yes) => yes.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Time(time) => time.to_string(),
        Value::DateTime(time) => time.to_string(),
        Value::DateTimeUtc(time) => time.to_rfc3339(),
        Value::Json(json) => json.to_string(),
        Value::Uuid(id) => id.to_string(),
        Value::Array(all) => format!("[{}]", all.iter().map(shown).collect::<Vec<_>>().join(", ")),
        other => format!("{other:?}"),
    };
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}… ({} characters)", &text[..at], text.chars().count()),
        None => text,
    }
}

/// Which binds of a statement are not to be shown, by the columns that their places belong to: the list of an INSERT, or the name that a
/// placeholder is compared with or assigned to. Where that is not plain, a statement that names a secret column behind its FROM hides all.
fn hidden(sql: &str, binds: usize, secret: impl Fn(&str) -> bool) -> Vec<bool> {
    let words = words(sql);
    let mut all = vec![false; binds];
    if binds == 0 || !words.iter().any(|word| matches!(word, Word::Name(name) if secret(name))) {
        return all;
    }
    let mut insert = Insert::of(&words);
    let mut next = 0;
    for (at, word) in words.iter().enumerate() {
        if let Some(insert) = &mut insert {
            insert.pass(at, word);
        }
        let Word::Place(number) = word else { continue };
        let index = number.map_or(next, |number| number.saturating_sub(1));
        next += 1;
        let Some(hide) = all.get_mut(index) else { continue };
        let column = match &insert {
            Some(insert) if !insert.set => insert.column(),
            _ => beside(&words[..at]),
        };
        // A place whose column is not known may be the secret's.
        *hide |= column.is_none_or(&secret);
    }
    // Values of which no place was seen (one array for each column on some servers, a text that writes them otherwise).
    if next == 0 { vec![true; binds] } else { all }
}

/// Where one is in `INSERT INTO t (a, b) VALUES (…, …), (…, …) … SET …`.
struct Insert<'a> {
    columns: Vec<&'a str>,
    /// The last word of the list of columns.
    end: usize,
    /// How many commas were passed in each parenthesis that is open.
    open: Vec<usize>,
    /// What follows assigns as an UPDATE does.
    set: bool,
}

impl<'a> Insert<'a> {
    fn of(words: &[Word<'a>]) -> Option<Self> {
        let insert = matches!(words.first(), Some(Word::Name(name)) if name.eq_ignore_ascii_case("insert"));
        let start = words.iter().position(|word| matches!(word, Word::Sign('('))).filter(|_| insert)?;
        let end = start + words[start..].iter().position(|word| matches!(word, Word::Sign(')')))?;
        let names = words[start..end].iter();
        let columns = names.filter_map(|word| if let Word::Name(name) = word { Some(*name) } else { None });
        Some(Insert { columns: columns.collect(), end, open: Vec::new(), set: false })
    }

    fn pass(&mut self, at: usize, word: &Word<'_>) {
        match word {
            _ if at <= self.end => {}
            Word::Sign('(') => self.open.push(0),
            Word::Sign(')') => drop(self.open.pop()),
            Word::Sign(',') => {
                if let Some(passed) = self.open.last_mut() {
                    *passed += 1;
                }
            }
            Word::Name(name) if name.eq_ignore_ascii_case("set") || name.eq_ignore_ascii_case("update") => {
                self.set = true
            }
            _ => {}
        }
    }

    /// The column of the value that is passed now.
    fn column(&self) -> Option<&'a str> {
        self.columns.get(*self.open.first()?).copied()
    }
}

/// The name before `= ?`, `LIKE ?`, `IN (?, ?`, `BETWEEN ? AND ?`: the last one that is no keyword, with nothing of another condition between.
fn beside<'a>(before: &[Word<'a>]) -> Option<&'a str> {
    let mut behind_and = false;
    for word in before.iter().rev() {
        match word {
            Word::Name(name) if name.eq_ignore_ascii_case("and") && !behind_and => behind_and = true,
            Word::Name(name) if PASSED.iter().any(|passed| name.eq_ignore_ascii_case(passed)) => {}
            Word::Name(name) => return Some(*name),
            Word::Place(_) | Word::Sign('=' | '<' | '>' | '!' | '(' | ',' | '~' | ':') => {}
            Word::Sign(_) => return None,
        }
    }
    None
}

/// Words that stand between a column and its value.
const PASSED: [&str; 10] =
    ["like", "ilike", "in", "between", "not", "escape", "any", "is", "distinct", "from"];

#[derive(Debug)]
enum Word<'a> {
    Name(&'a str),
    /// `?`, or `$3` with its number.
    Place(Option<usize>),
    Sign(char),
}

/// The statement in words; text in quotes is left out, as it names nothing.
fn words(sql: &str) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let end = match c {
            '"' | '`' | '\'' => {
                let end = rest[1..].find(c).map_or(rest.len(), |at| at + 2);
                if c != '\'' && end >= 2 {
                    found.push(Word::Name(rest[1..end].trim_end_matches(c)));
                }
                end
            }
            '?' => {
                found.push(Word::Place(None));
                1
            }
            '$' => {
                let end = rest[1..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |at| at + 1);
                found.push(Word::Place(rest[1..end].parse().ok()));
                end
            }
            c if c.is_alphanumeric() || c == '_' => {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
                found.push(Word::Name(&rest[..end]));
                end
            }
            c if c.is_whitespace() || c == '.' => c.len_utf8(),
            c => {
                found.push(Word::Sign(c));
                c.len_utf8()
            }
        };
        rest = &rest[end..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sql: &str, binds: usize) -> Vec<bool> {
        hidden(sql, binds, sounds_secret)
    }

    #[test]
    fn what_belongs_to_a_secret_column_is_hidden() {
        let insert = "INSERT INTO \"user\" (\"name\", \"password_hash\") VALUES (?, ?), (?, ?)";
        assert_eq!(of(insert, 4), [false, true, false, true]);
        assert_eq!(of("INSERT INTO `user` (`name`, `token`) VALUES (?, ?)", 2), [false, true]);
        let arrays = "INSERT INTO \"user\" (\"name\", \"token\") SELECT * FROM UNNEST($1::text[], $2::text[]) RETURNING \"id\"";
        assert_eq!(of(arrays, 2), [false, true]);
        assert_eq!(
            of("UPDATE \"user\" SET \"password_hash\" = $1, \"name\" = $2 WHERE \"user\".\"id\" = $3", 3),
            [true, false, false]
        );
        let select = "SELECT \"user\".\"id\", \"user\".\"password_hash\" FROM \"user\" WHERE \"user\".\"name\" LIKE ? LIMIT 1";
        assert_eq!(of(select, 1), [false]);
        assert_eq!(
            of("SELECT 1 FROM \"key\" WHERE \"api_key\" IN (?, ?) AND \"id\" BETWEEN ? AND ?", 4),
            [true, true, false, false]
        );
    }

    #[test]
    fn an_insert_is_read_by_the_places_in_its_rows() {
        assert_eq!(of("INSERT INTO t (id, token, name) VALUES (DEFAULT, lower(?), ?)", 2), [true, false]);
        let upsert =
            "INSERT INTO t (name, token) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET token = ?, name = ?";
        assert_eq!(of(upsert, 4), [false, true, true, false]);
        assert_eq!(of("INSERT INTO t (name, token) SELECT ?, name FROM u", 1), [true]);
    }

    #[test]
    fn what_is_not_plain_is_hidden_where_there_is_a_secret() {
        assert_eq!(of("SELECT \"token\" || ? FROM \"user\"", 1), [true]);
        assert_eq!(of("SELECT \"name\" || ? FROM \"user\"", 1), [false]);
        assert_eq!(of("CALL secret()", 2), [true, true]);
    }

    #[test]
    fn long_values_are_cut() {
        assert_eq!(
            shown(&Value::Text("a".repeat(500))).chars().count(),
            LONGEST + "… (502 characters)".chars().count()
        );
    }
}
