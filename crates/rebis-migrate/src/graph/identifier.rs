//! What an identifier means: `label@head`, `ae10+2`, `-1`. Invariant: what could mean two things is refused, and the error names both.

use std::collections::BTreeSet;

use super::{Graph, Way, lookup};
use crate::Result;

impl Graph {
    /// The revisions that an identifier means, given the version table's rows. `base` means none.
    ///
    /// Understands a full id, a unique beginning of one, a branch label, `head`, `heads`, `base`, `current`, each with `+N` or `-N`, and
    /// `+N` or `-N` alone, which count from the current revision. Before all of these a branch can stand, its label or any revision of it:
    /// `ebs@head`, `ebs@+1`.
    ///
    /// # Errors
    /// When it means nothing, is not part of the branch, or is not unique where one revision is needed.
    pub fn resolve(&self, identifier: &str, current: &BTreeSet<String>) -> Result<BTreeSet<String>> {
        Ok(self.names(&self.find(identifier, &self.indexes(current))?))
    }

    /// As [`resolve`](Self::resolve), for one revision or none (`base`).
    ///
    /// # Errors
    /// As `resolve`, and when it means several.
    pub fn resolve_one(&self, identifier: &str, current: &BTreeSet<String>) -> Result<Option<String>> {
        let all = self.resolve(identifier, current)?;
        if all.len() > 1 {
            return Err(several(identifier, &all));
        }
        Ok(all.into_iter().next())
    }

    pub(super) fn find(&self, identifier: &str, current: &BTreeSet<usize>) -> Result<BTreeSet<usize>> {
        let (branch, rest) = split(identifier);
        let Some((symbol, steps)) = relative(rest) else { return self.symbol(identifier, current) };
        let line = branch.map(|b| self.branch(b)).transpose()?;
        let starts = match symbol {
            "" => self.starts(identifier, line, current, steps)?,
            _ => self.found_in(branch, symbol, current)?,
        };
        if starts.is_empty() {
            return Ok(self.walk(identifier, None, steps, line, true)?.into_iter().collect());
        }
        let mut found = BTreeSet::new();
        for start in starts {
            found.extend(self.walk(identifier, Some(start), steps, line, true)?);
        }
        Ok(found)
    }

    /// The one that an identifier without steps means, `None` for the base.
    pub(super) fn one(&self, identifier: &str, current: &BTreeSet<usize>) -> Result<Option<usize>> {
        let found = self.symbol(identifier, current)?;
        if found.len() > 1 {
            return Err(several(identifier, &self.names(&found)));
        }
        Ok(found.into_iter().next())
    }

    fn found_in(
        &self,
        branch: Option<&str>,
        symbol: &str,
        current: &BTreeSet<usize>,
    ) -> Result<BTreeSet<usize>> {
        match branch {
            Some(branch) => self.symbol(&format!("{branch}@{symbol}"), current),
            None => self.symbol(symbol, current),
        }
    }

    /// Where `+N` and `-N` count from; empty is the base.
    pub(super) fn starts(
        &self,
        identifier: &str,
        line: Option<usize>,
        current: &BTreeSet<usize>,
        steps: i64,
    ) -> Result<BTreeSet<usize>> {
        let mut starts = current.clone();
        if let Some(line) = line {
            starts.retain(|i| self.related(*i, line));
            if starts.is_empty() && current.is_empty() && steps < 0 {
                // With no database to count from, the newest of the branch is meant.
                starts = self.ends(false);
                starts.retain(|i| self.related(*i, line));
                return Ok(starts);
            }
            if starts.is_empty() {
                // The branch may be applied only below what is current.
                let below = self.reach(current.iter().copied(), Way::Down, true);
                let on: BTreeSet<usize> = below.into_iter().filter(|i| self.related(*i, line)).collect();
                let followed: BTreeSet<usize> = on.iter().flat_map(|i| self.parents(*i, true)).collect();
                starts = on.difference(&followed).copied().collect();
            }
        }
        if starts.len() > 1 {
            let rows: Vec<String> = self.names(&starts).into_iter().collect();
            let way = if steps < 0 { "downgrade" } else { "upgrade" };
            return Err(lookup(format!(
                "Ambiguous {way} from multiple current revisions ({}): name one, as in '{}@{}'",
                rows.join(", "),
                rows[0],
                split(identifier).1
            )));
        }
        Ok(starts)
    }

