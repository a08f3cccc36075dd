//! [`Graph`]: which revision follows which, what an identifier means, and the way from one state to another.
//!
//! **Invariant.** Nothing here depends on hash order: equal revisions in an equal order give equal answers. Several parents, bases and heads
//! are allowed in the data.

mod identifier;
mod plan;
mod range;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::{Error, ErrorKind, Result};

/// A revision in the graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// Its identifier.
    pub id: String,
    /// Its parents.
    pub down: Vec<String>,
    /// What must be applied before it, besides its parents.
    pub depends_on: Vec<String>,
    /// The names of the branch it begins.
    pub labels: Vec<String>,
}

/// The revisions and what follows what.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// Parents before children; where that leaves the order open, as they were given.
    nodes: Vec<Node>,
    at: BTreeMap<String, usize>,
    /// Who carries a label.
    labelled: BTreeMap<String, usize>,
    /// Where each node stood among those given: it orders branches.
    rank: Vec<usize>,
    /// What was squashed, and into which revision.
    squashed: BTreeMap<String, String>,
}

/// Where to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Towards the heads.
    Upgrade,
    /// Towards the base.
    Downgrade,
}

/// One revision applied or undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanStep {
    /// The revision.
    pub id: String,
    /// Which way.
    pub direction: Direction,
    /// The version table's rows before.
    pub before: BTreeSet<String>,
    /// The version table's rows after.
    pub after: BTreeSet<String>,
    /// The revision's parents.
    pub down: Vec<String>,
}

impl fmt::Display for PlanStep {
    /// `upgrade a -> b`, as Alembic names a step.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.direction {
            Direction::Upgrade => write!(f, "upgrade {} -> {}", self.down.join(", "), self.id),
            Direction::Downgrade => write!(f, "downgrade {} -> {}", self.id, self.down.join(", ")),
        }
    }
}

fn lookup(message: String) -> Error {
    Error::new(ErrorKind::Lookup, message)
}

fn broken(message: String) -> Error {
    Error::new(ErrorKind::Graph, message)
}

impl Graph {
    /// The graph of these revisions. Their order decides which of several branches comes first; what `depends_on` says by label or by the
    /// beginning of an id becomes the id.
    ///
    /// # Errors
    /// When an id or a label occurs twice, a parent is not there, or revisions follow each other in a circle.
    pub fn new(nodes: impl IntoIterator<Item = Node>) -> Result<Self> {
        let mut given: Vec<Node> = nodes.into_iter().collect();
        let ids = unique_ids(&given)?;
        let labels = unique_labels(&given, &ids)?;
        for node in &mut given {
            let resolved = node.depends_on.iter().map(|d| dependency(d, &node.id, &ids, &labels));
            node.depends_on = resolved.collect::<Result<_>>()?;
        }
        for node in &given {
            if let Some(missing) = node.parents().find(|p| !ids.contains(*p)) {
                return Err(broken(format!(
                    "Revision {missing} referenced from {} is not present; its script was deleted or never added to migrations/mod.rs",
                    node.id
                )));
            }
        }
        let mut graph = Graph::default();
        let mut waiting: Vec<(usize, Node)> = given.into_iter().enumerate().collect();
        while !waiting.is_empty() {
            let before = waiting.len();
            let mut later = Vec::new();
            for (rank, node) in waiting {
                if node.parents().all(|p| graph.at.contains_key(p)) {
                    graph.at.insert(node.id.clone(), graph.nodes.len());
                    graph.nodes.push(node);
                    graph.rank.push(rank);
                } else {
                    later.push((rank, node));
                }
            }
            if later.len() == before {
                let mut ids: Vec<&str> = later.iter().map(|(_, n)| n.id.as_str()).collect();
                ids.sort_unstable();
                return Err(broken(format!(
                    "Cycle is detected in revisions ({}): each follows another of them; correct one `down`",
                    ids.join(", ")
                )));
            }
            waiting = later;
        }
        for (label, id) in labels {
            if let Some(at) = graph.at.get(&id) {
                graph.labelled.insert(label, *at);
            }
        }
        Ok(graph)
    }

