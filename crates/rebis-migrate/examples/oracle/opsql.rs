//! Operations and the SQL that they are. Invariant: statements are compared by their words, not by their spaces, quotes and case.

use rebis_migrate::{Op, offline};
use rebis_sql::Dialect;
use rebis_sql::schema::Schema;
use serde_json::Value;

use crate::Outcome;
use crate::ops::{self, Words};
use crate::python::Py;
use crate::row::{Reason, strings, text};

pub(crate) fn case(row: &Value) -> Outcome {
    let dialect = match text(row, "dialect") {
        // The words that databases share are PostgreSQL's.
        "default" | "postgresql" | "postgresql+psycopg2" => Dialect::Postgres,
        "mysql" => Dialect::MySql,
        "mariadb" => Dialect::MariaDb,
        "sqlite" => Dialect::Sqlite,
        _ => return Outcome::NotApplicable("a database that Rebis does not speak"),
    };
    let all = row["ops"].as_array().cloned().unwrap_or_default();
    let mut sql = strings(&row["sql"]);
    if all.is_empty() {
        return Outcome::NotApplicable("the recorded row holds no operation");
    }
    if !row["naming_convention"].is_null() {
        return Outcome::NotApplicable(
            "a naming convention, which names what a script leaves without one: here the models have it, and a script says every name",
        );
    }
    if sql.iter().any(|s| s.contains("_alembic_tmp_")) {
        return Outcome::NotApplicable("a table made anew, which the recorded row does not hold");
    }
    if text(row, "test").contains("test_batch.py")
        && all.len() > 1
        && sql.len() == 1
        && sql[0].starts_with("DROP INDEX")
    {
        // The last of several is what the row holds.
        return last(&all, &sql, dialect, row);
    }
    if !row["contains"].is_null() {
        sql = strings(&row["contains"]);
        if sql.is_empty() {
            sql.push(text(row, "contains").to_owned());
        }
    }
    run(&all, &sql, dialect, row)
}

fn last(all: &[Value], sql: &[String], dialect: Dialect, row: &Value) -> Outcome {
    run(&all[all.len() - 1..], sql, dialect, row)
}

fn run(all: &[Value], recorded: &[String], dialect: Dialect, row: &Value) -> Outcome {
    let mut ops = Vec::new();
    let mut words = Words { expressions: recorded.iter().flat_map(|s| expressions(s)).collect() };
    for op in all {
        match ours(op, &mut words) {
            Ok(made) => ops.extend(made),
            Err(reason) => return Outcome::NotApplicable(reason),
        }
    }
    let ours = match offline(dialect, &ops, &mut Schema::default()) {
        Ok(made) => made.statements,
        Err(e) => {
            let said = e.to_string();
            return if said.contains("is not supported")
                || said.contains("has no ")
                || said.contains("does not have")
            {
                Outcome::NotApplicable("what the database lacks is refused here")
            } else {
                Outcome::Failed(format!("recorded {recorded:?}\nours     {e}"))
            };
        }
    };
    let contains = !row["contains"].is_null();
    judge(recorded, &ours, &ops, contains, text(row, "dialect") == "default")
}

fn judge(recorded: &[String], ours: &[String], ops: &[Op], contains: bool, no_database: bool) -> Outcome {
    let plain = |all: &[String]| all.iter().map(|s| normal(s)).collect::<Vec<_>>();
    let (mut wanted, mut made) = (plain(recorded), plain(ours));
    if contains && wanted.iter().all(|w| made.iter().any(|m| m.contains(w.as_str()))) {
        return Outcome::Passed;
    }
    if wanted == made {
        return Outcome::Passed;
    }
    // What an operation brings along may stand in another order.
    wanted.sort();
    made.sort();
    if wanted == made {
        return Outcome::Passed;
    }
    // Brackets around a key, and the order of an identity's options, mean nothing.
    let bare = |all: &[String]| {
        let mut words: Vec<String> = all.iter().flat_map(|s| s.split(' ').map(str::to_owned)).collect();
        words.retain(|w| w != "(" && w != ")");
        words
    };
    let sorted = |mut words: Vec<String>| {
        words.sort();
        words
    };
    let (one, other) = (bare(&wanted), bare(&made));
    if one == other {
        let expression = wanted.iter().any(|w| w.contains(" set default "));
        return if expression {
            Outcome::Better("an expression as a default stands in brackets, as MySQL asks")
        } else {
            Outcome::Passed
        };
    }
    if wanted.iter().any(|w| w.contains(" alter column ")) && sorted(one.clone()) == sorted(other.clone()) {
        return Outcome::Passed;
    }
    if other.join(" ").starts_with(&one.join(" ")) && made.iter().any(|m| m.contains(" set no minvalue")) {
        return Outcome::Better("an option of an identity that is not said any more is as at first");
    }
    if wanted.len() > made.len() && made.iter().all(|m| wanted.contains(m)) {
        // `index=True`, a comment that is empty: nothing in the recorded operation.
        return Outcome::NotApplicable(ops::UNSAID);
    }
    if wanted.iter().any(|w| w.contains(" , unique ( ")) && !made.iter().any(|m| m.contains(" unique ( ")) {
        return Outcome::NotApplicable(ops::UNSAID);
    }
    if no_database && wanted.iter().any(|w| w.contains(" rename to ")) {
        return Outcome::NotApplicable(
            "the words of no database: PostgreSQL gives the new name without its schema",
        );
    }
    let renames = ops.iter().any(|op| op.describe().starts_with("rename column"));
    if renames && wanted.iter().any(|w| w.contains(" change ")) {
        return Outcome::Better("a rename says the name alone, so nothing else of the column can be lost");
    }
    if wanted.iter().any(|w| w.contains(" references ") && w.contains(" add column ")) {
        return Outcome::Better("a new column's foreign key is a constraint of its own, which has a name");
    }
    if wanted.iter().any(|w| w.contains(" add column ") && w.contains("primary key")) {
        return Outcome::NotApplicable(
            "a primary key inside of ADD COLUMN: here it is an operation of its own",
        );
    }
    Outcome::Failed(format!("recorded {recorded:?}\nours     {ours:?}"))
}

