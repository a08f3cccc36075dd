//! The program as a process: it migrates, serves, and ends when it is told to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use rebis_testkit::each_database;

/// The program beside this test: …/target/debug/deps/it-0123.
fn program(url: &str, arguments: &[&str]) -> Command {
    let test = std::env::current_exe().unwrap();
    let mut command = Command::new(test.ancestors().nth(2).unwrap().join("people"));
    // As `cargo run` does it, from whatever directory.
    command.current_dir("/").env("CARGO_MANIFEST_DIR", env!("CARGO_MANIFEST_DIR")).env("DATABASE_URL", url);
    command.args(arguments);
    command
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Where it listens, as it says on standard error.
fn address(server: &mut Child) -> String {
    let log = BufReader::new(server.stderr.take().unwrap());
    let line = log.lines().map(Result::unwrap).find(|line| line.contains("Running on http://")).unwrap();
    line.split("http://").nth(1).unwrap().trim().to_owned()
}

each_database! {
    async fn it_migrates_serves_and_ends(test: TestDatabase) {
        let mut server = program(test.url(), &["run", "--port", "0"]).stderr(Stdio::piped()).spawn().unwrap();
        let address = address(&mut server);
        assert!(get(&address, "/").contains("Nobody here yet"));

        let added = program(test.url(), &["add", "Ada", "--age", "36"]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&added.stdout), "Ada is person 1\n");
        assert!(get(&address, "/").contains("<td>Ada</td><td>36</td>"));

        // The port is taken now: that is said, and the exit code tells.
        let port = address.split(':').nth(1).unwrap();
        let second = program(test.url(), &["run", "--port", port]).output().unwrap();
        let said = String::from_utf8_lossy(&second.stderr).into_owned();
        assert!(said.contains(port) && second.status.code() == Some(1), "{said}");

        let asked = Command::new("kill").arg("-TERM").arg(server.id().to_string()).status().unwrap();
        assert!(asked.success());
        assert!(server.wait().unwrap().success(), "SIGTERM ends it in good order");
    }
}

#[test]
fn a_wrong_command_line_is_refused() {
    for (words, nearest) in
        [(&["route"][..], "'routes'"), (&["rnu"], "'run'"), (&["db", "upgarde"], "'upgrade'")]
    {
        let output = program("sqlite://", words).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(nearest), "the nearest command is named: {said}");
    }
}

#[test]
fn a_wrong_url_is_an_error_and_no_panic() {
    let output = program("postgres//nowhere", &["run", "--port", "0"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("DATABASE_URL") && said.contains("://"), "{said}");
    assert!(!said.contains("Running on"), "{said}");
}
