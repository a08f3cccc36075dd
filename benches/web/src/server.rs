//! A contestant as a process. Invariant: it is ended with the value; before it is given away it has answered each kind of request rightly.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Result;
use crate::contestants::Contestant;
use crate::data::{Backend, Created, Place, User};
use crate::flask;
use crate::load::Work;

pub struct Server {
    child: Child,
    pub port: u16,
    pub contestant: Contestant,
    pub place: Place,
}

/// Where a process may run.
#[derive(Clone, Copy, Debug)]
pub struct Seat {
    /// One core of its own; none: anywhere.
    pub core: Option<usize>,
    pub realtime: bool,
}

impl Seat {
    /// The command, on its core and before the machine's other work.
    pub fn command(self, program: &std::ffi::OsStr) -> Command {
        let mut words: Vec<std::ffi::OsString> = Vec::new();
        if let Some(core) = self.core {
            words.extend(["taskset".into(), "-c".into(), core.to_string().into()]);
        }
        if self.realtime {
            words.extend(["chrt".into(), "-f".into(), "50".into()]);
        }
        words.push(program.into());
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        command
    }
}

impl Server {
    /// Starts it; `environment` is the process's own.
    pub fn start(
        contestant: Contestant,
        place: Place,
        seat: Seat,
        environment: &[(&str, &str)],
    ) -> Result<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = if contestant == Contestant::Flask {
            let url = place.url().replace("postgres://", "postgresql+psycopg://");
            let mut command = seat.command(flask::python()?.as_os_str());
            command.args(flask::arguments(port)).env("BENCH_DATABASE", url);
            command
        } else {
            let mut command = seat.command(std::env::current_exe()?.as_os_str());
            command.args(["serve", contestant.word(), place.text(), &port.to_string()]);
            command
        };
        let log = if contestant == Contestant::RebisLog { "warn,rebis=info" } else { "error" };
        command.env("RUST_LOG", log).envs(environment.iter().copied());
        // What is logged goes where a service's log goes: into a file.
        let said = tempfile::tempfile()?;
        let child = command.stdout(Stdio::null()).stderr(said.try_clone()?).spawn()?;
        let server = Server { child, port, contestant, place };
        server.check(said)?;
        Ok(server)
    }

    fn check(&self, mut said: std::fs::File) -> Result<()> {
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if start.elapsed() > Duration::from_secs(20) {
                let mut text = String::new();
                std::io::Seek::rewind(&mut said)?;
                said.read_to_string(&mut text)?;
                return Err(format!("{} does not listen: {text}", self.contestant.word()).into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let wrong = |what: &str, answer: &str| -> Result<()> {
            Err(format!("{} answered {what} with {answer}", self.contestant.word()).into())
        };
        let answer = self.ask("GET /users/7", "")?;
        let user: std::result::Result<User, _> = serde_json::from_str(body(&answer));
        if !user
            .is_ok_and(|user| user.id == 7 && user.username == "user7" && user.email == "user7@example.com")
        {
            return wrong("GET /users/7", &answer);
        }
        let answer = self.ask("GET /page/40", "")?;
        let rows = answer.matches("<tr>").count();
        if rows != 20 || !answer.contains("<a href=\"/users/60\">user60</a></td><td>user60@example.com</td>")
        {
            return wrong("GET /page/40", &answer);
        }
        let answer = self.ask("POST /users", &Work::Insert.body())?;
        let created: std::result::Result<Created, _> = serde_json::from_str(body(&answer));
        if !answer.starts_with("HTTP/1.1 201") || !created.is_ok_and(|made| made.id > crate::data::ROWS) {
            return wrong("POST /users", &answer);
        }
        Ok(())
    }

    fn ask(&self, what: &str, body: &str) -> Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        let length = body.len();
        write!(
            stream,
            "{what} HTTP/1.1\r\nHost: 127.0.0.1\r\n{kind}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    /// The time that its process and those that it started have been on a processor.
    ///
    /// # Errors
    /// Where there is no Linux to tell it.
    pub fn worked(&self) -> Result<Duration> {
        worked(self.child.id())
    }

    /// What its process holds of the memory, in MiB.
    pub fn memory(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
    }

    /// Puts the rows back that were there at the start.
    pub fn restore(&self, postgres: Option<&crate::data::Postgres>) -> Result<()> {
        match (self.place.backend(), postgres) {
            (Backend::Sqlite, _) => crate::data::restore_sqlite(&self.place),
            (Backend::Postgres, Some(postgres)) => postgres.restore(),
            (Backend::Postgres, None) => Ok(()),
        }
    }
}

/// The time of a process's threads and of its children. A thread that ended takes its time with it: servers keep theirs through a round.
fn worked(process: u32) -> Result<Duration> {
    let mut all = Duration::ZERO;
    for thread in std::fs::read_dir(format!("/proc/{process}/task"))? {
        let thread = thread?.path();
        let Ok(text) = std::fs::read_to_string(thread.join("schedstat")) else { continue };
        let nanoseconds = text.split_whitespace().next().ok_or("schedstat is empty")?;
        all += Duration::from_nanos(nanoseconds.parse()?);
        for child in std::fs::read_to_string(thread.join("children")).unwrap_or_default().split_whitespace() {
            all += worked(child.parse()?)?;
        }
    }
    Ok(all)
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").map_or("", |(_, body)| body).trim()
}

impl Drop for Server {
    fn drop(&mut self) {
        // gunicorn's workers end with it only when it is asked to end.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let start = Instant::now();
        while self.child.try_wait().is_ok_and(|ended| ended.is_none())
            && start.elapsed() < Duration::from_secs(3)
        {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
