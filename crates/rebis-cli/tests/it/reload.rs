//! `rebis run`, as a process: what is changed is built and served, and nobody who asks meanwhile is turned away.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A build of everything on a busy machine, behind those of other tests.
const PATIENCE: Duration = Duration::from_secs(1200);

/// An application of two packages: the page shows what the other package says, and which process answers.
struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    fn new() -> Self {
        let project = Project { folder: tempfile::tempdir().unwrap() };
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
        let rebis = workspace.join("crates/rebis");
        let package = "version = \"0.1.0\"\nedition = \"2024\"\n";
        project.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"made-to-reload\"\n{package}\n[dependencies]\nrebis = {{ path = {:?} }}\nmade-to-say = {{ path = \"say\" \
                 }}\n\n[workspace]\n",
                rebis.display().to_string()
            ),
        );
        project.write("say/Cargo.toml", &format!("[package]\nname = \"made-to-say\"\n{package}"));
        project.write("src/main.rs", MAIN);
        project.write(".env", "MOTTO=first\n");
        fs::copy(workspace.join("Cargo.lock"), project.path("Cargo.lock")).unwrap();
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    /// What the page says, as source.
    fn says(&self, expression: &str) {
        self.write("say/src/lib.rs", &format!("pub fn word() -> &'static str {{\n    {expression}\n}}\n"));
    }

    fn rebis(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rebis"));
        let built = std::env::current_exe().unwrap().ancestors().nth(3).unwrap().to_owned();
        command
            .current_dir(self.path("src"))
            .args(words)
            .env("CARGO_TARGET_DIR", built)
            // As the workspace builds what it depends on, so that much of it is built already.
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env_remove("CARGO_MANIFEST_DIR")
            .env_remove("CARGO_PKG_NAME");
        command
    }
}

const MAIN: &str = r#"
use std::process::ExitCode;
use std::time::Duration;

use rebis::prelude::*;

fn create_app(config: Config) -> App {
    App::new(config).get("/", page).get("/slow", slow).post("/", page)
}

async fn page(app: App) -> Result<String> {
    // What the debug mode shows.
    let file = app.config().find::<std::path::PathBuf>("BUILD_FAILED")?;
    let failed = file.and_then(|file| std::fs::read_to_string(file).ok()).is_some_and(|said| said.contains("error"));
    let motto = app.config().get::<String>("MOTTO")?;
    Ok(format!("{} {motto} failed={failed} pid={}", made_to_say::word(), std::process::id()))
}

async fn slow() -> &'static str {
    // Longer than it takes to put a program in another's place.
    std::thread::sleep(Duration::from_millis(400));
    "slow"
}

#[rebis::main]
async fn main() -> ExitCode {
    rebis::cli(create_app).await
}
"#;

/// `rebis run` and what it says.
struct Server {
    child: Child,
    said: Arc<Mutex<String>>,
    port: u16,
}

