//! Text into a [`DatabaseUrl`]. Invariant: an error names the part that is wrong and shows the right form, and never repeats the
//! part that may hold a password.

use std::path::PathBuf;

use super::DatabaseUrl;
use super::options::{Family, UrlOptions};
use crate::{Error, ErrorKind, Result};

const FORMS: &str = "write sqlite:///app.db, postgresql://user:password@host:5432/database or mysql://user:password@host:3306/database";

pub(super) fn parse(url: &str) -> Result<DatabaseUrl> {
    let url = url.trim();
    if url.is_empty() {
        return Err(wrong(format!("it is empty; {FORMS}")));
    }
    let Some((scheme, rest)) = url.split_once("://") else {
        return Err(wrong(format!("it has no `scheme://`; {FORMS}")));
    };
    // SQLAlchemy names the driver after a plus; there is one driver per database here.
    let name = scheme.split('+').next().unwrap_or(scheme).to_ascii_lowercase();
    let Some(dialect) = crate::driver::of_scheme(&name) else {
        return Err(wrong(format!("the scheme `{name}` is not known; {FORMS}")));
    };
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (rest, None),
    };
    let mut parsed = DatabaseUrl {
        scheme: name,
        dialect,
        user: None,
        password: None,
        host: None,
        port: None,
        database: String::new(),
        file: None,
        options: UrlOptions::default(),
        query: query.filter(|q| !q.is_empty()).map(str::to_owned),
    };
    let family = if crate::driver::is_file_based(dialect) {
        file(rest, &mut parsed)?;
        Family::File
    } else {
        server(rest, &mut parsed)?;
        if crate::driver::has_schemas(dialect) { Family::NamedServer } else { Family::Server }
    };
    for pair in query.unwrap_or_default().split('&').filter(|p| !p.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name, "options")?, decode(value, "options")?);
        parsed.options.set(&name, &value, family)?;
        if name == "host" {
            parsed.host = Some(value);
        }
    }
    Ok(parsed)
}

/// The file that a path of an SQLite URL means; none in memory.
pub(super) fn file_of(path: &str) -> Option<PathBuf> {
    (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path))
}

fn file(rest: &str, url: &mut DatabaseUrl) -> Result<()> {
    let path = match rest.split_once('/') {
        None if rest.is_empty() || rest == ":memory:" => "",
        Some(("", path)) => path,
        _ => {
            return Err(wrong(format!(
                "an SQLite file comes after three slashes (sqlite:///app.db), an absolute one after four (sqlite:////var/lib/app.db); this one has `{rest}` where a host would stand"
            )));
        }
    };
    let path = decode(path, "file")?;
    url.file = file_of(&path);
    url.database = if path.is_empty() { String::from(":memory:") } else { path };
    Ok(())
}

fn server(rest: &str, url: &mut DatabaseUrl) -> Result<()> {
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (login, address) = match authority.rsplit_once('@') {
        Some((login, address)) => (Some(login), address),
        None => (None, authority),
    };
    // A slash or `?` in a password that is not encoded cuts the URL in its middle: what is left after the user is then no port.
    if login.is_none()
        && (path.contains('@') || address.matches(':').count() > 1 && !address.starts_with('['))
    {
        return Err(wrong(String::from(
            "the part before the host holds a character that must be percent-encoded (`/` is %2F, `?` is %3F, `#` is %23, `@` is %40)",
        )));
    }
    if let Some(login) = login {
        let (user, password) = match login.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (login, None),
        };
        url.user = Some(decode(user, "user")?).filter(|u| !u.is_empty());
        url.password = password.map(|p| decode(p, "password")).transpose()?;
    }
    address_of(address, url)?;
    url.database = decode(path, "database")?;
    if url.database.contains('/') {
        return Err(wrong(format!(
            "the database's name comes last and has no slash: {}://host/{}",
            url.scheme, "database"
        )));
    }
    Ok(())
}

fn address_of(address: &str, url: &mut DatabaseUrl) -> Result<()> {
    let (host, port) = if let Some(rest) = address.strip_prefix('[') {
        let Some((host, port)) = rest.split_once(']') else {
            return Err(wrong(String::from(
                "an IPv6 address stands in brackets: [::1]:5432; the closing one is missing",
            )));
        };
        (host, port.strip_prefix(':'))
    } else {
        match address.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (address, None),
        }
    };
    url.host = Some(decode(host, "host")?).filter(|h| !h.is_empty());
    if let Some(port) = port.filter(|p| !p.is_empty()) {
        // Not repeated in the message: in a URL that lost its `@` this is a piece of the password.
        url.port = Some(port.parse().map_err(|_| {
            wrong(String::from("the port is not a number from 1 to 65535; write host:5432/database"))
        })?);
    }
    Ok(())
}

