//! `history`, `current`, `heads`, `branches` and `show`: the revisions as text. Invariant: the formats are Alembic's, and nothing is changed.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use super::Migrator;
use crate::{Applied, Error, ErrorKind, Graph, Result, history as log, store};

/// Options of [`Migrator::history`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryOptions {
    /// All about each revision.
    pub verbose: bool,
    /// `start:end`, both included; either can be left out.
    pub range: Option<String>,
    /// Marks where the database is, and says when each revision was applied.
    pub indicate_current: bool,
}

/// A revision and where it stands among the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevisionInfo {
    /// Its id.
    pub id: String,
    /// Its parents; none at the base.
    pub down: Vec<String>,
    /// What else must be applied before it.
    pub depends_on: Vec<String>,
    /// The names of the branch it begins.
    pub labels: Vec<String>,
    /// The revisions that follow it.
    pub children: Vec<String>,
    /// The message: the heading's first paragraph.
    pub message: String,
    /// The heading, whole.
    pub heading: String,
    /// The script's file.
    pub path: PathBuf,
    /// No other revision follows it.
    pub is_head: bool,
    /// A revision of another branch depends on it: once that is applied, the database has no row for this one.
    pub is_needed: bool,
    /// The database is at it; `None` when the database was not asked.
    pub is_current: Option<bool>,
    /// When and by which program it was applied, when the database was asked and knows.
    pub applied: Option<Applied>,
}

/// What a short line shows besides the id and the marks.
#[derive(Clone, Copy)]
struct Parts {
    parents: bool,
    labels: bool,
    doc: bool,
    tree: bool,
}

impl RevisionInfo {
    /// Where it stands, in the order of the short lines or, `verbose`, of the long ones.
    fn marks(&self, tree: bool, verbose: bool) -> String {
        let current = (self.is_current == Some(true), " (current)");
        let branches = [
            (tree && self.children.len() > 1, " (branchpoint)"),
            (tree && self.down.len() > 1, " (mergepoint)"),
        ];
        let [first, second] = branches;
        let rest = if verbose { [first, second, current] } else { [current, first, second] };
        let head = if self.is_needed { " (effective head)" } else { " (head)" };
        let all = [(self.is_head, head)].into_iter().chain(rest);
        all.filter(|(holds, _)| *holds).map(|(_, mark)| mark).collect()
    }

    fn short(&self, parts: Parts) -> String {
        let mut line = String::new();
        if parts.parents {
            line.push_str(&or_base(&self.down));
            if !self.depends_on.is_empty() {
                line.push_str(&format!(" ({})", self.depends_on.join(", ")));
            }
            line.push_str(" -> ");
        }
        line.push_str(&self.id);
        if parts.labels && !self.labels.is_empty() {
            line.push_str(&format!(" ({})", self.labels.join(", ")));
        }
        line.push_str(&self.marks(parts.tree, false));
        if parts.doc && !self.message.is_empty() {
            line.push_str(&format!(", {}", self.message));
        }
        line
    }
}

impl fmt::Display for RevisionInfo {
    /// All about the revision, over several lines.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Rev: {}{}", self.id, self.marks(true, true))?;
        let parent = if self.down.len() > 1 { "Merges" } else { "Parent" };
        writeln!(f, "{parent}: {}", or_base(&self.down))?;
        if !self.depends_on.is_empty() {
            writeln!(f, "Also depends on: {}", self.depends_on.join(", "))?;
        }
        if self.children.len() > 1 {
            writeln!(f, "Branches into: {}", self.children.join(", "))?;
        }
        if !self.labels.is_empty() {
            writeln!(f, "Branch names: {}", self.labels.join(", "))?;
        }
        if let Some(applied) = &self.applied {
            let at = applied.at.format("%Y-%m-%d %H:%M:%S UTC");
            writeln!(f, "Applied: {at} in {} ms by {}", applied.elapsed.as_millis(), applied.program)?;
        }
        writeln!(f, "Path: {}\n", self.path.display())?;
        for line in self.heading.lines() {
            writeln!(f, "{}", format!("    {line}").trim_end())?;
        }
        Ok(())
    }
}

