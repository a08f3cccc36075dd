//! A whole script. Invariant: its heading holds what `history` and `show` print; its text depends on its input only.

use chrono::{DateTime, FixedOffset};

use super::layout::{SHORT, block, comment};
use super::op;
use crate::diff::Noted;
use crate::{Op, Result};

/// What a script is made of.
pub(crate) struct NewScript<'a> {
    pub(crate) message: &'a str,
    pub(crate) id: &'a str,
    pub(crate) down: &'a [String],
    pub(crate) labels: &'a [String],
    pub(crate) depends_on: &'a [String],
    pub(crate) created: DateTime<FixedOffset>,
    /// The path of this crate in the program.
    pub(crate) krate: &'a str,
    pub(crate) upgrade: &'a [Noted],
    pub(crate) downgrade: &'a [Op],
}

/// The script's source.
pub(crate) fn script(new: &NewScript<'_>) -> Result<String> {
    let upgrade: Vec<(&Op, &[String])> = new.upgrade.iter().map(|n| (&n.op, &n.notes[..])).collect();
    Ok(assemble(new, &[], &[], [body(&upgrade)?, operations(new.downgrade)?]))
}

/// The source of a script that stands for several: its bodies are given, with the imports that they need and the ids that it replaces.
pub(crate) fn squashed(
    new: &NewScript<'_>,
    imports: &[String],
    replaces: &[String],
    bodies: [String; 2],
) -> String {
    let empty = |body: String| if body.trim().is_empty() { String::from("    let _ = op;\n") } else { body };
    assemble(new, imports, replaces, bodies.map(empty))
}

/// Operations as the body of a function.
pub(crate) fn operations(ops: &[Op]) -> Result<String> {
    let plain: Vec<(&Op, &[String])> = ops.iter().map(|op| (op, &[][..])).collect();
    body(&plain)
}

fn assemble(new: &NewScript<'_>, imports: &[String], replaces: &[String], bodies: [String; 2]) -> String {
    let message = if new.message.trim().is_empty() { "empty message" } else { new.message.trim() };
    let mut out = String::new();
    let revises = format!("Revises: {}", new.down.join(", "));
    let heading = [
        message,
        "",
        &format!("Revision ID: {}", new.id),
        &revises,
        &format!(
            "Create Date: {}",
            new.created.format("%Y-%m-%d %H:%M:%S %Z").to_string().replace("+00:00", "UTC")
        ),
    ];
    for line in
        heading.iter().flat_map(|part| if part.is_empty() { vec![""] } else { part.lines().collect() })
    {
        // A lone carriage return is no Rust.
        out.push_str(format!("//! {}", line.replace('\r', " ")).trim_end());
        out.push('\n');
    }
    out.push_str(&format!("\nuse {}::prelude::*;\n", new.krate));
    imports.iter().for_each(|import| out.push_str(&format!("{import}\n")));
    out.push('\n');
    out.push_str(&revision(new, replaces));
    for (name, body) in ["upgrade", "downgrade"].into_iter().zip(bodies) {
        out.push_str(&format!("\npub fn {name}(op: &mut Operations) {{\n{body}}}\n"));
    }
    out
}

fn revision(new: &NewScript<'_>, replaces: &[String]) -> String {
    let link = |method: &str, names: &[String]| {
        let names: Vec<String> = names.iter().map(|n| format!("{n:?}")).collect();
        format!(".{method}(&[{}])", names.join(", "))
    };
    let declared = "pub const REVISION: Revision =";
    let (who, down) = (format!("revision({:?})", new.id), link("down", new.down));
    let more: Vec<String> = [("labels", new.labels), ("depends_on", new.depends_on), ("replaces", replaces)]
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(method, names)| link(method, names))
        .collect();
    if !more.is_empty() {
        let links = [vec![down], more].concat();
        let line = format!("{who}{}", links.concat());
        return if line.len() <= SHORT {
            format!("{declared} {line};\n")
        } else {
            let links: Vec<String> = links.iter().map(|l| broken(l)).collect();
            format!("{declared} {who}\n    {};\n", links.join("\n    "))
        };
    }
    let down = format!("{down};");
    let value = who.len() + down.len();
    if declared.len() + 1 + value <= 100 {
        format!("{declared} {who}{down}\n")
    } else if 4 + value <= 100 {
        format!("{declared}\n    {who}{down}\n")
    } else if declared.len() + 1 + who.len() < 100 {
        format!("{declared} {who}\n    {down}\n")
    } else {
        format!("{declared}\n    {who}\n        {down}\n")
    }
}

/// A link of a chain over several lines: a list of names that is too long has a line for each, one name stays where it is.
fn broken(link: &str) -> String {
    match link.split_once("(&[").map(|(method, rest)| (method, rest.trim_end_matches("])"))) {
        Some((method, names)) if names.chars().count() > SHORT && names.contains(", ") => {
            format!("{method}(&[\n        {},\n    ])", names.replace(", ", ",\n        "))
        }
        _ => link.to_owned(),
    }
}

fn body(ops: &[(&Op, &[String])]) -> Result<String> {
    if ops.is_empty() {
        return Ok(String::from("    let _ = op;\n"));
    }
    let schema_of = |op: &Op| op.table().and_then(|(schema, _)| schema.map(str::to_owned));
    let mut out = String::new();
    let mut rest = ops;
    while let Some((first, _)) = rest.first() {
        let schema = schema_of(first);
        let count = rest.iter().take_while(|(op, _)| schema_of(op) == schema).count();
        let (same, after) = rest.split_at(count);
        out.push_str(&match schema {
            Some(schema) => block("in_schema", &schema, "op", 4, |indent| statements(same, indent))?,
            None => statements(same, 4)?,
        });
        rest = after;
    }
    Ok(out)
}

fn statements(ops: &[(&Op, &[String])], indent: usize) -> Result<String> {
    let mut text = String::new();
    for (op, notes) in ops {
        for note in *notes {
            text.push_str(&comment(note, indent));
        }
        text.push_str(&op::render(op, indent)?);
    }
    Ok(text)
}
