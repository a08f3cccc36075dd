//! The order in which tables can be created. Invariant: the result depends on names and foreign keys only, never on hash or input order.

use std::collections::{BTreeSet, HashMap};

use super::{ForeignKey, Table};

/// A foreign key that closes a cycle among tables: it has to be added after both tables exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CycleEdge {
    /// The table that holds the foreign key.
    pub table: String,
    /// The foreign key's position in that table's `foreign_keys`.
    pub foreign_key: usize,
}

/// Sorts tables so that each stands after those it refers to, by name where foreign keys leave the order open.
///
/// A table's foreign key to itself does not count. Where tables refer to each other in a circle, the returned edges say which foreign keys
/// have to be added after the tables.
#[must_use]
pub fn sort_tables<'a>(tables: &'a [&'a Table]) -> (Vec<&'a Table>, Vec<CycleEdge>) {
    let mut all: Vec<&Table> = tables.to_vec();
    all.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    let places: HashMap<(Option<&str>, &str), usize> =
        all.iter().enumerate().map(|(i, t)| ((t.schema.as_deref(), t.name.as_str()), i)).collect();
    let target = |from: &Table, key: &ForeignKey| {
        let schema = key.ref_schema.as_deref().or(from.schema.as_deref());
        places.get(&(schema, key.ref_table.as_str())).copied()
    };
    let mut waits: Vec<BTreeSet<usize>> = Vec::with_capacity(all.len());
    let mut waited_for: Vec<Vec<usize>> = vec![Vec::new(); all.len()];
    for (i, table) in all.iter().enumerate() {
        let others: BTreeSet<usize> =
            table.foreign_keys.iter().filter_map(|key| target(table, key)).filter(|at| *at != i).collect();
        others.iter().for_each(|&other| waited_for[other].push(i));
        waits.push(others);
    }
    let mut rest: BTreeSet<usize> = (0..all.len()).collect();
    let mut ready: BTreeSet<usize> = rest.iter().copied().filter(|&i| waits[i].is_empty()).collect();
    let mut sorted: Vec<&Table> = Vec::with_capacity(all.len());
    let mut edges = Vec::new();
    while let Some(next) = ready.pop_first().or_else(|| rest.first().copied()) {
        // Where everything left waits for something that is left, the first by name goes first, without the keys it waits for.
        for (i, key) in all[next].foreign_keys.iter().enumerate() {
            if target(all[next], key).is_some_and(|at| waits[next].contains(&at)) {
                edges.push(CycleEdge { table: all[next].name.clone(), foreign_key: i });
            }
        }
        rest.remove(&next);
        for &other in &waited_for[next] {
            if waits[other].remove(&next) && waits[other].is_empty() && rest.contains(&other) {
                ready.insert(other);
            }
        }
        sorted.push(all[next]);
    }
    (sorted, edges)
}
