//! [`Graph`]: which revision follows which, what an identifier means, and the way from one state to another.
//!
//! **Invariant.** Nothing here depends on hash order or the order of files: equal revisions give equal answers. Several parents, bases
//! and heads are allowed in the data.

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
    /// Parents before children; where that leaves the order open, by id.
    nodes: Vec<Node>,
    at: BTreeMap<String, usize>,
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
    /// The graph of these revisions.
    ///
    /// # Errors
    /// When an id occurs twice, a parent is not there, or revisions follow each other in a circle.
    pub fn new(nodes: impl IntoIterator<Item = Node>) -> Result<Self> {
        let mut waiting: BTreeMap<String, Node> = BTreeMap::new();
        for node in nodes {
            if let Some(bad) = node.id.chars().find(|c| "@-+:".contains(*c)) {
                return Err(broken(format!(
                    "Character '{bad}' not allowed in revision identifier '{}': it has a meaning in commands",
                    node.id
                )));
            }
            if let Some(twice) = waiting.insert(node.id.clone(), node) {
                return Err(broken(format!(
                    "Revision {} is present more than once; give one of the two scripts another id, in its REVISION and its file's name",
                    twice.id
                )));
            }
        }
        for node in waiting.values() {
            if let Some(missing) = node.parents().find(|p| !waiting.contains_key(*p)) {
                return Err(broken(format!(
                    "Revision {missing} referenced from {} is not present; its script was deleted or never added to migrations/mod.rs",
                    node.id
                )));
            }
        }
        let mut graph = Graph::default();
        while !waiting.is_empty() {
            let Some(id) = waiting
                .values()
                .find(|n| n.parents().all(|p| graph.at.contains_key(p)))
                .map(|n| n.id.clone())
            else {
                let ids: Vec<&str> = waiting.keys().map(String::as_str).collect();
                return Err(broken(format!(
                    "Cycle is detected in revisions ({}): each follows another of them; correct one `down`",
                    ids.join(", ")
                )));
            };
            if let Some(node) = waiting.remove(&id) {
                graph.at.insert(id, graph.nodes.len());
                graph.nodes.push(node);
            }
        }
        Ok(graph)
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

    /// The revisions that no other follows, by id.
    #[must_use]
    pub fn heads(&self) -> BTreeSet<String> {
        let followed: BTreeSet<&str> =
            self.nodes.iter().flat_map(|n| n.down.iter().map(String::as_str)).collect();
        self.nodes.iter().filter(|n| !followed.contains(n.id.as_str())).map(|n| n.id.clone()).collect()
    }

    /// The revisions that follow this one directly.
    #[must_use]
    pub fn children(&self, id: &str) -> Vec<&Node> {
        self.nodes.iter().filter(|n| n.down.iter().any(|d| d == id)).collect()
    }

    /// These revisions and all that must be applied before them.
    #[must_use]
    pub fn ancestors<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        let mut todo: Vec<&str> = ids.into_iter().collect();
        while let Some(id) = todo.pop() {
            if let Some(i) = self.at.get(id)
                && seen.insert(id.to_owned())
            {
                todo.extend(self.nodes[*i].parents());
            }
        }
        seen
    }

    fn descendants(&self, ids: &BTreeSet<String>) -> BTreeSet<String> {
        let mut seen = ids.clone();
        for node in &self.nodes {
            if node.parents().any(|p| seen.contains(p)) {
                seen.insert(node.id.clone());
            }
        }
        seen
    }

    /// The revisions that an identifier means, given the version table's rows. `base` means none.
    ///
    /// Understands a full id, a unique beginning of one, a branch label, `head`, `heads`, `base`, `current`, each with `+N` or `-N`, and
    /// `+N` or `-N` alone, which count from the current revision.
    ///
    /// # Errors
    /// When it means nothing, or is not unique where one revision is needed.
    pub fn resolve(&self, identifier: &str, current: &BTreeSet<String>) -> Result<BTreeSet<String>> {
        if let Some((symbol, steps)) = relative(identifier) {
            let from = if symbol.is_empty() {
                if current.len() > 1 {
                    let rows: Vec<&str> = current.iter().map(String::as_str).collect();
                    return Err(lookup(format!(
                        "'{identifier}' is ambiguous: the database is at several revisions ({}); name one, as in '{}{identifier}'",
                        rows.join(", "),
                        rows[0]
                    )));
                }
                current.clone()
            } else {
                self.resolve(symbol, current)?
            };
            return self.walk(identifier, from, steps);
        }
        match identifier {
            "base" => return Ok(BTreeSet::new()),
            "heads" => return Ok(self.heads()),
            "current" => return Ok(current.clone()),
            "head" => {
                let heads = self.heads();
                if heads.len() > 1 {
                    let names: Vec<&str> = heads.iter().map(String::as_str).collect();
                    return Err(lookup(format!(
                        "Multiple head revisions are present for given argument 'head' ({}); name one of them, or say 'heads' for all",
                        names.join(", ")
                    )));
                }
                return Ok(heads);
            }
            _ => {}
        }
        if self.at.contains_key(identifier) {
            return Ok(BTreeSet::from([identifier.to_owned()]));
        }
        if let Some(node) = self.nodes.iter().find(|n| n.labels.iter().any(|l| l == identifier)) {
            return Ok(BTreeSet::from([node.id.clone()]));
        }
        let starting: Vec<&str> = self
            .at
            .keys()
            .filter(|id| id.len() > 3 && id.starts_with(identifier))
            .map(String::as_str)
            .collect();
        match starting[..] {
            [one] if !identifier.is_empty() => Ok(BTreeSet::from([one.to_owned()])),
            [_, _, ..] if !identifier.is_empty() => Err(lookup(format!(
                "Multiple revisions start with '{identifier}': {}; write more of the one you mean",
                starting.join(", ")
            ))),
            _ => Err(lookup(format!(
                "Can't locate revision identified by '{identifier}'; `db history` lists the revisions of this program"
            ))),
        }
    }

    /// As [`resolve`](Self::resolve), for one revision or none (`base`).
    ///
    /// # Errors
    /// As `resolve`, and when it means several.
    pub fn resolve_one(&self, identifier: &str, current: &BTreeSet<String>) -> Result<Option<String>> {
        let all = self.resolve(identifier, current)?;
        if all.len() > 1 {
            let names: Vec<&str> = all.iter().map(String::as_str).collect();
            return Err(lookup(format!(
                "'{identifier}' means several revisions ({}); name one",
                names.join(", ")
            )));
        }
        Ok(all.into_iter().next())
    }

    fn walk(&self, identifier: &str, from: BTreeSet<String>, steps: i64) -> Result<BTreeSet<String>> {
        let mut at: Option<String> = from.into_iter().next();
        for taken in 0..steps.unsigned_abs() {
            let next: Vec<String> = match &at {
                None if steps > 0 => {
                    self.nodes.iter().filter(|n| n.down.is_empty()).map(|n| n.id.clone()).collect()
                }
                None => Vec::new(),
                Some(id) if steps > 0 => self.children(id).into_iter().map(|n| n.id.clone()).collect(),
                Some(id) => match self.get(id) {
                    Some(node) if node.down.is_empty() => {
                        // One step below the first revision is the base, and nothing is below that.
                        at = None;
                        continue;
                    }
                    Some(node) => node.down.clone(),
                    None => Vec::new(),
                },
            };
            at = match &next[..] {
                [one] => Some(one.clone()),
                [] => {
                    return Err(lookup(format!(
                        "Relative revision {identifier} didn't produce {} migrations: there are only {taken}",
                        steps.unsigned_abs()
                    )));
                }
                several => {
                    return Err(lookup(format!(
                        "Ambiguous walk: {identifier} passes a branch; name one of {}",
                        several.join(", ")
                    )));
                }
            };
        }
        Ok(at.into_iter().collect())
    }

    /// The steps of an upgrade to what the identifier means.
    ///
    /// # Errors
    /// When the identifier means nothing, or the database is at a revision that is not here.
    pub fn upgrade_plan(&self, target: &str, current: &BTreeSet<String>) -> Result<Vec<PlanStep>> {
        self.known(current)?;
        if relative(target).is_some_and(|(symbol, n)| symbol.is_empty() && n < 0) {
            return Err(lookup(format!(
                "Relative revision {target}: an upgrade goes forward (+N); use downgrade to go back"
            )));
        }
        let targets = self.resolve(target, current)?;
        let applied = self.ancestors(current.iter().map(String::as_str));
        let wanted = self.ancestors(targets.iter().map(String::as_str));
        if target == "base" && !current.is_empty() {
            return Err(lookup(String::from(
                "Destination base is not a valid upgrade target from current head(s); use downgrade to go back",
            )));
        }
        let mut rows = current.clone();
        let mut steps = Vec::new();
        for node in self.nodes.iter().filter(|n| wanted.contains(&n.id) && !applied.contains(&n.id)) {
            let before = rows.clone();
            for parent in node.parents() {
                rows.remove(parent);
            }
            rows.insert(node.id.clone());
            steps.push(step(node, Direction::Upgrade, before, rows.clone()));
        }
        if steps.is_empty() && targets.iter().any(|t| !current.contains(t)) && relative(target).is_none() {
            let name = targets.iter().next().map_or(target, String::as_str);
            if !matches!(target, "head" | "heads") {
                return Err(lookup(format!(
                    "Destination {name} is not a valid upgrade target from current head(s): it is applied already; use downgrade to go back"
                )));
            }
        }
        Ok(steps)
    }

    /// The steps of a downgrade to what the identifier means.
    ///
    /// # Errors
    /// As for an upgrade.
    pub fn downgrade_plan(&self, target: &str, current: &BTreeSet<String>) -> Result<Vec<PlanStep>> {
        self.known(current)?;
        if relative(target).is_some_and(|(symbol, n)| symbol.is_empty() && n > 0) {
            return Err(lookup(format!(
                "Relative revision {target}: a downgrade goes back (-N); use upgrade to go forward"
            )));
        }
        let targets = self.resolve(target, current)?;
        let applied = self.ancestors(current.iter().map(String::as_str));
        if let Some(ahead) = targets.iter().find(|t| !applied.contains(*t)) {
            return Err(lookup(format!(
                "Destination {ahead} is not a valid downgrade target from current head(s): it is not applied"
            )));
        }
        let undone: BTreeSet<String> = if targets.is_empty() {
            applied.clone()
        } else {
            self.descendants(&targets)
                .into_iter()
                .filter(|id| applied.contains(id) && !targets.contains(id))
                .collect()
        };
        let mut rows = current.clone();
        let mut left = applied;
        let mut steps = Vec::new();
        for node in self.nodes.iter().rev().filter(|n| undone.contains(&n.id)) {
            let before = rows.clone();
            rows.remove(&node.id);
            left.remove(&node.id);
            for parent in node.parents() {
                let needed =
                    self.nodes.iter().any(|n| left.contains(&n.id) && n.parents().any(|p| p == parent));
                if left.contains(parent) && !needed {
                    rows.insert(parent.to_owned());
                }
            }
            steps.push(step(node, Direction::Downgrade, before, rows.clone()));
        }
        Ok(steps)
    }

    /// Refuses rows of the version table that name no revision of this program.
    ///
    /// # Errors
    /// When there is one; the error says where it may come from.
    pub fn known(&self, current: &BTreeSet<String>) -> Result<()> {
        match current.iter().find(|id| !self.at.contains_key(*id)) {
            None => Ok(()),
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

fn step(node: &Node, direction: Direction, before: BTreeSet<String>, after: BTreeSet<String>) -> PlanStep {
    PlanStep { id: node.id.clone(), direction, before, after, down: node.down.clone() }
}

/// `rev+2` as `("rev", 2)`.
fn relative(identifier: &str) -> Option<(&str, i64)> {
    let at = identifier.rfind(['+', '-'])?;
    let steps: i64 = identifier[at..].parse().ok()?;
    Some((&identifier[..at], steps))
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
