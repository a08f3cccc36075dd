//! Relations between many and many, through an association with and without columns of its own.

use rebis::{BelongsTo, ErrorKind, HasMany, State, select};
use rebis_macros::Model;
use rebis_testkit::each_database;

use crate::support::{insert, insert_all, rows, sql, tables};

#[derive(Model, Clone, Debug)]
pub struct Pupil {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 80)]
    pub name: String,
    #[relation(through = Enlisted, back_populates = pupils)]
    pub courses: HasMany<Course>,
}

#[derive(Model, Clone, Debug)]
pub struct Course {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 80)]
    pub name: String,
    #[relation(through = Enlisted, back_populates = courses, order_by = Pupil::name.desc())]
    pub pupils: HasMany<Pupil>,
}

/// Nothing but two keys.
#[derive(Model, Clone, Debug)]
#[model(primary_key(pupil_id, course_id))]
pub struct Enlisted {
    #[column(foreign_key = Pupil::id)]
    pub pupil_id: i64,
    #[column(foreign_key = Course::id)]
    pub course_id: i64,
}

/// Refers to its own kind through an association that has more columns.
#[derive(Model, Clone, Debug)]
pub struct Member {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 40)]
    pub name: String,
    #[relation(through = Follow, key = Follow::follower_id, back_populates = followers)]
    pub followed: HasMany<Member>,
    #[relation(through = Follow, key = Follow::followed_id)]
    pub followers: HasMany<Member>,
    #[relation(key = Follow::follower_id, back_populates = follower)]
    pub follows: HasMany<Follow>,
    #[relation(through = Award)]
    pub prizes: HasMany<Prize>,
}

#[derive(Model, Clone, Debug)]
pub struct Follow {
    #[column(primary_key)]
    pub id: i64,
    #[column(foreign_key = Member::id)]
    pub follower_id: i64,
    #[column(foreign_key = Member::id)]
    pub followed_id: i64,
    #[column(default = 1)]
    pub weight: i32,
    #[column(length = 40)]
    pub note: Option<String>,
    #[relation(key = follower_id, back_populates = follows)]
    pub follower: BelongsTo<Member>,
}

#[derive(Model, Clone, Debug)]
pub struct Prize {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 40)]
    pub name: String,
}

/// Has a column that nobody but the program knows.
#[derive(Model, Clone, Debug)]
#[model(primary_key(member_id, prize_id))]
pub struct Award {
    #[column(foreign_key = Member::id)]
    pub member_id: i64,
    #[column(foreign_key = Prize::id)]
    pub prize_id: i64,
    pub year: i32,
}

pub fn all() -> Vec<&'static rebis::ModelMeta> {
    rebis::models![Pupil, Course, Enlisted, Member, Follow, Prize, Award].to_vec()
}

fn names(all: &[rebis::Entity<Course>]) -> Vec<&str> {
    all.iter().map(|c| c.name.as_str()).collect()
}

