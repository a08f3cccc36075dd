//! SQL texts that never change for a model and a dialect. Invariant: written once, then shared by every session.

use std::sync::OnceLock;

use rebis_sql::{Dialect, Expr, Select, Statement, Value, compile};

use super::ModelMeta;
use crate::error::Result;
use crate::expr::equal;
use crate::flush::Shapes;

/// The texts of one model.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    by_key: [OnceLock<String>; Dialect::ALL.len()],
    /// Those of INSERTs.
    pub(crate) shapes: Shapes,
}

/// Where what depends on the dialect lies in an array of all of them.
pub(crate) fn place_of(dialect: Dialect) -> usize {
    Dialect::ALL.iter().position(|d| *d == dialect).unwrap_or(0)
}

impl ModelMeta {
    /// `SELECT … WHERE key = ?`
    pub(crate) fn by_key_sql(&self, dialect: Dialect) -> Result<&str> {
        let cell = &self.texts.by_key[place_of(dialect)];
        if let Some(sql) = cell.get() {
            return Ok(sql);
        }
        let mut select = self.select_all();
        for &k in &self.key {
            // The value is a stand-in: only the text is kept.
            select.and_where(equal(self.column_expr(k), Expr::Value(Value::Int(0))));
        }
        let compiled = compile(&Statement::Select(select), dialect)?;
        Ok(cell.get_or_init(|| compiled.sql))
    }

    /// `SELECT` of every column.
    pub(crate) fn select_all(&self) -> Select {
        Select {
            columns: (0..self.def.read()).map(|i| self.column_expr(i).into()).collect(),
            from: vec![self.table_ref()],
            ..Select::default()
        }
    }
}
