//! The shell sessions of the tutorials, line by line.

use rebis_testkit::each_database;

use crate::models::{answers, refused, tables, value};

each_database! {
    async fn users_and_posts(test: TestDatabase) {
        let db = tables(&test).await;
        let said = answers(
            &db,
            &[
                r#"let u = User.new(#{username: "john", email: "john@example.com"})"#,
                "db.session.add(u)",
                "db.session.commit()",
                r#"let u = User(#{username: "susan", email: "susan@example.com"})"#,
                "= u",
                "db.session.add(u)",
                "db.session.commit()",
                "let query = select(User).order_by(User.id)",
                "let users = db.session.scalars(query).all()",
                "= users",
                r#"for u in users { answers.push(`${u.id} ${u.username}`); }"#,
                "let u = db.session.get(User, 1)",
                "= u",
                r#"let p = Post.new(#{body: "my first post!", author: u})"#,
                "db.session.add(p)",
                "db.session.commit()",
                "= u.posts.select().all()",
                "let u = db.session.get(User, 2)",
                "= u.posts",
                r#"for p in Post.all() { answers.push(`${p.id} ${p.author.username} ${p.body}`); }"#,
                "= User.query.order_by(User.username.desc()).all()",
                r#"= User.filter(User.username.like("s%")).all()"#,
            ],
        )
        .await;
        assert_eq!(
            said,
            [
                "<User susan>",
                "[<User john>, <User susan>]",
                "1 john",
                "2 susan",
                "<User john>",
                "[<Post my first post!>]",
                "[]",
                "1 john my first post!",
                "[<User susan>, <User john>]",
                "[<User susan>]",
            ]
        );
    }
}

each_database! {
    async fn create_read_update_delete(test: TestDatabase) {
        let db = tables(&test).await;
        let said = answers(
            &db,
            &[
                r#"let user = User.new(#{username: "alice", email: "alice@example.com"})"#,
                "session.add(user)",
                "session.commit()",
                r#"= User.filter_by(#{username: "alice"}).first()"#,
                "= User.get(1).email",
                "= User.get(99) == ()",
                r#"user.email = "new@example.com""#,
                "= session.dirty",
                "session.commit()",
                r#"= User.filter(User.email == "new@example.com").count()"#,
                r#"user.posts.add(Post.new(#{body: "First Post"}))"#,
                "session.commit()",
                "= user.posts[0].author == user",
                r#"= User.filter((User.username == "alice") | User.email.like("%@gmail.com")).all()"#,
                "= User.filter(User.id.in_([1, 2, 3])).count()",
                r#"= User.filter(User.posts.any(Post.body.contains("irst"))).one()"#,
                "session.delete(user)",
                "session.commit()",
                "= User.count() + Post.count()",
            ],
        )
        .await;
        assert_eq!(
            said,
            ["<User alice>", "alice@example.com", "true", "[<User alice>]", "1", "true", "[<User alice>]", "1", "<User alice>", "0"]
        );
    }
}

each_database! {
    async fn movies(test: TestDatabase) {
        let db = rebis::Database::with_engine(test.engine().clone());
        let said = answers(
            &db,
            &[
                "db.create_all()",
                r#"let new_movie = Movie(#{title: "The Matrix", year: 1999, directors: ["Lana Wachowski", "Lilly Wachowski"], theatre: true})"#,
                "db.session.add(new_movie)",
                "db.session.commit()",
                "db.session.add_all([
                     Movie(#{title: \"Inception\", year: 2010, directors: [\"Christopher Nolan\"], price: \"9.50\"}),
                     Movie(#{title: \"Interstellar\", year: 2014, directors: [\"Christopher Nolan\"], plot: \"space\"}),
                 ])",
                "db.session.commit()",
                "= db.session.scalars(select(Movie)).all().len()",
                "= Movie.order_by(Movie.year.desc()).all()",
                "= Movie.filter(Movie.year.between(2000, 2012)).one().directors",
                "= Movie.get(1).directors[1]",
                "= Movie.filter(Movie.price.is_not_null()).one().price == decimal(\"9.50\")",
                "= Movie.filter(Movie.price == decimal(\"9.5\")).count()",
                "= Movie.get(3).plot",
                "= Movie.get(1).theatre",
                "let page = Movie.order_by(Movie.year).paginate(2, 2)",
                "= page.items",
                "= `${page.total} ${page.pages} ${page.has_next}`",
            ],
        )
        .await;
        assert_eq!(
            said,
            [
                "3",
                "[<Movie Interstellar>, <Movie Inception>, <Movie The Matrix>]",
                "[\"Christopher Nolan\"]",
                "Lilly Wachowski",
                "true",
                "1",
                "space",
                "true",
                "[<Movie Interstellar>]",
                "3 2 false",
            ]
        );
        answers(&db, &["db.drop_all()", "db.create_all()"]).await;
        assert_eq!(value(&db, "Movie.count()").await, "0");
    }
}

