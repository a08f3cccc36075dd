//! Columns that are read when they are asked for.

use rebis::{BelongsTo, Deferred, FetchMode, HasMany, insert, select, update};
use rebis_macros::{Columns, Model};
use rebis_testkit::each_database;

use crate::support::{sql, tables};

#[derive(Columns, Clone, Debug, Default)]
pub struct Stamp {
    #[column(default = 1)]
    pub edition: i32,
}

#[derive(Model, Clone, Debug, serde::Serialize)]
pub struct Volume {
    #[column(primary_key)]
    pub id: i64,
    #[column(text)]
    pub body: Deferred<String>,
    #[column(length = 40)]
    pub title: String,
    pub cover: Deferred<Option<Vec<u8>>>,
    #[column(flatten)]
    #[serde(skip)]
    pub stamp: Stamp,
    #[relation(back_populates = volume, cascade = "all, delete-orphan")]
    pub pages: HasMany<Leaf>,
}

#[derive(Model, Clone, Debug, serde::Serialize)]
pub struct Leaf {
    #[column(primary_key)]
    pub id: i64,
    pub text: Deferred<String>,
    #[column(foreign_key = Volume::id)]
    pub volume_id: i64,
    #[relation(back_populates = pages)]
    pub volume: BelongsTo<Volume>,
}

pub fn all() -> Vec<&'static rebis::ModelMeta> {
    rebis::models![Volume, Leaf].to_vec()
}

async fn some(db: &rebis::Database) {
    let session = db.session();
    for name in ["a", "b", "c"] {
        let pages = ["1", "2"].map(|n| Leaf::builder().text(format!("{name}{n}")));
        session.add(Volume::builder().title(name).body(format!("body of {name}")).pages(pages));
    }
    session.commit().await.unwrap();
}

each_database! {
    async fn a_query_leaves_them_out_and_peers_load_together(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let session = db.session();
        let _ = test.statements();
        let volumes = select(Volume).order_by(Volume::id).all(&session).await.unwrap();
        let error = volumes[0].body.loaded().unwrap_err();
        assert!(error.is_not_loaded(), "{error}");
        for part in ["Volume.body of Volume(1)", "`.body.get().await?`", "`select(Volume).with(Volume::body)`"] {
            assert!(error.to_string().contains(part), "{error}");
        }
        let json = serde_json::to_value(&volumes[0]).unwrap();
        assert!(json.get("body").is_none() && format!("{:?}", volumes[0]).contains("<not loaded>"), "{json}");
        assert_eq!(volumes[1].body.get().await.unwrap(), "body of b");
        assert_eq!(volumes[2].body.loaded().unwrap(), "body of c");
        assert_eq!(volumes[0].cover.get().await.unwrap(), &None);
        assert_eq!(sql(&test), [
            "SELECT volume.id, volume.title, volume.edition FROM volume ORDER BY volume.id",
            "SELECT volume.id, volume.body FROM volume WHERE volume.id IN (?, ?, ?)",
            "SELECT volume.id, volume.cover FROM volume WHERE volume.id IN (?, ?, ?)",
        ]);
        assert_eq!(serde_json::to_value(&volumes[0]).unwrap()["body"], "body of a");
        // Reading changes nothing; what was read is not written.
        assert!(!session.is_dirty());
        volumes[0].edit().title = "A".into();
        session.commit().await.unwrap();
        assert_eq!(sql(&test), ["UPDATE volume SET title = ? WHERE id = ?"]);
        assert!(volumes[0].body.is_loaded());
    }

    async fn a_query_brings_them_on_every_path(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let session = db.session();
        let _ = test.statements();
        let query = select(Volume).order_by(Volume::id).with(Volume::body).with(Volume::pages.with(Leaf::text));
        let volumes = query.all(&session).await.unwrap();
        assert_eq!(volumes[2].body.loaded().unwrap(), "body of c");
        assert_eq!(volumes[1].pages.loaded().unwrap()[1].text.loaded().unwrap(), "b2");
        assert_eq!(test.statements().len(), 4);
        let joined = select(Leaf).with(Leaf::volume.joined().with(Volume::body)).all(&db.session()).await.unwrap();
        assert_eq!(joined[0].volume.loaded().unwrap().body.loaded().unwrap(), "body of a");
        let error = select(Volume).with(Volume::title).all(&session).await.unwrap_err();
        assert!(error.to_string().contains("Volume.title is always loaded"), "{error}");
        // As a column it is one like any other, also beside plain structs.
        let rows = select((Volume, Volume::body)).filter(Volume::body.like("%b")).all(&db).await.unwrap();
        assert_eq!((rows[0].0.title.as_str(), rows[0].1.as_str()), ("b", "body of b"));
        let error = rows[0].0.body.get().await.unwrap_err();
        assert!(error.to_string().contains("a plain struct's deferred columns"), "{error}");
    }

    async fn they_are_written_when_they_were_set(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let session = db.session();
        let volume = session.get_or_404(Volume, 1).await.unwrap();
        let _ = test.statements();
        volume.edit().body = "new".into();
        session.flush().await.unwrap();
        assert_eq!(sql(&test), ["UPDATE volume SET body = ? WHERE id = ?"]);
        session.rollback().await.unwrap();
        assert_eq!(volume.body.get().await.unwrap(), "body of a");
        volume.edit().body = "body of a".into();
        let _ = test.statements();
        session.flush().await.unwrap();
        assert!(test.statements().is_empty(), "the same value is no change");
        // What went past the session is read again.
        update(Volume).set(Volume::body, "all").execute(&session).await.unwrap();
        assert_eq!(volume.body.get().await.unwrap(), "all");
        session.commit().await.unwrap();
        update(Volume).set(Volume::body, "again").execute(&db).await.unwrap();
        session.refresh(&volume).await.unwrap();
        assert_eq!(volume.body.get().await.unwrap(), "again");
        session.commit().await.unwrap();

        // A copy of what was not read does not overwrite it, and cannot be a new row.
        let other = db.session();
        let plain = db.get(Volume, 2).await.unwrap().unwrap();
        let merged = other.merge(Volume { title: "B".into(), ..plain.clone() }).await.unwrap();
        other.commit().await.unwrap();
        assert_eq!((merged.body.get().await.unwrap().as_str(), merged.title.as_str()), ("again", "B"));
        other.add(Volume { id: 0, ..plain });
        let error = other.commit().await.unwrap_err();
        assert!(error.to_string().contains("`body`"), "{error}");
        insert(Volume).values([Volume::builder().title("z").body("zz")]).execute(&db).await.unwrap();
        assert_eq!(select(Volume::body).filter(Volume::title.eq("z")).one(&db).await.unwrap(), "zz");
    }

    async fn fetch_modes_hold_for_them(test: TestDatabase) {
        let db = tables(&test).await;
        some(&db).await;
        let session = db.session();
        let volumes = select(Volume).order_by(Volume::id).fetch(FetchMode::Raise).all(&session).await.unwrap();
        let error = volumes[0].body.get().await.unwrap_err();
        assert!(error.is_not_loaded() && error.to_string().contains("forbids"), "{error}");
        session.fetch(FetchMode::One);
        let volumes = select(Volume).order_by(Volume::id).all(&session).await.unwrap();
        volumes[0].body.get().await.unwrap();
        assert!(!volumes[1].body.is_loaded());
        drop(session);
        assert_eq!(volumes[1].body.get().await.unwrap_err().kind(), rebis::ErrorKind::Detached);
    }
}
