//! Criteria of a session: what soft deletion asks for. Whatever way a query reads rows, what is kept out does not come.

use chrono::{DateTime, Utc};
use rebis::{BelongsTo, Database, HasMany, Session, alias, exists, func, select};
use rebis_macros::Model;
use rebis_testkit::{TestDatabase, each_database};

use crate::support::sql;

#[derive(Model, Clone, Debug)]
pub struct Writer {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 40)]
    pub name: String,
    #[relation(back_populates = writer, cascade = "all, delete-orphan")]
    pub notes: HasMany<Note>,
}

#[derive(Model, Clone, Debug)]
pub struct Note {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 40)]
    pub text: String,
    pub deleted_at: Option<DateTime<Utc>>,
    #[column(foreign_key = Writer::id)]
    pub writer_id: i64,
    #[relation(back_populates = notes)]
    pub writer: BelongsTo<Writer>,
    #[relation(back_populates = note)]
    pub remarks: HasMany<Remark>,
    #[relation(through = Labelled, back_populates = notes)]
    pub labels: HasMany<Sticker>,
}

#[derive(Model, Clone, Debug)]
pub struct Remark {
    #[column(primary_key)]
    pub id: i64,
    #[column(foreign_key = Note::id)]
    pub note_id: Option<i64>,
    #[relation(back_populates = remarks)]
    pub note: BelongsTo<Option<Note>>,
}

#[derive(Model, Clone, Debug)]
pub struct Sticker {
    #[column(primary_key)]
    pub id: i64,
    #[relation(through = Labelled, back_populates = labels)]
    pub notes: HasMany<Note>,
}

#[derive(Model, Clone, Debug)]
#[model(primary_key(note_id, sticker_id))]
pub struct Labelled {
    #[column(foreign_key = Note::id)]
    pub note_id: i64,
    #[column(foreign_key = Sticker::id)]
    pub sticker_id: i64,
}

/// Two writers: ann wrote 1, 2 (deleted) and 3; bob wrote 4 (deleted). Each note has a remark and the one sticker.
async fn notes(test: &TestDatabase) -> (Database, Session) {
    let models = rebis::models![Writer, Note, Remark, Sticker, Labelled];
    let db = Database::with_engine(test.engine().clone()).models(models);
    db.create_all().await.unwrap();
    let session = db.session();
    let sticker = session.add(Sticker::builder());
    let writers = [("ann", vec![false, true, false]), ("bob", vec![true])];
    let mut n = 0;
    for (name, all) in writers {
        let writer = session.add(Writer::builder().name(name));
        for deleted in all {
            n += 1;
            let note = Note::builder().text(format!("{n}")).deleted_at(deleted.then(Utc::now));
            let note = writer.notes.add(note);
            note.remarks.add(Remark::builder());
            note.labels.add(&sticker);
            session.flush().await.unwrap();
        }
    }
    session.commit().await.unwrap();
    let session = db.session();
    session.with_criteria(Note, Note::deleted_at.is_null());
    let _ = test.statements();
    (db, session)
}

fn texts(all: &[rebis::Entity<Note>]) -> Vec<&str> {
    all.iter().map(|note| note.text.as_str()).collect()
}

