//! What an index says beside its keys: lengths, options, NULLs, collations of expressions. Invariant: an index that goes comes back as it was; what
//! the models do not say of how it is stored is left alone.

use rebis_engine::{Connection, InspectOptions, inspect};
use rebis_migrate::diff::{DiffOptions, compare};
use rebis_sql::SqlType;
use rebis_sql::schema::{Column, Index, IndexKey, Objects, Schema, Unique};
use rebis_testkit::{Backend, TestDatabase, run};

use crate::collations::{step, to, user};
use crate::pairs::clean;

/// The models with an index, or without any.
fn with(index: Option<Index>) -> Schema {
    let mut models = user(None, 40);
    models.tables[0].columns.push(Column::new("body", SqlType::Text));
    models.tables[0].indexes = index.into_iter().collect();
    models
}

async fn one(db: &TestDatabase, sql: &str) -> String {
    db.acquire().await.fetch_value::<String>(sql, &[]).await.unwrap().unwrap_or_default()
}

async fn differences(db: &TestDatabase, models: &Schema) -> Vec<String> {
    let (_, found) = compare(&mut db.acquire().await, models, &DiffOptions::default()).await.unwrap();
    found.into_iter().map(|n| n.detected).collect()
}

#[test]
fn the_length_of_a_key_comes_back() {
    run(Backend::MySql, |db| async move {
        let long = |lengths: &[(&str, u32)]| {
            let lengths = lengths.iter().map(|(column, length)| ((*column).to_owned(), *length)).collect();
            with(Some(Index { lengths, ..Index::new("ix_user_body", ["body", "name"]) }))
        };
        let first = long(&[("body", 20), ("name", 7)]);
        step(&db, 0, &first).await;
        let lengths = "SELECT COALESCE(GROUP_CONCAT(sub_part ORDER BY seq_in_index), '') FROM information_schema.statistics
            WHERE table_schema = DATABASE() AND index_name = 'ix_user_body'";
        assert_eq!(one(&db, lengths).await, "20,7");
        assert!(differences(&db, &long(&[])).await.is_empty(), "left alone when nothing is said");
        let changed = long(&[("body", 30)]);
        let said = "changed index 'ix_user_body' on 'user': length of 'body' to 30";
        assert_eq!(differences(&db, &changed).await, [said, said]);

        assert_eq!(step(&db, 1, &with(None)).await, ["removed index 'ix_user_body' on 'user'"]);
        assert_eq!(one(&db, lengths).await, "");
        to(&db, 1, &first).downgrade("-1").await.unwrap();
        assert_eq!(one(&db, lengths).await, "20,7");
        clean(&mut db.acquire().await, &first, &Objects::default(), "back").await.unwrap();
    });
}

const DEFINITION: &str =
    "SELECT coalesce((SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_user_name'), '')";

#[test]
fn options_and_nulls_of_an_index_come_back() {
    run(Backend::Postgres, |db| async move {
        let index = |fill: &str, nulls_not_distinct| Index {
            options: vec![("postgresql_fillfactor".into(), fill.into())],
            nulls_not_distinct,
            ..Index::new("ix_user_name", ["body"]).unique()
        };
        let first = with(Some(index("70", true)));
        step(&db, 0, &first).await;
        let definition = one(&db, DEFINITION).await;
        assert!(definition.ends_with("(body) NULLS NOT DISTINCT WITH (fillfactor='70')"), "{definition}");
        let insert = "INSERT INTO \"user\" (name) VALUES ('a'), ('b')";
        assert!(db.acquire().await.execute(insert, &[]).await.unwrap_err().is_unique_violation());

        let unsaid = with(Some(Index { options: Vec::new(), ..index("", true) }));
        assert!(differences(&db, &unsaid).await.is_empty(), "left alone when nothing is said");
        let of = |what: &str| vec![format!("changed index 'ix_user_name' on 'user': {what}"); 2];
        assert_eq!(
            differences(&db, &with(Some(index("80", true)))).await,
            of("postgresql_fillfactor 70 to 80")
        );
        assert_eq!(
            differences(&db, &with(Some(index("70", false)))).await,
            of("NULLS NOT DISTINCT to NULLS DISTINCT")
        );

        assert_eq!(step(&db, 1, &with(None)).await, ["removed index 'ix_user_name' on 'user'"]);
        to(&db, 1, &first).downgrade("-1").await.unwrap();
        assert_eq!(one(&db, DEFINITION).await, definition);
    });
}

#[test]
fn nulls_of_a_unique_constraint_are_compared_and_come_back() {
    run(Backend::Postgres, |db| async move {
        let unique = |nulls_not_distinct| {
            let mut models = with(None);
            let (name, columns) = (Some("uq_user_body".into()), vec!["body".into()]);
            models.tables[0].uniques = vec![Unique { name, columns, deferrable: None, nulls_not_distinct }];
            models
        };
        step(&db, 0, &unique(true)).await;
        let definition = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'uq_user_body'";
        assert_eq!(one(&db, definition).await, "UNIQUE NULLS NOT DISTINCT (body)");
        assert_eq!(
            step(&db, 1, &unique(false)).await,
            [
                "removed unique constraint 'uq_user_body' on 'user'",
                "added unique constraint 'uq_user_body' on '[\"body\"]'"
            ]
        );
        assert_eq!(one(&db, definition).await, "UNIQUE (body)");
        to(&db, 1, &unique(true)).downgrade("-1").await.unwrap();
        assert_eq!(one(&db, definition).await, "UNIQUE NULLS NOT DISTINCT (body)");
    });
}

#[test]
fn the_collation_behind_an_expression_is_read_and_comes_back() {
    run(Backend::Postgres, |db| async move {
        step(&db, 0, &with(None)).await;
        let create = "CREATE INDEX ix_user_name ON \"user\" USING btree \
            (id, lower(body) COLLATE \"C\" text_pattern_ops DESC, lower(body), (body || ', (') COLLATE \"POSIX\")";
        db.acquire().await.script(create).await.unwrap();
        let keys = async |conn: &mut Connection| {
            let found = inspect(conn, &InspectOptions::default()).await.unwrap();
            found.table("user").unwrap().indexes[0].keys.clone()
        };
        let expected = [
            IndexKey::Column { name: "id".into(), descending: false },
            IndexKey::Expression("lower(body) COLLATE \"C\" text_pattern_ops DESC".into()),
            IndexKey::Expression("lower(body)".into()),
            IndexKey::Expression("(body || ', ('::text) COLLATE \"POSIX\"".into()),
        ];
        let held = keys(&mut db.acquire().await).await;
        assert_eq!(held[..3], expected[..3]);
        assert!(
            matches!(&held[3], IndexKey::Expression(sql) if sql.ends_with(" COLLATE \"POSIX\"")),
            "{held:?}"
        );
        let models = with(Some(Index { keys: held.clone(), ..Index::new("ix_user_name", ["id"]) }));
        assert!(differences(&db, &models).await.is_empty());
        step(&db, 1, &with(None)).await;
        assert_eq!(one(&db, DEFINITION).await, "");
        to(&db, 1, &models).downgrade("-1").await.unwrap();
        assert_eq!(keys(&mut db.acquire().await).await, held);
    });
}
