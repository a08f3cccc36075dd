//! [`Writer`]: where text and binds are collected. Invariant: a value reaches the text as a placeholder only.

use super::Compiled;
use crate::dialect::quote::checked_identifier;
use crate::dialect::rules::Rules;
use crate::{CompileError, Dialect, Name, Value};

/// What writing gives.
pub(crate) type Result<T, E = CompileError> = std::result::Result<T, E>;

/// Text and binds in the making.
pub(crate) struct Writer<'a> {
    pub(super) out: &'a mut Compiled,
    pub(super) rules: &'static dyn Rules,
    quote: char,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(dialect: Dialect, out: &'a mut Compiled) -> Self {
        let rules = dialect.rules();
        Writer { out, rules, quote: rules.quote() }
    }

    pub(crate) fn push(&mut self, sql: &str) {
        self.out.sql.push_str(sql);
    }

    /// An identifier in quotes.
    pub(crate) fn name(&mut self, name: &str) -> Result<()> {
        checked_identifier(self.quote, name, &mut self.out.sql)
    }

    /// Identifiers with commas between.
    pub(crate) fn names(&mut self, names: &[Name]) -> Result<()> {
        self.list(names, |w, n| w.name(n))
    }

    /// A table with its schema.
    pub(crate) fn table(&mut self, schema: Option<&str>, table: &str) -> Result<()> {
        if let Some(schema) = schema {
            self.name(schema)?;
            self.push(".");
        }
        self.name(table)
    }

    pub(crate) fn rules(&self) -> &'static dyn Rules {
        self.rules
    }

    pub(crate) fn bind(&mut self, value: &Value) {
        self.out.binds.push(value.clone());
        self.placeholder(self.out.binds.len());
    }

    /// The placeholder of the `n`th bind, counted from 1, whose value the caller has.
    pub(crate) fn placeholder(&mut self, n: usize) {
        self.rules.placeholder(n, &mut self.out.sql);
    }

    /// Each item, with commas between.
    pub(crate) fn list<T>(
        &mut self,
        items: &[T],
        mut write: impl FnMut(&mut Self, &T) -> Result<()>,
    ) -> Result<()> {
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            write(self, item)?;
        }
        Ok(())
    }
}
