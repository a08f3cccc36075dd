//! `merge`: one revision behind several. Invariant: what the branches both change is said; the database is not asked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::generate::write;
use super::place::{RevisionOptions, place_behind};
use super::{Generated, Migrator};
use crate::op::{Op, Operations};
use crate::{Error, ErrorKind, Graph, Result};

/// A merge that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The script.
    pub generated: Generated,
    /// The revisions that were joined.
    pub merges: Vec<String>,
    /// What more than one of the branches changes, and revisions nobody can see into: a line each.
    pub remarks: Vec<String>,
}

impl fmt::Display for Merged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.generated.fmt(f)
    }
}

pub(super) fn merge(
    m: &Migrator,
    revisions: &[&str],
    message: &str,
    options: &RevisionOptions,
) -> Result<Merged> {
    let graph = m.fresh_graph()?;
    let heads = joined(&graph, revisions, options.splice)?;
    let told = match message.trim() {
        "" => format!("merge {}", heads.join(" and ")),
        message => message.to_owned(),
    };
    let remarks = overlap(m, &graph, &heads);
    let place = place_behind(m, &graph, &told, options, heads.clone())?;
    let generated = write(m, place, &told, &[], &[])?;
    Ok(Merged { generated, merges: heads, remarks })
}

/// The revisions that are joined, each once.
fn joined(graph: &Graph, revisions: &[&str], splice: bool) -> Result<Vec<String>> {
    let usage = |text: String| Err(Error::new(ErrorKind::Usage, text));
    let mut all: Vec<String> = Vec::new();
    for revision in revisions {
        for id in graph.resolve(revision, &BTreeSet::new())? {
            if all.contains(&id) {
                return usage(format!("Duplicate head revisions specified: {id} is named twice"));
            }
            all.push(id);
        }
    }
    if all.len() < 2 {
        return usage(match all.first() {
            Some(only) => format!("there is nothing to merge: {only} is the only head named"),
            None => String::from("there is nothing to merge: no revision is named"),
        });
    }
    for id in &all {
        if let Some(above) = all.iter().find(|o| *o != id && graph.ancestors([o.as_str()]).contains(id)) {
            return usage(format!("{id} is an ancestor of {above} already: a merge joins separate branches"));
        }
        if !splice && !graph.children(id).is_empty() {
            return usage(format!(
                "Revision {id} is not a head revision; please specify --splice to create a new branch from this revision"
            ));
        }
    }
    Ok(all)
}

/// What the branches have in common, since they parted.
fn overlap(m: &Migrator, graph: &Graph, heads: &[String]) -> Vec<String> {
    let lines: Vec<BTreeSet<String>> = heads.iter().map(|h| graph.ancestors([h.as_str()])).collect();
    let mut touched: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut remarks = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let others: BTreeSet<&String> =
            lines.iter().enumerate().filter(|(j, _)| *j != i).flat_map(|(_, l)| l).collect();
        let mut here: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for id in line.iter().filter(|id| !others.contains(id)) {
            let Some(script) = m.script(id) else { continue };
            let mut recorder = Operations::new();
            (script.upgrade)(&mut recorder);
            for op in recorder.ops() {
                match tables(op) {
                    Some(tables) => tables.into_iter().for_each(|t| {
                        let by = here.entry(t).or_default();
                        if !by.contains(id) {
                            by.push(id.clone());
                        }
                    }),
                    None => remarks.push(format!(
                        "revision {id} holds code ({}), which may touch anything",
                        op.describe()
                    )),
                }
            }
        }
        for (table, by) in here {
            touched.entry(table).or_default().push(by.join(", "));
        }
    }
    let shared = touched
        .into_iter()
        .filter(|(_, by)| by.len() > 1)
        .map(|(table, by)| format!("more than one branch changes table {table}: {}", by.join(" and ")));
    remarks.dedup();
    shared.collect::<Vec<_>>().into_iter().chain(remarks).collect()
}

/// The tables an operation concerns; `None` when only its author knows.
fn tables(op: &Op) -> Option<Vec<String>> {
    use rebis_sql::Ddl;
    match op {
        Op::Schema(ddl) => {
            let mut all: Vec<String> = op.table().map(|(_, t)| t.to_owned()).into_iter().collect();
            if let Ddl::RenameTable { to, .. } = ddl {
                all.push(to.clone());
            }
            Some(all)
        }
        Op::Insert(insert) => Some(vec![insert.table.to_string()]),
        _ => None,
    }
}