/// Words with one space between; what means the same in the same words.
fn normal(sql: &str) -> String {
    let mut text = String::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let end = match c {
            '\'' => rest[1..].find('\'').map_or(rest.len(), |i| i + 2),
            c if c.is_alphanumeric() || c == '_' => {
                rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())
            }
            c => c.len_utf8(),
        };
        let word = &rest[..end];
        if !c.is_whitespace() && !matches!(c, '"' | '`') {
            text.push(' ');
            text.push_str(&if c == '\'' { word.to_owned() } else { word.to_lowercase() });
        }
        rest = &rest[end..];
    }
    let mut text = text + " ";
    for (from, to) in [
        (" modify column ", " modify "),
        (" rename column ", " rename "),
        (" change column ", " change "),
        (" tinyint ( 1 ) ", " bool "),
        (" boolean ", " bool "),
        (" datetime ( 6 ) ", " datetime "),
        (" current_timestamp ( 6 ) ", " current_timestamp "),
        (" longtext ", " text "),
        (" jsonb ", " json "),
        (" double precision ", " float "),
        (" bigserial not null ", " bigint not null "),
        (" smallserial not null ", " smallint not null "),
        (" serial not null ", " integer not null "),
        (" not null auto_increment ", " not null "),
        (" null ", " "),
        (" not ", " not null "),
        ("is not null null ", "is not null "),
    ] {
        text = text.replace(from, to);
    }
    // `CHANGE c c` is MODIFY.
    if let Some((before, after)) = text.split_once(" change ") {
        let mut words = after.splitn(3, ' ');
        if let (Some(from), Some(to), Some(rest)) = (words.next(), words.next(), words.next())
            && from == to
        {
            text = format!("{before} modify {to} {rest}");
        }
    }
    text.trim().to_owned()
}

/// The texts between the brackets of CHECK, of an index and behind DEFAULT: what the row's objects do not say.
fn expressions(sql: &str) -> Vec<String> {
    let mut found = Vec::new();
    let upper = sql.to_uppercase();
    for (i, _) in upper.match_indices("CHECK (") {
        found.push(inside(&sql[i + 7..]));
    }
    if let Some(i) = sql.find(" (")
        && (upper.contains("CREATE INDEX") || upper.contains("CREATE UNIQUE INDEX"))
    {
        found.push(inside(&sql[i + 2..]));
    }
    if let Some((_, default)) = sql.split_once(" DEFAULT ") {
        found.push(default.to_owned());
    }
    if found.is_empty() {
        found.push(sql.to_owned());
    }
    found
}

/// Up to the bracket that closes.
fn inside(text: &str) -> String {
    let mut depth = 1usize;
    let end = text.char_indices().find_map(|(i, c)| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(i)
    });
    text[..end.unwrap_or(text.len())].to_owned()
}

