//! A document's steps. Invariant: each `console` block is either run or says why not; a comment that cannot be understood is an error.

use std::ops::Range;

use super::edit::{Change, Kind};
use crate::Backend;

/// What the document does.
#[derive(Debug)]
pub(super) enum Step {
    /// Types a command.
    Type(Typed),
    /// Changes a file.
    Change(Change),
}

/// A command and what the document shows below it.
#[derive(Debug)]
pub(super) struct Typed {
    /// Its line, from 1.
    pub(super) line: usize,
    pub(super) command: String,
    pub(super) output: Vec<String>,
    /// The document's lines that hold the output, from 0.
    pub(super) lines: Range<usize>,
    /// Whether `^C` stands below it.
    pub(super) interrupted: bool,
}

/// What the comment before a block says.
#[derive(Debug, Default)]
struct Order {
    skip: bool,
    mark: Option<String>,
    change: Option<(Kind, String)>,
}

/// The steps of a document on one database.
pub(super) fn steps(text: &str, backend: Backend, mark: Option<&str>) -> Result<Vec<Step>, String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut steps = Vec::new();
    let mut order = Order::default();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at].trim();
        if let Some(comment) = line.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->")) {
            read(comment.trim(), backend, &mut order).map_err(|e| format!("line {}: {e}", at + 1))?;
        } else if let Some(language) = line.strip_prefix("```") {
            let fence = line.len() - line.trim_start_matches('`').len();
            let end = (at + 1..lines.len())
                .find(|&i| lines[i].trim() == "`".repeat(fence))
                .ok_or_else(|| format!("line {}: the block does not end", at + 1))?;
            let mut order = std::mem::take(&mut order);
            order.skip |= order.mark.as_deref() != mark;
            match order.change {
                Some((kind, path)) if !order.skip => {
                    let text = lines[at + 1..end].join("\n") + "\n";
                    steps.push(Step::Change(Change { line: at + 1, kind, path, text }));
                }
                None if !order.skip && language.trim_start_matches('`').trim() == "console" => {
                    console(&lines, at + 1..end, &mut steps)?;
                }
                _ => {}
            }
            at = end;
        } else if !line.is_empty() {
            order = Order::default();
        }
        at += 1;
    }
    Ok(steps)
}

fn read(comment: &str, backend: Backend, order: &mut Order) -> Result<(), String> {
    let (word, rest) = comment.split_once(' ').unwrap_or((comment, ""));
    match word {
        "on" => {
            let name = match backend {
                Backend::Sqlite => "sqlite",
                Backend::Postgres => "postgres",
                Backend::MySql => "mysql",
            };
            order.skip |= !rest.split([',', ' ']).any(|word| word == name);
        }
        "marked" => order.mark = Some(rest.to_owned()),
        "not" if rest.starts_with("run: ") => order.skip = true,
        "write" => order.change = Some((Kind::Write, rest.to_owned())),
        "append" => order.change = Some((Kind::Append, rest.to_owned())),
        "edit" => order.change = Some((Kind::Edit, rest.to_owned())),
        _ if comment.starts_with("cmdrun") || word.is_empty() => {}
        _ => {
            return Err(format!(
                "`<!-- {comment} -->` is no order: on, marked, not run:, write, append, edit"
            ));
        }
    }
    Ok(())
}

fn console(lines: &[&str], block: Range<usize>, steps: &mut Vec<Step>) -> Result<(), String> {
    let mut at = block.start;
    while at < block.end {
        let line = at + 1;
        let Some(first) = lines[at].trim_start().strip_prefix("$ ") else {
            return Err(format!("line {line}: output without a command"));
        };
        let mut command = first.to_owned();
        at += 1;
        while command.ends_with('\\') && at < block.end {
            command.push('\n');
            command.push_str(lines[at]);
            at += 1;
        }
        let start = at;
        while at < block.end && !lines[at].trim_start().starts_with("$ ") {
            at += 1;
        }
        let mut output: Vec<String> = lines[start..at].iter().map(|l| l.trim_end().to_owned()).collect();
        while output.last().is_some_and(String::is_empty) {
            output.pop();
        }
        let interrupted = output.last().is_some_and(|l| l == "^C");
        if interrupted {
            output.pop();
        }
        let shown = start..start + output.len();
        steps.push(Step::Type(Typed {
            line,
            command: command.trim().to_owned(),
            output,
            lines: shown,
            interrupted,
        }));
    }
    Ok(())
}
