//! Comparisons: no change is no difference; each change is one, with what its author has to know.

use rebis_migrate::diff::{self, DiffOptions, Noted, Rename, diff};
use rebis_sql::schema::{Column, Index, ReferentialAction, Schema, ServerDefault, Table, Unique};
use rebis_sql::{Dialect, SqlType, Value, schema::create_statements};
use rebis_testkit::{Backend, each_database};

use crate::wide::{everything, users, users_and_posts};

fn compare(database: &Schema, models: &Schema) -> Vec<Noted> {
    diff(database, models, Dialect::ALL[1], &DiffOptions::default())
}

fn detected(found: &[Noted]) -> Vec<&str> {
    found.iter().map(|n| n.detected.as_str()).collect()
}

fn described(found: &[Noted]) -> Vec<String> {
    found.iter().map(|n| n.op.describe()).collect()
}

/// `users()` with its table changed.
fn changed(change: impl FnOnce(&mut Table)) -> Schema {
    let mut schema = users();
    change(&mut schema.tables[0]);
    schema
}

#[test]
fn tables_come_in_the_order_of_their_references() {
    let found = compare(&Schema::default(), &users_and_posts());
    assert_eq!(
        detected(&found),
        [
            "added table 'user'",
            "added index 'ix_user_email' on '[\"email\"]'",
            "added index 'ix_user_username' on '[\"username\"]'",
            "added table 'post'",
            "added index 'ix_post_timestamp' on '[\"timestamp\"]'",
            "added index 'ix_post_user_id' on '[\"user_id\"]'",
        ]
    );
    let found = compare(&users_and_posts(), &Schema::default());
    assert_eq!(
        described(&found),
        [
            "drop index ix_post_timestamp on post",
            "drop index ix_post_user_id on post",
            "drop table post",
            "drop index ix_user_email on user",
            "drop index ix_user_username on user",
            "drop table user",
        ]
    );
}

#[test]
fn a_circle_is_closed_after_the_tables() {
    let circle = Schema {
        tables: everything(None).tables.into_iter().filter(|t| t.name == "hen" || t.name == "egg").collect(),
    };
    let found = diff(&Schema::default(), &circle, Dialect::ALL[1], &DiffOptions::default());
    assert_eq!(
        described(&found),
        ["create table egg", "create table hen", "add foreign key fk_egg_hen_id_hen on egg"]
    );
    let found = diff(&circle, &Schema::default(), Dialect::ALL[1], &DiffOptions::default());
    assert_eq!(
        described(&found),
        ["drop constraint fk_egg_hen_id_hen on egg", "drop table hen", "drop table egg"]
    );
}

#[test]
fn a_column_is_one_operation() {
    let models = changed(|t| {
        t.columns[1].ty = SqlType::String(Some(80));
        t.columns[1].nullable = true;
        t.columns[3].nullable = false;
        t.columns[2].default = Some(ServerDefault::Value(Value::Text("nobody".into())));
        t.columns.push(Column::new("age", SqlType::Integer).not_null());
    });
    let found = compare(&users(), &models);
    assert_eq!(
        detected(&found),
        [
            "added column 'user.age'",
            "type change from VARCHAR(64) to VARCHAR(80) on 'user.username'; NULL on column 'user.username'",
            "server default on column 'user.email'",
            "NOT NULL on column 'user.password_hash'",
        ]
    );
    assert!(found[0].notes[0].starts_with("user.age is NOT NULL without a default"), "{:?}", found[0].notes);
    assert!(found[3].notes[0].starts_with("user.password_hash becomes NOT NULL"), "{:?}", found[3].notes);
    assert!(found[1].notes.is_empty() && found[2].notes.is_empty());
}

#[test]
fn of_an_enum_the_labels_are_said() {
    let labels = |of: &[&str]| SqlType::Enum {
        name: "mood".into(),
        values: of.iter().map(|l| (*l).to_owned()).collect(),
    };
    let with = |of: &[&str]| changed(|t| t.columns.push(Column::new("mood", labels(of))));
    for (to, said) in [
        (&["good", "bad", "dreadful"][..], "added labels dreadful"),
        (&["good"], "removed labels bad"),
        (&["good", "ugly", "odd"], "added labels ugly, odd, removed labels bad"),
        (&["bad", "good"], "changed order of labels"),
    ] {
        for dialect in Dialect::ALL {
            let found = diff(&with(&["good", "bad"]), &with(to), dialect, &DiffOptions::default());
            let said = format!("{said} on 'user.mood'");
            let none = dialect == Dialect::Sqlite && to.len() == 2;
            assert!(none || detected(&found) == [said.as_str()], "{dialect:?} {:?}", detected(&found));
        }
    }
}

