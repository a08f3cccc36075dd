//! A table made anew: the statements, from what the table is and what is to change. Pure.
//!
//! **Invariant.** Rows, row numbers, indexes, triggers and the counter of AUTOINCREMENT come over; what cannot is refused before anything
//! runs. All statements run in one transaction, with foreign keys off.

use rebis_sql::{Ddl, Dialect};

use super::text::{Refused, TableText};
use super::token::{Kind, mentions, tokens};
use crate::op::Op;

pub(super) use crate::diff::TEMPORARY;

/// What `sqlite_master` says of a table.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// The name, in the letters of the database.
    pub(super) name: String,
    pub(super) create: String,
    /// Name and text of each index and trigger that has a text.
    pub(super) indexes: Vec<(String, String)>,
    pub(super) triggers: Vec<(String, String)>,
    /// The counter of AUTOINCREMENT.
    pub(super) counter: Option<i64>,
}

impl Found {
    /// Whether ALTER TABLE … DROP COLUMN does it: no constraint, index, trigger or generated column knows the column.
    pub(super) fn drops_in_place(&self, column: &str) -> bool {
        let Some(text) = TableText::parse(&self.create) else { return false };
        let Some((at, own)) = text.column(column) else { return false };
        let elsewhere = text.pieces.iter().enumerate().any(|(i, p)| i != at && mentions(p, column));
        let bound = own.clauses.iter().any(|c| c.kind.constraint().is_some());
        !elsewhere && !bound && !self.indexes.iter().any(|(_, sql)| mentions(sql, column))
    }
}

/// The statements that make the table anew with these changes.
pub(super) fn rebuild(found: &Found, changes: &[&Ddl]) -> Result<Vec<String>, Refused> {
    let cannot_read = || {
        String::from(
            "the text of its CREATE TABLE could not be taken apart, so it is left alone; make the change with op.execute",
        )
    };
    let mut text = TableText::parse(&found.create).ok_or_else(cannot_read)?;
    let before = text.clone();
    let mut indexes = found.indexes.clone();
    for change in changes {
        edit(&mut text, &mut indexes, change)
            .map_err(|why| format!("{}: {why}", Op::Schema((*change).clone()).describe()))?;
    }
    let (old, new) = (quote(&found.name), quote(&format!("{TEMPORARY}{}", found.name)));
    let mut columns: Vec<String> = text
        .stored()
        .into_iter()
        .filter(|c| before.stored().iter().any(|b| b.eq_ignore_ascii_case(c)))
        .map(|c| quote(&c))
        .collect();
    if before.has_hidden_rowid()
        && text.has_hidden_rowid()
        && let Some(rowid) = ["rowid", "_rowid_", "oid"]
            .iter()
            .find(|r| before.column(r).is_none() && text.column(r).is_none())
    {
        columns.push((*rowid).to_owned());
    }
    let columns = columns.join(", ");
    let mut sql =
        vec![text.render(&new), format!("INSERT INTO {new} ({columns}) SELECT {columns} FROM {old}")];
    // Without the old rules, RENAME would look for the table in views and triggers, where it is missing just now, and would turn
    // references to the old name.
    sql.push(String::from("PRAGMA legacy_alter_table = ON"));
    sql.push(format!("DROP TABLE {old}"));
    sql.push(format!("ALTER TABLE {new} RENAME TO {old}"));
    sql.push(String::from("PRAGMA legacy_alter_table = OFF"));
    if let Some(counter) = found.counter.filter(|_| text.has_autoincrement()) {
        let name = literal(&found.name);
        sql.push(format!("DELETE FROM sqlite_sequence WHERE name = {name}"));
        sql.push(format!("INSERT INTO sqlite_sequence (name, seq) VALUES ({name}, {counter})"));
    }
    sql.extend(indexes.into_iter().map(|(_, text)| text));
    sql.extend(found.triggers.iter().map(|(_, text)| text.clone()));
    Ok(sql)
}

fn edit(text: &mut TableText, indexes: &mut Vec<(String, String)>, change: &Ddl) -> Result<(), Refused> {
    match change {
        Ddl::AddColumn { column, .. } => text.add_column(column),
        Ddl::AlterColumn { existing, change, .. } => text.alter_column(&existing.name, change),
        Ddl::AddConstraint { constraint, .. } => text.add_constraint(constraint),
        Ddl::AlterTableOption { option, to, .. } => text.alter_option(option, to.as_deref()),
        Ddl::DropConstraint { table, name, kind, .. } => text.drop_constraint(table, name, *kind),
        Ddl::DropColumn { column, .. } => {
            if let Some((name, _)) =
                indexes.iter().find(|(_, sql)| uses(sql, column) && !is_only_over(sql, column))
            {
                return Err(format!(
                    "index {name} is over column {column} and more; drop it first: op.drop_index(\"{name}\", …)"
                ));
            }
            indexes.retain(|(_, sql)| !uses(sql, column));
            text.drop_column(column)
        }
        Ddl::CreateIndex { index, if_not_exists, .. } => {
            let there = indexes.iter().any(|(n, _)| n.eq_ignore_ascii_case(&index.name));
            match (there, if_not_exists) {
                (true, true) => Ok(()),
                (true, false) => Err(format!("there is an index {} already", index.name)),
                (false, _) => {
                    let sql = Dialect::Sqlite.ddl(change).map_err(|e| e.to_string())?;
                    indexes.extend(sql.into_iter().map(|sql| (index.name.clone(), sql)));
                    Ok(())
                }
            }
        }
        Ddl::DropIndex { name, if_exists, .. } => {
            let before = indexes.len();
            indexes.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
            if indexes.len() == before && !if_exists {
                let there: Vec<&str> = indexes.iter().map(|(n, _)| n.as_str()).collect();
                return Err(format!("there is no index {name} on it; it has: {}", there.join(", ")));
            }
            Ok(())
        }
        _ => Err(String::from("this change is not made by a rebuild")),
    }
}