fn or_base(down: &[String]) -> String {
    if down.is_empty() { String::from("<base>") } else { down.join(", ") }
}

macro_rules! listing {
    ($(#[$doc:meta])* $name:ident, $parts:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $name {
            /// The revisions.
            pub revisions: Vec<RevisionInfo>,
            /// What the text begins with.
            preamble: Option<String>,
            verbose: bool,
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let shown = self.revisions.iter().map(|r| if self.verbose { r.to_string() } else { r.short($parts) });
                let lines: Vec<String> = self.preamble.iter().cloned().chain(shown).collect();
                f.write_str(lines.join("\n").trim_end_matches('\n'))
            }
        }
    };
}

listing! {
    /// The revisions, newest first. Prints a line for each, or all about each.
    History, Parts { parents: true, labels: true, doc: true, tree: true }
}
listing! {
    /// Where the database is: a line for each row of its version table, none at the base.
    Current, Parts { parents: false, labels: false, doc: false, tree: true }
}
listing! {
    /// The newest revisions.
    Heads, Parts { parents: false, labels: true, doc: false, tree: false }
}
listing! {
    /// All about one revision; nothing for `base`.
    Show, Parts { parents: true, labels: true, doc: true, tree: true }
}

/// Where lines part: each revision that more than one follows, and those.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branches {
    /// The branch points, newest first, each with its followers.
    pub branches: Vec<(RevisionInfo, Vec<RevisionInfo>)>,
    verbose: bool,
}

impl fmt::Display for Branches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        for (point, followers) in &self.branches {
            let line = Parts { parents: false, labels: true, doc: false, tree: true };
            lines.push(if self.verbose { point.to_string() } else { point.short(line) });
            let indent = " ".repeat(point.id.len() + 1);
            let line = Parts { doc: self.verbose, ..line };
            lines.extend(followers.iter().map(|next| format!("{indent}-> {}", next.short(line))));
            lines.push(String::new());
        }
        f.write_str(lines.join("\n").trim_end_matches('\n'))
    }
}

pub(super) async fn history(m: &Migrator, options: &HistoryOptions) -> Result<History> {
    let graph = m.graph()?;
    let range =
        options.range.as_deref().map(|r| r.split_once(':').ok_or_else(|| bad_range(r))).transpose()?;
    let needs_rows = |end: &str| end.contains("current") || end.starts_with(['+', '-']);
    let asked = options.indicate_current || range.is_some_and(|(a, b)| needs_rows(a) || needs_rows(b));
    let mut lines = Vec::new();
    let rows = if asked {
        let conn = &mut m.engine.acquire().await?;
        if options.indicate_current {
            lines = log::read(conn).await?;
        }
        m.rows(conn).await?
    } else {
        BTreeSet::new()
    };
    let mut applied = log::latest(lines, &graph.ancestors(rows.iter().map(String::as_str)));
    let marks = options.indicate_current.then_some(&rows);
    let (start, end) = range.unwrap_or(("", ""));
    let start: Vec<&str> = if start.is_empty() { Vec::new() } else { vec![start] };
    let end = if end.is_empty() { "heads" } else { end };
    let wanted = graph.range(&start, &[end], true, &rows)?;
    let about =
        |id: &String| info(m, &graph, id, marks).map(|i| RevisionInfo { applied: applied.remove(id), ..i });
    let revisions = wanted.iter().filter_map(about).collect();
    Ok(History { revisions, preamble: None, verbose: options.verbose })
}

pub(super) async fn current(m: &Migrator, verbose: bool) -> Result<Current> {
    let graph = m.graph()?;
    let conn = &mut m.engine.acquire().await?;
    let rows = m.rows(conn).await?;
    log::known(conn, &graph, &rows).await?;
    let revisions = rows.iter().filter_map(|id| info(m, &graph, id, None)).collect();
    let preamble = verbose.then(|| format!("Current revision(s) for {}:", m.engine.url()));
    Ok(Current { revisions, preamble, verbose })
}