impl Server {
    fn start(project: &Project) -> Self {
        // One that is free now; nothing is served before the first build, and so nothing says which one 0 became.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut child = project
            .rebis(&["run", "--offline", "--port", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (said, lines) =
            (Arc::new(Mutex::new(String::new())), BufReader::new(child.stderr.take().unwrap()));
        let all = Arc::clone(&said);
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                all.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        Server { child, said, port }
    }

    fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    fn until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let started = Instant::now();
        while !is_so() {
            let said = self.said();
            assert!(started.elapsed() < PATIENCE && !said.contains("panicked"), "not {what}: {said}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn until_said(&self, text: &str) {
        self.until(text, || self.said().contains(text));
    }

    fn until_shown(&self, text: &str) -> String {
        let mut page = String::new();
        self.until(text, || {
            page = ask(self.port, "GET /").unwrap_or_default();
            page.contains(text)
        });
        page
    }

    fn pid(&self) -> String {
        let page = ask(self.port, "GET /").unwrap();
        page.split("pid=").nth(1).unwrap_or_else(|| panic!("{page}")).trim().to_owned()
    }

    fn signal(&mut self, signal: &str) -> Option<i32> {
        assert!(
            Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap().success()
        );
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It is gone already where the test passed.
        let _ = Command::new("kill").arg(self.child.id().to_string()).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

/// The answer to a request on a connection of its own.
fn ask(port: u16, line: &str) -> Result<String, String> {
    let what = |e: std::io::Error| format!("{line}: {e}");
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(what)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(what)?;
    write!(stream, "{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").map_err(what)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(what)?;
    if answer.is_empty() { Err(format!("{line}: no answer")) } else { Ok(answer) }
}

fn lives(pid: &str) -> bool {
    // A process that has ended and was not waited for is no longer one.
    let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !state.is_empty() && !state.contains(") Z ")
}

/// Asks without a pause, until it is dropped.
struct Visitors {
    go_on: Arc<AtomicBool>,
    threads: Vec<std::thread::JoinHandle<Vec<String>>>,
}

impl Visitors {
    fn at(port: u16, paths: &[&'static str]) -> Self {
        let go_on = Arc::new(AtomicBool::new(true));
        let threads = paths.iter().map(|path| {
            let (go_on, line) = (Arc::clone(&go_on), format!("GET {path}"));
            std::thread::spawn(move || {
                let mut seen = Vec::new();
                while go_on.load(Ordering::Relaxed) {
                    seen.push(ask(port, &line).unwrap_or_else(|error| format!("FAILED {error}")));
                    std::thread::sleep(Duration::from_millis(2));
                }
                seen
            })
        });
        Visitors { threads: threads.collect(), go_on }
    }

    fn leave(self) -> Vec<String> {
        self.go_on.store(false, Ordering::Relaxed);
        self.threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    }
}

#[test]
fn what_is_changed_is_served() {
    let project = Project::new();
    project.says("\"one\" + 1");
    let mut server = Server::start(&project);

    // The first build fails: the page says why, in the format that is asked for.
    server.until_said("The build failed: it is tried again");
    let page = ask(server.port, "GET /").unwrap();
    assert!(page.starts_with("HTTP/1.1 503") && page.contains("does not compile"), "{page}");
    assert!(page.contains("say/src/lib.rs:2") && page.contains("http-equiv=\"refresh\""), "{page}");
    assert!(ask(server.port, "POST /anywhere").unwrap().starts_with("HTTP/1.1 503"));
    project.says("\"one\"");
    server.until_shown("one first");
    let first = server.pid();

    // Another package changes while pages are asked for: every request is answered, first by the old program, then by the new one.
    let visitors = Visitors::at(server.port, &["/", "/", "/", "/slow", "/slow"]);
    project.says("\"two\"");
    server.until_shown("two first");
    // A setting changes: the program is started again without being another.
    project.write(".env", "MOTTO=second\n");
    server.until_shown("two second");
    let seen = visitors.leave();
    let wrong: Vec<&String> = seen.iter().filter(|page| !page.starts_with("HTTP/1.1 200")).collect();
    assert!(wrong.is_empty(), "{} of {} failed: {wrong:?}", wrong.len(), seen.len());
    for words in ["one first", "two first", "two second", "slow"] {
        assert!(seen.iter().any(|page| page.contains(words)), "nobody saw {words:?}");
    }
    let second = server.pid();
    assert!(first != second && !lives(&first) && lives(&second), "{first} {second}");

    // What does not compile changes nothing, and what no program is built from neither.
    project.says("\"two\" + 2");
    server.until_said("The build failed: what was built before goes on serving");
    assert_eq!(server.pid(), second);
    server.until_shown("two second failed=true");
    project.says("\"two\"");
    server.until_shown("two second failed=false");
    project.write("templates/page.html", "a page");
    project.write("say/src/.lib.rs.swp", "an editor's");
    project.write("instance/site.db", "rows");
    project.says("\"three\"");
    server.until_shown("three second");
    let third = server.pid();

    // A program that ends by itself: that is said, and the next change starts it again.
    assert!(Command::new("kill").args(["-KILL", &third]).status().unwrap().success());
    server.until_shown("ended by itself");
    project.write(".env", "MOTTO=third\n");
    server.until_shown("three third");
    let last = server.pid();
    let starts = server.said().matches("Running on http://").count();
    assert_eq!(starts, 6, "{}", server.said());

    assert_eq!(server.signal("-TERM"), Some(0), "{}", server.said());
    assert!(!lives(&last), "the application ended with it");
    assert!(ask(server.port, "GET /").is_err());

    at_a_terminal(&project);
}

/// Ctrl-C, which reaches both processes; and one without reloading.
fn at_a_terminal(project: &Project) {
    for words in
        [&["run", "--offline", "--port", "0"][..], &["run", "--offline", "--port", "0", "--no-reload"]]
    {
        let mut terminal =
            rexpect::session::spawn_command(project.rebis(words), Some(PATIENCE.as_millis() as u64)).unwrap();
        let (_, found) = terminal.exp_regex(r"Running on http://127.0.0.1:\d+").unwrap();
        let port = found.rsplit(':').next().unwrap().parse().unwrap();
        terminal.exp_string("CTRL+C").unwrap();
        let page = ask(port, "GET /").unwrap();
        let pid = page.split("pid=").nth(1).unwrap().trim().to_owned();
        terminal.send_control('c').unwrap();
        terminal.exp_eof().unwrap();
        let status = format!("{:?}", terminal.process().wait().unwrap());
        assert!(status.ends_with("0)"), "{words:?}: {status}");
        assert!(!lives(&pid), "{words:?} left a process");
    }
}

#[test]
fn what_cannot_be_served_is_refused() {
    let project = Project::new();
    project.says("\"one\"");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (words, told) in [
        (&["run", "--offline", "--port", &port][..], "is in use by another program"),
        (&["run", "--offline", "--bin", "other"], "no program `other`; it has `made-to-reload`"),
        (&["run", "--offline", "--package", "other"], "no package `other`"),
    ] {
        let output = project.rebis(words).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && said.contains(told), "{words:?}: {said}");
    }
    project.write("say/Cargo.toml", "[package]\nname = made-to-say\n");
    let output = project.rebis(&["run", "--offline"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("cargo cannot read the package:\nerror: ") && said.contains("say/Cargo.toml:2"),
        "{said}"
    );
    let mistyped = project.rebis(&["run", "--prot", "1"]).output().unwrap();
    let said = String::from_utf8_lossy(&mistyped.stderr).into_owned();
    assert!(mistyped.status.code() == Some(2) && said.contains("--port"), "{said}");
}
