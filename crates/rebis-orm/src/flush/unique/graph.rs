//! Which row waits for which, and the order that follows. Invariant: it depends on the batch only, and a circle is broken in one place.

use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::First;
use super::stand_in::stand_in;
use crate::entity::Object;
use crate::error::{Error, ErrorKind, Result};
use crate::flush::Batch;
use crate::flush::pointers::open;
use crate::model::{ColumnSet, RowKey};

/// A row of the batch, by its place in the list of changed or of deleted ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Node {
    Dirty(usize),
    Deleted(usize),
}

/// The waiting.
#[derive(Default)]
pub(super) struct Graph {
    /// For whose values a row waits.
    waits: BTreeMap<Node, BTreeSet<Node>>,
    /// Which rows refer to one that is to be deleted, and so go before it.
    refers: BTreeMap<Node, BTreeSet<Node>>,
    /// The unique columns for which others wait for a row.
    wanted: BTreeMap<Node, BTreeSet<ColumnSet>>,
    /// The rows for which new ones wait.
    urgent: BTreeSet<Node>,
    /// The rows that give their values up ahead, so that nobody waits for them.
    parked: BTreeMap<Node, Vec<(usize, rebis_sql::Value)>>,
}

impl Graph {
    /// A new row takes a value of this one.
    pub(super) fn before_new(&mut self, node: Node, key: ColumnSet) {
        self.urgent.insert(node);
        self.wanted.entry(node).or_default().insert(key);
    }

