//! The seed's queries, typed in at a terminal.

use rebis_testkit::{Prompt, each_database};

const PROGRAM: &str = env!("CARGO_BIN_EXE_blog");

each_database! {
    async fn users_posts_and_courses_at_a_terminal(test: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let mut prompt = Prompt::shell(PROGRAM, folder.path(), test.url());
        prompt.quiet("db.create_all()");
        // Create
        prompt.quiet(r#"let user = User(#{username: "alice", email: "alice@example.com"})"#);
        prompt.quiet("session.add(user)");
        prompt.quiet("session.commit()");
        prompt.answers("user", "<User alice>");
        prompt.quiet(r#"session.add(User(#{username: "bob", email: "bob@gmail.com"})); session.commit()"#);
        // Read
        prompt.answers("User.query.order_by(User.id).all()", "[<User alice>, <User bob>]");
        prompt.answers("User.query.get(1)", "<User alice>");
        prompt.answers("User.query.get(7) == ()", "true");
        prompt.answers(r#"User.query.filter_by(#{username: "alice"}).first()"#, "<User alice>");
        prompt.answers(
            r#"User.query.filter(User.username == "alice" | User.email.like("%@gmail.com")).count()"#,
            "2",
        );
        prompt.answers("User.query.filter(User.id.in_([1, 2, 3])).count()", "2");
        prompt.answers("User.query.order_by(User.created_at.desc(), User.id.desc()).all()", "[<User bob>, <User alice>]");
        prompt.answers("User.query.order_by(User.id).offset(1).limit(10).all()", "[<User bob>]");
        prompt.answers("User.query.count()", "2");
        prompt.answers("User.query.order_by(User.id).paginate(1, 1).items", "[<User alice>]");
        // Update
        prompt.quiet(r#"user.email = "newemail@example.com"; session.commit()"#);
        prompt.answers(r#"User.query.filter_by(#{username: "alice"}).update(#{email: "new@example.com"})"#, "1");
        prompt.quiet("session.commit()");
        prompt.answers("user.email", "\"new@example.com\"");
        // One to many
        prompt.quiet(r#"let post = Post(#{title: "Hello", content: "World", author: user}); session.add(post); session.commit()"#);
        prompt.answers("User.query.get(1).posts", "[<Post Hello>]");
        prompt.answers("Post.query.get(1).author.username", "\"alice\"");
        // Many to many
        prompt.quiet(r#"let student = Student(#{name: "Ann"}); let maths = Course(#{name: "Maths"})"#);
        prompt.quiet("student.courses.append(maths)");
        prompt.quiet("session.add(student); session.commit()");
        prompt.answers("Student.query.get(1).courses[0].name", "\"Maths\"");
        prompt.answers("Course.query.get(1).students[0].name", "\"Ann\"");
        // Delete: the posts go with their author.
        prompt.quiet("session.delete(User.query.get(1)); session.commit()");
        prompt.answers("Post.query.count()", "0");
        prompt.answers(r#"User.query.filter_by(#{username: "bob"}).delete()"#, "1");
        prompt.quiet("session.commit()");
        prompt.answers("User.query.count()", "0");
        prompt.types("exit");
        prompt.ends(0);
    }
}
