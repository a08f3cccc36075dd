//! What cannot work is said, never left out: wrong relations, failed statements, rows that a bulk INSERT cannot take.

use rebis::{ErrorKind, Session, State, func, insert, select, sql};
use rebis_sql::Dialect;
use rebis_testkit::{Backend, each_database};

use crate::handwritten::{Post, User};
use crate::models::{Book, Document, Shelf, Ticket};
use crate::support::{plain, rows, sql as statements, tables};

fn says_what_is_missing(error: &rebis::Error) {
    assert_eq!(
        (error.kind(), error.code(), error.model()),
        (ErrorKind::Mapping, "R108", Some("Shelf")),
        "{error:?}"
    );
    assert!(error.to_string().contains("Shelf.books needs a foreign key from Book to Shelf"), "{error}");
}

/// A statement that fails, outside a flush.
async fn fail(session: &Session) -> rebis::Error {
    session.execute(sql("SELECT no_such_column FROM shelf")).await.unwrap_err()
}

each_database! {
    async fn a_wrong_relation_of_a_builder_fails_the_flush(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let shelf = session.add(Shelf::builder().name("top").books([Book::builder().title("lost?")]));
        says_what_is_missing(&session.flush().await.unwrap_err());
        assert_eq!(session.flush().await.unwrap_err().code(), "R106");
        session.rollback().await.unwrap();
        // It does not become right by being added again.
        session.add(&shelf);
        says_what_is_missing(&session.commit().await.unwrap_err());
        session.rollback().await.unwrap();
        assert_eq!((shelf.state(), rows::<Shelf>(&db).await), (State::Transient, 0));
    }

    async fn a_wrong_relation_of_an_object_fails_the_flush(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let shelf = session.add(Shelf::builder().name("top"));
        session.commit().await.unwrap();
        shelf.books.add(Book::builder().title("lost?"));
        let error = session.commit().await.unwrap_err();
        assert!(error.to_string().contains("Shelf.books needs a foreign key"), "{error}");
        assert_eq!(error.kind(), ErrorKind::Mapping);
        session.rollback().await.unwrap();
        says_what_is_missing(&shelf.books.try_add(Book::builder().title("x")).unwrap_err());
        says_what_is_missing(&shelf.books.all().await.unwrap_err());
        // The session is as usable as before.
        shelf.edit().name = "low".into();
        session.commit().await.unwrap();
        // A shelf in no session, a book in one.
        let book = session.add(Book::builder().title("held"));
        let _unsaved = rebis::Addable::into_entity(Shelf::builder().name("none").books([&book]));
        assert_eq!(session.commit().await.unwrap_err().kind(), ErrorKind::Mapping);
    }

    async fn a_condition_over_a_wrong_relation_is_an_error(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let _ = test.statements();
        let wrong = || Shelf::books.any(Book::title.eq("x"));
        says_what_is_missing(&select(Shelf).filter(wrong()).all(&db).await.unwrap_err());
        says_what_is_missing(&select(Shelf).filter(Shelf::id.eq(1) & !Shelf::books.is_any()).all(&session).await.unwrap_err());
        says_what_is_missing(&select(Shelf).filter(Shelf::books.has(Book::id.eq(1)) | Shelf::id.eq(1)).count(&db).await.unwrap_err());
        says_what_is_missing(&select(Shelf).filter(rebis::Predicate::any([wrong()])).exists(&db).await.unwrap_err());
        says_what_is_missing(&select(Shelf).join(Shelf::books).all(&db).await.unwrap_err());
        let ids = select(Shelf::id).filter(wrong());
        says_what_is_missing(&select(Book).filter(Book::id.in_select(ids)).all(&db).await.unwrap_err());
        let counted = select((Shelf::id, func::count_all())).group_by(Shelf::id).having(wrong());
        says_what_is_missing(&counted.all(&db).await.unwrap_err());
        let update = rebis::update(Shelf).filter(wrong()).set(Shelf::name, "x");
        assert!(update.sql(Dialect::Sqlite).contains("-- the relation Shelf.books"));
        says_what_is_missing(&update.execute(&db).await.unwrap_err());
        says_what_is_missing(&rebis::delete(Shelf).filter(wrong()).execute(&session).await.unwrap_err());
        says_what_is_missing(&wrong().into_expr().unwrap_err());
        assert!(test.statements().is_empty(), "nothing ran");
    }

    async fn a_statement_that_ends_the_transaction_says_so_as_a_failed_flush_does(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let shelf = session.add(Shelf::builder().name("a"));
        session.flush().await.unwrap();
        let first = fail(&session).await;
        assert_eq!(first.kind(), ErrorKind::Engine);
        if test.backend() == Backend::Postgres {
            for error in [
                select(Shelf).all(&session).await.unwrap_err(),
                session.flush().await.unwrap_err(),
                session.commit().await.unwrap_err(),
            ] {
                assert_eq!(error.kind(), ErrorKind::InactiveTransaction);
                let text = error.to_string();
                assert!(text.starts_with("this session's transaction has failed: "), "{text}");
                assert!(text.contains("no_such_column") && text.contains("session.rollback()"), "{text}");
                assert_eq!(text.matches("has failed").count(), 1, "{text}");
            }
            session.rollback().await.unwrap();
            assert_eq!(shelf.state(), State::Transient);
            session.add(&shelf);
        }
        // The others undo the statement only, so the session goes on.
        session.commit().await.unwrap();
        assert_eq!((shelf.state(), rows::<Shelf>(&db).await), (State::Persistent, 1));
    }

    async fn bulk_rows_of_several_shapes_keep_their_values(test: TestDatabase) {
        let db = tables(&test).await;
        let _ = test.statements();
        let statement = insert(Ticket)
            .values([Ticket::builder().price(1), Ticket::builder().price(2), Ticket::builder().price(3).status("sold")])
            .values([Ticket::builder().price(4).amount(9)]);
        let text = statement.sql(Dialect::Sqlite);
        assert_eq!(text.matches("INSERT INTO").count(), 3, "{text}");
        assert_eq!(statement.execute(&db).await.unwrap(), 4);
        assert_eq!(statements(&test), [
            "INSERT INTO ticket (price) VALUES (?), (?)",
            "INSERT INTO ticket (price, status) VALUES (?, ?)",
            "INSERT INTO ticket (price, amount) VALUES (?, ?)",
        ]);
        let stored = select((Ticket::amount, Ticket::status)).order_by(Ticket::price).all(&db).await.unwrap();
        let open = String::from("open");
        assert_eq!(stored, [(3, open.clone()), (3, open.clone()), (3, String::from("sold")), (9, open)]);
        assert_eq!(insert(Ticket).values([0; 0].map(|_| Ticket::builder().price(1))).execute(&db).await.unwrap(), 0);
    }

    async fn bulk_rows_are_split_and_all_or_none(test: TestDatabase) {
        let db = tables(&test).await;
        let _ = test.statements();
        let people = |n: usize| (0..n).map(|i| User::builder().username(format!("u{i}")).email(format!("e{i}")));
        assert_eq!(insert(User).values(people(2500)).execute(&db).await.unwrap(), 2500);
        let sizes: Vec<usize> = test.statements().iter().map(|s| plain(s).matches("(?").count()).collect();
        assert_eq!(sizes, [1000, 1000, 500]);
        rebis::delete(User).execute(&db).await.unwrap();
        // The last row has the first one's name: nothing of the statements before stays.
        let rows_with_twin = people(1500).chain([User::builder().username("u0").email("twin")]);
        let error = insert(User).values(rows_with_twin).execute(&db).await.unwrap_err();
        assert!(error.is_unique_violation(), "{error:?}");
        assert_eq!(rows::<User>(&db).await, 0);
        let session = db.session();
        assert_eq!(insert(User).values(people(1500)).execute(&session).await.unwrap(), 1500);
        session.rollback().await.unwrap();
        assert_eq!(rows::<User>(&db).await, 0);
        drop(session);
        let mut connection = test.acquire().await;
        assert_eq!(insert(User).values(people(1001)).execute(&mut connection).await.unwrap(), 1001);
        assert!(!connection.in_transaction());
    }

    async fn bulk_rows_with_relations_are_refused(test: TestDatabase) {
        let db = tables(&test).await;
        let author = User::builder().username("a").email("a");
        let error = insert(Post).values([Post::builder().body("x").author(author)]).execute(&db).await.unwrap_err();
        assert!(error.kind() == ErrorKind::State && error.to_string().contains("insert(Post)` has relations"), "{error}");
        let with = User::builder().username("a").email("a").posts([Post::builder().body("x").user_id(1)]);
        assert!(insert(User).values([with]).execute(&db).await.is_err());
        assert_eq!(rows::<User>(&db).await, 0);
    }

    async fn objects_of_another_session_are_refused(test: TestDatabase) {
        let db = tables(&test).await;
        let (one, two) = (db.session(), db.session());
        let doc = one.add(Document::builder().title("x"));
        two.add(&doc);
        let error = two.flush().await.unwrap_err();
        assert!(error.kind() == ErrorKind::State && error.to_string().contains("another session"), "{error}");
        two.rollback().await.unwrap();
        two.flush().await.unwrap();
        one.commit().await.unwrap();
        two.delete(&doc);
        assert!(two.commit().await.unwrap_err().to_string().contains("not in this session"));
    }
}