    /// A changed row takes a value of another one. What is deleted goes before all changes, as it does before insertions.
    pub(super) fn before(&mut self, taker: Node, node: Node, key: ColumnSet) {
        self.waits.entry(taker).or_default().insert(node);
        self.wanted.entry(node).or_default().insert(key);
        if matches!(node, Node::Deleted(_)) {
            self.urgent.insert(node);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// Takes out of the batch what is urgent, with all that it waits for in turn, and sorts the other changed rows.
    pub(super) fn arrange(mut self, batch: &mut Batch) -> Result<First> {
        let referrers = Referrers::of(batch);
        let mut early: BTreeSet<Node> = BTreeSet::new();
        let mut rest: Vec<Node> = self.urgent.iter().copied().collect();
        while let Some(node) = rest.pop() {
            if early.contains(&node) || self.parked.contains_key(&node) {
                continue;
            }
            if referrers.is_late(batch, node, &mut BTreeSet::new()) {
                // It can be written only after new rows, which wait for its value.
                self.park(batch, node)?;
                continue;
            }
            early.insert(node);
            let before = referrers.get(batch, node);
            rest.extend(self.waits.get(&node).into_iter().flatten().chain(&before));
            self.refers.entry(node).or_default().extend(before);
        }
        let sorted = self.sort(batch, &early)?;
        let mut rows: Vec<(bool, Vec<Object>)> = Vec::new();
        for node in sorted {
            let (deleted, object) = (matches!(node, Node::Deleted(_)), Arc::clone(object(batch, node)));
            match rows.last_mut() {
                Some((kind, all)) if *kind == deleted => all.push(object),
                _ => rows.push((deleted, vec![object])),
            }
        }
        let later = (0..batch.dirty.len()).map(Node::Dirty).filter(|n| !early.contains(n)).collect();
        let sorted = self.sort(batch, &later)?;
        let parked = std::mem::take(&mut self.parked).into_iter();
        let first = First { parked: parked.map(|(n, v)| (Arc::clone(object(batch, n)), v)).collect(), rows };
        batch.dirty = sorted.into_iter().map(|n| Arc::clone(object(batch, n))).collect();
        let mut place = 0;
        batch.deleted.retain(|_| {
            place += 1;
            !early.contains(&Node::Deleted(place - 1))
        });
        Ok(first)
    }

    fn park(&mut self, batch: &Batch, node: Node) -> Result<()> {
        let wanted = self.wanted.get(&node);
        let values = stand_in(object(batch, node), wanted.into_iter().flatten().copied());
        let values = values.map_err(|column| impossible(object(batch, node), column))?;
        self.parked.insert(node, values);
        Ok(())
    }

    /// The rows that a row of the list still waits for.
    fn open<'a>(&'a self, node: Node, list: &'a BTreeSet<Node>) -> impl Iterator<Item = Node> + 'a {
        let values = self.waits.get(&node).into_iter().flatten().filter(|n| !self.parked.contains_key(n));
        let rows = self.refers.get(&node).into_iter().flatten();
        values.chain(rows).copied().filter(|n| list.contains(n))
    }

    /// Each row after those it waits for, else as registered.
    fn sort(&mut self, batch: &Batch, list: &BTreeSet<Node>) -> Result<Vec<Node>> {
        let mut left = list.clone();
        let mut sorted = Vec::with_capacity(left.len());
        let mut ready: BTreeSet<Node> =
            left.iter().copied().filter(|&n| self.open(n, &left).next().is_none()).collect();
        let mut followers: HashMap<Node, Vec<Node>> = HashMap::new();
        for &node in list {
            let (values, rows) = (self.waits.get(&node), self.refers.get(&node));
            for need in values.into_iter().chain(rows).flatten() {
                followers.entry(*need).or_default().push(node);
            }
        }
        while !left.is_empty() {
            let Some(node) = ready.pop_first() else {
                let broken = self.break_circle(batch, &left)?;
                let freed = followers.get(&broken).into_iter().flatten().copied();
                ready.extend(freed.filter(|&n| left.contains(&n) && self.open(n, &left).next().is_none()));
                continue;
            };
            left.remove(&node);
            sorted.push(node);
            let freed = followers.get(&node).into_iter().flatten().copied();
            ready.extend(freed.filter(|&n| left.contains(&n) && self.open(n, &left).next().is_none()));
        }
        Ok(sorted)
    }

    /// Parks one row of a circle: the first that can be.
    fn break_circle(&mut self, batch: &Batch, left: &BTreeSet<Node>) -> Result<Node> {
        // Every row that is left waits for another one that is: following them ends in a circle.
        let mut path: Vec<Node> = left.first().copied().into_iter().collect();
        let circle = loop {
            let next = path.last().and_then(|&last| self.open(last, left).next());
            let Some(next) = next else { break path };
            if let Some(at) = path.iter().position(|n| *n == next) {
                break path.split_off(at);
            }
            path.push(next);
        };
        // Each is waited for by the one before it: for its value, which it can give up ahead, or because it refers to a deleted row.
        let takers = circle.iter().cycle().skip(circle.len().saturating_sub(1));
        let mut candidates: Vec<Node> = takers
            .zip(&circle)
            .filter(|(taker, node)| self.refers.get(taker).is_none_or(|rows| !rows.contains(node)))
            .map(|(_, node)| *node)
            .collect();
        candidates.sort_unstable();
        let mut failed = None;
        for node in candidates {
            match self.park(batch, node) {
                Ok(()) => return Ok(node),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        Err(failed.unwrap_or_else(|| {
            let names: Vec<String> = circle.iter().map(|n| object(batch, *n).label()).collect();
            Error::new(ErrorKind::Cycle, format!("these rows wait for each other: {}", names.join(", ")))
                .advise("write them in two steps, with a flush between")
        }))
    }
}

fn impossible(object: &Object, column: usize) -> Error {
    let (model, field) = (object.meta().def.name, object.meta().def.columns[column].field);
    Error::new(
        ErrorKind::Cycle,
        format!(
            "{} gives up its unique {model}.{field} to a row that is written before it, and there is no value to hold in between",
            object.label()
        ),
    )
    .on(model)
    .advise(format!(
        "write it in two steps, with `session.flush().await?` between: set `{field}` to a value that is free first; or make it an Option, which can be NULL meanwhile"
    ))
}

fn object(batch: &Batch, node: Node) -> &Object {
    match node {
        Node::Dirty(i) => &batch.dirty[i],
        Node::Deleted(i) => &batch.deleted[i],
    }
}

/// Which changed or deleted rows refer, in the database, to a row that is to be deleted.
struct Referrers(HashMap<(TypeId, &'static str, RowKey), Vec<Node>>);

impl Referrers {
    fn of(batch: &Batch) -> Self {
        let mut all: HashMap<_, Vec<Node>> = HashMap::new();
        let dirty = (0..batch.dirty.len()).map(Node::Dirty);
        for node in dirty.chain((0..batch.deleted.len()).map(Node::Deleted)) {
            let object = object(batch, node);
            let flushed = object.status().flushed;
            for (column, def) in object.meta().def.columns.iter().enumerate() {
                let Some(fk) = def.foreign_key else { continue };
                if let Some(value) = RowKey::new(&[object.value_at(flushed, column)]) {
                    all.entry(((fk.target)().type_id, fk.column, value)).or_default().push(node);
                }
            }
        }
        Referrers(all)
    }

    fn get(&self, batch: &Batch, node: Node) -> Vec<Node> {
        let Node::Deleted(_) = node else { return Vec::new() };
        let object = object(batch, node);
        let flushed = object.status().flushed;
        let mut all = Vec::new();
        for (column, def) in object.meta().def.columns.iter().enumerate() {
            if let Some(value) = RowKey::new(&[object.value_at(flushed, column)]) {
                let found = self.0.get(&(object.meta().type_id, def.name, value));
                all.extend(found.into_iter().flatten().copied().filter(|n| *n != node));
            }
        }
        all
    }

    /// Whether a row can be written only after new ones: it needs the key of one, or such a row refers to it.
    fn is_late(&self, batch: &Batch, node: Node, seen: &mut BTreeSet<Node>) -> bool {
        seen.insert(node)
            && match node {
                Node::Dirty(i) => !open(&batch.dirty[i]).is_empty(),
                Node::Deleted(_) => self.get(batch, node).into_iter().any(|n| self.is_late(batch, n, seen)),
            }
    }
}
