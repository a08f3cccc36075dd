//! `--sql`: what a command would do, as a text for the database's own client. Invariant: no connection is opened, and what is printed runs as
//! it stands, or an error says which revision cannot be printed and why.

use std::collections::BTreeSet;

use rebis_sql::Dialect;
use rebis_sql::schema::Schema;

use super::Migrator;
use crate::dialect::{self, Offline, offline};
use crate::execute::{Way, ends, recorded};
use crate::graph::{Direction, PlanStep};
use crate::{Error, ErrorKind, Graph, Op, Result, history, store};

/// Options of the SQL that is printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SqlOptions {
    /// All steps in one transaction, instead of one each.
    pub single_transaction: bool,
    /// The database that it is for; that of the URL when absent. No server is asked, so a URL that begins with `mysql` means MySQL also
    /// where MariaDB answers.
    pub dialect: Option<Dialect>,
}

/// The text, growing.
struct Text {
    dialect: Dialect,
    out: String,
}

impl Text {
    fn statement(&mut self, sql: &str) {
        self.out.push_str(&dialect::terminated(self.dialect, sql));
        self.out.push_str("\n\n");
    }

    /// What the history gets, where one is kept.
    fn history(&mut self, m: &Migrator, op: &Op) -> Result<()> {
        if !m.no_history {
            let made = offline(self.dialect, std::slice::from_ref(op), &mut Schema::default())?;
            made.statements.iter().for_each(|sql| self.statement(sql));
        }
        Ok(())
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push_str("\n\n");
    }
}

pub(super) fn sql(m: &Migrator, way: Way, range: &str, options: &SqlOptions) -> Result<String> {
    let graph = m.fresh_graph()?;
    let dialect = options.dialect.unwrap_or_else(|| m.engine.dialect());
    let (from, to) = ends_of(&graph, way, range)?;
    let mut text = Text { dialect, out: String::new() };
    tracing::info!(target: "rebis::migrate", "Context impl {}.", dialect::rules(dialect)?.impl_name);
    tracing::info!(target: "rebis::migrate", "Generating static SQL");
    if from.is_empty() && way != Way::Down {
        text.statement(&m.version.create(dialect)?);
    }
    text.history(m, &history::printed_table())?;
    if way == Way::Stamp {
        stamp(&mut text, m, &graph, (&from, &to))?;
        return Ok(text.out);
    }
    let plan = match way {
        Way::Down => graph.downgrade_plan(&to, &from)?,
        _ => graph.upgrade_plan(&to, &from)?,
    };
    let mut known = replayed(m, &graph, &from)?;
    let mut steps = Vec::new();
    for step in &plan {
        let script = m.script_of(&step.id)?;
        let made = offline(dialect, &recorded(script, step.direction, &m.arguments), &mut known)
            .map_err(|e| e.within(&format!("revision {} ({})", step.id, script.file)))?;
        steps.push((step, made));
    }
    if options.single_transaction {
        all_in_one(&mut text, m, &steps)?;
    } else {
        for (step, made) in &steps {
            framed(&mut text, made, |text| one(text, m, step, made))?;
        }
    }
    Ok(text.out)
}

pub(super) fn ensure_version(m: &Migrator, options: &SqlOptions) -> Result<String> {
    let dialect = options.dialect.unwrap_or_else(|| m.engine.dialect());
    let mut text = Text { dialect, out: String::new() };
    text.statement(&m.version.create(dialect)?);
    Ok(text.out)
}

