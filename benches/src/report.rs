//! Tables in Markdown. Invariant: a ratio is to the first contestant, the raw driver, of the same size in the same run.

use std::fmt::Write as _;

use crate::fixture::Backend;
use crate::measure::{Cell, Column};
use crate::target;
use crate::work::Workload;

pub fn table(backend: Backend, workload: Workload, columns: &[Column]) -> String {
    let mut out = format!(
        "## {}: {}\n\nµs: median (× the raw driver) · fastest round (× the raw driver)\n\n| library |",
        backend.title(),
        workload.title()
    );
    for column in columns {
        let _ = write!(out, " {} |", column.size);
    }
    out.push_str("\n|---|");
    out.push_str(&"---|".repeat(columns.len()));
    out.push('\n');
    let names = columns.first().map_or(&[][..], |c| &c.cells[..]).iter().map(|(name, _)| name);
    for (row, name) in names.enumerate() {
        let cells: Vec<Option<String>> =
            columns.iter().map(|c| Some(shown(c.cells[row].1?, c.cells[0].1?))).collect();
        if cells.iter().all(Option::is_none) {
            continue;
        }
        let _ = write!(out, "| {name} |");
        for cell in cells {
            let _ = write!(out, " {} |", cell.as_deref().unwrap_or("–"));
        }
        out.push('\n');
    }
    let asked = target::lines(backend, workload, columns);
    if !asked.is_empty() {
        out.push('\n');
        out.push_str(&asked);
    }
    out
}

fn shown(cell: Cell, raw: Cell) -> String {
    format!(
        "{} (×{:.2}) · {} (×{:.2})",
        micros(cell.median),
        cell.median / raw.median,
        micros(cell.best),
        cell.best / raw.best
    )
}

fn micros(value: f64) -> String {
    let digits = if value < 100.0 { 1 } else { 0 };
    format!("{value:.digits$}")
}
