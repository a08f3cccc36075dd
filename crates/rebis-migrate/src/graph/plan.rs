//! The way from one state to another. Invariant: the order is Alembic's for the same revisions: a branch is followed as far as it goes
//! before the next one begins, and nothing stands before what it needs.

use std::collections::BTreeSet;

use super::identifier::{relative, split};
use super::{Direction, Graph, PlanStep, Way, lookup};
use crate::Result;

impl Graph {
    /// The steps of an upgrade to what the identifier means, or several of them with spaces between.
    ///
    /// # Errors
    /// When the identifier means nothing, or the database is at a revision that is not here.
    pub fn upgrade_plan(&self, target: &str, current: &BTreeSet<String>) -> Result<Vec<PlanStep>> {
        self.known(current)?;
        if relative(split(target).1).is_some_and(|(symbol, n)| symbol.is_empty() && n < 0) {
            return Err(lookup(format!(
                "Relative revision {target}: an upgrade goes forward (+N); use downgrade to go back"
            )));
        }
        let rows = self.indexes(current);
        let mut targets = BTreeSet::new();
        for one in target.split_whitespace() {
            targets.extend(self.find(one, &rows)?);
        }
        if target == "base" && !current.is_empty() {
            return Err(lookup(String::from(
                "Destination base is not a valid upgrade target from current head(s); use downgrade to go back",
            )));
        }
        let applied = self.reach(rows.iter().copied(), Way::Down, true);
        let mut wanted = self.reach(targets.iter().copied(), Way::Down, true);
        wanted.retain(|i| !applied.contains(i));
        let behind = wanted.is_empty() && !targets.is_subset(&rows);
        if behind && relative(target).is_none() && !matches!(split(target).1, "head" | "heads") {
            let names: Vec<String> = self.names(&targets).into_iter().collect();
            return Err(lookup(format!(
                "Destination {} is not a valid upgrade target from current head(s): it is applied already; use downgrade to go back",
                names.join(", ")
            )));
        }
        let mut order = self.ordered(&wanted, &targets);
        order.reverse();
        Ok(self.steps(&order, Direction::Upgrade, current))
    }

    /// The steps of a downgrade to what the identifier means.
    ///
    /// # Errors
    /// As for an upgrade.
    pub fn downgrade_plan(&self, target: &str, current: &BTreeSet<String>) -> Result<Vec<PlanStep>> {
        self.known(current)?;
        let rows = self.indexes(current);
        let (branch, rest) = split(target);
        let mut line = branch.map(|b| self.branch(b)).transpose()?;
        let goal = match relative(rest) {
            Some(("", n)) if n > 0 => {
                return Err(lookup(format!(
                    "Relative revision {target} didn't produce {n} migrations: a downgrade goes back (-N); use upgrade to go forward"
                )));
            }
            Some(("", n)) => {
                let start = self.starts(target, line, &rows, n)?.into_iter().next();
                line = line.or(start);
                self.walk(target, start, n, line, true)?
            }
            Some((symbol, n)) => {
                let symbol = branch.map_or_else(|| symbol.to_owned(), |b| format!("{b}@{symbol}"));
                self.walk(target, self.one(&symbol, &rows)?, n, line, true)?
            }
            None => self.one(rest, &rows)?,
        };
        let mut roots = match goal {
            None => (0..self.nodes.len()).filter(|i| self.nodes[*i].down.is_empty()).collect(),
            Some(goal) => self.next(goal, false),
        };
        if roots.len() > 1
            && let Some(line) = line
        {
            let below = self.reach([line], Way::Down, false);
            roots.retain(|i| below.contains(i));
        }
        let applied = self.reach(rows.iter().copied(), Way::Down, true);
        if let Some(ahead) = goal.filter(|g| !applied.contains(g)) {
            return Err(lookup(format!(
                "Destination {} is not a valid downgrade target from current head(s): it is not applied",
                self.nodes[ahead].id
            )));
        }
        let mut undone = self.reach(roots, Way::Up, true);
        undone.retain(|i| applied.contains(i));
        Ok(self.steps(&self.ordered(&undone, &rows), Direction::Downgrade, current))
    }