/// `from:to` as the rows to begin with and the target; without `from`, an upgrade and a stamp begin at the base.
fn ends_of(graph: &Graph, way: Way, range: &str) -> Result<(BTreeSet<String>, String)> {
    let Some((from, to)) = range.split_once(':') else {
        return match (way, range) {
            // The default of the command, without a database to count from.
            (Way::Down, "-1") => ends_of(graph, way, "head:-1"),
            (Way::Down, _) => Err(Error::new(
                ErrorKind::Usage,
                format!(
                    "downgrade with --sql requires <fromrev>:<torev>, as in `head:{range}`: no database is asked where it is"
                ),
            )),
            _ => Ok((BTreeSet::new(), range.to_owned())),
        };
    };
    let mut rows = BTreeSet::new();
    for one in from.split_whitespace() {
        rows.extend(graph.resolve(one, &BTreeSet::new())?);
    }
    if way == Way::Down && rows.is_empty() {
        return Err(Error::new(
            ErrorKind::Usage,
            format!("'{range}' begins at the base: there is nothing to take back"),
        ));
    }
    let to = if to.is_empty() { "head" } else { to };
    Ok((rows, to.to_owned()))
}

/// The schema as the scripts up to these revisions leave it.
pub(super) fn replayed(m: &Migrator, graph: &Graph, rows: &BTreeSet<String>) -> Result<Schema> {
    let mut known = Schema::default();
    let target: Vec<&str> = rows.iter().map(String::as_str).collect();
    for step in graph.upgrade_plan(&target.join(" "), &BTreeSet::new())? {
        for op in recorded(m.script_of(&step.id)?, Direction::Upgrade, &m.arguments) {
            // What only its own SQL knows, the operation that needs it says.
            let _ = op.apply(&mut known);
        }
    }
    Ok(known)
}

fn stamp(text: &mut Text, m: &Migrator, graph: &Graph, (from, to): (&BTreeSet<String>, &str)) -> Result<()> {
    let targets: Vec<&str> = to.split_whitespace().collect();
    let after = graph.stamp_plan(&targets, from)?;
    let list =
        |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>().join(", ");
    text.line(&format!("-- Running stamp_revision {} -> {}", list(from, &after), list(&after, from)));
    for sql in m.version.moves(text.dialect, from, &after)? {
        text.statement(&sql);
    }
    for id in after.difference(from) {
        text.history(m, &history::printed(m.script_of(id).ok(), id, "stamp"))?;
    }
    if after.is_subset(from) && after != *from {
        text.history(m, &history::printed(None, "base", "stamp"))?;
    }
    Ok(())
}

/// All steps between one BEGIN and one COMMIT.
fn all_in_one(text: &mut Text, m: &Migrator, steps: &[(&PlanStep, Offline)]) -> Result<()> {
    if let Some((step, _)) = steps.iter().find(|(_, made)| !made.transactional) {
        return Err(crate::execute::not_in_one(text.dialect, &step.id));
    }
    let mut frame = Offline { transactional: true, ..Offline::default() };
    for (_, made) in steps {
        for (all, own) in [(&mut frame.before, &made.before), (&mut frame.after, &made.after)] {
            all.extend(own.iter().filter(|s| !all.contains(s)).cloned().collect::<Vec<_>>());
        }
    }
    framed(text, &frame, |text| steps.iter().try_for_each(|(step, made)| one(text, m, step, made)))
}

fn framed(text: &mut Text, frame: &Offline, body: impl FnOnce(&mut Text) -> Result<()>) -> Result<()> {
    frame.before.iter().for_each(|sql| text.statement(sql));
    if frame.transactional {
        text.line("BEGIN;");
    }
    body(text)?;
    if frame.transactional {
        text.line("COMMIT;");
    }
    frame.after.iter().for_each(|sql| text.statement(sql));
    Ok(())
}

fn one(text: &mut Text, m: &Migrator, step: &PlanStep, made: &Offline) -> Result<()> {
    let message = store::doc(m.script_of(&step.id)?.source);
    let comma = if message.is_empty() { "" } else { ", " };
    let (from, to) = ends(step);
    let way = if step.direction == Direction::Upgrade { "upgrade" } else { "downgrade" };
    text.line(&format!("-- Running {way} {} -> {}{comma}{message}", from.join(", "), to.join(", ")));
    made.statements.iter().for_each(|sql| text.statement(sql));
    for sql in m.version.moves(text.dialect, &step.before, &step.after)? {
        text.statement(&sql);
    }
    text.history(m, &history::printed(m.script_of(&step.id).ok(), &step.id, way))
}