/// The keys and the condition of an index's text, behind the table's name.
fn keys(sql: &str) -> &str {
    let all = tokens(sql).unwrap_or_default();
    let on = all.iter().position(|t| t.is(sql, "ON")).unwrap_or(0);
    let open = all[on..].iter().find(|t| t.kind == Kind::Sign && t.text(sql) == "(");
    open.map_or(sql, |t| &sql[t.start..])
}

fn uses(index: &str, column: &str) -> bool {
    mentions(keys(index), column)
}

/// Whether an index is over that column alone: dropped with it, nothing else is lost.
fn is_only_over(index: &str, column: &str) -> bool {
    let sql = keys(index);
    let all = tokens(sql).unwrap_or_default();
    let names: Vec<String> =
        all.iter().filter(|t| t.kind != Kind::Sign).filter_map(|t| t.name(sql)).collect();
    let plain = all.iter().filter(|t| t.kind == Kind::Sign).all(|t| matches!(t.text(sql), "(" | ")"));
    let rest = ["ASC", "DESC", "COLLATE", "NOCASE", "BINARY", "RTRIM"];
    plain
        && names.first().is_some_and(|n| n.eq_ignore_ascii_case(column))
        && names[1..].iter().all(|n| rest.iter().any(|r| r.eq_ignore_ascii_case(n)))
}

pub(super) fn quote(name: &str) -> String {
    let mut sql = String::new();
    Dialect::Sqlite.quote_into(name, &mut sql);
    sql
}

pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The table that a change concerns, when it is one that a rebuild can take in.
pub(super) fn editable(change: &Ddl) -> Option<(Option<&str>, &str)> {
    let (schema, table) = match change {
        Ddl::AddColumn { schema, table, .. }
        | Ddl::DropColumn { schema, table, .. }
        | Ddl::AlterColumn { schema, table, .. }
        | Ddl::AddConstraint { schema, table, .. }
        | Ddl::DropConstraint { schema, table, .. }
        | Ddl::AlterTableOption { schema, table, .. }
        | Ddl::CreateIndex { schema, table, .. }
        | Ddl::DropIndex { schema, table, .. } => (schema, table),
        _ => return None,
    };
    Some((schema.as_deref(), table))
}

#[cfg(test)]
mod tests {
    use rebis_sql::SqlType;
    use rebis_sql::ddl::ColumnChange;
    use rebis_sql::schema::Column;

    use super::*;

    fn found(create: &str) -> Found {
        Found { name: "t".into(), create: create.into(), ..Found::default() }
    }

    fn tighten(column: &str) -> Ddl {
        Ddl::AlterColumn {
            schema: None,
            table: "t".into(),
            existing: Column::new(column, SqlType::Integer),
            change: ColumnChange { nullable: Some(false), ..ColumnChange::default() },
        }
    }

    fn drop(column: &str) -> Ddl {
        Ddl::DropColumn { schema: None, table: "t".into(), column: column.into() }
    }

    #[test]
    fn generated_columns_are_not_copied_and_row_numbers_are() {
        let table = found("CREATE TABLE t (a INT, g INT AS (a) STORED)");
        let sql = rebuild(&table, &[&tighten("a")]).unwrap();
        assert_eq!(
            sql[..2],
            [
                "CREATE TABLE \"_rebis_tmp_t\" (a INT NOT NULL, g INT AS (a) STORED)",
                "INSERT INTO \"_rebis_tmp_t\" (\"a\", rowid) SELECT \"a\", rowid FROM \"t\"",
            ]
        );
        let keyed = found("CREATE TABLE t (id INTEGER PRIMARY KEY, a INT)");
        assert!(rebuild(&keyed, &[&tighten("a")]).unwrap()[1].contains("(\"id\", \"a\")"));
        let without = found("CREATE TABLE t (id TEXT PRIMARY KEY, a INT) WITHOUT ROWID");
        assert!(!rebuild(&without, &[&tighten("a")]).unwrap()[1].contains("rowid"));
    }

    #[test]
    fn the_counter_indexes_and_triggers_come_over() {
        let mut table = found("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a INT)");
        table.counter = Some(7);
        table.indexes = vec![("i".into(), "CREATE INDEX i ON t (lower(a)) WHERE a > 1".into())];
        table.triggers = vec![("r".into(), "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END".into())];
        let sql = rebuild(&table, &[&tighten("a")]).unwrap();
        assert!(sql.contains(&"INSERT INTO sqlite_sequence (name, seq) VALUES ('t', 7)".to_owned()));
        assert_eq!(sql[sql.len() - 2..], [table.indexes[0].1.clone(), table.triggers[0].1.clone()]);
        let e = rebuild(&table, &[&drop("a")]).unwrap_err();
        assert!(e.starts_with("drop column t.a: index i is over column a and more"), "{e}");
        table.indexes[0].1 = "CREATE UNIQUE INDEX \"i\" ON \"t\" (\"a\" COLLATE NOCASE DESC)".into();
        assert!(!rebuild(&table, &[&drop("a")]).unwrap().concat().contains("INDEX"));
        assert!(!table.drops_in_place("a"));
        table.indexes.clear();
        assert!(table.drops_in_place("a") && !table.drops_in_place("id"));
    }

    #[test]
    fn what_cannot_be_read_is_left_alone() {
        let e = rebuild(&found("CREATE VIRTUAL TABLE t USING fts5(a)"), &[&tighten("a")]).unwrap_err();
        assert!(e.contains("could not be taken apart"), "{e}");
    }
}
