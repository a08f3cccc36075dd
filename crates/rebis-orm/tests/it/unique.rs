//! Unique values that pass from row to row in one flush, and rows that are deleted and added again.

use rebis::{BelongsTo, Database, Entity, ErrorKind, HasMany, Session, State, select};
use rebis_macros::{Columns, Model};
use rebis_testkit::{TestDatabase, each_database};

use crate::handwritten::User;
use crate::models::{Enrolment, Mark, Student, Ticket};
use crate::support::{insert, rows, sql};

#[derive(Model, Clone, Debug)]
pub struct Playlist {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 20, unique)]
    pub name: String,
    #[relation(back_populates = playlist, cascade = "all, delete-orphan")]
    pub tracks: HasMany<Track>,
}

/// Stands at one place of one list, and may have a code.
#[derive(Model, Clone, Debug)]
#[model(unique(playlist_id, place))]
pub struct Track {
    #[column(primary_key)]
    pub id: i64,
    #[column(foreign_key = Playlist::id)]
    pub playlist_id: i64,
    pub place: i32,
    #[column(length = 20, unique)]
    pub code: Option<String>,
    #[relation(back_populates = tracks)]
    pub playlist: BelongsTo<Playlist>,
}

/// Its unique column holds a day of the far future in between.
#[derive(Model, Clone, Debug)]
pub struct Holiday {
    #[column(primary_key)]
    pub id: i64,
    #[column(unique)]
    pub day: chrono::NaiveDate,
    #[column(version)]
    pub revision: i64,
}

/// Its unique column has room for nothing in between.
#[derive(Model, Clone, Debug)]
pub struct Alarm {
    #[column(primary_key)]
    pub id: i64,
    #[column(unique)]
    pub at: chrono::NaiveTime,
    #[column(version)]
    pub revision: i64,
}

/// Kinds of one table, whose columns are NULL in rows of the others; the fields are no Options.
#[derive(Model, Clone, Debug)]
pub struct Badge {
    #[column(primary_key)]
    pub id: i64,
    #[column(flatten)]
    pub kind: BadgeOf,
}

#[derive(Columns, Clone, Debug, PartialEq)]
pub enum BadgeOf {
    Guest {
        #[column(unique)]
        number: i32,
        #[column(length = 20, unique)]
        code: String,
    },
    Crew,
}

#[derive(Model, Clone, Debug)]
pub struct Label {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 20, unique)]
    pub word: String,
    #[column(foreign_key = Label::id)]
    pub above_id: Option<i64>,
    #[relation(back_populates = below)]
    pub above: BelongsTo<Option<Label>>,
    #[relation(back_populates = above)]
    pub below: HasMany<Label>,
}

async fn tables(test: &TestDatabase) -> Database {
    let mut models = crate::models::all();
    models.extend(rebis::models![Playlist, Track, Holiday, Alarm, Label, Badge]);
    let db = Database::with_engine(test.engine().clone()).models(models);
    db.create_all().await.unwrap();
    let _ = test.statements();
    db
}

async fn users(session: &Session, names: &[&str]) -> Vec<Entity<User>> {
    let all = session.add_all(names.iter().map(|n| User::builder().username(*n).email(*n)));
    session.commit().await.unwrap();
    all
}

async fn names(db: &Database) -> Vec<String> {
    select(User::username).order_by(User::id).all(db).await.unwrap()
}

async fn tracks(session: &Session, list: &str, count: i32) -> Entity<Playlist> {
    let list = session.add(Playlist::builder().name(list));
    for place in 1..=count {
        list.tracks.add(Track::builder().place(place).playlist_id(0));
    }
    session.commit().await.unwrap();
    list
}

async fn places(db: &Database) -> Vec<(i64, i32)> {
    select((Track::id, Track::place)).order_by(Track::id).all(db).await.unwrap()
}

