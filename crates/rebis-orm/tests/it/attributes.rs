//! What single attributes of columns and relations do.

use rebis::{BelongsTo, Database, HasMany, models, select};
use rebis_macros::Model;
use rebis_sql::{Ddl, Dialect};
use rebis_testkit::each_database;

use crate::support::{plain, rows, sql, tables};

/// Its key is the database's alone.
#[derive(Model, Clone, Debug)]
pub struct Docket {
    #[column(primary_key, identity = always)]
    pub id: i64,
    #[column(length = 40)]
    pub title: String,
}

#[derive(Model, Clone, Debug)]
pub struct Imprint {
    #[column(primary_key)]
    pub id: i64,
    #[relation(back_populates = imprint, passive_deletes = "all")]
    pub tomes: HasMany<Tome>,
}

#[derive(Model, Clone, Debug)]
pub struct Tome {
    #[column(primary_key)]
    pub id: i64,
    #[column(foreign_key = Imprint::id, on_delete = cascade)]
    pub imprint_id: i64,
    #[relation(back_populates = tomes)]
    pub imprint: BelongsTo<Imprint>,
}

pub fn all() -> Vec<&'static rebis::ModelMeta> {
    rebis::models![Docket, Imprint, Tome].to_vec()
}

#[test]
fn an_identity_is_written_where_the_database_has_it() {
    let create = |dialect: Dialect| {
        let ddl = Ddl::CreateTable { table: all()[0].table().clone(), if_not_exists: false };
        plain(&dialect.ddl(&ddl).unwrap()[0])
    };
    assert!(
        create(Dialect::Postgres).contains("id BIGINT GENERATED ALWAYS AS IDENTITY"),
        "{}",
        create(Dialect::Postgres)
    );
    assert!(create(Dialect::Sqlite).contains("id INTEGER"), "{}", create(Dialect::Sqlite));
    assert!(
        create(Dialect::MariaDb).contains("id BIGINT NOT NULL AUTO_INCREMENT"),
        "{}",
        create(Dialect::MariaDb)
    );
}

each_database! {
    async fn an_identity_that_is_always_the_databases_takes_no_key(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let first = session.add(Docket::builder().title("first"));
        session.add_all([Docket::builder().title("second"), Docket::builder().title("third")]);
        session.commit().await.unwrap();
        assert_eq!((first.id, rows::<Docket>(&db).await), (1, 3));
        session.add(Docket::builder().id(9).title("mine"));
        let refused = session.commit().await.is_err();
        assert_eq!(refused, test.dialect() == Dialect::Postgres);
    }

    async fn what_is_left_to_the_database_is_not_looked_at(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let imprint = session.add(Imprint::builder());
        imprint.tomes.add(Tome::builder());
        imprint.tomes.add(Tome::builder());
        session.commit().await.unwrap();
        // They are loaded, and their key could not be NULL.
        assert_eq!(imprint.tomes.all().await.unwrap().len(), 2);
        let _ = test.statements();
        session.delete(&imprint);
        session.commit().await.unwrap();
        let written = sql(&test);
        assert!(written.iter().all(|s| !s.contains("tome")), "{written:?}");
        assert_eq!(select(Tome).count(&db).await.unwrap(), 0);
    }
}

#[derive(Model, Clone, Debug)]
#[model(
    table = "booking",
    exclude("USING gist (room WITH =, during WITH &&)", name = "ex_overlap"),
    unique(id, room, nulls_not_distinct, initially_deferred),
    options(mysql_engine = "InnoDB", postgresql_fillfactor = "70")
)]
pub struct Booking {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 20, index, collation = "C")]
    pub room: String,
    #[column(type = rebis_sql::SqlType::Other("tsrange".into()), unique, collation(sqlite = "NOCASE", mysql = "utf8mb4_bin"))]
    pub during: String,
}

