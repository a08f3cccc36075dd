//! The options after the `?` of a URL. Invariant: an option that is not known is refused, never ignored, with the known ones listed.

use std::path::PathBuf;
use std::time::Duration;

use crate::{Error, ErrorKind, Result};

/// How a server's certificate is treated, as libpq does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SslMode {
    /// No TLS.
    Disable,
    /// TLS where the server has it; nothing is verified.
    #[default]
    Prefer,
    /// TLS or no connection; nothing is verified unless a root certificate is given.
    Require,
    /// TLS, and the certificate is signed by a known authority.
    VerifyCa,
    /// As `VerifyCa`, and it was made for this host.
    VerifyFull,
}

/// Every option, absent where the URL does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct UrlOptions {
    pub(crate) sslmode: SslMode,
    pub(crate) sslrootcert: Option<PathBuf>,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) application_name: Option<String>,
    pub(crate) schema: Option<String>,
    pub(crate) pool_size: Option<usize>,
    pub(crate) max_overflow: Option<usize>,
    pub(crate) pool_timeout: Option<Duration>,
    pub(crate) pool_recycle: Option<Duration>,
    pub(crate) pool_pre_ping: Option<bool>,
    pub(crate) echo: Option<bool>,
    pub(crate) read_only: bool,
    pub(crate) busy_timeout: Option<Duration>,
    pub(crate) foreign_keys: Option<bool>,
    pub(crate) synchronous: Option<String>,
    pub(crate) journal_mode: Option<String>,
}

const POOL: [&str; 6] =
    ["pool_size", "max_overflow", "pool_timeout", "pool_recycle", "pool_pre_ping", "echo"];
const SERVER: [&str; 5] = ["sslmode", "sslrootcert", "connect_timeout", "host", "charset"];
const NAMED: [&str; 2] = ["application_name", "schema"];
const FILE: [&str; 5] = ["mode", "busy_timeout", "foreign_keys", "synchronous", "journal_mode"];

impl UrlOptions {
    /// Takes one `name=value`. `host` is handled by the parser, as it is a part of the address.
    pub(super) fn set(&mut self, name: &str, value: &str, family: Family) -> Result<()> {
        let known = family.known();
        if !known.contains(&name) {
            let near = known.iter().find(|k| k.starts_with(name) || name.starts_with(*k));
            let hint = near.map(|k| format!(", did you mean `{k}`?")).unwrap_or_default();
            return Err(wrong(format!(
                "the option `{name}` is not known{hint} (known here: {})",
                known.join(", ")
            )));
        }
        match name {
            "sslmode" => self.sslmode = ssl_mode(value)?,
            "sslrootcert" => self.sslrootcert = Some(PathBuf::from(value)),
            "connect_timeout" => self.connect_timeout = Some(seconds(name, value)?),
            "application_name" => self.application_name = Some(value.to_owned()),
            "schema" => self.schema = Some(value.to_owned()),
            "pool_size" => self.pool_size = Some(count(name, value)?),
            "max_overflow" => self.max_overflow = Some(count(name, value)?),
            "pool_timeout" => self.pool_timeout = Some(seconds(name, value)?),
            "pool_recycle" => self.pool_recycle = Some(seconds(name, value)?),
            "pool_pre_ping" => self.pool_pre_ping = Some(yes(name, value)?),
            "echo" => self.echo = Some(yes(name, value)?),
            "mode" => self.read_only = one_of(name, value, &["ro", "rw", "rwc"])? == "ro",
            "busy_timeout" => self.busy_timeout = Some(Duration::from_millis(count(name, value)? as u64)),
            "foreign_keys" => self.foreign_keys = Some(yes(name, value)?),
            "synchronous" => {
                self.synchronous = Some(one_of(name, value, &["off", "normal", "full", "extra"])?)
            }
            "journal_mode" => {
                self.journal_mode =
                    Some(one_of(name, value, &["wal", "delete", "truncate", "persist", "memory", "off"])?);
            }
            // Rebis always speaks UTF-8; the option is accepted because SQLAlchemy's URLs often carry it.
            "charset" => drop(one_of(name, value, &["utf8mb4", "utf8"])?),
            _ => {}
        }
        Ok(())
    }
}

/// Which options a scheme knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    File,
    Server,
    NamedServer,
}

impl Family {
    fn known(self) -> Vec<&'static str> {
        let own: Vec<&str> = match self {
            Family::File => FILE.to_vec(),
            Family::Server => SERVER.to_vec(),
            Family::NamedServer => {
                SERVER.iter().filter(|o| **o != "charset").chain(&NAMED).copied().collect()
            }
        };
        own.into_iter().chain(POOL).collect()
    }
}

fn ssl_mode(value: &str) -> Result<SslMode> {
    Ok(
        match one_of(
            "sslmode",
            value,
            &["disable", "allow", "prefer", "require", "verify-ca", "verify-full"],
        )?
        .as_str()
        {
            "disable" => SslMode::Disable,
            "require" => SslMode::Require,
            "verify-ca" => SslMode::VerifyCa,
            "verify-full" => SslMode::VerifyFull,
            _ => SslMode::Prefer,
        },
    )
}

fn count(name: &str, value: &str) -> Result<usize> {
    value.parse().map_err(|_| wrong(format!("the option `{name}` needs a whole number, not `{value}`")))
}

fn seconds(name: &str, value: &str) -> Result<Duration> {
    let wanted = || wrong(format!("the option `{name}` needs a number of seconds, not `{value}`"));
    let seconds: f64 = value.parse().map_err(|_| wanted())?;
    Duration::try_from_secs_f64(seconds).map_err(|_| wanted())
}

fn yes(name: &str, value: &str) -> Result<bool> {
    match value.to_ascii_lowercase().as_str() {
        "1" | "true" | "on" | "yes" => Ok(true),
        "0" | "false" | "off" | "no" => Ok(false),
        _ => Err(wrong(format!("the option `{name}` needs true or false, not `{value}`"))),
    }
}

fn one_of(name: &str, value: &str, allowed: &[&str]) -> Result<String> {
    let lower = value.to_ascii_lowercase();
    if allowed.contains(&lower.as_str()) {
        return Ok(lower);
    }
    Err(wrong(format!("the option `{name}` cannot be `{value}`; it is one of {}", allowed.join(", "))))
}

fn wrong(what: String) -> Error {
    Error::new(ErrorKind::Url, format!("wrong database URL: {what}"))
}
