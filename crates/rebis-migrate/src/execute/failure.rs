//! The error of a migration that failed. Invariant: it names revision, file, operation and SQL, what of it is in the database, and how to go on.

use std::fmt::Write as _;

use crate::graph::{Direction, PlanStep};
use crate::op::Op;
use crate::{Error, ErrorKind, Script, store};

/// Where it failed.
pub(super) enum Place {
    /// At operations, counted from 0; `sql` is the statement, when it came to one.
    Op { at: usize, ops: usize, sql: Option<String> },
    /// When what the migration made was checked.
    Check,
    /// When the version table was read or written.
    VersionTable,
    /// At the end.
    Commit,
}

/// What is known of the migration.
pub(super) struct Failure<'a> {
    pub(super) script: &'a Script,
    pub(super) plan: &'a PlanStep,
    pub(super) ops: &'a [Op],
    /// Everything was rolled back.
    pub(super) undone: bool,
    pub(super) database: &'static str,
    pub(super) applied: &'a [String],
    pub(super) not_run: &'a [Op],
}

impl Failure<'_> {
    pub(super) fn error(&self, place: Place, cause: Error) -> Error {
        let command = match self.plan.direction {
            Direction::Upgrade => "upgrade",
            Direction::Downgrade => "downgrade",
        };
        let message = store::doc(self.script.source);
        let message = if message.is_empty() { message } else { format!(" ({message})") };
        let mut text =
            format!("{command} of revision {}{message}, {}, failed at ", self.plan.id, self.script.file);
        let partial = self.may_be_partial(&place);
        let failed_sql = match place {
            Place::Op { at, ops, sql } => {
                let all = &self.ops[at..(at + ops).min(self.ops.len())];
                let named: Vec<String> = all.iter().map(Op::describe).collect();
                let _ = write!(text, "operation {} of {}: {}", at + 1, self.ops.len(), named.join(" + "));
                sql
            }
            Place::Check => {
                text.push_str("the check before COMMIT");
                None
            }
            Place::VersionTable => {
                text.push_str("the version table");
                None
            }
            Place::Commit => {
                text.push_str("COMMIT");
                None
            }
        };
        // The user knows no table of that name; it is the one in the making.
        let _ = write!(text, "\n  {}", cause.to_string().replace("_rebis_tmp_", ""));
        if let Some(sql) = &failed_sql {
            let _ = write!(text, "\n  SQL: {}", short(sql));
        }
        if self.undone {
            let _ = write!(
                text,
                "\nNothing of this migration remains. Correct the script or the data, then run `db {command}` again."
            );
        } else if self.applied.is_empty() && !partial {
            let _ = write!(
                text,
                "\nNothing of this migration was applied. Correct the script or the data, then run `db {command}` again."
            );
        } else {
            self.list(&mut text, command, failed_sql.as_deref(), partial);
        }
        Error::new(ErrorKind::Migration, text).caused_by(cause)
    }

    /// A single statement is whole or not at all everywhere; several in one text are not, and code may hold what commits.
    fn may_be_partial(&self, place: &Place) -> bool {
        let Place::Op { at, sql, .. } = place else { return false };
        matches!(self.ops.get(*at), Some(Op::Run(_))) || sql.as_deref().is_some_and(is_several)
    }

    fn list(&self, text: &mut String, command: &str, failed: Option<&str>, partial: bool) {
        let before = self.plan.before.iter().cloned().collect::<Vec<_>>().join(", ");
        let _ = write!(
            text,
            "\n{} commits these changes one by one, so a part of the migration may be in the database.",
            self.database
        );
        section(text, "Applied", self.applied.iter().map(|s| short(s)).collect());
        if let Some(sql) = failed {
            let heading = if partial { "Failed, perhaps after a part of it" } else { "Failed" };
            section(text, heading, vec![short(sql)]);
        }
        section(text, "Not run", self.not_run.iter().map(Op::describe).collect());
        let at = if before.is_empty() { String::from("no revision") } else { before };
        let _ = write!(
            text,
            "\nThe version table still says {at}. Correct the cause, then `db {command} --resume` goes on behind what was applied. {}",
            by_hand(self.script, self.plan.direction)
        );
    }
}

/// What else can be done about a migration that is in the database by half.
pub(super) fn by_hand(script: &Script, direction: Direction) -> String {
    let down = script.revision.down;
    let (command, stamp) = match direction {
        Direction::Upgrade => ("upgrade", script.revision.id.to_owned()),
        Direction::Downgrade if down.is_empty() => ("downgrade", String::from("base")),
        Direction::Downgrade => ("downgrade", down.join(" ")),
    };
    format!(
        "Or undo by hand what was applied and run `db {command} --resume=restart`; or do the rest by hand and run `db stamp {stamp}`."
    )
}

/// A list under a heading.
pub(super) fn section(text: &mut String, heading: &str, lines: Vec<String>) {
    let _ = write!(text, "\n{heading}:");
    if lines.is_empty() {
        text.push_str(" nothing");
    }
    for line in lines {
        let _ = write!(text, "\n  - {}", line.replace('\n', "\n    "));
    }
}

/// Whether a text may hold several statements, of which some may be applied when it fails.
pub(super) fn is_several(sql: &str) -> bool {
    sql.trim_end_matches([';', ' ', '\n']).contains(';')
}

/// A statement, cut when rows make it long.
pub(super) fn short(sql: &str) -> String {
    const MOST: usize = 2000;
    match sql.char_indices().nth(MOST) {
        Some((cut, _)) => format!("{} … ({} more bytes)", &sql[..cut], sql.len() - cut),
        None => sql.to_owned(),
    }
}
