//! Columns that the database fills in, keys of several columns, one-to-one, versions.

use rebis::{State, select};
use rebis_testkit::each_database;

use crate::models::{Account, Document, Enrolment, Mark, Profile, Student, Ticket};
use crate::support::{rows, sql, tables};

each_database! {
    async fn what_the_database_fills_in_is_read_back(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let plain = session.add(Ticket::builder().price(5));
        let given = session.add(Ticket::builder().price(7).amount(2).status("sold"));
        session.commit().await.unwrap();
        let _ = test.statements();
        assert_eq!((plain.amount, plain.status.as_str(), plain.total), (3, "open", 15));
        assert_eq!((given.amount, given.status.as_str(), given.total), (2, "sold", 14));
        // No statement of the program names a computed column.
        given.edit().price = 10;
        session.commit().await.unwrap();
        let read = "SELECT ticket.id, ticket.total FROM ticket WHERE ticket.id IN (?)";
        assert_eq!(sql(&test), ["UPDATE ticket SET price = ? WHERE id = ?", read]);
        assert_eq!((given.total, given.is_modified()), (20, false));
        // For all changed rows in one statement, and back with a rollback.
        plain.edit().price = 1;
        given.edit().price = 2;
        session.flush().await.unwrap();
        assert_eq!(sql(&test).len(), 2);
        assert_eq!((plain.total, given.total), (3, 4));
        session.rollback().await.unwrap();
        assert_eq!((plain.total, given.total), (15, 20));
        let stored = select((Ticket::amount, Ticket::status, Ticket::total)).order_by(Ticket::id).all(&db).await.unwrap();
        assert_eq!(stored, [(3, String::from("open"), 15), (2, String::from("sold"), 20)]);
    }

    async fn a_key_of_two_columns_takes_one_from_a_relation(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let ada = session.add(Student::builder().name("ada").enrolments([
            Enrolment::builder().course("math").credits(5),
            Enrolment::builder().course("art").credits(3),
        ]));
        session.commit().await.unwrap();
        let math = session.get(Enrolment, (ada.id, "math")).await.unwrap().unwrap();
        assert_eq!((math.key(), math.credits), (Some((ada.id, String::from("math"))), 5));
        let mark = math.marks.add(Mark::builder().points(9));
        session.commit().await.unwrap();
        assert_eq!((mark.student_id, mark.course.as_str()), (ada.id, "math"));

        let other = db.session();
        let marks = select(Mark).filter(Mark::enrolment.has(Enrolment::credits.gt(4))).all(&other).await.unwrap();
        let enrolment = marks[0].enrolment.get().await.unwrap();
        assert_eq!(enrolment.course, "math");
        let _ = test.statements();
        enrolment.edit().credits = 6;
        other.commit().await.unwrap();
        assert_eq!(sql(&test), ["UPDATE enrolment SET credits = ? WHERE student_id = ? AND course = ?"]);
        let all = enrolment.student.get().await.unwrap().enrolments.all().await.unwrap();
        assert_eq!(all.iter().map(|e| e.course.as_str()).collect::<Vec<_>>(), ["art", "math"]);
        other.delete(&enrolment.student.get().await.unwrap());
        other.commit().await.unwrap();
        assert_eq!((rows::<Student>(&db).await, rows::<Enrolment>(&db).await, rows::<Mark>(&db).await), (0, 0, 0));
    }

    async fn one_to_one(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let ada = session.add(Account::builder().login("ada").profile(Profile::builder().motto("first")));
        let bob = session.add(Account::builder().login("bob"));
        session.commit().await.unwrap();
        let first = ada.profile.get().await.unwrap().unwrap();
        assert_eq!((first.account_id, first.account.get().await.unwrap()), (ada.id, ada.clone()));
        assert!(bob.profile.get().await.unwrap().is_none());

        let other = db.session();
        let accounts = select(Account).order_by(Account::id).all(&other).await.unwrap();
        let _ = test.statements();
        assert_eq!(accounts[0].profile.get().await.unwrap().unwrap().motto, "first");
        assert!(accounts[1].profile.get().await.unwrap().is_none());
        assert_eq!(test.statements().len(), 1, "peers load together");
        drop(other);

        // What another takes the place of is an orphan.
        ada.profile.clear().unwrap();
        session.commit().await.unwrap();
        assert_eq!((first.state(), rows::<Profile>(&db).await), (State::Deleted, 0));
        bob.profile.set(Profile::builder().motto("second")).unwrap();
        session.commit().await.unwrap();
        session.delete(&bob);
        session.commit().await.unwrap();
        assert_eq!((rows::<Account>(&db).await, rows::<Profile>(&db).await), (1, 0));
    }

    async fn a_version_lets_the_first_writer_win(test: TestDatabase) {
        let db = tables(&test).await;
        let first = db.session();
        let doc = first.add(Document::builder().title("draft"));
        first.commit().await.unwrap();
        assert_eq!(doc.revision, 1);
        let second = db.session();
        let same = second.get(Document, doc.id).await.unwrap().unwrap();
        second.commit().await.unwrap();
        let _ = test.statements();

        doc.edit().title = "mine".into();
        first.commit().await.unwrap();
        assert_eq!(sql(&test), ["UPDATE document SET title = ?, revision = ? WHERE id = ? AND revision = ?"]);
        assert_eq!(doc.revision, 2);

        same.edit().title = "theirs".into();
        let error = second.commit().await.unwrap_err();
        assert!(error.is_stale() && error.code() == "R105", "{error:?}");
        assert!(error.to_string().contains("UPDATE of Document(1)"), "{error}");
        second.rollback().await.unwrap();
        assert_eq!((same.title.as_str(), same.revision), ("draft", 1));
        second.delete(&same);
        let error = second.commit().await.unwrap_err();
        assert!(error.is_stale() && error.to_string().contains("DELETE of Document(1)"), "{error}");
        second.rollback().await.unwrap();
        second.refresh(&same).await.unwrap();
        assert_eq!((same.title.as_str(), same.revision), ("mine", 2));
        same.edit().title = "both".into();
        second.commit().await.unwrap();
        assert_eq!(same.revision, 3);

        // Several at once, each at its own version.
        let more = second.add_all(["a", "b"].map(|t| Document::builder().title(t)));
        second.commit().await.unwrap();
        for doc in [&same, &more[0], &more[1]] {
            doc.edit().title.push('!');
        }
        second.commit().await.unwrap();
        assert_eq!((same.revision, more[0].revision, more[1].revision), (4, 2, 2));
        more[0].edit().revision = 9;
        let error = second.commit().await.unwrap_err();
        assert!(error.to_string().contains("Document.revision") && error.to_string().contains("set by the program"), "{error}");
        second.rollback().await.unwrap();
        for doc in [&same, &more[0], &more[1]] {
            second.delete(doc);
        }
        second.commit().await.unwrap();
        assert_eq!(rows::<Document>(&db).await, 0);
    }
}
