//! The tutorial's session with the database, as a real process: its output is the tutorial's.

use std::process::Command;

use rebis_testkit::each_database;

const SAID: &str = "\
[<User john>, <User susan>]
1 john
2 susan
<User john>
[<Post my first post!>]
<User susan>
[]
1 john my first post!
[<User susan>, <User john>]
[<User susan>]
<User susan_updated>
0 posts
0 users
";

each_database! {
    async fn the_session_prints_what_the_tutorial_shows(db: TestDatabase) {
        // …/target/debug/deps/it-0123: cargo has built the example beside it.
        let test = std::env::current_exe().unwrap();
        let program = test.ancestors().nth(2).unwrap().join("examples").join("crud");
        let output = Command::new(program).env("DATABASE_URL", db.url()).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), SAID, "{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success());
    }
}