    /// The version table's rows after a stamp: those of the targets' lines are replaced, those of unrelated branches stay.
    ///
    /// # Errors
    /// When an identifier means nothing, or the database is at a revision that is not here.
    pub fn stamp_plan(&self, targets: &[&str], current: &BTreeSet<String>) -> Result<BTreeSet<String>> {
        self.known(current)?;
        let rows = self.indexes(current);
        let mut found = BTreeSet::new();
        let mut gone = BTreeSet::new();
        for target in targets {
            let means = self.find(target, &rows)?;
            let line = split(target).0.map(|b| self.branch(b)).transpose()?;
            let of_line = |i: usize| match line {
                _ if means.iter().any(|t| self.needs(*t, i) || self.needs(i, *t)) => true,
                Some(line) => self.related(i, line),
                None => means.is_empty(),
            };
            gone.extend(rows.iter().copied().filter(|i| of_line(*i)));
            found.extend(means);
        }
        let mut after: BTreeSet<usize> = rows.difference(&gone).copied().chain(found).collect();
        let all = after.clone();
        after.retain(|i| !all.iter().any(|other| other != i && self.needs(*other, *i)));
        Ok(self.names(&after))
    }

    /// Whether `a` cannot be applied without `b`.
    fn needs(&self, a: usize, b: usize) -> bool {
        a >= b && self.reach([a], Way::Down, true).contains(&b)
    }

    /// These revisions as steps of the version table, from the rows there are.
    pub(crate) fn step(&self, id: &str, direction: Direction, before: &BTreeSet<String>) -> Option<PlanStep> {
        let i = *self.at.get(id)?;
        Some(self.steps(&[i], direction, before).remove(0))
    }

    fn steps(&self, order: &[usize], direction: Direction, current: &BTreeSet<String>) -> Vec<PlanStep> {
        let mut rows = current.clone();
        let mut steps = Vec::new();
        for node in order.iter().map(|i| &self.nodes[*i]) {
            let before = rows.clone();
            match direction {
                Direction::Upgrade => {
                    for parent in node.parents() {
                        rows.remove(parent);
                    }
                    rows.insert(node.id.clone());
                }
                Direction::Downgrade => {
                    rows.remove(&node.id);
                    let parents: BTreeSet<String> = node.parents().map(str::to_owned).collect();
                    for parent in &parents {
                        let others = rows.iter().chain(&parents).filter(|p| *p != parent).map(String::as_str);
                        if !self.ancestors(others).contains(parent) {
                            rows.insert(parent.clone());
                        }
                    }
                }
            }
            let (id, after, down) = (node.id.clone(), rows.clone(), node.down.clone());
            steps.push(PlanStep { id, direction, before, after, down });
        }
        steps
    }

    /// The parents that are not implied by another parent.
    fn own_parents(&self, i: usize) -> Vec<usize> {
        let all = self.parents(i, true);
        let implied = |p: &usize| all.iter().any(|q| q != p && self.needs(*q, *p));
        let (own, deps) = all.split_at(self.nodes[i].down.len());
        own.iter().chain(deps.iter().filter(|d| !implied(d))).copied().collect()
    }

    /// The revisions of `todo`, newest first: a line is followed down until it meets what another line still needs.
    pub(super) fn ordered(&self, todo: &BTreeSet<usize>, heads: &BTreeSet<usize>) -> Vec<usize> {
        let mut todo = todo.clone();
        let mut lines: Vec<usize> = heads.intersection(&todo).copied().collect();
        lines.sort_by_key(|i| self.rank[*i]);
        let mut order = Vec::new();
        let mut at = 0;
        while let Some(&candidate) = lines.get(at) {
            let waiting =
                (0..lines.len()).find(|l| lines[*l] != candidate && self.needs(lines[*l], candidate));
            if let Some(first) = waiting {
                at = first;
                continue;
            }
            if todo.remove(&candidate) {
                order.push(candidate);
            }
            let below: Vec<usize> = self
                .own_parents(candidate)
                .into_iter()
                .filter(|p| todo.contains(p) && !lines.contains(p))
                .collect();
            match below.split_first() {
                Some((first, rest)) => {
                    lines[at] = *first;
                    lines.extend(rest);
                }
                None => {
                    lines.remove(at);
                    at = at.saturating_sub(1);
                }
            }
        }
        order
    }
}