/// A recorded operation as a call, and that as ours.
fn ours(op: &Value, words: &mut Words) -> Result<Vec<Op>, Reason> {
    let said = |key: &str| -> Option<String> { op[key].as_str().map(str::to_owned) };
    let quoted = |key: &str| said(key).map_or(Py::Word("None".into()), Py::Text);
    let parsed = |key: &str| said(key).map_or(Py::Word("None".into()), |text| Py::parse(&text));
    let list = |key: &str| match said(key) {
        Some(text) if text.starts_with(['[', '(']) => Py::parse(&text),
        Some(text) => Py::List(vec![Py::Text(text)]),
        None => Py::List(Vec::new()),
    };
    let mut keys: Vec<(String, Py)> = Vec::new();
    if let Py::Dict(items) = parsed("kw") {
        keys.extend(items.into_iter().filter_map(|(k, v)| Some((k.text()?, v))));
    }
    keys.retain(|(k, v)| !(v.is("None") || k == "quote" || k.starts_with("insert_")));
    for flag in ["unique", "if_exists", "if_not_exists"] {
        if op[flag] == Value::Bool(true) {
            keys.push((flag.to_owned(), Py::Word("True".into())));
        }
    }
    if said("prefixes").is_some_and(|p| p != "[]") {
        keys.push(("prefixes".into(), parsed("prefixes")));
    }
    let schema = said("schema");
    let (name, arguments) = match text(op, "op") {
        "CreateTableOp" => {
            if let Some(comment) = said("comment") {
                keys.push(("comment".into(), Py::Text(comment)));
            }
            ("create_table", vec![quoted("table_name"), list("columns")])
        }
        "DropTableOp" => ("drop_table", vec![quoted("table_name")]),
        "RenameTableOp" => ("rename_table", vec![quoted("table_name"), quoted("new_table_name")]),
        "AddColumnOp" => {
            let column = parsed("column");
            if text(op, "column").contains("create_constraint=True") {
                return Err("a check that a Python type makes by itself");
            }
            ("add_column", vec![quoted("table_name"), column])
        }
        "DropColumnOp" => ("drop_column", vec![quoted("table_name"), quoted("column_name")]),
        "AlterColumnOp" => {
            for (key, ours) in [("existing_type", "existing_type"), ("modify_type", "type_")] {
                if said(key).is_some() {
                    keys.push((ours.into(), parsed(key)));
                }
            }
            for (key, ours) in [("existing_nullable", "existing_nullable"), ("modify_nullable", "nullable")] {
                if let Some(yes) = op[key].as_bool() {
                    keys.push((ours.into(), Py::Word(if yes { "True" } else { "False" }.into())));
                }
            }
            for (key, ours) in [
                ("existing_comment", "existing_comment"),
                ("modify_comment", "comment"),
                ("modify_name", "new_column_name"),
            ] {
                match &op[key] {
                    Value::String(text) => keys.push((ours.into(), Py::Text(text.clone()))),
                    Value::Null if key == "modify_comment" => {
                        keys.push((ours.into(), Py::Word("None".into())))
                    }
                    _ => {}
                }
            }
            for (key, ours) in [
                ("existing_server_default", "existing_server_default"),
                ("modify_server_default", "server_default"),
            ] {
                match &op[key] {
                    Value::String(text)
                        if text.starts_with("Identity(")
                            || text.starts_with('<')
                            || text.starts_with("Computed(") =>
                    {
                        keys.push((ours.into(), Py::parse(text)));
                    }
                    Value::String(text) => keys.push((ours.into(), Py::Text(text.clone()))),
                    Value::Null if key == "modify_server_default" => {
                        keys.push((ours.into(), Py::Word("None".into())));
                    }
                    _ => {}
                }
            }
            ("alter_column", vec![quoted("table_name"), quoted("column_name")])
        }
        "CreateIndexOp" => {
            ("create_index", vec![quoted("index_name"), quoted("table_name"), list("columns")])
        }
        "DropIndexOp" => {
            if said("table_name").is_some() {
                keys.push(("table_name".into(), quoted("table_name")));
            }
            ("drop_index", vec![quoted("index_name")])
        }
        "CreateUniqueConstraintOp" => (
            "create_unique_constraint",
            vec![quoted("constraint_name"), quoted("table_name"), list("columns")],
        ),
        "CreatePrimaryKeyOp" => {
            ("create_primary_key", vec![quoted("constraint_name"), quoted("table_name"), list("columns")])
        }
        "CreateCheckConstraintOp" => (
            "create_check_constraint",
            vec![quoted("constraint_name"), quoted("table_name"), Py::Opaque("condition".into())],
        ),
        "CreateForeignKeyOp" => (
            "create_foreign_key",
            vec![
                quoted("constraint_name"),
                quoted("source_table"),
                quoted("referent_table"),
                list("local_cols"),
                list("remote_cols"),
            ],
        ),
        "DropConstraintOp" => {
            if let Some(kind) = said("constraint_type") {
                keys.push(("type_".into(), Py::Text(kind)));
            }
            ("drop_constraint", vec![quoted("constraint_name"), quoted("table_name")])
        }
        "CreateTableCommentOp" => ("create_table_comment", vec![quoted("table_name"), quoted("comment")]),
        "DropTableCommentOp" => ("drop_table_comment", vec![quoted("table_name")]),
        "ExecuteSQLOp" => return Err("a statement of SQLAlchemy's, or one that is written as it is"),
        "BulkInsertOp" => return insert(op),
        _ => return Err("a directive of the application's own"),
    };
    let call = Py::Call(name.to_owned(), arguments, keys);
    let ops = ops::call(&call, schema, None, words)?;
    Ok(ops)
}

/// `bulk_insert`: the table's columns stand in the recorded statement alone.
fn insert(op: &Value) -> Result<Vec<Op>, Reason> {
    match Py::parse(text(op, "rows")) {
        Py::List(rows) if rows.is_empty() => {
            let mut operations = rebis_migrate::Operations::new();
            operations.bulk_insert("t", ["a"], Vec::<(i64,)>::new());
            Ok(operations.into_ops())
        }
        _ => Err("rows for a table that the recorded row does not hold"),
    }
}
