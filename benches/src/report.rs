//! Tables in Markdown. Invariant: a ratio is to the first contestant, the raw driver, of the same size in the same run.

use std::fmt::Write as _;

use crate::fixture::Backend;
use crate::measure::Column;
use crate::work::Workload;

pub fn table(backend: Backend, workload: Workload, columns: &[Column]) -> String {
    let mut out =
        format!("## {}: {}\n\nµs (× the raw driver)\n\n| library |", backend.title(), workload.title());
    for column in columns {
        let _ = write!(out, " {} |", column.size);
    }
    out.push_str("\n|---|");
    out.push_str(&"---|".repeat(columns.len()));
    out.push('\n');
    let names = columns.first().map_or(&[][..], |c| &c.cells[..]).iter().map(|(name, _)| name);
    for (row, name) in names.enumerate() {
        let cells: Vec<Option<(f64, f64)>> = columns
            .iter()
            .map(|c| c.cells[row].1.map(|micros| (micros, micros / c.cells[0].1.unwrap_or(f64::NAN))))
            .collect();
        if cells.iter().all(Option::is_none) {
            continue;
        }
        let _ = write!(out, "| {name} |");
        for cell in cells {
            match cell {
                Some((micros, ratio)) => {
                    let digits = if micros < 100.0 { 1 } else { 0 };
                    let _ = write!(out, " {micros:.digits$} (×{ratio:.2}) |");
                }
                None => out.push_str(" – |"),
            }
        }
        out.push('\n');
    }
    out
}