#[test]
fn indexes_are_known_by_their_names() {
    let models = changed(|t| {
        t.indexes[0].unique = false;
        t.indexes[1] = Index::new("ix_user_mail", ["email"]);
    });
    assert_eq!(
        detected(&compare(&users(), &models)),
        [
            "removed index 'ix_user_email' on 'user'",
            "changed index 'ix_user_username' on 'user': unique=true to unique=false",
            "changed index 'ix_user_username' on 'user': unique=true to unique=false",
            "added index 'ix_user_mail' on '[\"email\"]'",
        ]
    );
}

#[test]
fn what_looks_like_a_rename_is_said_and_never_taken_for_one() {
    let models = changed(|t| t.columns[3].name = "secret".into());
    let found = compare(&users(), &models);
    assert_eq!(described(&found), ["add column user.secret", "drop column user.password_hash"]);
    assert!(
        found[0].notes[0].starts_with("POSSIBLE RENAME of column user.password_hash to secret"),
        "{:?}",
        found[0].notes
    );
    let options =
        DiffOptions { renames: vec!["user.password_hash:secret".parse().unwrap()], ..DiffOptions::default() };
    let found = diff(&users(), &models, Dialect::ALL[1], &options);
    assert_eq!(described(&found), ["rename column user.password_hash to secret"]);

    let models = changed(|t| {
        t.name = "account".into();
        t.indexes.clear();
    });
    let found = compare(&users(), &models);
    assert!(
        found[0].notes[0].starts_with("POSSIBLE RENAME of table user to account"),
        "{:?}",
        found[0].notes
    );
    let options = DiffOptions { renames: vec!["user:account".parse().unwrap()], ..DiffOptions::default() };
    assert_eq!(
        described(&diff(&users(), &models, Dialect::ALL[1], &options)),
        [
            "rename table user to account",
            "drop index ix_user_email on account",
            "drop index ix_user_username on account"
        ]
    );
    for wrong in ["", "a", ":b", "a:", "a.b:", "a.b:c.d"] {
        assert!(wrong.parse::<Rename>().is_err(), "{wrong}");
    }
}

#[test]
fn a_model_says_what_it_was() {
    let models = changed(|t| {
        t.name = "account".into();
        t.was = Some("user".into());
        t.indexes.clear();
        t.columns[3].name = "secret".into();
        t.columns[3].was = Some("password_hash".into());
    });
    let mut database = users();
    database.tables[0].indexes.clear();
    let found = compare(&database, &models);
    assert_eq!(
        described(&found),
        ["rename table user to account", "rename column account.password_hash to secret"]
    );
    // Once it is done, the word changes nothing.
    let mut after = models.clone();
    after.tables[0].was = None;
    assert_eq!(compare(&after, &models), []);
}

#[test]
fn what_is_not_null_gets_a_value_first() {
    let models = changed(|t| {
        t.columns[3].nullable = false;
        t.columns.push(Column::new("age", SqlType::Integer).not_null());
    });
    let fills = ["user.password_hash=''", "user.age=18"].map(|f| f.parse().unwrap()).to_vec();
    let options = DiffOptions { fills, ..DiffOptions::default() };
    let found = diff(&users(), &models, Dialect::ALL[1], &options);
    assert_eq!(
        described(&found),
        [
            "add column user.age",
            "fill user.age",
            "alter column user.age",
            "fill user.password_hash",
            "alter column user.password_hash",
        ]
    );
    assert_eq!(found.iter().flat_map(|n| &n.notes).count(), 0);
    let ops: Vec<_> = found.into_iter().map(|n| n.op).collect();
    let codes: Vec<_> = rebis_migrate::lint::lint(Dialect::ALL[0], &ops).iter().map(|r| r.code).collect();
    assert_eq!(codes, [""; 0], "nothing can fail any more");
    assert!("user.age".parse::<diff::Fill>().is_err() && "age=1".parse::<diff::Fill>().is_err());
}

