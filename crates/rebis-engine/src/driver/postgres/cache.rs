//! Prepared statements of one connection, and what was learnt with them. Invariant: at most [`MOST`] are kept; the one unused for longest
//! goes first.

use std::collections::HashMap;
use std::sync::Arc;

use tokio_postgres::Statement;

const MOST: usize = 256;

/// Statements by their text, each with the time of its last use.
#[derive(Default)]
pub(super) struct Cache {
    statements: HashMap<Box<str>, (Statement, u64)>,
    /// The elements' types of the arrays that an INSERT's rows can come from, by the INSERT of one row.
    arrays: HashMap<Box<str>, Option<Arc<[String]>>>,
    clock: u64,
}

impl Cache {
    pub(super) fn get(&mut self, sql: &str) -> Option<Statement> {
        self.clock += 1;
        let (statement, used) = self.statements.get_mut(sql)?;
        *used = self.clock;
        Some(statement.clone())
    }

    pub(super) fn put(&mut self, sql: &str, statement: Statement) {
        if self.statements.len() >= MOST {
            // A search, but only where a program has more texts than the cache holds and pays a round trip for each anyway.
            let oldest =
                self.statements.iter().min_by_key(|(_, (_, used))| *used).map(|(sql, _)| sql.clone());
            if let Some(oldest) = oldest {
                self.statements.remove(&oldest);
            }
        }
        self.statements.insert(sql.into(), (statement, self.clock));
    }

    pub(super) fn forget(&mut self, sql: &str) {
        self.statements.remove(sql);
    }

    /// The inner `None` says that the rows cannot come from arrays.
    pub(super) fn arrays(&self, sql: &str) -> Option<Option<Arc<[String]>>> {
        self.arrays.get(sql).cloned()
    }

    pub(super) fn put_arrays(&mut self, sql: &str, types: Option<Arc<[String]>>) {
        if self.arrays.len() >= MOST {
            self.arrays.clear();
        }
        self.arrays.insert(sql.into(), types);
    }

    /// After DDL, what was prepared may no longer be right.
    pub(super) fn clear(&mut self) {
        self.statements.clear();
        self.arrays.clear();
    }
}