each_database! {
    async fn queries_do_not_see_what_is_kept_out(test: TestDatabase) {
        let (db, session) = notes(&test).await;
        assert_eq!(texts(&select(Note).order_by(Note::id).all(&session).await.unwrap()), ["1", "3"]);
        let text = sql(&test).pop().unwrap();
        assert!(text.ends_with("FROM note WHERE note.deleted_at IS NULL ORDER BY note.id"), "{text}");
        assert_eq!(select(Note).count(&session).await.unwrap(), 2);
        assert!(!select(Note).filter(Note::id.eq(2)).exists(&session).await.unwrap());
        assert_eq!(select(Note).order_by(Note::id).limit(3).count(&session).await.unwrap(), 2);
        let page = select(Note).paginate(&session, rebis::Page::new(1, 1)).await.unwrap();
        assert_eq!((page.total, texts(&page.items)), (2, vec!["1"]));
        let page = select(Note).keyset(&session, [Note::id.asc()], 1, None).await.unwrap();
        let page = select(Note).keyset(&session, [Note::id.asc()], 1, page.next.as_ref()).await.unwrap();
        assert_eq!((texts(&page.items), page.next.is_none()), (vec!["3"], true));
        let mut rows = select(Note::text).order_by(Note::id).stream(&session);
        let mut streamed = Vec::new();
        while let Some(text) = rows.next().await {
            streamed.push(text.unwrap());
        }
        drop(rows);
        assert_eq!(streamed, ["1", "3"]);
        assert!(select(Note).explain(&session).await.is_ok());

        // Aliases, joins, subqueries, unions.
        let n = alias(Note, "n");
        let other = select(n.col(Note::text)).order_by(n.col(Note::id));
        assert_eq!(other.all(&session).await.unwrap(), ["1", "3"]);
        let counts = select((Writer::name, func::count(Note::id))).outer_join(Writer::notes).group_by(Writer::name);
        let counts = counts.order_by(Writer::name).all(&session).await.unwrap();
        assert_eq!(counts, [("ann".to_owned(), 2), ("bob".to_owned(), 0)]);
        let names = |condition| select(Writer::name).filter(condition).order_by(Writer::name);
        assert_eq!(names(Writer::notes.is_any()).all(&session).await.unwrap(), ["ann"]);
        assert_eq!(names(Writer::notes.any(Note::text.eq("2"))).count(&session).await.unwrap(), 0);
        assert_eq!(names(!exists(select(Note).filter(Note::writer_id.eq(Writer::id)))).all(&session).await.unwrap(), ["bob"]);
        let derived = select((Note::writer_id, func::count_all())).group_by(Note::writer_id).derived("d");
        assert_eq!(select(derived.columns()).select_from(&derived).all(&session).await.unwrap(), [(1, 2)]);
        let both = select(Note::id).filter(Note::id.le(2)).union(select(Note::id).filter(Note::id.ge(3)));
        assert_eq!(both.count(&session).await.unwrap(), 2);

        // Said for one query, or unsaid for it.
        let all = select(Note).without_criteria().order_by(Note::id).all(&session).await.unwrap();
        assert_eq!(texts(&all), ["1", "2", "3", "4"]);
        let last = select(Note).with_criteria(Note, Note::id.gt(1));
        assert_eq!(texts(&last.clone().all(&session).await.unwrap()), ["3"]);
        assert_eq!(last.count(&db).await.unwrap(), 3);
        let error = select(Writer).filter(exists(select(Note).without_criteria())).all(&session).await.unwrap_err();
        assert!(error.to_string().contains("in a subquery says nothing"), "{error}");
        // A database has no criteria; its sessions have.
        assert_eq!(select(Note).count(&db).await.unwrap(), 4);
        db.with_criteria(Note, Note::deleted_at.is_null());
        assert_eq!((select(Note).count(&db).await.unwrap(), select(Note).count(&db.session()).await.unwrap()), (4, 2));
    }

    async fn relations_do_not_load_what_is_kept_out(test: TestDatabase) {
        let (db, session) = notes(&test).await;
        let writers = select(Writer).order_by(Writer::id).all(&session).await.unwrap();
        assert_eq!(texts(&writers[0].notes.all().await.unwrap()), ["1", "3"]);
        assert!(writers[1].notes.loaded().unwrap().is_empty());
        assert_eq!(writers[0].notes.count().await.unwrap(), 2);
        for loading in [Writer::notes.selectin(), Writer::notes.joined(), Writer::notes.subquery()] {
            let session = db.session();
            session.with_criteria(Note, Note::deleted_at.is_null());
            let loading = loading.with(Note::labels.with(Sticker::notes));
            let writers = select(Writer).order_by(Writer::id).with(loading).all(&session).await.unwrap();
            let notes = writers[0].notes.loaded().unwrap();
            assert_eq!((texts(&notes), writers[1].notes.loaded().unwrap().len()), (vec!["1", "3"], 0));
            let labels = notes[0].labels.loaded().unwrap();
            assert_eq!(texts(&labels[0].notes.loaded().unwrap()), ["1", "3"]);
        }
        let session = db.session();
        session.with_criteria(Note, Note::deleted_at.is_null());
        let remarks = select(Remark).order_by(Remark::id).with(Remark::note.joined()).all(&session).await.unwrap();
        let shown: Vec<Option<String>> = remarks.iter().map(|r| r.note.loaded().unwrap().map(|n| n.text.clone())).collect();
        assert_eq!(shown, [Some("1".to_owned()), None, Some("3".to_owned()), None]);
        let first = select(Writer).first(&session).await.unwrap().unwrap();
        assert_eq!(first.notes.select().order_by(Note::id.desc()).limit(1).one(&session).await.unwrap().text, "3");
        // All of a query that says so, with what it loads.
        let session = db.session();
        session.with_criteria(Note, Note::deleted_at.is_null());
        let all = select(Writer).without_criteria().with(Writer::notes).order_by(Writer::id).all(&session).await.unwrap();
        assert_eq!((all[0].notes.loaded().unwrap().len(), all[1].notes.loaded().unwrap().len()), (3, 1));
    }

    async fn what_is_known_is_asked_for_too(test: TestDatabase) {
        let (_db, session) = notes(&test).await;
        let all = select(Note).without_criteria().order_by(Note::id).all(&session).await.unwrap();
        assert!(session.get(Note, 2).await.unwrap().is_none());
        assert!(session.get_or_404(Note, 2).await.unwrap_err().is_not_found());
        assert_eq!(session.get(Note, 1).await.unwrap().unwrap(), all[0]);
        let remarks = select(Remark).order_by(Remark::id).all(&session).await.unwrap();
        assert_eq!(remarks[0].note.get().await.unwrap().unwrap(), all[0]);
        assert_eq!(remarks[1].note.loaded().unwrap(), None);
        session.refresh(&all[1]).await.unwrap();
        // Deleted softly within the session.
        all[0].edit().deleted_at = Some(Utc::now());
        assert_eq!(texts(&select(Note).all(&session).await.unwrap()), ["3"]);
        assert!(session.get(Note, 1).await.unwrap().is_none());
    }

    async fn a_deletion_takes_along_what_is_kept_out(test: TestDatabase) {
        let (db, session) = notes(&test).await;
        let ann = session.get_or_404(Writer, 1).await.unwrap();
        assert_eq!(ann.notes.all().await.unwrap().len(), 2);
        let pending = ann.notes.add(Note::builder().text("new"));
        session.delete(&ann);
        session.flush().await.unwrap();
        assert_eq!(pending.state(), rebis::State::Transient);
        session.rollback().await.unwrap();
        assert_eq!(texts(&ann.notes.all().await.unwrap()), ["1", "3"]);
        session.delete(&ann);
        session.commit().await.unwrap();
        assert_eq!(select(Note::id).all(&db).await.unwrap(), [4]);
        assert_eq!(select(Remark).filter(Remark::note_id.is_null()).count(&db).await.unwrap(), 3);
        assert_eq!(select(Labelled).count(&db).await.unwrap(), 1);
    }
}
