//! The name of an application. Invariant: it is a package's name that cargo takes, and a crate's name that Rust does.

use std::fmt;
use std::path::Path;

/// Names of packages and crates that the application could not use beside itself.
const TAKEN: &[&str] = &["rebis", "serde", "std", "core", "alloc", "test", "proc_macro", "app"];

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield",
];

/// A name that will do.
pub(super) struct Name(String);

impl Name {
    /// The last part of the path.
    pub(super) fn of(path: &Path) -> Result<Self, String> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let good =
            name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-')
                && name.starts_with(|c: char| c.is_ascii_lowercase())
                && !name.ends_with(['-', '_'])
                && name.len() <= 48;
        if !good {
            let near = near(&name).map(|near| format!(", such as `{near}`")).unwrap_or_default();
            return Err(format!(
                "`{name}` cannot be the name of an application: small letters, digits, `-` and `_`, at most 48 of them, a letter first{near}"
            ));
        }
        if KEYWORDS.contains(&name.as_str()) {
            return Err(format!(
                "`{name}` is a word of Rust, and cannot be the name of a crate: choose another one"
            ));
        }
        if TAKEN.contains(&name.replace('-', "_").as_str()) {
            return Err(format!(
                "`{name}` would stand in the way of a crate of that name: choose another one"
            ));
        }
        Ok(Name(name))
    }

    /// As the crate is called in code.
    pub(super) fn krate(&self) -> String {
        self.0.replace('-', "_")
    }

    /// As a page calls it.
    pub(super) fn title(&self) -> String {
        let words = self.0.replace(['-', '_'], " ");
        let mut letters = words.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name that was meant.
fn near(name: &str) -> Option<String> {
    let mapped: String = name
        .trim()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    let near = mapped.trim_matches(|c: char| c == '-' || c.is_ascii_digit()).to_owned();
    (!near.is_empty() && near.len() <= 48).then_some(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str) -> String {
        Name::of(Path::new(name)).map_or_else(|e| e, |name| format!("taken: {name}"))
    }

    #[test]
    fn a_name_is_one_for_cargo_and_for_rust() {
        let name = Name::of(Path::new("some/where/my-shop2")).unwrap();
        assert_eq!((name.to_string().as_str(), name.krate().as_str()), ("my-shop2", "my_shop2"));
        assert_eq!(name.title(), "My shop2");
    }

    #[test]
    fn what_is_no_name_is_refused_with_one_that_is() {
        for (wrong, near) in
            [("My Shop", "`my-shop`"), ("1st", "`st`"), ("Läden", "`l-den`"), ("shop_", "`shop`")]
        {
            assert!(refused(wrong).contains(near), "{}", refused(wrong));
        }
        for wrong in ["", "..", "/", "-", &"a".repeat(49), "a\"b\nc"] {
            assert!(refused(wrong).contains("cannot be the name"), "{wrong}: {}", refused(wrong));
        }
        assert!(refused("match").contains("word of Rust"));
        assert!(refused("serde").contains("in the way") && refused("proc-macro").contains("in the way"));
    }
}