#[test]
fn what_a_model_says_of_its_storage_and_names() {
    use rebis_sql::schema::NamingConvention;

    let db = || Database::new().models(models![Booking]);
    let schema = db().metadata();
    let table = &schema.tables[0];
    let on = |column: &str, dialect| table.column(column).unwrap().collation.as_ref().unwrap().on(dialect);
    assert_eq!(Dialect::ALL.map(|d| on("room", d)), [Some("C"); 4]);
    let each = [Some("NOCASE"), None, Some("utf8mb4_bin"), Some("utf8mb4_bin")];
    assert_eq!(Dialect::ALL.map(|d| on("during", d)), each);
    assert_eq!(table.option(Dialect::MariaDb, "engine"), Some("InnoDB"));
    assert_eq!(table.option(Dialect::Postgres, "fillfactor"), Some("70"));
    assert_eq!(table.exclusions[0].name.as_deref(), Some("ex_overlap"));
    assert_eq!(table.exclusions[0].to_string(), "USING gist (room WITH =, during WITH &&)");

    assert_eq!(table.uniques.iter().map(|u| u.nulls_not_distinct).collect::<Vec<_>>(), [false, true]);
    assert_eq!(table.uniques.iter().map(|u| u.deferrable).collect::<Vec<_>>(), [None, Some(true)]);

    let names = NamingConvention::default().uniques("{column}_of_{table}").indexes("idx_{table}_{columns}");
    let named = db().naming(names).metadata();
    assert_eq!(named.tables[0].uniques[0].name.as_deref(), Some("during_of_booking"));
    assert_eq!(named.tables[0].indexes[0].name, "idx_booking_room");
    assert_eq!(table.indexes[0].name, "ix_booking_room");
    let e = db().naming(NamingConvention::default().checks("ck_{tabel}")).check().unwrap_err().to_string();
    assert!(e.contains("{tabel}") && e.contains("{table}"), "{e}");
}

#[derive(Model, Clone, Debug)]
#[model(table = "shelf", primary_key(hall, number))]
pub struct Shelf {
    pub hall: i64,
    pub number: i64,
}

#[derive(Model, Clone, Debug)]
#[model(table = "volume")]
pub struct Volume {
    #[column(primary_key)]
    pub id: i64,
    #[column(foreign_key = Shelf::hall)]
    pub hall: i64,
    #[column(foreign_key = Shelf::number, on_delete = cascade, initially_deferred, match_full, foreign_key_name = "fk_shelf")]
    pub number: i64,
}

#[derive(Model, Clone, Debug)]
#[model(table = "two_volumes")]
pub struct TwoVolumes {
    #[column(primary_key)]
    pub id: i64,
    #[column(foreign_key = Shelf::hall, foreign_key_name = "fk_first")]
    pub hall: i64,
    #[column(foreign_key = Shelf::hall, foreign_key_name = "fk_second")]
    pub other_hall: i64,
    #[column(foreign_key = Shelf::number, foreign_key_name = "fk_second")]
    pub other_number: i64,
    #[column(foreign_key = Shelf::number, foreign_key_name = "fk_first")]
    pub number: i64,
}

#[derive(Model, Clone, Debug)]
#[model(table = "torn_volume")]
pub struct TornVolume {
    #[column(primary_key)]
    pub id: i64,
    #[column(foreign_key = Shelf::hall, on_delete = restrict)]
    pub hall: i64,
    #[column(foreign_key = Shelf::number, on_delete = cascade)]
    pub number: i64,
}

#[test]
fn what_one_column_says_of_a_foreign_key_holds_for_all_of_it() {
    use rebis_sql::schema::ReferentialAction;

    let volume = models![Volume][0];
    volume.check().unwrap();
    let [key] = &volume.table().foreign_keys[..] else { panic!("{:?}", volume.table().foreign_keys) };
    assert_eq!(key.columns, ["hall", "number"]);
    assert_eq!(
        (key.on_delete, key.deferrable, key.match_full),
        (ReferentialAction::Cascade, Some(true), true)
    );
    assert_eq!(key.name.as_deref(), Some("fk_shelf"));

    let two = models![TwoVolumes][0];
    two.check().unwrap();
    let keys: Vec<_> = two.table().foreign_keys.iter().map(|k| (k.name.as_deref(), &k.columns[..])).collect();
    let columns = |a: &str, b: &str| [a.to_owned(), b.to_owned()];
    assert_eq!(
        keys,
        [
            (Some("fk_first"), &columns("hall", "number")[..]),
            (Some("fk_second"), &columns("other_hall", "other_number")[..])
        ]
    );

    let error = models![TornVolume][0].check().unwrap_err().to_string();
    assert!(error.contains("the columns hall, number of TornVolume are one foreign key"), "{error}");
}
