//! The seed's shell session, typed in at a terminal.

use rebis_testkit::{Prompt, each_database};

const PROGRAM: &str = env!("CARGO_BIN_EXE_flasky");

each_database! {
    async fn roles_and_users_at_a_terminal(test: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let mut prompt = Prompt::shell(PROGRAM, folder.path(), test.url());
        prompt.quiet("db.create_all()");
        prompt.quiet("db.drop_all()");
        prompt.quiet("db.create_all()");

        prompt.quiet(r#"let admin_role = Role(#{name: "Admin"})"#);
        prompt.quiet(r#"let mod_role = Role(#{name: "Moderator"})"#);
        prompt.quiet(r#"let user_role = Role(#{name: "User"})"#);
        prompt.quiet(r#"let user_john = User(#{username: "john", role: admin_role})"#);
        prompt.quiet(r#"let user_susan = User(#{username: "susan", role: user_role})"#);
        prompt.quiet(r#"let user_david = User(#{username: "david", role: user_role})"#);
        // Not written yet.
        prompt.answers("admin_role.id == ()", "true");
        prompt.quiet("session.add_all([admin_role, mod_role, user_role, user_john, user_susan, user_david])");
        prompt.quiet("session.commit()");
        prompt.answers("[admin_role.id, mod_role.id, user_role.id]", "[1, 2, 3]");

        prompt.quiet(r#"admin_role.name = "Administrator""#);
        prompt.quiet("session.add(admin_role)");
        prompt.quiet("session.commit()");
        prompt.quiet("session.delete(mod_role)");
        prompt.quiet("session.commit()");

        prompt.answers("Role.query.order_by(Role.id).all()", "[<Role 'Administrator'>, <Role 'User'>]");
        prompt.answers("User.query.order_by(User.id).all()", "[<User 'john'>, <User 'susan'>, <User 'david'>]");
        prompt.answers("User.query.filter_by(#{role: user_role}).order_by(User.id).all()", "[<User 'susan'>, <User 'david'>]");
        let of_role = "User.query.filter_by(#{role: user_role}).sql()";
        let sql = prompt.types(of_role).sees("WHERE");
        assert!(sql.contains("SELECT") && sql.contains("FROM"), "{sql}");
        prompt.ready();
        prompt.types("exit");
        prompt.ends(0);

        // Objects are gone with the shell, rows are not.
        let mut prompt = Prompt::shell(PROGRAM, folder.path(), test.url());
        prompt.quiet(r#"let user_role = Role.query.filter_by(#{name: "User"}).first()"#);
        prompt.answers("user_role", "<Role 'User'>");
        prompt.quiet("let users = user_role.users");
        prompt.answers("users[0].role", "<Role 'User'>");
        prompt.answers("user_role.users.order_by(User.username).all()", "[<User 'david'>, <User 'susan'>]");
        prompt.answers("user_role.users.count()", "2");
        // What is not written is asked about.
        prompt.quiet(r#"user_role.name = "Guest""#);
        prompt.types("exit").sees("Leave without them? [y/N] ");
        prompt.types("no").ready();
        prompt.quiet("session.rollback()");
        prompt.answers("user_role", "<Role 'User'>");
        prompt.control('d');
        prompt.ends(0);
    }
}