    /// The same graph, knowing that a revision stands for others that are gone.
    #[must_use]
    pub fn squashed<'a>(mut self, into: &str, gone: impl IntoIterator<Item = &'a str>) -> Self {
        self.squashed.extend(gone.into_iter().map(|id| (id.to_owned(), into.to_owned())));
        self
    }

    /// The revisions, parents before children.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The revision of that full id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Node> {
        self.at.get(id).map(|i| &self.nodes[*i])
    }

    /// The revisions that no other follows, by id; one that another branch depends on still counts.
    #[must_use]
    pub fn heads(&self) -> BTreeSet<String> {
        self.names(&self.ends(false))
    }

    /// The revision that carries a branch label.
    #[must_use]
    pub fn labelled_by(&self, label: &str) -> Option<&str> {
        self.labelled.get(label).map(|i| self.nodes[*i].id.as_str())
    }

    /// The rows of the version table when all is applied: the heads that nothing else needs.
    #[must_use]
    pub fn real_heads(&self) -> BTreeSet<String> {
        self.names(&self.ends(true))
    }

    /// The names of the branches that a revision is part of: those of its ancestors, its own, and those of the line that leads to a label
    /// without a branch or merge in between.
    #[must_use]
    pub fn labels(&self, id: &str) -> BTreeSet<String> {
        let Some(&at) = self.at.get(id) else { return BTreeSet::new() };
        self.labelled
            .iter()
            .filter(|(_, carrier)| self.wears(at, **carrier))
            .map(|(l, _)| l.clone())
            .collect()
    }

    fn wears(&self, at: usize, carrier: usize) -> bool {
        if self.reach([carrier], Way::Up, false).contains(&at) {
            return true;
        }
        let mut line = Some(carrier);
        while let Some(i) = line {
            if i == at {
                return true;
            }
            let node = &self.nodes[i];
            let parent = node.down.first().and_then(|d| self.at.get(d)).copied();
            line = parent.filter(|p| {
                node.down.len() < 2 && self.nodes[*p].down.len() < 2 && self.next(*p, true).len() < 2
            });
        }
        false
    }

    /// Those without a follower.
    fn ends(&self, deps: bool) -> BTreeSet<usize> {
        let mut ends: BTreeSet<usize> = (0..self.nodes.len()).collect();
        for i in 0..self.nodes.len() {
            for parent in self.parents(i, deps) {
                ends.remove(&parent);
            }
        }
        ends
    }

    fn parents(&self, i: usize, deps: bool) -> Vec<usize> {
        let node = &self.nodes[i];
        let deps = if deps { &node.depends_on[..] } else { &[] };
        node.down.iter().chain(deps).filter_map(|p| self.at.get(p).copied()).collect()
    }

    fn next(&self, i: usize, deps: bool) -> Vec<usize> {
        let mut next: Vec<usize> =
            (i + 1..self.nodes.len()).filter(|n| self.parents(*n, deps).contains(&i)).collect();
        next.sort_by_key(|n| self.rank[*n]);
        next
    }

    /// These and all that is above or below them.
    fn reach(&self, from: impl IntoIterator<Item = usize>, way: Way, deps: bool) -> BTreeSet<usize> {
        let mut seen: BTreeSet<usize> = from.into_iter().collect();
        // Parents come before children, so one pass finds everything.
        match way {
            Way::Up => {
                for i in seen.first().copied().unwrap_or(self.nodes.len())..self.nodes.len() {
                    if self.parents(i, deps).iter().any(|p| seen.contains(p)) {
                        seen.insert(i);
                    }
                }
            }
            Way::Down => {
                for i in (0..seen.last().map_or(0, |l| l + 1)).rev() {
                    if seen.contains(&i) {
                        seen.extend(self.parents(i, deps));
                    }
                }
            }
        }
        seen
    }

    fn indexes<'a>(&self, ids: impl IntoIterator<Item = &'a String>) -> BTreeSet<usize> {
        ids.into_iter().filter_map(|id| self.at.get(id).copied()).collect()
    }

    fn names(&self, of: &BTreeSet<usize>) -> BTreeSet<String> {
        of.iter().map(|i| self.nodes[*i].id.clone()).collect()
    }

    /// The revisions that follow this one directly.
    #[must_use]
    pub fn children(&self, id: &str) -> Vec<&Node> {
        self.nodes.iter().filter(|n| n.down.iter().any(|d| d == id)).collect()
    }

    /// These revisions and all that must be applied before them.
    #[must_use]
    pub fn ancestors<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
        let from: Vec<usize> = ids.into_iter().filter_map(|id| self.at.get(id).copied()).collect();
        self.names(&self.reach(from, Way::Down, true))
    }

    /// Refuses rows of the version table that name no revision of this program.
    ///
    /// # Errors
    /// When there is one; the error says where it may come from.
    pub fn known(&self, current: &BTreeSet<String>) -> Result<()> {
        match current.iter().find(|id| !self.at.contains_key(*id)) {
            None => Ok(()),
            Some(id) if self.squashed.contains_key(id) => Err(Error::new(
                ErrorKind::State,
                format!(
                    "The database is at {id}, which was squashed into {into}: this program cannot go on from the middle. Bring it to {into} \
                     with a program from before the squash, then use this one.",
                    into = self.squashed[id]
                ),
            )),
            Some(id) => Err(Error::new(
                ErrorKind::State,
                format!(
                    "Can't locate revision identified by '{id}': the database is at it, but this program has no such script.\n\
                     The database may have been migrated by a newer program or from another branch: use that program or bring its script \
                     here.\nIf the script was deleted and the schema is known to be that of another revision, `db stamp --purge <revision>` \
                     says so."
                ),
            )),
        }
    }
}

impl Node {
    fn parents(&self) -> impl Iterator<Item = &str> {
        self.down.iter().chain(&self.depends_on).map(String::as_str)
    }
}

/// Towards the heads or the bases.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

