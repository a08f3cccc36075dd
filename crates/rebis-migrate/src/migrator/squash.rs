//! `squash`: one script in the place of many.
//!
//! **Invariants.** The new script has the id of the last one, so no database that is there notices. A new database ends as it would have with
//! the old scripts. Nothing is removed before what stands for it is written.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use rebis_sql::Ddl;
use rebis_sql::schema::{Schema, Table, sort_tables};

use super::Migrator;
use crate::diff::undo;
use crate::execute::recorded;
use crate::graph::Direction;
use crate::op::{Arguments, Op};
use crate::render::{NewScript, operations, squashed};
use crate::{Error, ErrorKind, Graph, Result, Script, store};

/// A script that stands for others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Squashed {
    /// The file that was written.
    pub path: PathBuf,
    /// Its revision.
    pub revision: String,
    /// The revisions that it stands for besides, oldest first.
    pub replaces: Vec<String>,
    /// The files that were removed.
    pub removed: Vec<PathBuf>,
}

impl fmt::Display for Squashed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Generating {} ...  done", self.path.display())?;
        self.removed.iter().try_for_each(|path| write!(f, "\nRemoving {} ...  done", path.display()))
    }
}

pub(super) fn squash(m: &Migrator, target: &str, message: &str) -> Result<Squashed> {
    let graph = m.fresh_graph()?;
    let usage = |text: String| Err(Error::new(ErrorKind::Usage, text));
    let Some(last) = graph.resolve_one(target, &BTreeSet::new())? else {
        return usage(format!("'{target}' is no revision: there is nothing to squash"));
    };
    let plan = graph.upgrade_plan(&last, &BTreeSet::new())?;
    let scripts: Vec<&'static Script> =
        plan.iter().map(|step| m.script_of(&step.id)).collect::<Result<_>>()?;
    if scripts.len() < 2 {
        return usage(format!("there is nothing to squash: {last} is the first revision"));
    }
    closed(&graph, &last, &scripts)?;
    let texts: Vec<Text> = scripts.iter().map(|script| Text::of(script)).collect::<Result<_>>()?;
    let [upgrade, downgrade] = bodies(&scripts, &texts)?;

    let all_but_last = &scripts[..scripts.len() - 1];
    let earlier = scripts.iter().flat_map(|s| s.revision.replaces).map(|id| (*id).to_owned());
    let replaces: Vec<String> =
        earlier.chain(all_but_last.iter().map(|s| s.revision.id.to_owned())).collect();
    let labels: Vec<String> =
        scripts.iter().flat_map(|s| s.revision.labels).map(|label| (*label).to_owned()).collect();
    let mut imports: Vec<String> = texts.iter().flat_map(|t| t.imports.clone()).collect();
    imports.sort();
    imports.dedup();
    let message = match message.trim() {
        "" => format!("everything up to {}", store::doc(scripts[scripts.len() - 1].source)),
        message => message.to_owned(),
    };
    let new = NewScript {
        message: &message,
        id: &last,
        down: &[],
        labels: &labels,
        depends_on: &[],
        created: m.files.now(),
        krate: &m.krate,
        upgrade: &[],
        downgrade: &[],
    };
    let text = squashed(&new, &imports, &replaces, [upgrade, downgrade]);
    let directory = std::path::absolute(&m.directory).map_err(|e| Error::file("find", &m.directory, e))?;
    let path = directory.join(m.files.name(&last, &message, m.files.now())?);
    store::write(&path, &text)?;
    let mut removed = Vec::new();
    for old in scripts.iter().map(|s| directory.join(s.file)).filter(|old| *old != path) {
        std::fs::remove_file(&old).map_err(|e| Error::file("remove", &old, e))?;
        removed.push(old);
    }
    store::sync(&m.directory, &m.krate)?;
    Ok(Squashed { path, revision: last, replaces, removed })
}

/// Refuses when a revision that stays needs one that goes.
fn closed(graph: &Graph, last: &str, scripts: &[&Script]) -> Result<()> {
    let goes = |id: &str| id != last && scripts.iter().any(|s| s.revision.id == id);
    for node in graph.nodes().iter().filter(|n| !scripts.iter().any(|s| s.revision.id == n.id)) {
        if let Some(needed) = node.down.iter().chain(&node.depends_on).find(|id| goes(id)) {
            return Err(Error::new(
                ErrorKind::Usage,
                format!(
                    "revision {} stays and needs {needed}, which would be squashed: squash up to {needed} or further back, or up to where the \
                     branches are merged",
                    node.id
                ),
            ));
        }
    }
    Ok(())
}

