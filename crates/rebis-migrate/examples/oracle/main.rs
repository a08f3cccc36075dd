//! `cargo xtask oracle DIR`: runs every case of a folder that was recorded from Alembic, and says of each file how many pass.
//!
//! **Invariant.** A case passes, is better than what was recorded (for a reason that has a name), does not apply (for a reason that has a
//! name), or has failed; there is no fifth way. Reasons are rules over what a row says, never a list of rows.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a program of the workshop, whose output this is"
)]

mod autogen;
mod graph;
mod ops;
mod opsql;
mod python;
mod render;
mod row;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;

/// What became of a case.
#[derive(Debug, PartialEq)]
enum Outcome {
    Passed,
    /// Ours differs on purpose.
    Better(&'static str),
    NotApplicable(&'static str),
    Failed(String),
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (Some(folder), only) = (arguments.first(), arguments.get(1)) else {
        eprintln!("oracle DIR [part of a test's name]");
        return ExitCode::from(2);
    };
    let mut files: Vec<_> = match std::fs::read_dir(folder) {
        Ok(entries) => entries.flatten().map(|e| e.path()).collect(),
        Err(e) => {
            eprintln!("cannot read the folder {folder}: {e}");
            return ExitCode::from(2);
        }
    };
    files.retain(|f| f.extension().is_some_and(|e| e == "jsonl"));
    files.sort();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let failed: usize = files.iter().map(|file| runtime.block_on(run(file, only.map(String::as_str)))).sum();
    if files.is_empty() {
        eprintln!("the folder {folder} holds no .jsonl file");
        return ExitCode::from(2);
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs a file and prints what became of it; gives the number of failures.
async fn run(file: &Path, only: Option<&str>) -> usize {
    let kind = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let mut counted: BTreeMap<(u8, &'static str), usize> = BTreeMap::new();
    let mut failures = Vec::new();
    let mut autogen = autogen::Databases::default();
    for (number, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let row: Value = match serde_json::from_str(line) {
            Ok(row) => row,
            Err(e) => {
                failures.push(format!("line {}: no JSON: {e}", number + 1));
                continue;
            }
        };
        let test = row::text(&row, "test");
        if only.is_some_and(|part| !test.contains(part)) {
            continue;
        }
        let outcome = match kind.as_str() {
            "plan" | "iterate" | "lookup" => graph::case(&kind, &row),
            "opsql" => opsql::case(&row),
            "render" => render::case(&row),
            kind if kind.starts_with("autogen") => autogen.case(&row).await,
            _ => Outcome::NotApplicable("a file of no known kind"),
        };
        let at = match outcome {
            Outcome::Passed => (0, ""),
            Outcome::Better(reason) => (1, reason),
            Outcome::NotApplicable(reason) => (2, reason),
            Outcome::Failed(why) => {
                failures.push(format!(
                    "line {}: {test}\n      {}",
                    number + 1,
                    why.replace('\n', "\n      ")
                ));
                continue;
            }
        };
        *counted.entry(at).or_default() += 1;
    }
    let sum = |kind: u8| counted.iter().filter(|((k, _), _)| *k == kind).map(|(_, n)| n).sum::<usize>();
    println!(
        "{kind}: {} passed, {} better, {} not applicable, {} failed",
        sum(0),
        sum(1),
        sum(2),
        failures.len()
    );
    for ((kind, reason), n) in counted.iter().filter(|((kind, _), _)| *kind > 0) {
        println!("  {} {n}: {reason}", if *kind == 1 { "better" } else { "not applicable" });
    }
    for failure in &failures {
        println!("  FAILED {failure}");
    }
    failures.len()
}
