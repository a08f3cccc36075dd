//! SQLite's views and triggers. Invariant: the text is the one that was given, without what stands before it.

use rebis_sql::schema::{Objects, Trigger, View};

use super::token::Tokens;
use crate::{Connection, Result};

const OBJECTS_SQL: &str = "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE type IN ('view', 'trigger') AND sql IS NOT NULL";

pub(in crate::inspect) async fn objects(connection: &mut Connection) -> Result<Objects> {
    let mut found = Objects::default();
    let all = connection.fetch_all::<(String, String, String, String)>(OBJECTS_SQL, &[]).await?;
    for (kind, name, table, sql) in all {
        if kind == "view" {
            found.views.push(View::new(name, select(&sql)));
        } else {
            let (when, body) = trigger(&sql);
            found.triggers.push(Trigger::new(name, table, when, body));
        }
    }
    Ok(found)
}

/// The place of the name: behind CREATE, TEMP, VIEW, IF NOT EXISTS and a schema.
fn name_at(t: &Tokens<'_>, keyword: &str) -> usize {
    let mut at = (0..t.len()).find(|i| t.is(*i, keyword)).map_or(0, |i| i + 1);
    if t.is(at, "IF") {
        at += 3;
    }
    if t.mark(at + 1, '.') { at + 2 } else { at }
}

/// What stands behind AS; behind the name, where columns are listed.
fn select(sql: &str) -> String {
    let t = Tokens::new(sql);
    let at = name_at(&t, "VIEW") + 1;
    let from = if t.is(at, "AS") { at + 1 } else { at };
    t.text(from..t.len()).to_owned()
}

/// What stands before ON, and behind the table.
fn trigger(sql: &str) -> (String, String) {
    let t = Tokens::new(sql);
    let from = name_at(&t, "TRIGGER") + 1;
    let on = (from..t.len()).find(|i| t.is(*i, "ON")).unwrap_or(t.len());
    (t.text(from..on).to_owned(), t.text(on + 2..t.len()).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_taken_apart() {
        assert_eq!(select("CREATE VIEW IF NOT EXISTS \"v\" AS SELECT a AS b FROM t"), "SELECT a AS b FROM t");
        assert_eq!(select("CREATE VIEW main.v (x) AS SELECT 1"), "(x) AS SELECT 1");
        let text = "CREATE TRIGGER \"on t\" AFTER UPDATE OF a ON \"t\" BEGIN SELECT 1; END";
        assert_eq!(trigger(text), ("AFTER UPDATE OF a".into(), "BEGIN SELECT 1; END".into()));
    }
}
