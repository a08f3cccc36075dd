//! Revision graphs: identifiers, ranges and plans.

use std::collections::BTreeSet;

use rebis_migrate::graph::{Graph, Node};
use serde_json::Value;

use crate::Outcome;
use crate::row::{strings, text};

/// A text, several, or none.
fn many(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        Value::Array(_) => strings(value),
        _ => Vec::new(),
    }
}

fn graph(row: &Value) -> Result<Graph, String> {
    let revisions = row["topology"]["revisions"].as_array().into_iter().flatten();
    let nodes = revisions.map(|r| Node {
        id: text(r, "rev").to_owned(),
        down: many(&r["down"]),
        depends_on: many(&r["deps"]),
        labels: many(&r["labels"]),
    });
    Graph::new(nodes).map_err(|e| e.to_string())
}

pub(crate) fn case(kind: &str, row: &Value) -> Outcome {
    let _ = kind;
    let recorded_error = row["error"].is_string();
    match graph(row) {
        Err(_) if recorded_error => Outcome::Passed,
        Err(e) => Outcome::Failed(e),
        Ok(graph) => match kind {
            "plan" => plan(&graph, row),
            "iterate" => iterate(&graph, row),
            _ => lookup(&graph, row),
        },
    }
}

fn set(value: &Value) -> BTreeSet<String> {
    many(value).into_iter().collect()
}

/// Compares an answer with the recorded one, or an error with an error.
fn same<T: PartialEq + std::fmt::Debug>(
    row: &Value,
    ours: Result<T, rebis_migrate::Error>,
    wanted: T,
) -> Outcome {
    match (row["error"].as_str(), ours) {
        (Some(_), Err(_)) => Outcome::Passed,
        (Some(error), Ok(ours)) => {
            Outcome::Failed(format!("recorded {error}: {}\nours     {ours:?}", text(row, "message")))
        }
        (None, Err(e)) => Outcome::Failed(format!("recorded {wanted:?}\nours     {e}")),
        (None, Ok(ours)) if ours == wanted => Outcome::Passed,
        (None, Ok(ours)) => Outcome::Failed(format!("recorded {wanted:?}\nours     {ours:?}")),
    }
}

fn lookup(graph: &Graph, row: &Value) -> Outcome {
    let none = BTreeSet::new();
    let asked = many(&row["arg"]);
    if asked.is_empty() {
        return Outcome::NotApplicable("no identifier: Python's None");
    }
    let wanted = set(&row["result"]);
    let mut ours = BTreeSet::new();
    for identifier in &asked {
        let found = match text(row, "fn") {
            "get_revision" => graph.resolve_one(identifier, &none).map(|r| r.into_iter().collect()),
            _ => graph.resolve(identifier, &none),
        };
        match found {
            Ok(found) => ours.extend(found),
            Err(e) => return same(row, Err::<BTreeSet<String>, _>(e), wanted),
        }
    }
    same(row, Ok(ours), wanted)
}

fn iterate(graph: &Graph, row: &Value) -> Outcome {
    let arguments = &row["args"];
    if arguments["implicit_base"] == Value::Bool(true) || arguments["downgrade"] == Value::Bool(true) {
        return Outcome::NotApplicable("the planner's own helper: its plans are asked for as plans");
    }
    let (lower, upper) = (many(&arguments["lower"]), many(&arguments["upper"]));
    if lower.len() > 1 {
        return Outcome::NotApplicable("a range that begins at several revisions, which no command takes");
    }
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
    let inclusive = arguments["inclusive"] == Value::Bool(true);
    let ours = graph.range(&lower, &upper, inclusive, &BTreeSet::new());
    let wanted = strings(&row["result"]);
    // Siblings come in the order of a set there.
    let sorted = |mut all: Vec<String>| {
        all.sort();
        all
    };
    same(row, ours.map(sorted), sorted(wanted))
}

fn plan(graph: &Graph, row: &Value) -> Outcome {
    let targets = many(&row["dest"]);
    let mut current = set(&row["current"]);
    current.remove("base");
    let steps = row["steps"].as_array().into_iter().flatten().map(|s| step_id(text(s, "step")));
    let mut wanted = (steps.collect::<Vec<_>>(), set(&row["final_heads"]));
    wanted.0.sort();
    wanted.1.remove("base");
    let mut targets: Vec<&str> = targets.iter().map(String::as_str).collect();
    if targets.is_empty() {
        targets.push("base");
    }
    if text(row, "fn") == "_stamp_revs" {
        let after = graph.stamp_plan(&targets, &current);
        if let Ok(ours) = &after {
            let implied = graph.ancestors(ours.iter().map(String::as_str));
            let left_out: Vec<&String> = wanted.1.difference(ours).collect();
            if ours.is_subset(&wanted.1)
                && !left_out.is_empty()
                && left_out.iter().all(|id| implied.contains(*id))
            {
                return Outcome::Better("a row that another row implies is not kept");
            }
        }
        return same(row, after, wanted.1);
    }
    let up = text(row, "fn") == "_upgrade_revs";
    if !up && current.len() > 1 && targets == ["-1"] && row["error"].is_null() {
        return match graph.downgrade_plan("-1", &current) {
            Err(e) if e.to_string().starts_with("Ambiguous") => {
                Outcome::Better("a step down from several heads asks which, instead of taking the first row")
            }
            other => Outcome::Failed(format!("{other:?}")),
        };
    }
    let (mut steps, mut rows) = (Vec::new(), current);
    for target in targets {
        let plan = if up { graph.upgrade_plan(target, &rows) } else { graph.downgrade_plan(target, &rows) };
        match plan {
            Ok(plan) => {
                rows = plan.last().map_or(rows, |s| s.after.clone());
                steps.extend(plan.into_iter().map(|s| s.id));
            }
            Err(e) => return same(row, Err(e), wanted),
        }
    }
    steps.sort();
    same(row, Ok((steps, rows)), wanted)
}

/// `upgrade a, b -> c` is c's; `downgrade c -> a` too.
fn step_id(text: &str) -> String {
    let (left, right) = text.split_once(" -> ").unwrap_or((text, ""));
    match left.strip_prefix("downgrade ") {
        Some(id) => id.trim().to_owned(),
        None => right.trim().to_owned(),
    }
}