#[test]
fn what_is_ignored_by_name() {
    let mut database = users_and_posts();
    database.tables.push(Table::new("legacy_log"));
    let models = changed(|t| t.indexes.clear());
    let ignored = ["legacy_*", "post", "user.ix_user_e*"].map(str::to_owned).to_vec();
    let options = DiffOptions { ignored, ..DiffOptions::default() };
    assert_eq!(
        described(&diff(&database, &models, Dialect::ALL[1], &options)),
        ["drop index ix_user_username on user"]
    );
}

#[test]
fn the_version_table_is_nobodys() {
    let mut database = users();
    database.tables.push(Table::new("alembic_version"));
    assert_eq!(compare(&database, &users()), []);
}

#[test]
fn equal_schemas_do_not_differ_on_any_dialect() {
    for dialect in Dialect::ALL {
        let all = everything(Some(dialect));
        assert_eq!(diff(&all, &all, dialect, &DiffOptions::default()), [], "{dialect:?}");
    }
}

each_database! {
    /// What `create_all` makes is what the models say.
    async fn a_created_schema_does_not_differ(db: TestDatabase) {
        let mut connection = db.acquire().await;
        let dialect = connection.dialect();
        let models = everything(Some(dialect));
        for sql in create_statements(&models, dialect).unwrap() {
            connection.script(&sql).await.unwrap_or_else(|e| panic!("{e}\n{sql}"));
        }
        let (_, found) = diff::compare(&mut connection, &models, &DiffOptions::default()).await.unwrap();
        assert_eq!(detected(&found), [""; 0]);
    }

    /// A database that Flask-Migrate made: nothing is named but the indexes.
    async fn a_database_that_alembic_made_does_not_differ(db: TestDatabase) {
        let (key, quote, moment) = match db.backend() {
            Backend::Sqlite => ("INTEGER NOT NULL", '"', "DATETIME"),
            Backend::Postgres => ("SERIAL NOT NULL", '"', "TIMESTAMP WITHOUT TIME ZONE"),
            Backend::MySql => ("INTEGER NOT NULL AUTO_INCREMENT", '`', "DATETIME"),
        };
        let user = format!("{quote}user{quote}");
        let mut connection = db.acquire().await;
        for sql in [
            String::from(
                "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, \
                 CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))",
            ),
            format!(
                "CREATE TABLE {user} (id {key}, username VARCHAR(64) NOT NULL, email VARCHAR(120) NOT NULL, \
                 password_hash VARCHAR(256), PRIMARY KEY (id), UNIQUE (username))"
            ),
            format!("CREATE UNIQUE INDEX ix_user_email ON {user} (email)"),
            format!(
                "CREATE TABLE post (id {key}, body VARCHAR(140) NOT NULL, timestamp {moment} NOT NULL, user_id INTEGER NOT NULL, \
                 PRIMARY KEY (id), FOREIGN KEY(user_id) REFERENCES {user} (id) ON DELETE CASCADE)"
            ),
            String::from("CREATE INDEX ix_post_timestamp ON post (timestamp)"),
        ] {
            connection.script(&sql).await.unwrap_or_else(|e| panic!("{e}\n{sql}"));
        }
        let mut models = users_and_posts();
        for table in &mut models.tables {
            table.indexes.retain(|i| i.name == "ix_user_email" || i.name == "ix_post_timestamp");
            table.foreign_keys.iter_mut().for_each(|k| k.on_delete = ReferentialAction::Cascade);
            for column in table.columns.iter_mut().filter(|c| c.name == "timestamp") {
                column.ty = SqlType::DateTime { timezone: false };
            }
            if table.name == "user" {
                table.uniques.push(Unique { name: Some("uq_user_username".into()), columns: vec!["username".into()], deferrable: None, nulls_not_distinct: false });
            }
        }
        let (database, found) = diff::compare(&mut connection, &models, &DiffOptions::default()).await.unwrap();
        assert_eq!(detected(&found), [""; 0]);
        // What is not in the models any more has a name that drops it.
        models.tables.iter_mut().for_each(|t| t.uniques.clear());
        let found = diff(&database, &models, connection.dialect(), &DiffOptions::default());
        assert_eq!(found.len(), 1, "{found:?}");
    }
}