/// What the two functions of the new script do.
fn bodies(scripts: &[&Script], texts: &[Text]) -> Result<[String; 2]> {
    let (count, tables) = beginning(scripts);
    let mut upgrade = operations(&tables)?;
    let mut parts: Vec<String> = vec![operations(&undo(&tables, &Schema::default())?)?];
    if count == 0 {
        upgrade.clear();
        parts.clear();
    }
    for (script, text) in scripts.iter().zip(texts).skip(count) {
        let heading = format!("    // {}: {}\n", script.revision.id, store::doc(script.source));
        let part =
            |body: &str| if body.trim().is_empty() { String::new() } else { format!("{heading}{body}") };
        upgrade.push_str(&part(&text.upgrade));
        parts.push(part(&text.downgrade));
    }
    parts.reverse();
    Ok([upgrade, parts.concat()])
}

/// How many scripts at the beginning do nothing but change the schema, and the operations that make what they make together.
fn beginning(scripts: &[&Script]) -> (usize, Vec<Op>) {
    let mut schema = Schema::default();
    let mut count = 0;
    for script in scripts {
        let mut after = schema.clone();
        let ops = recorded(script, Direction::Upgrade, &Arguments::default());
        if !ops.iter().all(|op| is_plain(op) && op.apply(&mut after).is_ok()) {
            break;
        }
        let tables: Vec<&Table> = after.tables.iter().collect();
        if !sort_tables(&tables).1.is_empty() {
            break;
        }
        schema = after;
        count += 1;
    }
    let tables: Vec<&Table> = schema.tables.iter().collect();
    let mut ops = Vec::new();
    for table in sort_tables(&tables).0 {
        let bare = Table { indexes: Vec::new(), ..table.clone() };
        ops.push(Op::Schema(Ddl::CreateTable { table: bare, if_not_exists: false }));
        ops.extend(table.indexes.iter().map(|index| {
            Op::Schema(Ddl::CreateIndex {
                schema: table.schema.clone(),
                table: table.name.clone(),
                index: index.clone(),
                if_not_exists: false,
                concurrently: false,
            })
        }));
    }
    (count, ops)
}

/// Whether all that an operation does shows in the schema.
fn is_plain(op: &Op) -> bool {
    matches!(
        op.to_ddl(),
        Some(
            Ddl::CreateTable { .. }
                | Ddl::DropTable { .. }
                | Ddl::RenameTable { .. }
                | Ddl::AddColumn { .. }
                | Ddl::DropColumn { .. }
                | Ddl::RenameColumn { .. }
                | Ddl::AlterColumn { .. }
                | Ddl::CreateIndex { concurrently: false, .. }
                | Ddl::DropIndex { .. }
                | Ddl::AddConstraint { .. }
                | Ddl::DropConstraint { .. }
                | Ddl::CommentTable { .. }
        )
    )
}

/// A script's source, taken apart.
struct Text {
    imports: Vec<String>,
    upgrade: String,
    downgrade: String,
}

impl Text {
    fn of(script: &Script) -> Result<Text> {
        let source = script.source.replace("\r\n", "\n");
        let refuse = |why: &str| {
            let text = format!("{} cannot be squashed: {why}", script.file);
            Err(Error::new(ErrorKind::Usage, text))
        };
        let (Some(upgrade), Some(downgrade)) = (function(&source, "upgrade"), function(&source, "downgrade"))
        else {
            return refuse("its functions are not written as `pub fn upgrade(op: &mut Operations) {`");
        };
        let mut rest = source.clone();
        for (all, _) in [upgrade, downgrade] {
            rest = rest.replacen(all, "", 1);
        }
        let mut imports = Vec::new();
        let mut in_revision = false;
        for line in rest.lines() {
            in_revision |= line.starts_with("pub const REVISION");
            let own = line.starts_with("//") || line.trim().is_empty() || line.ends_with("::prelude::*;");
            if in_revision {
                in_revision = !line.ends_with(';');
            } else if line.starts_with("use ") && !own {
                imports.push(line.to_owned());
            } else if !own {
                return refuse(&format!(
                    "it holds more than its two functions (`{line}`); move that into them, or squash by hand"
                ));
            }
        }
        let body = |body: &str| if body.trim() == "let _ = op;" { String::new() } else { body.to_owned() };
        Ok(Text { imports, upgrade: body(upgrade.1), downgrade: body(downgrade.1) })
    }
}

/// A function's text, whole, and its body.
fn function<'a>(source: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let head = format!("pub fn {name}(op: &mut Operations) {{\n");
    let from = source.find(&head)?;
    let inside = from + head.len();
    // Functions begin and end at the margin, as a formatter leaves them.
    let end = inside
        + source[inside..]
            .find("\n}\n")
            .map_or_else(|| source[inside..].strip_suffix("\n}").map(str::len), Some)?;
    Some((&source[from..(end + 3).min(source.len())], &source[inside..=end]))
}