each_database! {
    async fn roles_and_users(test: TestDatabase) {
        let db = tables(&test).await;
        let said = answers(
            &db,
            &[
                r#"let admin_role = Role(#{name: "Admin"})"#,
                r#"let mod_role = Role(#{name: "Moderator"})"#,
                r#"let user_role = Role(#{name: "User"})"#,
                r#"let user_john = Member(#{username: "john", role: admin_role})"#,
                r#"let user_susan = Member(#{username: "susan", role: user_role})"#,
                r#"let user_david = Member(#{username: "david", role: user_role})"#,
                "= admin_role.id == ()",
                "db.session.add_all([admin_role, mod_role, user_role, user_john, user_susan, user_david])",
                "db.session.commit()",
                "= [admin_role.id, mod_role.id, user_role.id]",
                r#"admin_role.name = "Administrator""#,
                "db.session.add(admin_role)",
                "db.session.commit()",
                "db.session.delete(mod_role)",
                "db.session.commit()",
                "= Role.query.order_by(Role.id).all()",
                "= Member.query.order_by(Member.id).all()",
                "= Member.query.filter_by(#{role: user_role}).order_by(Member.id).all()",
            ],
        )
        .await;
        assert_eq!(
            said,
            [
                "true",
                "[1, 2, 3]",
                "[<Role Administrator>, <Role User>]",
                "[<Member john>, <Member susan>, <Member david>]",
                "[<Member susan>, <Member david>]",
            ]
        );
        // A brand new session.
        let said = answers(
            &db,
            &[
                r#"let user_role = Role.query.filter_by(#{name: "User"}).first()"#,
                "= user_role",
                "let users = user_role.users",
                "= users[0].role",
                "= user_role.users.order_by(Member.username).all()",
                "= user_role.users.count()",
                "= Member.query.filter_by(#{role: user_role}).sql().contains(\"WHERE\")",
            ],
        )
        .await;
        assert_eq!(said, ["<Role User>", "<Role User>", "[<Member david>, <Member susan>]", "2", "true"]);
    }
}

each_database! {
    async fn kinds_with_tables_of_their_own(test: TestDatabase) {
        let db = tables(&test).await;
        let said = answers(
            &db,
            &[
                r#"let ann = Worker(#{name: "Ann", job: "coder", language: "Rust"})"#,
                r#"session.add_all([ann, Worker(#{name: "Bob", job: "trainee"})])"#,
                "session.commit()",
                "= ann.language",
                r#"= Worker.filter(Worker.language == "Rust").all()"#,
                r#"= Worker.filter_by(#{job: "trainee"}).first().name"#,
                r#"ann.language = "C""#,
                "session.commit()",
                r#"= sql("SELECT language FROM coder").scalar()"#,
            ],
        )
        .await;
        assert_eq!(said, ["Rust", "[<Worker 1>]", "Bob", "C"]);
        let error = refused(&db, r#"session.add(Worker(#{name: "Eve", job: "pilot"})); session.commit()"#).await;
        assert!(error.contains("pilot"), "{error}");
        let error = refused(&db, r#"session.add(Worker(#{name: "Eve", job: "coder"})); session.commit()"#).await;
        assert!(error.contains("a new Worker of this kind needs language"), "{error}");
    }
}
