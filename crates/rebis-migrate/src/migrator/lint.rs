//! `lint`: the remarks on scripts. Invariant: it needs no database, only which one the scripts are for.

use std::collections::BTreeSet;
use std::fmt;

use super::Migrator;
use crate::lint::{self, Remark};
use crate::{Op, Operations, Result, store};

/// The remarks on some revisions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Linted {
    /// Revision, message and remarks, in the order of the revisions.
    pub revisions: Vec<(String, String, Vec<Remark>)>,
}

impl Linted {
    /// Whether there is nothing to look at.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.revisions.iter().all(|(_, _, remarks)| remarks.is_empty())
    }

    /// For machines: one object for each remark.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let all = self.revisions.iter().flat_map(|(id, _, remarks)| {
            remarks.iter().map(move |r| {
                serde_json::json!({ "revision": id, "code": r.code, "operation": r.operation, "about": r.about,
                    "text": r.text, "cure": r.cure })
            })
        });
        all.collect()
    }
}

impl fmt::Display for Linted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        for (id, message, remarks) in self.revisions.iter().filter(|(_, _, remarks)| !remarks.is_empty()) {
            let comma = if message.is_empty() { "" } else { ", " };
            write!(f, "{gap}{id}{comma}{message}")?;
            remarks.iter().try_for_each(|r| write!(f, "\n  {r}"))?;
            gap = "\n";
        }
        if gap.is_empty() { f.write_str("Nothing to remark.") } else { Ok(()) }
    }
}

pub(super) fn lint(m: &Migrator, revisions: &str) -> Result<Linted> {
    let graph = m.graph()?;
    let none = BTreeSet::new();
    let ids: Vec<String> = match revisions.split_once(':') {
        Some((from, to)) => {
            let (from, to) =
                (if from.is_empty() { "base" } else { from }, if to.is_empty() { "heads" } else { to });
            let mut ids = graph.range(&[from], &[to], true, &none)?;
            ids.reverse();
            ids
        }
        None => graph.resolve(revisions, &none)?.into_iter().collect(),
    };
    let mut linted = Linted::default();
    for id in ids {
        let Some(script) = m.script(&id) else { continue };
        let recorded = |record: fn(&mut Operations)| -> Vec<Op> {
            let mut op = Operations::new();
            record(&mut op);
            op.into_ops()
        };
        let (upgrade, downgrade) = (recorded(script.upgrade), recorded(script.downgrade));
        let mut remarks = lint::lint(m.engine.dialect(), &upgrade);
        remarks.extend(lint::irreversible(&upgrade, &downgrade));
        linted.revisions.push((id, store::doc(script.source), remarks));
    }
    Ok(linted)
}
