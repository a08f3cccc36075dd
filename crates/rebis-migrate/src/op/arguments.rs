//! [`Arguments`]: what the command line gives to scripts. Invariant: a script reads it while it records, so it is the same wherever it runs.

use std::collections::BTreeMap;

/// What the command line gives to scripts: `-x tenant=north`, `--tag release-7`.
///
/// ```
/// use rebis_migrate::{Arguments, Operations};
///
/// fn upgrade(op: &mut Operations) {
///     let tenant = op.argument("tenant").unwrap_or("main").to_owned();
///     op.execute(&format!("INSERT INTO tenant (name) VALUES ('{tenant}')"));
/// }
///
/// let mut op = Operations::with_arguments(Arguments::new().with("tenant=north"));
/// upgrade(&mut op);
/// assert_eq!(op.ops()[0].describe(), "execute INSERT INTO tenant (name) VALUES ('north')");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    values: BTreeMap<String, String>,
    tag: Option<String>,
}

impl Arguments {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with `key=value`, or `key` alone, whose value is empty.
    #[must_use]
    pub fn with(mut self, argument: &str) -> Self {
        let (key, value) = argument.split_once('=').unwrap_or((argument, ""));
        self.values.insert(key.to_owned(), value.to_owned());
        self
    }

    /// The same with a tag.
    #[must_use]
    pub fn tagged(mut self, tag: impl Into<String>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// The tag.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }
}
