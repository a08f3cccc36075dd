//! What is printed as SQL does what a migration on a connection does.

use rebis_engine::Connection;
use rebis_migrate::diff::{self, DiffOptions, diff};
use rebis_migrate::{Offline, Op, Operations, offline};
use rebis_sql::schema::Schema;
use rebis_sql::{Dialect, SqlType, Value};
use rebis_testkit::each_database;

use crate::wide::{changed, everything, users};

/// As a person would run the printed text.
async fn play(connection: &mut Connection, made: &Offline) {
    let (begin, commit): (&[&str], &[&str]) =
        if made.transactional { (&["BEGIN"], &["COMMIT"]) } else { (&[], &[]) };
    let texts = |all: &[String]| all.to_vec();
    let words = |all: &[&str]| all.iter().map(|w| (*w).to_owned()).collect();
    for sql in [texts(&made.before), words(begin), texts(&made.statements), words(commit), texts(&made.after)]
        .concat()
    {
        connection.script(&sql).await.unwrap_or_else(|e| panic!("{e}\n{sql}"));
    }
}

fn ops(from: &Schema, to: &Schema, dialect: Dialect) -> Vec<Op> {
    diff(from, to, dialect, &DiffOptions::default()).into_iter().map(|n| n.op).collect()
}

each_database! {
    async fn a_printed_history_makes_the_schema(db: TestDatabase) {
        let mut connection = db.acquire().await;
        let dialect = connection.dialect();
        let (first, second) = (everything(Some(dialect)), changed(Some(dialect)));
        let mut known = Schema::default();
        for (from, to) in [(&Schema::default(), &first), (&first, &second)] {
            let made = offline(dialect, &ops(from, to, dialect), &mut known).unwrap();
            play(&mut connection, &made).await;
            let (_, found) = diff::compare(&mut connection, to, &DiffOptions::default()).await.unwrap();
            assert_eq!(found, []);
            assert_eq!(diff(&known, to, dialect, &DiffOptions::default()), []);
        }
    }
}

#[test]
fn rows_and_binds_are_written_out() {
    let mut op = Operations::new();
    op.bulk_insert("user", ["id", "name", "ok"], [(1, "it's", true)]);
    let [sqlite, postgres, maria] = [Dialect::ALL[0], Dialect::ALL[1], Dialect::ALL[3]]
        .map(|dialect| offline(dialect, op.ops(), &mut Schema::default()).unwrap().statements.remove(0));
    assert_eq!(sqlite, "INSERT INTO \"user\" (\"id\", \"name\", \"ok\") VALUES (1, 'it''s', 1)");
    assert_eq!(postgres, "INSERT INTO \"user\" (\"id\", \"name\", \"ok\") VALUES (1, 'it''s', true)");
    assert_eq!(maria, "INSERT INTO `user` (`id`, `name`, `ok`) VALUES (1, 'it''s', 1)");
    let mut op = Operations::new();
    op.execute_with("UPDATE t SET a = $1 WHERE b = '$1'", (7,));
    let made = offline(Dialect::ALL[1], op.ops(), &mut Schema::default()).unwrap();
    assert_eq!(made.statements, ["UPDATE t SET a = 7 WHERE b = '$1'"]);
}

#[test]
fn a_column_is_altered_from_what_the_history_says() {
    let maria = Dialect::ALL[3];
    let mut op = Operations::new();
    op.alter_column("user", "email").set_nullable(true);
    let made = offline(maria, op.ops(), &mut users()).unwrap();
    assert_eq!(made.statements, ["ALTER TABLE `user` MODIFY COLUMN `email` VARCHAR(120)"]);
    let e = offline(maria, op.ops(), &mut Schema::default()).unwrap_err().to_string();
    assert!(e.contains("needs the whole of user.email"), "{e}");

    let made = offline(Dialect::ALL[0], op.ops(), &mut users()).unwrap();
    assert_eq!(made.before, ["PRAGMA foreign_keys = OFF"]);
    assert!(made.statements[1].starts_with("CREATE TABLE \"_rebis_tmp_user\""), "{made:?}");
    assert!(
        made.statements.iter().any(|s| s.starts_with("CREATE UNIQUE INDEX \"ix_user_email\"")),
        "{made:?}"
    );
    let e = offline(Dialect::ALL[0], op.ops(), &mut Schema::default()).unwrap_err().to_string();
    assert!(e.contains("table user has to be made anew"), "{e}");
}

#[test]
fn code_is_refused_with_what_to_do() {
    let mut op = Operations::new();
    op.run(async |_| Ok(()));
    for dialect in Dialect::ALL {
        let e = offline(dialect, op.ops(), &mut Schema::default()).unwrap_err().to_string();
        assert!(e.contains("op.bulk_insert"), "{e}");
    }
    let mut op = Operations::new();
    op.add_column("t", "c", SqlType::Integer).server_default(Value::Int(1));
    assert_eq!(offline(Dialect::ALL[1], op.ops(), &mut Schema::default()).unwrap().statements.len(), 1);
}