fn unique_ids(nodes: &[Node]) -> Result<BTreeSet<String>> {
    let mut ids = BTreeSet::new();
    for node in nodes {
        if let Some(bad) = node.id.chars().find(|c| "@-+:".contains(*c)) {
            return Err(broken(format!(
                "Character '{bad}' not allowed in revision identifier '{}': it has a meaning in commands",
                node.id
            )));
        }
        if !ids.insert(node.id.clone()) {
            return Err(broken(format!(
                "Revision {} is present more than once; give one of the two scripts another id, in its REVISION and its file's name",
                node.id
            )));
        }
    }
    Ok(ids)
}

fn unique_labels(nodes: &[Node], ids: &BTreeSet<String>) -> Result<BTreeMap<String, String>> {
    let mut labels: BTreeMap<String, String> = BTreeMap::new();
    for node in nodes {
        for label in &node.labels {
            let other = labels.insert(label.clone(), node.id.clone()).filter(|o| *o != node.id);
            if let Some(other) = other.or_else(|| ids.get(label).cloned()) {
                return Err(broken(format!(
                    "Branch name '{label}' in revision {} already used by revision {other}; choose another name for one of them",
                    node.id
                )));
            }
        }
    }
    Ok(labels)
}

/// The id that `depends_on` means.
fn dependency(
    named: &str,
    by: &str,
    ids: &BTreeSet<String>,
    labels: &BTreeMap<String, String>,
) -> Result<String> {
    if ids.contains(named) {
        return Ok(named.to_owned());
    }
    if let Some(id) = labels.get(named) {
        return Ok(id.clone());
    }
    let mut starting = ids.iter().filter(|id| id.len() > 3 && !named.is_empty() && id.starts_with(named));
    match (starting.next(), starting.next()) {
        (Some(one), None) => Ok(one.clone()),
        _ => Err(broken(format!(
            "Revision {named} referenced from {by} is not present; `depends_on` takes an id or a branch label"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linear() -> Graph {
        let node = |id: &str, down: &[&str]| Node {
            id: id.to_owned(),
            down: down.iter().map(|d| (*d).to_owned()).collect(),
            ..Node::default()
        };
        Graph::new([node("cccc3333", &["bbbb2222"]), node("aaaa1111", &[]), node("bbbb2222", &["aaaa1111"])])
            .unwrap()
    }

    fn rows(ids: &[&str]) -> BTreeSet<String> {
        ids.iter().map(|i| (*i).to_owned()).collect()
    }

    fn steps(plan: Result<Vec<PlanStep>>) -> Vec<String> {
        plan.unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn upgrades_and_downgrades() {
        let g = linear();
        let up = g.upgrade_plan("head", &rows(&[])).unwrap();
        assert_eq!(up.last().unwrap().after, rows(&["cccc3333"]));
        assert_eq!(
            steps(Ok(up)),
            ["upgrade  -> aaaa1111", "upgrade aaaa1111 -> bbbb2222", "upgrade bbbb2222 -> cccc3333"]
        );
        assert_eq!(steps(g.upgrade_plan("+1", &rows(&["aaaa1111"]))), ["upgrade aaaa1111 -> bbbb2222"]);
        assert_eq!(steps(g.upgrade_plan("head", &rows(&["cccc3333"]))), [""; 0]);
        let down = g.downgrade_plan("base", &rows(&["bbbb2222"])).unwrap();
        assert_eq!(down.last().unwrap().after, rows(&[]));
        assert_eq!(steps(Ok(down)), ["downgrade bbbb2222 -> aaaa1111", "downgrade aaaa1111 -> "]);
        assert_eq!(steps(g.downgrade_plan("-1", &rows(&["aaaa1111"]))), ["downgrade aaaa1111 -> "]);
    }

    #[test]
    fn identifiers() {
        let g = linear();
        let at = rows(&["bbbb2222"]);
        for (identifier, means) in [
            ("bbbb", "bbbb2222"),
            ("head", "cccc3333"),
            ("head-2", "aaaa1111"),
            ("current", "bbbb2222"),
            ("base+1", "aaaa1111"),
        ] {
            assert_eq!(g.resolve(identifier, &at).unwrap(), rows(&[means]), "{identifier}");
        }
        let e = g.upgrade_plan("+5", &at).unwrap_err().to_string();
        assert!(e.starts_with("Relative revision +5 didn't produce 5 migrations"), "{e}");
        let e = g.resolve("zzzz", &at).unwrap_err().to_string();
        assert!(e.starts_with("Can't locate revision identified by 'zzzz'"), "{e}");
        assert!(g.known(&rows(&["gone"])).is_err());
    }

    #[test]
    fn broken_graphs_are_refused() {
        let node = |id: &str, down: &str| Node { id: id.into(), down: vec![down.into()], ..Node::default() };
        let text = |nodes: Vec<Node>| Graph::new(nodes).unwrap_err().to_string();
        assert!(
            text(vec![node("a", "b"), node("b", "a")]).starts_with("Cycle is detected in revisions (a, b)")
        );
        assert!(text(vec![node("a", "x")]).starts_with("Revision x referenced from a is not present"));
        let one = Node { id: "a".into(), ..Node::default() };
        assert!(text(vec![one.clone(), one]).starts_with("Revision a is present more than once"));
    }
}