each_database! {
    /// The tutorial's enrolments.
    async fn both_sides_are_filled_and_written(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let alice = session.add(Pupil::builder().name("Alice"));
        let maths = alice.courses.add(Course::builder().name("Maths"));
        alice.courses.add(Course::builder().name("Physics"));
        let bob = maths.pupils.add(Pupil::builder().name("Bob"));
        assert_eq!((maths.state(), bob.state()), (State::Pending, State::Pending));
        assert_eq!(maths.pupils.loaded().unwrap(), [alice.clone(), bob.clone()]);
        assert_eq!(names(&bob.courses.loaded().unwrap()), ["Maths"]);
        // Twice is once.
        maths.pupils.add(&alice);
        session.commit().await.unwrap();
        assert_eq!(sql(&test), [
            insert(&test, "course", "name", 2, "id"),
            insert(&test, "pupil", "name", 2, "id"),
            insert_all(&test, "enlisted", "pupil_id, course_id", 3),
        ]);
        assert_eq!(rows::<Enlisted>(&db).await, 3);

        let session = db.session();
        let alice = session.get_or_404(Pupil, 1).await.unwrap();
        assert_eq!(names(&alice.courses.all().await.unwrap()), ["Maths", "Physics"]);
        let maths = session.get_or_404(Course, 1).await.unwrap();
        let pupils = maths.pupils.all().await.unwrap();
        assert_eq!(pupils.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["Bob", "Alice"]);
        assert_eq!(pupils[1], alice);
    }

    async fn peers_and_paths_load_in_one_statement(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        for (i, name) in ["a", "b", "c"].into_iter().enumerate() {
            let courses = (0..i).map(|c| Course::builder().name(format!("{name}{c}")));
            session.add(Pupil::builder().name(name).courses(courses));
        }
        session.commit().await.unwrap();
        let session = db.session();
        let pupils = select(Pupil).order_by(Pupil::id).all(&session).await.unwrap();
        let _ = test.statements();
        assert_eq!(names(&pupils[2].courses.all().await.unwrap()), ["c0", "c1"]);
        assert_eq!(sql(&test), ["SELECT course.id, course.name, enlisted.pupil_id FROM course \
            JOIN enlisted ON enlisted.course_id = course.id WHERE enlisted.pupil_id IN (?, ?, ?)"]);
        assert_eq!(pupils[0].courses.loaded().unwrap(), []);
        assert_eq!(names(&pupils[1].courses.loaded().unwrap()), ["b0"]);

        let session = db.session();
        let query = select(Pupil).order_by(Pupil::id).with(Pupil::courses.with(Course::pupils));
        let pupils = query.all(&session).await.unwrap();
        assert_eq!(test.statements().len(), 3);
        let courses = pupils[2].courses.loaded().unwrap();
        assert_eq!(courses[0].pupils.loaded().unwrap(), [pupils[2].clone()]);
        assert!(format!("{:?}", pupils[2]).contains("Pupil(3)"), "printing ends");
    }

    async fn taking_out_deletes_the_row_and_nothing_else(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let courses = session.add_all(["x", "y", "z"].map(|name| Course::builder().name(name)));
        let pupil = session.add(Pupil::builder().name("p").courses(&courses));
        session.commit().await.unwrap();
        let _ = test.statements();
        pupil.courses.remove(&courses[0]).unwrap();
        assert_eq!(courses[0].pupils.loaded().unwrap(), []);
        courses[1].pupils.remove(&pupil).unwrap();
        assert_eq!(names(&pupil.courses.loaded().unwrap()), ["z"]);
        // Out and in again is nothing, also by the other side.
        pupil.courses.remove(&courses[2]).unwrap();
        courses[2].pupils.add(&pupil);
        // In and out again too.
        let new = pupil.courses.add(Course::builder().name("new"));
        new.pupils.remove(&pupil).unwrap();
        session.commit().await.unwrap();
        let delete = "DELETE FROM enlisted WHERE pupil_id = ? AND course_id = ?";
        assert_eq!(sql(&test), [insert(&test, "course", "name", 1, "id"), String::from(delete)]);
        assert_eq!(select(Enlisted::course_id).all(&db).await.unwrap(), [courses[2].id]);

        // Of a collection that is not loaded.
        let session = db.session();
        let pupil = session.get_or_404(Pupil, 1).await.unwrap();
        let z = session.get_or_404(Course, courses[2].id).await.unwrap();
        let x = session.get_or_404(Course, courses[0].id).await.unwrap();
        let _ = test.statements();
        pupil.courses.remove(&z).unwrap();
        pupil.courses.add(&x);
        session.commit().await.unwrap();
        assert_eq!(sql(&test), ["INSERT INTO enlisted (pupil_id, course_id) VALUES (?, ?)", delete]);
        assert!(!pupil.courses.is_loaded());
        assert_eq!(names(&pupil.courses.all().await.unwrap()), ["x"]);
        // What is not related is not taken out; where nobody knows, the database says.
        pupil.courses.remove(&z).unwrap();
        session.commit().await.unwrap();
        let other = db.session();
        let (pupil, z) = (other.get_or_404(Pupil, 1).await.unwrap(), other.get_or_404(Course, z.id).await.unwrap());
        pupil.courses.remove(&z).unwrap();
        assert!(other.commit().await.unwrap_err().is_stale());
    }

    async fn rows_with_more_columns_are_objects(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let [ada, bob, cid] = ["ada", "bob", "cid"].map(|name| session.add(Member::builder().name(name)));
        ada.followed.add(&bob);
        cid.followers.add(&ada);
        // The association's own collection is kept in step.
        assert_eq!(ada.follows.loaded().unwrap().len(), 2);
        session.commit().await.unwrap();
        assert_eq!(sql(&test)[1], insert(&test, "follow", "follower_id, followed_id, weight, note", 2, "id"));
        assert_eq!(ada.follows.loaded().unwrap()[0].weight, 1);
        ada.follows.add(Follow::builder().followed_id(ada.id).weight(5));
        session.commit().await.unwrap();

        let session = db.session();
        let ada = session.get_or_404(Member, 1).await.unwrap();
        let followed = ada.followed.all().await.unwrap();
        assert_eq!(followed.iter().map(|m| m.id).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(followed[2].followers.all().await.unwrap(), followed[..1]);
        let follows = ada.follows.all().await.unwrap();
        let _ = test.statements();
        ada.followed.remove(&followed[1]).unwrap();
        session.commit().await.unwrap();
        assert_eq!(sql(&test), [
            "SELECT follow.id, follow.follower_id, follow.followed_id, follow.weight, follow.note FROM follow \
             WHERE follow.follower_id = ? AND follow.followed_id = ?",
            "DELETE FROM follow WHERE id = ?",
        ]);
        assert_eq!((follows[0].state(), rows::<Follow>(&db).await), (State::Deleted, 2));
        assert_eq!(ada.follows.loaded().unwrap(), follows[1..]);
    }

    async fn a_row_that_needs_more_is_added_by_hand(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let (ada, nobel) = (session.add(Member::builder().name("ada")), session.add(Prize::builder().name("nobel")));
        session.commit().await.unwrap();
        let error = ada.prizes.try_add(&nobel).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Mapping);
        for part in ["Member.prizes", "Award", "session.add(Award::builder()…)"] {
            assert!(error.to_string().contains(part), "{error}");
        }
        ada.prizes.add(&nobel);
        assert!(session.commit().await.unwrap_err().to_string().contains("Member.prizes"));
        session.rollback().await.unwrap();
        session.add(Award::builder().member_id(ada.id).prize_id(nobel.id).year(1903));
        session.commit().await.unwrap();
        assert_eq!(ada.prizes.all().await.unwrap()[0], nobel);
        // What another has ended is an error that says so.
        session.commit().await.unwrap();
        rebis::delete(Award).execute(&db).await.unwrap();
        ada.prizes.remove(&nobel).unwrap();
        let error = session.commit().await.unwrap_err();
        assert!(error.is_stale() && error.to_string().contains("Prize(1) was taken out of prizes of Member(1)"), "{error}");
    }

    async fn a_deleted_object_takes_its_rows_along(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let maths = session.add(Course::builder().name("Maths"));
        let pupils = session.add_all(["a", "b"].map(|name| Pupil::builder().name(name).courses([&maths])));
        session.commit().await.unwrap();
        // One more that is never written.
        session.add(Course::builder().name("never")).pupils.add(&pupils[0]);
        session.delete(&pupils[0]);
        session.commit().await.unwrap();
        assert_eq!((rows::<Pupil>(&db).await, rows::<Course>(&db).await, rows::<Enlisted>(&db).await), (1, 2, 1));
        assert_eq!(maths.pupils.loaded().unwrap(), pupils[1..]);

        let session = db.session();
        let maths = session.get_or_404(Course, 1).await.unwrap();
        let _ = test.statements();
        session.delete(&maths);
        session.commit().await.unwrap();
        assert_eq!(sql(&test), [
            "SELECT enlisted.pupil_id, enlisted.course_id FROM enlisted WHERE enlisted.course_id IN (?)",
            "DELETE FROM enlisted WHERE pupil_id = ? AND course_id = ?",
            "DELETE FROM course WHERE id = ?",
        ]);
        assert_eq!((rows::<Pupil>(&db).await, rows::<Enlisted>(&db).await), (1, 0));
    }

    async fn a_rollback_undoes_what_was_related(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let pupil = session.add(Pupil::builder().name("p"));
        let [x, y] = ["x", "y"].map(|name| session.add(Course::builder().name(name)));
        pupil.courses.add(&x);
        session.commit().await.unwrap();
        pupil.courses.remove(&x).unwrap();
        pupil.courses.add(&y);
        session.flush().await.unwrap();
        session.rollback().await.unwrap();
        assert_eq!(names(&pupil.courses.all().await.unwrap()), ["x"]);
        let savepoint = session.begin_nested().await.unwrap();
        pupil.courses.remove(&x).unwrap();
        pupil.courses.add(&y);
        session.flush().await.unwrap();
        savepoint.rollback().await.unwrap();
        assert_eq!(names(&pupil.courses.loaded().unwrap()), ["x"]);
        session.commit().await.unwrap();
        assert_eq!(rows::<Enlisted>(&db).await, 1);

        // What was never committed is added again with all it relates.
        let new = session.add(Pupil::builder().name("new").courses([&x, &y]));
        session.flush().await.unwrap();
        session.rollback().await.unwrap();
        session.add(&new);
        session.commit().await.unwrap();
        assert_eq!(rows::<Enlisted>(&db).await, 3);
    }

    async fn queries_go_through_the_association(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let [maths, arts] = ["maths", "arts"].map(|name| session.add(Course::builder().name(name)));
        session.add(Pupil::builder().name("a").courses([&maths, &arts]));
        session.add(Pupil::builder().name("b").courses([&arts]));
        let c = session.add(Pupil::builder().name("c"));
        session.commit().await.unwrap();
        let query = select(Pupil::name).filter(Pupil::courses.any(Course::name.eq("maths"))).order_by(Pupil::name);
        assert_eq!(query.clone().all(&db).await.unwrap(), ["a"]);
        assert_eq!(
            crate::support::plain(&query.sql(test.dialect())),
            "SELECT pupil.name FROM pupil WHERE EXISTS (SELECT 1 FROM enlisted JOIN course ON enlisted.course_id = course.id \
             WHERE enlisted.pupil_id = pupil.id AND course.name = ?) ORDER BY pupil.name"
        );
        assert_eq!(select(Pupil::name).filter(!Pupil::courses.is_any()).all(&db).await.unwrap(), ["c"]);
        let pairs = select((Pupil::name, Course::name)).outer_join(Pupil::courses).order_by(Pupil::name).order_by(Course::name);
        assert_eq!(pairs.clone().count(&db).await.unwrap(), 4);
        let inner = select((Pupil::name, Course::name)).join(Pupil::courses).order_by(Pupil::name).order_by(Course::name);
        let inner = inner.all(&db).await.unwrap();
        assert_eq!(inner[0], (String::from("a"), String::from("arts")));
        // A collection as a query, and counted without loading it.
        let bob = select(Pupil).filter(Pupil::name.eq("b")).one(&session).await.unwrap();
        let _ = test.statements();
        let of_bob = bob.courses.select().filter(Course::name.like("a%"));
        assert_eq!(of_bob.count(&session).await.unwrap(), 1);
        assert_eq!(sql(&test), ["SELECT count(*) FROM course JOIN enlisted ON enlisted.course_id = course.id \
            WHERE enlisted.pupil_id = ? AND course.name LIKE ?"]);
        assert!(!db.session().get_or_404(Pupil, c.id).await.unwrap().courses.is_loaded());
    }

    async fn conditions_within_one_table_go_through_too(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let [ada, bob, cid] = ["ada", "bob", "cid"].map(|name| session.add(Member::builder().name(name)));
        ada.followed.add(&bob);
        bob.followed.add(&cid);
        session.commit().await.unwrap();
        let names = async |condition: rebis::Predicate| {
            select(Member::name).filter(condition).order_by(Member::name).all(&db).await.unwrap()
        };
        assert_eq!(names(Member::followed.any(Member::name.eq("cid"))).await, ["bob"]);
        assert_eq!(names(Member::followers.any(Member::name.eq("bob"))).await, ["cid"]);
        assert_eq!(names(!Member::followed.is_any()).await, ["cid"]);
        assert_eq!(names(Member::followed.any(Member::followed.any(Member::name.eq("cid")))).await, ["ada"]);
    }

    async fn circles_of_collections_are_freed_and_stay_readable(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let courses = session.add_all(["x", "y"].map(|name| Course::builder().name(name)));
        session.add_all(["a", "b"].map(|name| Pupil::builder().name(name).courses(&courses)));
        session.commit().await.unwrap();
        drop((session, courses));
        let load = async || {
            let session = db.session();
            let query = select(Pupil).order_by(Pupil::id).with(Pupil::courses.with(Course::pupils));
            query.all(&session).await.unwrap()
        };
        let pupils = load().await;
        let courses = pupils[1].courses.loaded().unwrap();
        assert_eq!(names(&courses), ["x", "y"]);
        assert_eq!(courses[0].pupils.loaded().unwrap(), [pupils[1].clone(), pupils[0].clone()]);
        // In another session it goes on.
        let session = db.session();
        session.add(&pupils[0]);
        pupils[0].courses.remove(&courses[0]).unwrap();
        session.commit().await.unwrap();
        assert_eq!(names(&pupils[0].courses.loaded().unwrap()), ["y"]);
        assert_eq!(rows::<Enlisted>(&db).await, 3);
        let witness = (pupils[0].downgrade(), courses[1].downgrade());
        drop((session, pupils, courses));
        assert!(witness.0.upgrade().is_none() && witness.1.upgrade().is_none(), "a circle outlived its session");
    }

    async fn rows_that_are_objects_of_their_own_are_seen_by_loaded_collections(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let [maths, physics] = ["Maths", "Physics"].map(|name| session.add(Course::builder().name(name)));
        let alice = session.add(Pupil::builder().name("Alice").courses([&maths]));
        session.commit().await.unwrap();
        // Written with keys, while both sides are loaded.
        assert_eq!(names(&alice.courses.all().await.unwrap()), ["Maths"]);
        assert!(physics.pupils.all().await.unwrap().is_empty());
        let row = session.add(Enlisted::builder().pupil_id(alice.id).course_id(physics.id));
        session.flush().await.unwrap();
        assert_eq!(names(&alice.courses.loaded().unwrap()), ["Maths", "Physics"]);
        assert_eq!(physics.pupils.loaded().unwrap(), std::slice::from_ref(&alice));
        // A rollback takes it back: what was loaded may be out of date, and is read again.
        session.rollback().await.unwrap();
        assert_eq!(names(&alice.courses.all().await.unwrap()), ["Maths"]);
        session.add(&row);
        session.commit().await.unwrap();
        assert_eq!(names(&alice.courses.all().await.unwrap()), ["Maths", "Physics"]);
        assert_eq!(physics.pupils.all().await.unwrap(), std::slice::from_ref(&alice));
        // Deleted as an object.
        session.delete(&row);
        session.commit().await.unwrap();
        let _ = test.statements();
        assert_eq!(names(&alice.courses.loaded().unwrap()), ["Maths"]);
        assert!(physics.pupils.loaded().unwrap().is_empty());
        // And made again by the collection, once.
        alice.courses.add(&physics);
        session.commit().await.unwrap();
        assert_eq!(sql(&test).iter().filter(|text| text.starts_with("INSERT")).count(), 1);
        assert_eq!(names(&alice.courses.loaded().unwrap()), ["Maths", "Physics"]);
        assert_eq!(rows::<Enlisted>(&db).await, 2);
    }

    async fn an_association_that_moves_is_followed(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let [ada, bob, cid] = ["ada", "bob", "cid"].map(|name| session.add(Member::builder().name(name)));
        session.commit().await.unwrap();
        for one in [&ada, &bob, &cid] {
            one.followed.all().await.unwrap();
            one.followers.all().await.unwrap();
        }
        let _ = test.statements();
        let follow = session.add(Follow::builder().follower(&ada).followed_id(bob.id).weight(3));
        session.flush().await.unwrap();
        let shown = |one: &rebis::Entity<Member>| one.followed.loaded().map(|all| all.iter().map(|m| m.name.clone()).collect::<Vec<_>>());
        assert_eq!((shown(&ada).unwrap(), bob.followers.loaded().unwrap()), (vec!["bob".to_owned()], vec![ada.clone()]));
        assert!(sql(&test).iter().all(|text| !text.starts_with("SELECT")), "what is known is not read");
        follow.edit().followed_id = cid.id;
        session.commit().await.unwrap();
        // Another row might still relate ada to bob: who was related by this one is read again.
        assert!(shown(&ada).unwrap_err().is_not_loaded());
        assert_eq!(ada.followed.all().await.unwrap(), std::slice::from_ref(&cid));
        assert!(bob.followers.all().await.unwrap().is_empty());
        assert_eq!(cid.followers.all().await.unwrap(), std::slice::from_ref(&ada));
    }

    async fn what_a_session_does_not_know_is_read_again(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let alice = session.add(Pupil::builder().name("Alice"));
        let id = session.add(Course::builder().name("Maths"));
        session.commit().await.unwrap();
        let id = id.id;
        let session = db.session();
        let alice = session.get_or_404(Pupil, alice.id).await.unwrap();
        assert!(alice.courses.all().await.unwrap().is_empty());
        session.add(Enlisted::builder().pupil_id(alice.id).course_id(id));
        session.commit().await.unwrap();
        assert!(alice.courses.loaded().unwrap_err().is_not_loaded());
        assert_eq!(names(&alice.courses.all().await.unwrap()), ["Maths"]);
    }

    async fn a_relation_and_one_behind_it_read_as_one(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let [ada, bob, cid] = ["ada", "bob", "cid"].map(|name| session.add(Member::builder().name(name)));
        session.commit().await.unwrap();
        session.add_all([(&ada, &bob), (&ada, &cid), (&bob, &cid)].map(|(one, two)| Follow::builder().follower(one).followed_id(two.id)));
        session.commit().await.unwrap();

        let session = db.session();
        let members = select(Member).order_by(Member::id).all(&session).await.unwrap();
        assert!(members[0].follows.then(Follow::follower).loaded().unwrap_err().is_not_loaded());
        let _ = test.statements();
        let behind = members[0].follows.then(Follow::follower).all().await.unwrap();
        assert_eq!(behind, [members[0].clone(), members[0].clone()]);
        assert_eq!(members[1].follows.then(Follow::follower).loaded().unwrap(), [members[1].clone()]);
        assert!(members[2].follows.then(Follow::follower).all().await.unwrap().is_empty());
        assert_eq!(sql(&test).iter().filter(|text| text.starts_with("SELECT")).count(), 1);

        let path = Course::pupils.then(Pupil::courses);
        assert_eq!(format!("{path:?}"), "Course.pupils.courses");
        let [maths, physics, latin] = ["Maths", "Physics", "Latin"].map(|name| session.add(Course::builder().name(name)));
        session.add(Pupil::builder().name("x").courses([&maths, &physics]));
        session.add(Pupil::builder().name("y").courses([&latin]));
        session.commit().await.unwrap();
        let course = |condition| select(Course::name).filter(condition).order_by(Course::id);
        assert_eq!(course(shared_with(&physics)).all(&db).await.unwrap(), ["Maths", "Physics"]);
        let other = db.session();
        let _ = test.statements();
        let loaded = select(Course).filter(Course::id.eq(maths.id)).with(path).one(&other).await.unwrap();
        assert_eq!(names(&loaded.pupils.then(Pupil::courses).loaded().unwrap()), ["Maths", "Physics"]);
        assert_eq!(sql(&test).iter().filter(|text| text.starts_with("SELECT")).count(), 3);
    }
}

/// Courses whose pupils take that course too.
fn shared_with(course: &rebis::Entity<Course>) -> rebis::Predicate {
    Course::pupils.then(Pupil::courses).contains(course)
}