    /// Goes `steps` from one revision, `None` being the base. `strict`: there must be as many.
    pub(super) fn walk(
        &self,
        identifier: &str,
        start: Option<usize>,
        steps: i64,
        line: Option<usize>,
        strict: bool,
    ) -> Result<Option<usize>> {
        let mut at = start;
        for taken in 0..steps.unsigned_abs() {
            let mut next = match at {
                None if steps > 0 => {
                    let mut bases: Vec<usize> =
                        (0..self.nodes.len()).filter(|i| self.nodes[*i].down.is_empty()).collect();
                    bases.sort_by_key(|i| self.rank[*i]);
                    bases
                }
                None => Vec::new(),
                Some(i) if steps > 0 => self.next(i, false),
                Some(i) => self.parents(i, false),
            };
            if steps > 0
                && let Some(line) = line
            {
                next.retain(|i| self.related(*i, line));
            }
            at = match next[..] {
                [one] => Some(one),
                // One step below the first revision is the base, and nothing is below that.
                [] if steps < 0 && at.is_some() => None,
                [] if !strict => return Ok(at),
                [] => {
                    return Err(lookup(format!(
                        "Relative revision {identifier} didn't produce {} migrations: there are only {taken}",
                        steps.unsigned_abs()
                    )));
                }
                _ => {
                    let names: Vec<String> = next.iter().map(|i| self.nodes[*i].id.clone()).collect();
                    return Err(lookup(format!(
                        "Ambiguous walk: {identifier} passes a branch; name one of {}",
                        names.join(", ")
                    )));
                }
            };
        }
        Ok(at)
    }

    /// Whether one is an ancestor of the other, dependencies aside.
    pub(super) fn related(&self, a: usize, b: usize) -> bool {
        let (low, high) = (a.min(b), a.max(b));
        self.reach([high], Way::Down, false).contains(&low)
    }

    /// The revision that stands for a branch.
    pub(super) fn branch(&self, name: &str) -> Result<usize> {
        self.exact(name).or_else(|| self.starting(name, None).ok()).ok_or_else(|| {
            let known: Vec<&str> = self.labelled.keys().map(String::as_str).collect();
            let known = if known.is_empty() { String::from("none") } else { known.join(", ") };
            lookup(format!(
                "No such branch: '{name}'; the labels are: {known}. A revision of the branch does as well"
            ))
        })
    }

    fn exact(&self, name: &str) -> Option<usize> {
        self.at.get(name).or_else(|| self.labelled.get(name)).copied()
    }

    /// What a symbol means, `label@…` included, steps not.
    fn symbol(&self, identifier: &str, current: &BTreeSet<usize>) -> Result<BTreeSet<usize>> {
        let (branch, symbol) = split(identifier);
        let line = branch.map(|b| self.branch(b)).transpose()?;
        let within = |mut all: BTreeSet<usize>| {
            if let Some(line) = line {
                all.retain(|i| self.related(*i, line));
            }
            all
        };
        match symbol {
            "base" => Ok(BTreeSet::new()),
            // Of the whole: what the version table will hold. Of a branch: its own end, also if another branch depends on it.
            "heads" => Ok(within(self.ends(line.is_none()))),
            "current" => Ok(within(current.clone())),
            "head" => {
                let heads = within(self.ends(false));
                if heads.len() > 1 {
                    let names: Vec<String> = self.names(&heads).into_iter().collect();
                    return Err(lookup(format!(
                        "Multiple head revisions are present for given argument '{identifier}' ({}); please specify a specific target revision, \
                         '<branchname>@head' to narrow to a specific head, or 'heads' for all heads",
                        names.join(", ")
                    )));
                }
                Ok(heads)
            }
            _ => {
                let found = match self.exact(symbol) {
                    Some(found) => found,
                    None => self.starting(symbol, line)?,
                };
                match line {
                    Some(line) if !self.related(found, line) => Err(lookup(format!(
                        "Revision {} is not a member of branch '{}'",
                        self.nodes[found].id,
                        branch.unwrap_or_default()
                    ))),
                    _ => Ok(BTreeSet::from([found])),
                }
            }
        }
    }

    fn starting(&self, symbol: &str, line: Option<usize>) -> Result<usize> {
        let ids = self.at.iter().chain(&self.labelled);
        let found: Vec<(&str, usize)> = ids
            .filter(|(name, i)| {
                name.len() > 3 && name.starts_with(symbol) && line.is_none_or(|line| self.related(**i, line))
            })
            .map(|(name, i)| (name.as_str(), *i))
            .collect();
        match found[..] {
            [(_, one)] if !symbol.is_empty() => Ok(one),
            [_, _, ..] if !symbol.is_empty() => {
                let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
                Err(lookup(format!(
                    "Multiple revisions start with '{symbol}': {}; write more of the one you mean",
                    names.join(", ")
                )))
            }
            _ => Err(lookup(format!(
                "Can't locate revision identified by '{symbol}'; `db history` lists the revisions of this program"
            ))),
        }
    }
}

fn several(identifier: &str, all: &BTreeSet<String>) -> crate::Error {
    let names: Vec<&str> = all.iter().map(String::as_str).collect();
    lookup(format!("'{identifier}' means several revisions ({}); name one", names.join(", ")))
}

/// `ebs@head` as `(Some("ebs"), "head")`.
pub(super) fn split(identifier: &str) -> (Option<&str>, &str) {
    identifier.split_once('@').map_or((None, identifier), |(branch, rest)| (Some(branch), rest))
}

/// `rev+2` as `("rev", 2)`.
pub(super) fn relative(identifier: &str) -> Option<(&str, i64)> {
    let at = identifier.rfind(['+', '-'])?;
    let steps: i64 = identifier[at..].parse().ok()?;
    Some((&identifier[..at], steps))
}
