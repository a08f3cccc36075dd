//! The tutorial's shell session, typed into real processes: at a terminal on SQLite, as a script on every database.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rebis_testkit::{Prompt, each_database};

fn microblog(folder: &Path, url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_microblog"));
    command
        .current_dir(folder)
        .env("DATABASE_URL", url)
        .env("SHELL_HISTORY", folder.join("history"))
        .env("RUST_LOG", "warn");
    command
}

fn open(folder: &Path) -> Prompt {
    let url = format!("sqlite:///{}", folder.join("site.db").display());
    let mut command = microblog(folder, &url);
    command.arg("shell");
    let prompt = Prompt::open(command);
    let greeting = prompt.greeting();
    assert!(
        greeting.contains("App: microblog") && greeting.contains("help() says what can be typed"),
        "{greeting}"
    );
    prompt
}

#[test]
fn the_tutorial_at_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let mut prompt = open(folder.path());
    prompt.answers("app", "<App microblog>");
    prompt.quiet("db.create_all()");
    prompt.quiet(r#"let u = User.new(#{username: "john", email: "john@example.com"})"#);
    prompt.quiet("session.add(u); session.commit();");
    prompt.quiet(r#"let u = User(#{username: "susan", email: "susan@example.com"});"#);
    prompt.answers("u", "<User susan>");
    prompt.quiet("session.add(u)");
    prompt.answers("session.new", "[<User susan>]");
    prompt.quiet("session.commit()");
    prompt.answers("User.order_by(User.id).all()", "[<User john>, <User susan>]");
    // A loop over several lines.
    prompt.types("for u in User.query.order_by(User.id) {");
    prompt.types("print(`${u.id} ${u.username}`);");
    prompt.types("}");
    prompt.sees("\n1 john\r\n2 susan\r\n");
    prompt.ready();
    prompt.quiet("let u = User.get(1)");
    prompt
        .quiet(r#"let p = Post.new(#{body: "my first post!", author: u}); session.add(p); session.commit()"#);
    prompt.answers("u.posts", "[<Post my first post!>]");
    prompt.answers("p.author.username", "\"john\"");
    prompt.answers("User.get(2).posts", "[]");
    prompt.answers("User.order_by(User.username.desc()).all()", "[<User susan>, <User john>]");
    prompt.answers(r#"User.filter(User.username.like("s%")).all()"#, "[<User susan>]");
    prompt.answers("table(User.filter(User.id == 1))", "id  username  email             password_hash");

    // What is wrong is said, with its place, and the prompt comes back.
    prompt.answers(
        "User.usrname",
        "Error: User has no column `usrname`; there are id, username, email, password_hash [R112] (position 5)",
    );
    // Ctrl-C drops a line that is being typed.
    prompt.keys("session.nonsense(");
    prompt.control('c');
    prompt.ready();
    // Ctrl-C ends a loop that has no end.
    prompt.types("loop { }");
    std::thread::sleep(std::time::Duration::from_millis(300));
    prompt.control('c');
    prompt.sees("Error: interrupted");
    prompt.ready();
    // Completion of a model, a column, a relation, after a tab; what was typed before, by an arrow.
    for (keys, line) in [
        ("Us\t", "User"),
        ("User.usern\t", "User.username"),
        ("User.get(1).po\t", "User.get(1).posts"),
        ("u.pass\t", "u.password_hash"),
        ("\u{1b}[A", "loop { }"),
    ] {
        prompt.keys(keys);
        prompt.sees(line);
        prompt.control('c');
        prompt.ready();
    }
    // What there is.
    prompt.types("help()");
    prompt.sees("Models: Post, User");
    prompt.ready();
    prompt.types("help(User)");
    prompt.sees("username         string(64), unique, required");
    prompt.sees("posts            HasMany Post");
    prompt.ready();
    // The statements, on request.
    prompt.quiet("echo(true)");
    prompt.types("User.count()");
    prompt.sees("-- SELECT count(*) FROM \"user\"");
    prompt.sees("\n2\r\n");
    prompt.ready();
    prompt.quiet("echo(false)");

    // What is not committed is asked about.
    prompt.quiet(r#"u.email = "lost@example.com""#);
    prompt.types("exit").sees("Leave without them? [y/N] ");
    prompt.types("n").ready();
    prompt.answers("session.dirty", "[<User john>]");
    prompt.types("exit").sees("Leave without them? [y/N] ");
    prompt.types("y");
    prompt.ends(0);

    // What was typed is kept, what was not committed is not.
    let history = std::fs::read_to_string(folder.path().join("history")).unwrap();
    assert!(history.contains("User.get(2).posts"), "{history}");
    let mut prompt = open(folder.path());
    prompt.answers("User.get(1).email", "\"john@example.com\"");
    prompt.control('d');
    prompt.ends(0);
}

const SCRIPT: &str = r#"
db.drop_all();
db.create_all();
let john = User.new(#{username: "john", email: "john@example.com"});
session.add(john);
session.add(User.new(#{username: "susan", email: "susan@example.com"}));
session.commit();
john.posts.add(Post.new(#{body: "my first post!"}));
session.commit();
print(User.order_by(User.id).all());
for p in Post.all() { print(`${p.id} ${p.author.username} ${p.body}`); }
print(User.order_by(User.username.desc()).all());
print(User.filter(User.username.like("s%")).all());
john.email = "not committed";
"#;

fn script(folder: &Path, url: &str, text: &str) -> Output {
    let mut command = microblog(folder, url);
    command.arg("shell").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

each_database! {
    async fn the_tutorial_as_a_script(test: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let done = script(folder.path(), test.url(), SCRIPT);
        let (out, told) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert_eq!(done.status.code(), Some(0), "{told}");
        let wanted = [
            "[<User john>, <User susan>]",
            "1 john my first post!",
            "[<User susan>, <User john>]",
            "[<User susan>]",
        ];
        assert_eq!(out.lines().collect::<Vec<_>>(), wanted, "{told}");
        assert!(told.contains("There were changes that were not committed; they are rolled back."), "{told}");

        let value = microblog(folder.path(), test.url()).args(["shell", "-c", "User.get(1).email"]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&value.stdout).trim_end(), "\"john@example.com\"");
        let failed = script(folder.path(), test.url(), "let a = 1;\nUser.usrname;\nprint(\"never\");");
        let told = String::from_utf8_lossy(&failed.stderr).into_owned();
        assert_eq!((failed.status.code(), failed.stdout.as_slice()), (Some(1), b"".as_slice()));
        assert!(told.contains("Error: User has no column `usrname`") && told.contains("(line 2, position 5)"), "{told}");
        let code = script(folder.path(), test.url(), "exit(3)");
        assert_eq!(code.status.code(), Some(3));
    }
}
