//! What lies between two states: the ranges of `history` and of offline commands. Invariant: newest first, in the order of plans.

use std::collections::BTreeSet;

use super::identifier::{relative, split};
use super::{Graph, Way, lookup};
use crate::Result;

impl Graph {
    /// The revisions from `lower` up to `upper`, newest first; `inclusive` with the lower ones themselves. No `lower`, or `base`: everything
    /// below. `+N` counts from the lower end, and `-N:` as a lower end from the upper.
    ///
    /// # Errors
    /// When an identifier means nothing, or the lower end is not below the upper.
    pub fn range(
        &self,
        lower: &[&str],
        upper: &[&str],
        inclusive: bool,
        current: &BTreeSet<String>,
    ) -> Result<Vec<String>> {
        let rows = self.indexes(current);
        let mut from = BTreeSet::new();
        let counted = |l: &&&str| relative(l).is_some_and(|(symbol, n)| symbol.is_empty() && n < 0);
        for end in lower.iter().filter(|l| !counted(l)) {
            from.extend(self.find(end, &rows)?);
        }
        let mut to = BTreeSet::new();
        for end in upper {
            to.extend(match relative(split(end).1) {
                Some(("", n)) if n > 0 => {
                    let line = split(end).0.map(|b| self.branch(b)).transpose()?;
                    let start = self.starts(end, line, &from, n)?.into_iter().next();
                    self.walk(end, start, n, line, false)?.into_iter().collect()
                }
                _ => self.find(end, &rows)?,
            });
        }
        for back in lower.iter().filter(counted) {
            let steps = relative(back).map_or(0, |(_, n)| n);
            for end in &to {
                from.extend(self.walk(back, Some(*end), steps, None, false)?);
            }
        }
        // `ebs@base:heads` leads to that branch only, and to what it depends on.
        let lines = lower.iter().filter_map(|l| split(l).0).map(|b| self.branch(b));
        for line in lines.collect::<Result<Vec<_>>>()? {
            to.retain(|i| self.related(*i, line));
        }
        for (ends, named) in [(&from, lower), (&to, upper)] {
            for (a, b) in ends.iter().flat_map(|a| ends.iter().map(move |b| (*a, *b))) {
                if a != b && named.len() > 1 && self.reach([a], Way::Down, true).contains(&b) {
                    return Err(lookup(format!(
                        "Requested revision {} overlaps with other requested revisions {}",
                        self.nodes[a].id, self.nodes[b].id
                    )));
                }
            }
        }
        let mut wanted = self.reach(to.iter().copied(), Way::Down, true);
        if let Some(off) = from.iter().find(|f| !wanted.contains(*f)) {
            return Err(lookup(format!(
                "Requested range {}:{} does not refer to ancestor/descendant revisions along the same branch ({} is not below it)",
                lower.join(","),
                upper.join(","),
                self.nodes[*off].id
            )));
        }
        if !from.is_empty() {
            let above = self.reach(from.iter().copied(), Way::Up, true);
            let below = self.reach(from.iter().copied(), Way::Down, true);
            wanted.retain(|i| above.contains(i) && (!below.contains(i) || inclusive && from.contains(i)));
        }
        Ok(self.ordered(&wanted, &to).into_iter().map(|i| self.nodes[i].id.clone()).collect())
    }
}