each_database! {
    async fn a_value_is_given_up_before_it_is_taken(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let all = users(&session, &["a", "b", "c"]).await;
        let _ = sql(&test);
        // In the worst order: each takes the next one's name, the last one's new name is free.
        for (user, name) in all.iter().zip(["b", "c", "d"]) {
            user.edit().username = name.into();
        }
        session.commit().await.unwrap();
        assert_eq!(names(&db).await, ["b", "c", "d"]);
        let updates = sql(&test);
        assert_eq!(updates[..1], ["UPDATE user SET username = ? WHERE id = ?"], "no value in between");
    }

    async fn two_rows_exchange_their_values(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let all = users(&session, &["a", "b", "c"]).await;
        let _ = sql(&test);
        all[0].edit().username = "b".into();
        all[1].edit().username = "a".into();
        session.commit().await.unwrap();
        let update = "UPDATE user SET username = ? WHERE id = ?";
        // One row gives its name up ahead, the two new names follow.
        assert_eq!(sql(&test), [update, update]);
        assert_eq!(names(&db).await, ["b", "a", "c"]);
        assert_eq!((all[0].username.as_str(), all[0].is_modified()), ("b", false));

        // Three in a circle, and two columns at once in another one.
        for (user, name) in all.iter().zip(["c", "b", "a"]) {
            user.edit().username = name.into();
        }
        all[0].edit().email = "b".into();
        all[1].edit().email = "a".into();
        session.commit().await.unwrap();
        assert_eq!(names(&db).await, ["c", "b", "a"]);
        let emails = select(User::email).order_by(User::id).all(&db).await.unwrap();
        assert_eq!(emails, ["b", "a", "c"]);
        all[2].edit().email = "x".into();
        all[0].edit().username = "a".into();
        all[2].edit().username = "c".into();
        session.flush().await.unwrap();
        session.rollback().await.unwrap();
        assert_eq!((names(&db).await, all[0].username.as_str()), (vec!["c".into(), "b".into(), "a".into()], "c"));
    }

    async fn two_rows_of_a_kind_exchange_their_values(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let guest = |number: i32, code: &str| BadgeOf::Guest { number, code: code.to_owned() };
        let [one, two] = [guest(1, "a"), guest(2, "b")].map(|kind| session.add(Badge::builder().kind(kind)));
        session.commit().await.unwrap();
        one.edit().kind = guest(2, "b");
        two.edit().kind = guest(1, "a");
        session.commit().await.unwrap();
        let kinds = async || select(Badge).order_by(Badge::id).all(&db).await.unwrap().into_iter().map(|b| b.kind).collect::<Vec<_>>();
        assert_eq!(kinds().await, [guest(2, "b"), guest(1, "a")]);
        // One becomes of another kind, and its value passes on.
        one.edit().kind = BadgeOf::Crew;
        two.edit().kind = guest(2, "b");
        session.commit().await.unwrap();
        assert_eq!(kinds().await, [BadgeOf::Crew, guest(2, "b")]);
    }

    async fn a_new_row_takes_the_value_of_a_changed_or_deleted_one(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let all = users(&session, &["a", "b", "c"]).await;
        let _ = sql(&test);
        session.add(User::builder().username("a").email("new"));
        session.add(User::builder().username("b").email("b"));
        all[0].edit().username = "c".into();
        session.delete(&all[1]);
        session.delete(&all[2]);
        session.commit().await.unwrap();
        let wanted = [
            String::from("DELETE FROM user WHERE id IN (?, ?)"),
            String::from("UPDATE user SET username = ? WHERE id = ?"),
        ];
        let statements: Vec<String> = sql(&test).into_iter().filter(|s| !s.starts_with("SELECT")).collect();
        assert_eq!(statements[..2], wanted);
        assert!(statements[2..] == [insert(&test, "user", "username, email, password_hash", 2, "id")] || statements[2].starts_with("INSERT"), "{statements:?}");
        assert_eq!(names(&db).await, ["c", "a", "b"]);
    }

    async fn places_in_a_list_move_up_and_down(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let list = tracks(&session, "one", 4).await;
        let all = list.tracks.all().await.unwrap();
        // The last becomes the first.
        for (track, place) in all.iter().zip([2, 3, 4, 1]) {
            track.edit().place = place;
        }
        session.commit().await.unwrap();
        assert_eq!(places(&db).await.iter().map(|p| p.1).collect::<Vec<_>>(), [2, 3, 4, 1]);
        // A new one at the first place: all others move, and nothing is in a circle.
        for track in &all {
            track.edit().place += 1;
        }
        let first = list.tracks.add(Track::builder().place(1).playlist_id(0));
        session.commit().await.unwrap();
        assert_eq!(places(&db).await.iter().map(|p| p.1).collect::<Vec<_>>(), [3, 4, 5, 2, 1]);
        // The first is deleted and the others follow.
        session.delete(&first);
        for track in &all {
            track.edit().place -= 1;
        }
        session.commit().await.unwrap();
        assert_eq!(places(&db).await.iter().map(|p| p.1).collect::<Vec<_>>(), [2, 3, 4, 1]);
    }

    async fn a_row_that_needs_a_new_ones_key_gives_its_value_up_ahead(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let list = tracks(&session, "one", 1).await;
        let old = list.tracks.all().await.unwrap().remove(0);
        old.edit().code = Some("x".into());
        session.commit().await.unwrap();
        let _ = sql(&test);
        // Moves to a list that is not written yet, while a new track takes its code.
        let other = session.add(Playlist::builder().name("two"));
        other.tracks.add(&old);
        old.edit().code = Some("y".into());
        other.tracks.add(Track::builder().place(7).code("x").playlist_id(0));
        session.commit().await.unwrap();
        assert_eq!(sql(&test)[0], "UPDATE track SET code = ? WHERE id = ?");
        let stored = select((Track::playlist_id, Track::code)).order_by(Track::id).all(&db).await.unwrap();
        assert_eq!(stored, [(other.id, Some("y".into())), (other.id, Some("x".into()))]);
    }

    async fn a_deleted_row_to_which_a_moving_one_refers(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let list = tracks(&session, "one", 2).await;
        let all = list.tracks.all().await.unwrap();
        let _ = sql(&test);
        // Its name goes to the new list, its tracks too, and it is deleted: its name is given up ahead, and it goes last.
        let other = session.add(Playlist::builder().name("one"));
        for track in &all {
            other.tracks.add(track);
        }
        session.delete(&list);
        session.commit().await.unwrap();
        let statements: Vec<String> = sql(&test).into_iter().filter(|s| !s.starts_with("SELECT")).collect();
        assert_eq!(statements[0], "UPDATE playlist SET name = ? WHERE id = ?");
        assert_eq!(statements.last().unwrap(), "DELETE FROM playlist WHERE id = ?");
        assert_eq!((rows::<Playlist>(&db).await, rows::<Track>(&db).await), (1, 2));
        assert_eq!(db.get(Playlist, other.id).await.unwrap().unwrap().name, "one");
    }

    async fn an_exchange_without_a_value_in_between_is_refused(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let day = |d| chrono::NaiveTime::from_hms_opt(7, d, 0).unwrap();
        let all = session.add_all([1, 2].map(|d| Alarm::builder().at(day(d)).revision(1)));
        session.commit().await.unwrap();
        let exchange = || {
            let (one, two) = (all[0].at, all[1].at);
            all[0].edit().at = two;
            all[1].edit().at = one;
        };
        exchange();
        let _ = sql(&test);
        let error = session.commit().await.unwrap_err();
        assert_eq!((error.kind(), error.model()), (ErrorKind::Cycle, Some("Alarm")));
        assert!(error.to_string().contains("Alarm.at") && error.to_string().contains("flush()"), "{error}");
        assert!(sql(&test).is_empty());
        session.rollback().await.unwrap();
        // In steps it goes, and one after the other needs no step.
        all[0].edit().at = day(3);
        session.flush().await.unwrap();
        all[1].edit().at = day(1);
        all[0].edit().at = day(2);
        session.commit().await.unwrap();
        let days = select((Alarm::at, Alarm::revision)).order_by(Alarm::id).all(&db).await.unwrap();
        assert_eq!(days, [(day(2), 3), (day(1), 2)]);
    }

    async fn dates_are_exchanged_over_a_day_that_nobody_has(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let day = |d| chrono::NaiveDate::from_ymd_opt(2026, 1, d).unwrap();
        let all = session.add_all([1, 2].map(|d| Holiday::builder().day(day(d)).revision(1)));
        session.commit().await.unwrap();
        all[0].edit().day = day(2);
        all[1].edit().day = day(1);
        session.commit().await.unwrap();
        let days = select(Holiday::day).order_by(Holiday::id).all(&db).await.unwrap();
        assert_eq!(days, [day(2), day(1)]);
    }

    async fn a_row_that_is_deleted_and_added_again_is_updated(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let old = users(&session, &["a"]).await.remove(0);
        let _ = sql(&test);
        session.delete(&old);
        let new = session.add(User::builder().id(old.id).username("a").email("new"));
        session.flush().await.unwrap();
        let statements: Vec<String> = sql(&test).into_iter().filter(|s| !s.starts_with("SELECT")).collect();
        assert_eq!(statements, ["UPDATE user SET email = ? WHERE id = ?"]);
        assert_eq!((old.state(), new.state()), (State::Deleted, State::Persistent));
        assert!(session.get(User, new.id).await.unwrap().unwrap().same(&new));
        session.rollback().await.unwrap();
        assert_eq!((old.state(), new.state(), new.email.as_str()), (State::Persistent, State::Transient, "new"));
        assert!(session.get(User, old.id).await.unwrap().unwrap().same(&old));
        session.delete(&old);
        session.add(&new);
        session.commit().await.unwrap();
        assert_eq!(db.get(User, 1).await.unwrap().unwrap().email, "new");
        new.edit().email = "newer".into();
        session.commit().await.unwrap();
        assert_eq!((rows::<User>(&db).await, db.get(User, 1).await.unwrap().unwrap().email), (1, "newer".into()));
    }

    async fn a_composite_key_and_its_children_survive_the_exchange(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let student = session.add(Student::builder().name("s"));
        let old = student.enrolments.add(Enrolment::builder().course("math").credits(3).student_id(0));
        old.marks.add(Mark::builder().points(1).student_id(0).course(""));
        session.commit().await.unwrap();
        let _ = sql(&test);
        // Its key comes from a relation.
        session.delete(&old);
        let new = student.enrolments.add(Enrolment::builder().course("math").credits(5).student_id(0));
        let mark = new.marks.add(Mark::builder().points(2).student_id(0).course(""));
        session.commit().await.unwrap();
        let statements: Vec<String> = sql(&test).into_iter().filter(|s| !s.starts_with("SELECT")).collect();
        assert!(!statements.iter().any(|s| s.starts_with("INSERT INTO enrolment") || s.starts_with("DELETE FROM enrolment")), "{statements:?}");
        let stored = select((Enrolment::student_id, Enrolment::credits)).all(&db).await.unwrap();
        assert_eq!((stored, rows::<Mark>(&db).await), (vec![(student.id, 5)], 1));
        assert_eq!((mark.student_id, mark.course.as_str()), (student.id, "math"));
    }

    async fn a_row_that_leaves_columns_to_the_database_is_inserted_after_the_deletion(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let old = session.add(Ticket::builder().price(1).amount(9).status("sold"));
        session.commit().await.unwrap();
        let _ = sql(&test);
        session.delete(&old);
        let new = session.add(Ticket::builder().id(old.id).price(2));
        session.commit().await.unwrap();
        assert_eq!(sql(&test)[0], "DELETE FROM ticket WHERE id = ?");
        assert_eq!((new.amount, new.status.as_str(), new.total), (3, "open", 6));
        assert_eq!(rows::<Ticket>(&db).await, 1);
    }

    async fn a_deleted_row_gives_its_value_to_one_that_refers_to_it(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let tree = session.add(Label::builder().word("a"));
        let child = session.add(Label::builder().word("b").above(&tree));
        session.commit().await.unwrap();
        let _ = sql(&test);
        // The child goes before its parent, whose word it takes, and a new one takes the child's.
        session.delete(&tree);
        child.edit().word = "a".into();
        session.add(Label::builder().word("b"));
        session.commit().await.unwrap();
        let statements: Vec<String> = sql(&test).into_iter().filter(|s| !s.starts_with("SELECT")).collect();
        assert_eq!(statements[..3], [
            "UPDATE label SET word = ? WHERE id = ?",
            "UPDATE label SET word = ?, above_id = ? WHERE id = ?",
            "DELETE FROM label WHERE id = ?",
        ]);
        let stored = select((Label::word, Label::above_id)).order_by(Label::id).all(&db).await.unwrap();
        assert_eq!(stored, [("a".into(), None), ("b".into(), None)]);
    }
}