fn decode(text: &str, part: &str) -> Result<String> {
    let bad = || {
        wrong(format!(
            "the {part} holds a `%` that does not start a percent-encoded character; a `%` itself is written %25"
        ))
    };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(b) = rest.next() {
        if b != b'%' {
            bytes.push(b);
            continue;
        }
        let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16)).ok_or_else(bad);
        let (high, low) = (digit(rest.next())?, digit(rest.next())?);
        bytes.push((high * 16 + low) as u8);
    }
    String::from_utf8(bytes).map_err(|_| wrong(format!("the {part} is not UTF-8 after percent-decoding")))
}

/// Percent-encodes what could be taken for a part of the URL.
pub(super) fn encode(text: &str) -> String {
    encode_with(text, b"-_.~")
}

/// As [`encode`], with what a file's path may keep.
pub(super) fn encode_path(text: &str) -> String {
    encode_with(text, b"-_.~/: ()+,")
}

fn encode_with(text: &str, keep: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || keep.contains(&b) {
            encoded.push(char::from(b));
        } else {
            encoded.push_str(&format!("%{b:02X}"));
        }
    }
    encoded
}

fn wrong(what: String) -> Error {
    Error::new(ErrorKind::Url, format!("wrong database URL: {what}"))
}

#[cfg(test)]
mod tests {
    use rebis_sql::Dialect;

    use super::*;

    fn url(text: &str) -> DatabaseUrl {
        parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    #[test]
    fn sqlite_files() {
        assert_eq!(url("sqlite:///app.db").file, Some(PathBuf::from("app.db")));
        assert_eq!(url("sqlite:////var/app.db").file, Some(PathBuf::from("/var/app.db")));
        assert_eq!(url("sqlite:///c:/app.db").file, Some(PathBuf::from("c:/app.db")));
        assert_eq!(url("sqlite:///my%20app.db").file, Some(PathBuf::from("my app.db")));
        for memory in ["sqlite://", "sqlite:///", "sqlite:///:memory:"] {
            assert!(url(memory).in_memory(), "{memory}");
        }
        let moved = url("sqlite:///app.db").relative_to(std::path::Path::new("/srv"));
        assert_eq!(moved.to_string(), "sqlite:////srv/app.db");
        assert_eq!(
            url("sqlite:////abs.db").relative_to(std::path::Path::new("/srv")).to_string(),
            "sqlite:////abs.db"
        );
    }

    #[test]
    fn servers() {
        let u = url(
            "postgresql+psycopg://su%40san:p%2Fw%3A@db.example.com:6543/shop?sslmode=require&pool_size=7",
        );
        assert_eq!((u.user.as_deref(), u.password.as_deref()), (Some("su@san"), Some("p/w:")));
        assert_eq!((u.host.as_deref(), u.port, u.database()), (Some("db.example.com"), Some(6543), "shop"));
        assert_eq!(u.options.pool_size, Some(7));
        assert_eq!(
            u.to_string(),
            "postgresql://su%40san:***@db.example.com:6543/shop?sslmode=require&pool_size=7"
        );
        assert_eq!(format!("{u:?}"), u.to_string());
        assert_eq!(url("postgres://[::1]:5432/x").host.as_deref(), Some("::1"));
        assert_eq!(url("postgres:///x?host=/run/postgresql").host.as_deref(), Some("/run/postgresql"));
        assert_eq!(url("mysql+pymysql://root@localhost/x").dialect, Dialect::MySql);
        assert_eq!(url("mariadb://root@localhost/x").dialect, Dialect::MariaDb);
        assert_eq!(parse(&u.reveal()).map(|r| r == u).ok(), Some(true));
    }

    #[test]
    fn what_is_wrong_is_said_and_the_password_is_not() {
        for (text, says) in [
            ("", "empty"),
            ("app.db", "scheme"),
            ("oracle://x", "oracle"),
            ("sqlite://app.db", "three slashes"),
            ("postgres://u:s3cret@h:54x/d", "port"),
            ("postgres://u:s3/cret@h/d", "percent-encoded"),
            ("postgres://u:s3%cret@h/d", "password"),
            ("postgres://u:s3cret@h/d?sslmod=require", "sslmode"),
            ("postgres://u:s3cret@h/d?pool_size=many", "pool_size"),
            ("sqlite:///x.db?sslmode=require", "busy_timeout"),
        ] {
            let message = parse(text).map(|_| ()).expect_err(text).to_string();
            assert!(message.contains(says), "{text}: {message}");
            assert!(!message.contains("s3"), "{text}: {message}");
        }
    }
}