pub(super) fn branches(m: &Migrator, verbose: bool) -> Result<Branches> {
    let graph = m.graph()?;
    let newest_first = graph.range(&[], &["heads"], true, &BTreeSet::new())?;
    let about = |id: &str| info(m, &graph, id, None);
    let branches = newest_first.iter().filter_map(|id| {
        let followers: Vec<_> = graph.children(id).iter().filter_map(|n| about(&n.id)).collect();
        (followers.len() > 1).then(|| about(id).map(|point| (point, followers))).flatten()
    });
    Ok(Branches { branches: branches.collect(), verbose })
}

pub(super) fn heads(m: &Migrator, verbose: bool, resolve_dependencies: bool) -> Result<Heads> {
    let graph = m.graph()?;
    let all = if resolve_dependencies { graph.real_heads() } else { graph.heads() };
    let revisions = all.iter().filter_map(|id| info(m, &graph, id, None)).collect();
    Ok(Heads { revisions, preamble: None, verbose })
}

pub(super) async fn show(m: &Migrator, revision: &str) -> Result<Show> {
    let graph = m.graph()?;
    let rows = if revision.contains("current") || revision.starts_with(['+', '-']) {
        m.rows(&mut m.engine.acquire().await?).await?
    } else {
        BTreeSet::new()
    };
    let found = graph.resolve(revision, &rows)?;
    let revisions = found.iter().filter_map(|id| info(m, &graph, id, None)).collect();
    Ok(Show { revisions, preamble: None, verbose: true })
}

fn info(m: &Migrator, graph: &Graph, id: &str, rows: Option<&BTreeSet<String>>) -> Option<RevisionInfo> {
    let (node, script) = (graph.get(id)?, m.script(id)?);
    let children: Vec<String> = graph.children(id).into_iter().map(|n| n.id.clone()).collect();
    Some(RevisionInfo {
        id: node.id.clone(),
        down: node.down.clone(),
        depends_on: node.depends_on.clone(),
        labels: graph.labels(id).into_iter().collect(),
        is_head: children.is_empty(),
        is_needed: graph.nodes().iter().any(|n| n.depends_on.contains(&node.id)),
        children,
        message: store::doc(script.source),
        heading: store::heading(script.source),
        path: m.directory.join(script.file),
        is_current: rows.map(|r| r.contains(id)),
        applied: None,
    })
}

fn bad_range(range: &str) -> Error {
    Error::new(
        ErrorKind::Usage,
        format!("History range requires [start]:[end], [start]:, or :[end]; '{range}' has no ':'"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of Alembic's documentation of a branched history.
    #[test]
    fn branches_and_merges_are_marked() {
        let text = |s: &str| s.to_owned();
        let all = Parts { parents: true, labels: true, doc: true, tree: true };
        let merge = RevisionInfo {
            id: text("dddd4444"),
            down: vec![text("bbbb2222"), text("cccc3333")],
            is_head: true,
            message: text("merge em"),
            is_current: Some(true),
            ..RevisionInfo::default()
        };
        assert_eq!(
            merge.short(all),
            "bbbb2222, cccc3333 -> dddd4444 (head) (current) (mergepoint), merge em"
        );
        assert!(
            merge.to_string().starts_with(
                "Rev: dddd4444 (head) (mergepoint) (current)\nMerges: bbbb2222, cccc3333\nPath:"
            ),
            "{merge}"
        );
        let branch = RevisionInfo {
            id: text("aaaa1111"),
            children: vec![text("bbbb2222"), text("cccc3333")],
            labels: vec![text("ebs")],
            depends_on: vec![text("eeee5555")],
            message: text("one"),
            ..RevisionInfo::default()
        };
        assert_eq!(branch.short(all), "<base> (eeee5555) -> aaaa1111 (ebs) (branchpoint), one");
        let long = branch.to_string();
        assert!(
            long.contains(
                "Also depends on: eeee5555\nBranches into: bbbb2222, cccc3333\nBranch names: ebs\n"
            ),
            "{long}"
        );
    }
}
