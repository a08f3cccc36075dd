//! What a deletion takes along, lets go, and leaves to the database.

use rebis::{BelongsTo, Database, ErrorKind, HasMany, State};
use rebis_macros::Model;
use rebis_testkit::{TestDatabase, each_database};

use crate::support::{rows, sql};

#[derive(Model, Clone, Debug)]
pub struct Folder {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 20)]
    pub name: String,
    /// The database deletes what is not loaded.
    #[relation(back_populates = folder, cascade = "all, delete-orphan", passive_deletes)]
    pub pages: HasMany<Page>,
    /// The database lets go what is not loaded.
    #[relation(back_populates = folder, passive_deletes)]
    pub labels: HasMany<Tag>,
    /// Nobody deletes them, and they cannot be let go.
    #[relation(back_populates = folder)]
    pub seals: HasMany<Seal>,
}

#[derive(Model, Clone, Debug)]
pub struct Page {
    #[column(primary_key)]
    pub id: i64,
    #[column(foreign_key = Folder::id, on_delete = cascade)]
    pub folder_id: i64,
    #[relation(back_populates = pages)]
    pub folder: BelongsTo<Folder>,
}

#[derive(Model, Clone, Debug)]
pub struct Tag {
    #[column(primary_key)]
    pub id: i64,
    #[column(foreign_key = Folder::id, on_delete = set_null)]
    pub folder_id: Option<i64>,
    #[relation(back_populates = labels)]
    pub folder: BelongsTo<Option<Folder>>,
}

#[derive(Model, Clone, Debug)]
pub struct Seal {
    #[column(primary_key)]
    pub id: i64,
    #[column(foreign_key = Folder::id)]
    pub folder_id: i64,
    #[relation(back_populates = seals)]
    pub folder: BelongsTo<Folder>,
}

async fn tables(test: &TestDatabase) -> Database {
    let db = Database::with_engine(test.engine().clone()).models(rebis::models![Folder, Page, Tag, Seal]);
    db.create_all().await.unwrap();
    let session = db.session();
    let folder = session.add(Folder::builder().name("f"));
    for _ in 0..3 {
        session.add(Page::builder().folder(&folder));
        session.add(Tag::builder().folder(&folder));
    }
    session.commit().await.unwrap();
    let _ = test.statements();
    db
}

/// Without what is only read.
fn written(test: &TestDatabase) -> Vec<String> {
    sql(test).into_iter().filter(|s| !s.starts_with("SELECT")).collect()
}

each_database! {
    async fn what_is_not_loaded_is_left_to_the_database(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let folder = session.get(Folder, 1).await.unwrap().unwrap();
        let _ = sql(&test);
        session.delete(&folder);
        session.commit().await.unwrap();
        let all = sql(&test);
        assert!(!all.iter().any(|s| s.contains("FROM page") || s.contains("FROM tag")), "{all:?}");
        assert_eq!(all.last().unwrap(), "DELETE FROM folder WHERE id = ?");
        assert_eq!((rows::<Page>(&db).await, rows::<Tag>(&db).await), (0, 3));
        assert!(db.get(Tag, 1).await.unwrap().unwrap().folder_id.is_none());
    }

    async fn what_is_loaded_goes_as_the_cascade_says(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let folder = session.get(Folder, 1).await.unwrap().unwrap();
        let pages = folder.pages.all().await.unwrap();
        let tags = folder.labels.all().await.unwrap();
        let _ = sql(&test);
        session.delete(&folder);
        session.commit().await.unwrap();
        assert_eq!(written(&test), [
            "UPDATE tag SET folder_id = ? WHERE id = ?",
            "DELETE FROM page WHERE id IN (?, ?, ?)",
            "DELETE FROM folder WHERE id = ?",
        ]);
        assert!(pages.iter().all(|p| p.state() == State::Deleted) && tags.iter().all(|t| t.folder_id.is_none()));
    }

    async fn what_can_neither_go_nor_stay_is_said(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let folder = session.get(Folder, 1).await.unwrap().unwrap();
        session.add(Seal::builder().folder(&folder));
        session.commit().await.unwrap();
        session.delete(&folder);
        let error = session.commit().await.unwrap_err();
        assert_eq!((error.kind(), error.model()), (ErrorKind::State, Some("Seal")));
        for part in ["Seal.folder_id cannot be NULL", "delete-orphan", "Option"] {
            assert!(error.to_string().contains(part), "{error}");
        }
        session.rollback().await.unwrap();
        assert_eq!((folder.state(), rows::<Folder>(&db).await, rows::<Page>(&db).await), (State::Persistent, 1, 3));
    }
}