/// A second model of the table of shelves, and a second fault.
#[derive(rebis_macros::Model, Clone, Debug)]
#[model(table = "shelf")]
pub struct Rack {
    #[column(primary_key)]
    pub id: i64,
    pub books: rebis::HasMany<Book>,
}

each_database! {
    async fn a_wrong_declaration_is_said_before_anything_is_created(test: TestDatabase) {
        let db = rebis::Database::with_engine(test.engine().clone());
        assert!(db.clone().models(crate::models::all()).check().is_ok());
        let db = db.models(rebis::models![Document, Shelf, Book, Rack]);
        let _ = test.statements();
        let error = db.create_all().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Mapping);
        for part in [
            "Shelf.books needs a foreign key from Book to Shelf",
            "Rack.books needs a foreign key from Book to Rack",
            "both declared for the table `shelf`",
        ] {
            assert!(error.to_string().contains(part), "{error}");
        }
        assert!(test.statements().is_empty());
    }
}

each_database! {
    async fn a_key_that_no_relation_gives_is_an_error(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        // The collection gives one key of the two.
        let author = session.add(User::builder().username("a").email("a"));
        author.posts.add(Post::builder().body("x"));
        session.commit().await.unwrap();
        let member = session.add(crate::many::Member::builder().name("m"));
        member.follows.add(crate::many::Follow::builder());
        let error = session.commit().await.unwrap_err();
        assert_eq!(error.kind(), rebis::ErrorKind::State);
        for part in ["a new Follow", "`followed_id`", "Follow::builder().followed_id(…)"] {
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}
