//! The seed's queries, section by section; the comment is the seed's line.

use blog::{Course, Post, Student, User, get_or_create};
use rebis::prelude::*;
use rebis_testkit::{TestDatabase, each_database};

use super::open;

/// Three users; alice has two posts.
async fn filled(test: &TestDatabase) -> Database {
    let (db, _) = open(test).await;
    let session = db.session();
    let alice = session.add(User::builder().username("alice").email("alice@example.com"));
    session.add(User::builder().username("bob").email("bob@gmail.com"));
    session.add(User::builder().username("carol").email("carol@example.com"));
    session.add(Post::builder().title("Hello").content("World").author(&alice));
    session.add(Post::builder().title("Again").content("and again").author(&alice));
    session.commit().await.unwrap();
    db
}

fn names(users: &[Entity<User>]) -> Vec<&str> {
    users.iter().map(|user| user.username.as_str()).collect()
}

each_database! {
    async fn create(test: TestDatabase) {
        let (db, _) = open(&test).await;
        let session = db.session();
        // user = User(username='alice', email='alice@example.com')
        let user = User::builder().username("alice").email("alice@example.com");
        // db.session.add(user)
        let user = session.add(user);
        // db.session.commit()
        session.commit().await.unwrap();
        assert_eq!((user.id, user.to_string()), (1, String::from("<User alice>")));
        assert!((Utc::now() - user.created_at).num_minutes() < 1);
    }

    async fn read(test: TestDatabase) {
        let db = filled(&test).await;
        let session = db.session();
        // User.query.all()
        assert_eq!(names(&select(User).order_by(User::id).all(&session).await.unwrap()), ["alice", "bob", "carol"]);
        // User.query.get(1); None if not found
        assert_eq!(session.get(User, 1).await.unwrap().unwrap().username, "alice");
        assert!(session.get(User, 7).await.unwrap().is_none());
        // User.query.get_or_404(1)
        assert!(session.get_or_404(User, 7).await.unwrap_err().is_not_found());
        // User.query.first(), first_or_404()
        assert_eq!(select(User).order_by(User::id).first(&session).await.unwrap().unwrap().id, 1);
        let nobody = select(User).filter(User::username.eq("nobody"));
        assert!(nobody.first_or_404(&session).await.unwrap_err().is_not_found());
        // User.query.filter_by(username='alice').all(), .first()
        let alice = select(User).filter(User::username.eq("alice")).first(&session).await.unwrap().unwrap();
        assert_eq!(alice.email, "alice@example.com");
        // User.query.filter(or_(User.username == 'alice', User.email.like('%@gmail.com'))).all()
        let either = select(User).filter(User::username.eq("alice") | User::email.like("%@gmail.com")).order_by(User::id);
        assert_eq!(names(&either.all(&session).await.unwrap()), ["alice", "bob"]);
        // User.query.filter(User.id.in_([1, 2, 3])).all()
        assert_eq!(select(User).filter(User::id.in_([1, 2, 3])).all(&session).await.unwrap().len(), 3);
        // User.query.order_by(User.created_at.desc()).all()
        let newest = select(User).order_by(User::created_at.desc()).order_by(User::id.desc());
        assert_eq!(newest.all(&session).await.unwrap().len(), 3);
        // User.query.limit(10).all(); offset(5).limit(10)
        assert_eq!(select(User).limit(2).all(&session).await.unwrap().len(), 2);
        assert_eq!(names(&select(User).order_by(User::id).offset(1).limit(10).all(&session).await.unwrap()), ["bob", "carol"]);
        // User.query.with_entities(User.username).distinct().all()
        let usernames = select(User::username).distinct().order_by(User::username).all(&session).await.unwrap();
        assert_eq!(usernames, ["alice", "bob", "carol"]);
        // User.query.count()
        assert_eq!(select(User).count(&session).await.unwrap(), 3);
    }

    async fn change(test: TestDatabase) {
        let db = filled(&test).await;
        let session = db.session();
        // user = User.query.get(1); user.email = 'newemail@example.com'; db.session.commit()
        let user = session.get_or_404(User, 1).await.unwrap();
        user.edit().email = "newemail@example.com".into();
        session.commit().await.unwrap();
        // User.query.filter_by(username='alice').update({'email': 'new@example.com'})
        let changed = update(User).filter(User::username.eq("alice")).set(User::email, "new@example.com").execute(&session);
        assert_eq!(changed.await.unwrap(), 1);
        session.commit().await.unwrap();
        assert_eq!(user.email, "new@example.com", "what is loaded follows");
        assert_eq!(select(User::email).filter(User::id.eq(1)).one(&db).await.unwrap(), "new@example.com");
    }

    async fn remove(test: TestDatabase) {
        let db = filled(&test).await;
        let session = db.session();
        // user = User.query.get(2); db.session.delete(user); db.session.commit()
        let bob = session.get_or_404(User, 2).await.unwrap();
        session.delete(&bob);
        session.commit().await.unwrap();
        // User.query.filter_by(username='carol').delete()
        assert_eq!(delete(User).filter(User::username.eq("carol")).execute(&session).await.unwrap(), 1);
        session.commit().await.unwrap();
        assert_eq!(select(User::username).all(&db).await.unwrap(), ["alice"]);
    }

    async fn one_to_many(test: TestDatabase) {
        let (db, _) = open(&test).await;
        let session = db.session();
        // post = Post(title='Hello', content='World', author=user); db.session.add(post): the user goes along
        let user = User::builder().username("alice").email("alice@example.com");
        let post = session.add(Post::builder().title("Hello").content("World").author(user));
        session.commit().await.unwrap();
        assert_eq!((post.id, post.user_id), (1, 1));
        // user.posts, post.author, post.author.username
        let session = db.session();
        let user = session.get_or_404(User, 1).await.unwrap();
        assert_eq!(user.posts.all().await.unwrap()[0].title, "Hello");
        let post = session.get_or_404(Post, 1).await.unwrap();
        assert_eq!(post.author.get().await.unwrap().username, "alice");
        assert!(post.author.get().await.unwrap().same(&user), "one object per row");
    }

    async fn many_to_many(test: TestDatabase) {
        let (db, _) = open(&test).await;
        let session = db.session();
        // student.courses.append(course1); student.courses.append(course2)
        let student = session.add(Student::builder().name("Alice"));
        let math = student.courses.add(Course::builder().name("Math"));
        student.courses.add(Course::builder().name("Physics"));
        math.students.add(Student::builder().name("Bob"));
        session.commit().await.unwrap();
        let session = db.session();
        // print(student.courses)
        let student = session.get_or_404(Student, student.id).await.unwrap();
        let courses = student.courses.all().await.unwrap();
        assert_eq!(courses.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["Math", "Physics"]);
        // print(course.students)
        let math = session.get_or_404(Course, math.id).await.unwrap();
        let students = math.students.all().await.unwrap();
        assert_eq!(students.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["Alice", "Bob"]);
        // Leaving a course deletes the row between, and nothing else.
        student.courses.remove(&math).unwrap();
        session.commit().await.unwrap();
        assert_eq!(select(Student).filter(Student::courses.contains(&math)).count(&session).await.unwrap(), 1);
        assert_eq!(select(Course).count(&db).await.unwrap(), 2);
    }

    async fn patterns(test: TestDatabase) {
        let db = filled(&test).await;
        let session = db.session();
        // get_or_create(User, username='alice', email='alice@example.com')
        assert_eq!(get_or_create(&session, "alice", "alice@example.com").await.unwrap().id, 1);
        assert_eq!(get_or_create(&session, "dave", "dave@example.com").await.unwrap().id, 4);
        // users = User.query.paginate(page=page, per_page=per_page)
        let page = select(User).order_by(User::id).paginate(&session, Page::new(2, 3)).await.unwrap();
        assert_eq!((names(&page.items), page.total, page.pages, page.page), (vec!["dave"], 4, 2, 2));
        assert_eq!((page.has_prev, page.prev_num(), page.has_next, page.next_num()), (true, Some(1), false, None));
        // User.query.filter(User.username.like(f'%{query}%')).all()
        assert_eq!(names(&select(User).filter(User::username.like("%aro%")).all(&session).await.unwrap()), ["carol"]);
    }

    async fn questions_and_answers(test: TestDatabase) {
        let db = filled(&test).await;
        // Lazy loading, and no N+1: three users, one statement for the posts of all of them.
        let session = db.session();
        let statements = db.record().unwrap();
        let mut posts = 0;
        for user in select(User).all(&session).await.unwrap() {
            posts += user.posts.all().await.unwrap().len();
        }
        assert_eq!((posts, statements.len()), (2, 2), "{:?}", statements.take());
        drop(session);
        // joinedload(): one statement.
        let session = db.session();
        let statements = db.record().unwrap();
        for post in select(Post).with(Post::author.joined()).all(&session).await.unwrap() {
            assert_eq!(post.author.loaded().unwrap().username, "alice");
        }
        assert_eq!(statements.len(), 1, "{:?}", statements.take());
        drop(session);
        // with_entities(): two columns, no objects.
        let pairs = select((User::id, User::username)).order_by(User::id).all(&db).await.unwrap();
        assert_eq!(pairs[0], (1, String::from("alice")));
        // yield_per(): rows as they arrive.
        let mut rows = select(User).order_by(User::id).stream(&db);
        let mut seen = 0;
        while let Some(user) = rows.next().await {
            assert!(user.unwrap().id > seen);
            seen += 1;
        }
        drop(rows);
        assert_eq!(seen, 3);
        // cascade='all, delete-orphan': the posts go with their author.
        let session = db.session();
        let alice = session.get_or_404(User, 1).await.unwrap();
        session.delete(&alice);
        session.commit().await.unwrap();
        assert_eq!(select(Post).count(&db).await.unwrap(), 0);
    }
}
