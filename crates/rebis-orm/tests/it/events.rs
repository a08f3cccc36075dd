//! Closures that are told of what happens, and validators that refuse what must not be written.

use std::sync::Arc;

use parking_lot::Mutex;
use rebis::{Database, Edit, Entity, ErrorKind, State, insert, select};
use rebis_macros::Model;
use rebis_testkit::{TestDatabase, each_database};

use crate::handwritten::{Post, User};
use crate::support::{rows, sql, tables};

#[derive(Model, Clone, Debug)]
#[model(validate = consistent)]
pub struct Booking {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 40, validate = is_email)]
    pub email: String,
    #[column(validate = positive)]
    pub seats: i32,
    pub taken: i32,
    #[column(length = 20, validate = short)]
    pub note: Option<String>,
}

fn is_email(text: &str) -> Result<(), String> {
    if text.contains('@') { Ok(()) } else { Err(format!("`{text}` is no email address")) }
}

fn positive(number: &i32) -> Result<(), &'static str> {
    if *number > 0 { Ok(()) } else { Err("it has to be positive") }
}

fn short(text: &Option<String>) -> Result<(), &'static str> {
    if text.as_ref().is_none_or(|t| t.len() < 5) { Ok(()) } else { Err("too long") }
}

fn consistent(booking: &Booking) -> Result<(), String> {
    if booking.taken <= booking.seats {
        Ok(())
    } else {
        Err(format!("{} of {} seats are taken", booking.taken, booking.seats))
    }
}

async fn bookings(test: &TestDatabase) -> Database {
    let db = Database::with_engine(test.engine().clone()).models(rebis::models![Booking]);
    db.create_all().await.unwrap();
    let _ = test.statements();
    db
}

fn booking(email: &str, seats: i32) -> impl rebis::Addable<Model = Booking> + use<> {
    Booking::builder().email(email).seats(seats).taken(0)
}

/// What the closures have written down.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn note(&self, text: impl Into<String>) {
        self.0.lock().push(text.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock())
    }
}

fn user(name: &str) -> impl rebis::Addable<Model = User> + use<> {
    User::builder().username(name).email(format!("{name}@Example.com"))
}

/// Everything that can be told, written down.
fn listen(db: &Database) -> Log {
    let log = Log::default();
    macro_rules! note {
        (|$($arg:tt),*| $($text:tt)*) => {{
            let log = log.clone();
            move |$($arg),*| log.note(format!($($text)*))
        }};
    }
    db.events()
        .before_flush(note!(|_| "before flush"))
        .after_flush(note!(|_| "after flush"))
        .before_commit(note!(|_| "before commit"))
        .after_commit(note!(|_| "after commit"))
        .after_rollback(note!(|_| "after rollback"))
        .before_insert(User, {
            let log = log.clone();
            move |user: &mut User| log.note(format!("before insert {}", user.username))
        })
        .after_insert(User, {
            let log = log.clone();
            move |user: &Entity<User>| log.note(format!("after insert {} {}", user.username, user.id > 0))
        })
        .before_update(User, {
            let log = log.clone();
            move |user: &mut User, was: &User| {
                log.note(format!("before update {} to {}", was.username, user.username))
            }
        })
        .after_update(User, {
            let log = log.clone();
            move |user: &Entity<User>, was: &User| {
                log.note(format!("after update {} to {}", was.username, user.username))
            }
        })
        .before_delete(User, {
            let log = log.clone();
            move |user: &Entity<User>| log.note(format!("before delete {:?}", user.state()))
        })
        .after_delete(User, {
            let log = log.clone();
            move |user: &Entity<User>| log.note(format!("after delete {:?}", user.state()))
        })
        .load(User, {
            let log = log.clone();
            move |user: &Entity<User>| log.note(format!("load {}", user.username))
        });
    log
}

