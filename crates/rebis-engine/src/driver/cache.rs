//! Prepared statements of one connection, where the driver's own library keeps none. Invariant: at most [`MOST`] are kept; the one unused for
//! longest goes first.

use std::collections::HashMap;

const MOST: usize = 256;

/// Statements by their text, each with the time of its last use.
pub(super) struct Cache<S> {
    statements: HashMap<Box<str>, (S, u64), foldhash::fast::RandomState>,
    clock: u64,
}

impl<S> Default for Cache<S> {
    fn default() -> Self {
        Cache { statements: HashMap::default(), clock: 0 }
    }
}

impl<S: Clone> Cache<S> {
    pub(super) fn get(&mut self, sql: &str) -> Option<S> {
        self.clock += 1;
        let (statement, used) = self.statements.get_mut(sql)?;
        *used = self.clock;
        Some(statement.clone())
    }

    /// Gives the statement that had to go, for a server that must be told.
    pub(super) fn put(&mut self, sql: &str, statement: S) -> Option<S> {
        let mut gone = None;
        if self.statements.len() >= MOST {
            // A search, but only where a program has more texts than the cache holds and pays a round trip for each anyway.
            let oldest =
                self.statements.iter().min_by_key(|(_, (_, used))| *used).map(|(sql, _)| sql.clone());
            gone = oldest.and_then(|oldest| self.statements.remove(&oldest)).map(|(statement, _)| statement);
        }
        self.statements.insert(sql.into(), (statement, self.clock));
        gone
    }

    #[allow(dead_code, reason = "each driver is a feature")]
    pub(super) fn forget(&mut self, sql: &str) {
        self.statements.remove(sql);
    }

    /// After DDL, what was prepared may no longer be right.
    #[allow(dead_code, reason = "each driver is a feature")]
    pub(super) fn clear(&mut self) {
        self.statements.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_unused_for_longest_goes() {
        let mut cache = Cache::default();
        for i in 0..MOST {
            assert_eq!(cache.put(&i.to_string(), i), None);
            let _ = cache.get("0");
        }
        assert_eq!(cache.put("new", MOST), Some(1));
        assert_eq!((cache.get("0"), cache.get("1"), cache.get("new")), (Some(0), None, Some(MOST)));
    }
}
