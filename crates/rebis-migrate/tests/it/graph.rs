//! Graphs, identifiers, ranges and plans, as recorded from Alembic (`tests/data/graph.txt`).
//!
//! **Invariant.** Every line of the data is run; where ours differs on purpose, the line holds our answer and says why after `##`.

use std::collections::BTreeSet;

use rebis_migrate::graph::{Graph, Node};

type Rows = BTreeSet<String>;

fn words(text: &str) -> Vec<String> {
    text.split([' ', ',']).filter(|w| !w.is_empty() && *w != "()").map(str::to_owned).collect()
}

fn node(text: &str) -> Node {
    let part = |mark: char| {
        let from = text.find(mark)? + 1;
        let rest = &text[from..];
        Some(words(rest.split(['<', '+', '~']).next().unwrap()))
    };
    Node {
        id: text.split(['<', '+', '~']).next().unwrap().to_owned(),
        down: part('<').unwrap_or_default(),
        depends_on: part('+').unwrap_or_default(),
        labels: part('~').unwrap_or_default(),
    }
}

fn set(words: &[String]) -> Rows {
    words.iter().cloned().collect()
}

fn show(ids: impl IntoIterator<Item = String>) -> String {
    let ids: Vec<String> = ids.into_iter().collect();
    if ids.is_empty() { String::from("()") } else { ids.join(" ") }
}

/// The answer in the data's words; a set is sorted.
fn answer(graph: &Graph, kind: &str, asked: &str) -> Result<String, rebis_migrate::Error> {
    let none = Rows::new();
    match kind {
        "one" => return Ok(show(graph.resolve_one(asked, &none)?)),
        "many" => return Ok(show(graph.resolve(asked, &none)?)),
        "range" => return range(graph, asked),
        _ => {}
    }
    let (target, rows) = asked.split_once(" | ").unwrap();
    let target = if target == "()" { "base" } else { target };
    let rows = set(&words(rows));
    let plan = match kind {
        "stamp" => {
            let targets: Vec<&str> = target.split(' ').collect();
            return Ok(show(graph.stamp_plan(&targets, &rows)?));
        }
        "up" => graph.upgrade_plan(target, &rows)?,
        "down" => graph.downgrade_plan(target, &rows)?,
        other => panic!("no kind {other}"),
    };
    let after = plan.last().map_or(rows, |s| s.after.clone());
    Ok(format!("{} ; {}", show(plan.into_iter().map(|s| s.id)), show(after)))
}

fn range(graph: &Graph, asked: &str) -> Result<String, rebis_migrate::Error> {
    let (lower, upper) = asked.split_once(" : ").unwrap();
    let (upper, flags) = upper.split_at(upper.find(" i").unwrap_or(upper.len()));
    let (lower, upper) = (words(lower), words(upper));
    if flags.contains("implicit") {
        let plan = graph.upgrade_plan(&upper.join(" "), &set(&lower))?;
        return Ok(show(plan.into_iter().rev().map(|s| s.id)));
    }
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
    Ok(show(graph.range(&lower, &upper, flags.contains("inclusive"), &Rows::new())?))
}

#[test]
fn every_recorded_fact_holds() {
    let mut graph = Graph::default();
    let (mut ran, mut wrong) = (0, Vec::new());
    let data = include_str!("../data/graph.txt");
    for line in data.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        if let Some(nodes) = line.strip_prefix("graph") {
            graph = Graph::new(nodes.split(' ').filter(|n| !n.is_empty()).map(node)).unwrap();
            continue;
        }
        let fact = line.split(" ## ").next().unwrap();
        let (asked, expected) = fact.split_once(" -> ").unwrap();
        let (kind, asked) = asked.split_once(' ').unwrap();
        ran += 1;
        let right = match (answer(&graph, kind, asked), expected.strip_prefix("! ")) {
            (Err(e), Some(text)) => e.to_string().starts_with(text),
            (Ok(found), None) => {
                let sorted = |text: &str| set(&words(text));
                let unordered = matches!(kind, "one" | "many" | "stamp");
                // The rows after the `;` are a set.
                match (found.split_once(" ; "), expected.split_once(" ; ")) {
                    (Some(a), Some(b)) => a.0 == b.0 && sorted(a.1) == sorted(b.1),
                    (Some((steps, _)), None) => steps == expected,
                    _ if unordered => sorted(&found) == sorted(expected),
                    _ => found == expected,
                }
            }
            _ => false,
        };
        if !right {
            let got = answer(&graph, kind, asked).unwrap_or_else(|e| format!("! {e}"));
            wrong.push(format!("{fact}\n    ours: {got}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {ran} facts do not hold:\n{}", wrong.len(), wrong.join("\n"));
    assert!(ran > 500, "{ran}");
}