each_database! {
    async fn everything_is_told_in_order(test: TestDatabase) {
        let db = tables(&test).await;
        let log = listen(&db);
        let session = db.session();
        let ada = session.add(user("ada"));
        session.add(Post::builder().body("x").author(&ada));
        session.commit().await.unwrap();
        assert_eq!(log.take(), ["before commit", "before flush", "before insert ada", "after insert ada true", "after flush", "after commit"]);
        ada.edit().username = "eve".into();
        session.flush().await.unwrap();
        assert_eq!(log.take(), ["before flush", "before update ada to eve", "after update ada to eve", "after flush"]);
        session.rollback().await.unwrap();
        assert_eq!(log.take(), ["after rollback"]);
        // Set back: no row is written, so nobody is told of one.
        ada.edit().username = "eve".into();
        ada.edit().username = "ada".into();
        session.commit().await.unwrap();
        assert_eq!(log.take(), ["before commit", "before flush", "after flush", "after commit"]);

        // What is held is not loaded again.
        select(User).all(&session).await.unwrap();
        assert!(log.take().is_empty());
        let other = db.session();
        let eve = other.get(User, 1).await.unwrap().unwrap();
        select(User).all(&other).await.unwrap();
        drop((other, eve));
        let other = db.session();
        other.get(Post, 1).await.unwrap().unwrap().author.get().await.unwrap();
        assert_eq!(log.take(), ["load ada", "load ada"]);

        session.delete(&ada);
        session.commit().await.unwrap();
        assert_eq!(log.take(), ["before commit", "before flush", "before delete Persistent", "after delete Deleted", "after flush", "after commit"]);
    }

    async fn closures_change_what_is_written(test: TestDatabase) {
        let db = tables(&test).await;
        db.events()
            .before_insert(User, |user| user.email.make_ascii_lowercase())
            .before_update(User, |user, was| user.password_hash = Some(format!("was {}", was.username)))
            .before_flush(|session| {
                for user in session.added(User) {
                    if user.username == "ada" && !session.added(Post).iter().any(|p| p.body == "welcome") {
                        session.add(Post::builder().body("welcome").author(&user));
                    }
                }
            });
        let session = db.session();
        let ada = session.add(user("ada"));
        session.commit().await.unwrap();
        assert_eq!((ada.email.as_str(), ada.is_modified()), ("ada@example.com", false));
        assert_eq!(db.get(User, 1).await.unwrap().unwrap().email, "ada@example.com");
        assert_eq!((rows::<Post>(&db).await, ada.posts.all().await.unwrap().len()), (1, 1));
        let _ = sql(&test);
        ada.edit().username = "eve".into();
        session.commit().await.unwrap();
        assert_eq!(sql(&test), ["UPDATE user SET username = ?, password_hash = ? WHERE id = ?"]);
        assert_eq!(ada.password_hash.as_deref(), Some("was ada"));
        // A session's own closures are its own.
        session.events().before_insert(User, |user| user.username.push('!'));
        let bob = session.add(user("bob"));
        session.commit().await.unwrap();
        assert_eq!((bob.username.as_str(), bob.email.as_str()), ("bob!", "bob@example.com"));
        let other = db.session();
        let cid = other.add(user("cid"));
        other.commit().await.unwrap();
        assert_eq!(cid.username, "cid");
    }

    async fn what_a_closure_does_after_a_flush_belongs_to_the_commit(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        session.events().after_insert(User, |user| user.edit().password_hash = Some(format!("of {}", user.id)));
        session.add(user("ada"));
        session.commit().await.unwrap();
        assert_eq!(db.get(User, 1).await.unwrap().unwrap().password_hash.as_deref(), Some("of 1"));
        assert!(!session.is_dirty());
        // For ever: said, not tried for ever.
        session.events().after_update(User, |user, _| user.edit().email.push('x'));
        session.get_or_404(User, 1).await.unwrap().edit().username = "eve".into();
        let error = session.commit().await.unwrap_err();
        assert!(error.kind() == ErrorKind::State && error.to_string().contains("100 flushes"), "{error}");
        session.rollback().await.unwrap();
    }

    async fn a_closure_refuses(test: TestDatabase) {
        let db = tables(&test).await;
        db.events()
            .before_delete(User, |user| if user.username == "root" { Err("root stays") } else { Ok(()) })
            .before_commit(|session| if session.added(Post).len() > 1 { Err("one post at a time") } else { Ok(()) });
        let session = db.session();
        let root = session.add(user("root"));
        session.commit().await.unwrap();
        session.delete(&root);
        let error = session.commit().await.unwrap_err();
        assert_eq!((error.kind(), error.code(), error.model()), (ErrorKind::Invalid, "R111", Some("User")));
        assert!(error.to_string().contains("before_delete refused User(1): root stays"), "{error}");
        assert_eq!(session.flush().await.unwrap_err().kind(), ErrorKind::InactiveTransaction);
        session.rollback().await.unwrap();
        assert_eq!(root.state(), State::Persistent);
        // Before the commit nothing has begun: the session goes on.
        for body in ["a", "b"] {
            session.add(Post::builder().body(body).author(&root));
        }
        assert!(session.commit().await.unwrap_err().to_string().contains("one post at a time"));
        session.flush().await.unwrap();
        session.commit().await.unwrap();
        assert_eq!((rows::<User>(&db).await, rows::<Post>(&db).await), (1, 2));
    }

    async fn what_is_not_valid_is_not_written(test: TestDatabase) {
        let db = bookings(&test).await;
        let session = db.session();
        let one = session.add(booking("nobody", 2));
        let _ = sql(&test);
        let error = session.commit().await.unwrap_err();
        assert_eq!((error.kind(), error.model(), error.field()), (ErrorKind::Invalid, Some("Booking"), Some("email")));
        assert!(error.to_string().contains("Booking.email of Booking(not written yet) is not valid: `nobody` is no email address"), "{error}");
        assert!(sql(&test).is_empty());
        // Nothing has failed but the row: mend it.
        one.edit().email = "a@b".into();
        session.commit().await.unwrap();
        assert_eq!(rows::<Booking>(&db).await, 1);

        one.edit().note = Some("far too long".into());
        assert_eq!(session.flush().await.unwrap_err().field(), Some("note"));
        one.edit().note = None;
        one.edit().taken = 3;
        let error = session.flush().await.unwrap_err();
        assert!(error.field().is_none() && error.to_string().contains("Booking(1) is not valid: 3 of 2 seats"), "{error}");
        session.rollback().await.unwrap();
        assert_eq!(one.taken, 0);

        // In the middle of an edit.
        let mut edit = one.edit();
        edit.seats = -1;
        let error = Edit::check(&edit).unwrap_err();
        assert_eq!((error.field(), error.kind()), (Some("seats"), ErrorKind::Invalid));
        edit.seats = 5;
        Edit::check(&edit).unwrap();
        drop(edit);
        session.commit().await.unwrap();
        assert_eq!(db.get(Booking, 1).await.unwrap().unwrap().seats, 5);
    }

    async fn validators_see_what_closures_and_bulk_statements_write(test: TestDatabase) {
        let db = bookings(&test).await;
        db.events().before_insert(Booking, |booking| if booking.seats == 7 { booking.seats = -7 });
        let session = db.session();
        session.add(booking("a@b", 7));
        assert_eq!(session.commit().await.unwrap_err().field(), Some("seats"));
        session.rollback().await.unwrap();
        let error = insert(Booking).values([booking("a@b", 1), booking("c", 1)]).execute(&db).await.unwrap_err();
        assert_eq!(error.field(), Some("email"), "{error}");
        insert(Booking).values([booking("a@b", 1)]).execute(&db).await.unwrap();
        assert_eq!(rows::<Booking>(&db).await, 1);
    }
}
