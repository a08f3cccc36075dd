//! A migration that was begun and not finished: named, and gone on with when that is asked for.
//!
//! **Invariant.** Nothing runs twice: what was applied stays, and a statement whose fate nobody knows is left to the one who looks.

use std::fmt::Write as _;
use std::time::Instant;

use rebis_engine::Connection;

use super::failure::{section, short};
use super::journaled::{self, From};
use super::step::Step;
use super::{Resume, Run, StepDone, Watch, command, ends, recorded, rows};
use crate::graph::Direction;
use crate::journal::{self, Line};
use crate::op::Op;
use crate::{Error, ErrorKind, Result, Script, dialect, store};

/// Finishes what was begun, if anything was.
pub(super) async fn interrupted(
    conn: &mut Connection,
    run: &mut Run<'_>,
    direction: Direction,
) -> Result<Option<StepDone>> {
    let lines = journal::read(conn).await?;
    let Some(last) = lines.last() else { return Ok(None) };
    let script = run.script(&last.revision)?;
    let began = last.direction();
    let ops = recorded(script, began, run.arguments);
    let report =
        Report { script, direction: began, lines: &lines, ops: &ops, database: conn.dialect().name() };
    let how = match run.options.resume {
        Some(Resume::Restart) => {
            journal::clear(conn).await?;
            return Ok(None);
        }
        Some(how) if direction == began => how,
        _ => {
            if nothing_happened(conn, &lines, &ops).await? {
                journal::clear(conn).await?;
                return Ok(None);
            }
            return Err(report.error(""));
        }
    };
    if let Some(changed) = lines.iter().find(|l| ops.get(l.op).is_none_or(|op| op.describe() != l.what)) {
        let now = ops.get(changed.op).map_or_else(|| String::from("nothing"), Op::describe);
        return Err(report.error(&format!(
            "The script was changed where it was applied already: operation {} was «{}» and is «{now}». Put it back.",
            changed.op + 1,
            changed.what
        )));
    }
    let from = from(conn, &lines, &ops, how, &report).await?;
    let current = rows(conn, run).await?;
    let Some(plan) = run.graph.step(&last.revision, began, &current) else { return Ok(None) };
    tracing::info!(
        target: "rebis::migrate",
        "Resuming {} of {}, {} of {} operations are done",
        command(began), last.revision, from.op, ops.len()
    );
    let start = Instant::now();
    let message = store::doc(script.source);
    let step = Step {
        script,
        plan: &plan,
        ops: &ops,
        whole: false,
        options: run.options,
        version: run.version,
        watch: Watch { step: 1, ..run.watch },
    };
    journaled::run(&step, conn, run, from, start).await?;
    run.ensured = true;
    let (from, to) = ends(&plan);
    Ok(Some(StepDone { from, to, message, elapsed: start.elapsed() }))
}

/// Whether the first statement of all was in flight and the database shows that it did nothing.
async fn nothing_happened(conn: &mut Connection, lines: &[Line], ops: &[Op]) -> Result<bool> {
    let [only] = lines else { return Ok(false) };
    if only.done || only.op != 0 {
        return Ok(false);
    }
    Ok(effect(conn, only, ops).await? == Some(false))
}

/// Whether the database shows what the line's operations do.
async fn effect(conn: &mut Connection, line: &Line, ops: &[Op]) -> Result<Option<bool>> {
    match ops.get(line.op + line.ops - 1) {
        Some(last) => dialect::took_effect(conn, last).await,
        None => Ok(None),
    }
}

/// Where to go on.
async fn from(
    conn: &mut Connection,
    lines: &[Line],
    ops: &[Op],
    how: Resume,
    report: &Report<'_>,
) -> Result<From> {
    let Some(last) = lines.last() else { return Ok(From::default()) };
    let mut last = last.clone();
    if !last.done {
        let effect = match how {
            Resume::Skip => Some(true),
            Resume::Repeat => Some(false),
            _ => effect(conn, &last, ops).await?,
        };
        match effect {
            Some(true) => {
                journal::finish(conn, last.seq).await?;
                last.done = true;
            }
            Some(false) => journal::forget(conn, last.seq).await?,
            None => {
                return Err(report.error(
                    "Nobody but you can see whether the statement in flight did its work. If it did: `--resume=skip`; if it did not: \
                     `--resume=repeat`.",
                ));
            }
        }
    }
    let done = |l: &&Line| l.op == last.op && (l.done || l.seq == last.seq && last.done);
    let (op, done) = match last.behind() {
        Some(op) => (op, Vec::new()),
        None => (last.op, lines.iter().filter(done).map(|l| l.sql.clone()).collect()),
    };
    let applied = lines.iter().filter(|l| l.done || l.seq == last.seq && last.done).map(said).collect();
    Ok(From { op, done, seq: last.seq + 1, applied })
}

/// A line in words.
fn said(line: &Line) -> String {
    if line.sql.is_empty() { line.what.clone() } else { short(&line.sql) }
}

/// What is known of the migration.
struct Report<'a> {
    script: &'a Script,
    direction: Direction,
    lines: &'a [Line],
    ops: &'a [Op],
    database: &'static str,
}

impl Report<'_> {
    fn error(&self, why: &str) -> Error {
        let (id, command) = (self.script.revision.id, command(self.direction));
        let message = store::doc(self.script.source);
        let message = if message.is_empty() { message } else { format!(" ({message})") };
        let mut text = format!(
            "{command} of revision {id}{message}, {}, was begun and not finished. {} commits these changes one by one, so a part of the \
             migration is in the database.",
            self.script.file, self.database
        );
        section(&mut text, "Applied", self.lines.iter().filter(|l| l.done).map(said).collect());
        if let Some(line) = self.lines.last().filter(|l| !l.done) {
            section(&mut text, "In flight when it ended, perhaps applied", vec![said(line)]);
        }
        let begun = self.lines.last().map_or(0, |l| l.op + l.ops);
        let rest = self.ops.get(begun..).unwrap_or_default();
        section(&mut text, "Not run", rest.iter().map(Op::describe).collect());
        if !why.is_empty() {
            let _ = write!(text, "\n{why}");
        }
        let _ = write!(
            text,
            "\n`db {command} --resume` goes on behind what was applied. {}",
            super::failure::by_hand(self.script, self.direction)
        );
        Error::new(ErrorKind::State, text)
    }
}
