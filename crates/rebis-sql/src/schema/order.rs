//! The order in which tables can be created. Invariant: the result depends on names and foreign keys only, never on hash or input order.

use super::Table;

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
    let mut rest: Vec<&Table> = tables.to_vec();
    rest.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    let mut sorted: Vec<&Table> = Vec::with_capacity(rest.len());
    let mut edges = Vec::new();
    while !rest.is_empty() {
        let waits = |t: &Table| {
            t.foreign_keys.iter().any(|fk| {
                rest.iter().any(|o| {
                    !std::ptr::eq(*o, t)
                        && o.name == fk.ref_table
                        && same_schema(o, t, fk.ref_schema.as_deref())
                })
            })
        };
        let next = rest.iter().position(|t| !waits(t)).unwrap_or_else(|| {
            // Everything left waits for something that is left: a cycle. The first by name goes first, without the keys it waits for.
            for (i, fk) in rest[0].foreign_keys.iter().enumerate() {
                if rest
                    .iter()
                    .skip(1)
                    .any(|o| o.name == fk.ref_table && same_schema(o, rest[0], fk.ref_schema.as_deref()))
                {
                    edges.push(CycleEdge { table: rest[0].name.clone(), foreign_key: i });
                }
            }
            0
        });
        sorted.push(rest.remove(next));
    }
    (sorted, edges)
}

fn same_schema(referred: &Table, from: &Table, named: Option<&str>) -> bool {
    referred.schema.as_deref() == named.or(from.schema.as_deref())
}
