//! The numbers that were asked for. Invariant: each stands here once, and each table says of its own whether it was met.

use std::fmt::Write as _;

use crate::fixture::Backend::{self, MySql, Postgres, Sqlite};
use crate::measure::{Cell, Column};
use crate::work::Workload;

/// What is asked of a median.
#[derive(Clone, Copy)]
enum Asked {
    /// At most so many times the raw driver's.
    Ratio(f64),
    /// At least so many a second.
    PerSecond(f64),
    /// So many times as fast as that library.
    Faster(f64, &'static str),
}

use Asked::{Faster, PerSecond, Ratio};

const PLAIN: &str = "Rebis, plain";
const SESSION: &str = "Rebis, session";
const PEERS: &str = "Rebis, session, peers";
const PYTHON: &str = "SQLAlchemy";

const ALL: &[(Backend, Workload, usize, &str, Asked)] = &[
    (Sqlite, Workload::Load, 10_000, PLAIN, Ratio(1.0)),
    (Sqlite, Workload::Load, 10_000, SESSION, Ratio(1.5)),
    (Sqlite, Workload::Load, 10_000, SESSION, Faster(25.0, PYTHON)),
    (Sqlite, Workload::Get, 10_000, PLAIN, Ratio(1.15)),
    (Sqlite, Workload::Get, 10_000, SESSION, Faster(40.0, PYTHON)),
    (Sqlite, Workload::InsertKeys, 100, SESSION, Ratio(1.3)),
    (Sqlite, Workload::InsertKeys, 1_000, SESSION, Faster(50.0, PYTHON)),
    (Sqlite, Workload::Relations, 1_000, PEERS, Ratio(1.6)),
    (Sqlite, Workload::Hit, 10_000, SESSION, Faster(10.0, PYTHON)),
    (Postgres, Workload::Load, 10_000, PLAIN, Ratio(0.95)),
    (Postgres, Workload::Get, 10_000, PLAIN, Ratio(1.1)),
    (Postgres, Workload::InsertKeys, 1_000, SESSION, Ratio(1.1)),
    (Postgres, Workload::Concurrent, 10_000, PLAIN, PerSecond(100_000.0)),
    (Postgres, Workload::Concurrent, 10_000, SESSION, PerSecond(60_000.0)),
    (MySql, Workload::Get, 10_000, PLAIN, Ratio(1.25)),
];

/// A line for each number that was asked for of these columns.
pub fn lines(backend: Backend, workload: Workload, columns: &[Column]) -> String {
    let mut out = String::new();
    for &(_, _, size, library, asked) in ALL.iter().filter(|(b, w, ..)| (*b, *w) == (backend, workload)) {
        let Some(column) = columns.iter().find(|column| column.size == size) else { continue };
        let cell = |name: &str| -> Option<Cell> { column.cells.iter().find(|(n, _)| n == name)?.1 };
        let Some(ours) = cell(library) else { continue };
        let (text, met) = match asked {
            Ratio(most) => {
                let Some(raw) = column.cells.first().and_then(|(_, cell)| *cell) else { continue };
                let (ratio, best) = (ours.median / raw.median, ours.best / raw.best);
                // Both, so that a disturbed raw driver makes nobody fast; as they are printed, since the third digit is noise.
                let met = ratio.max(best) < most + 0.005;
                (format!("at most ×{most:.2}: ×{ratio:.2}, in the fastest round ×{best:.2}"), met)
            }
            PerSecond(least) => {
                let rate = 1e6 / ours.median;
                (format!("at least {least:.0} a second: {rate:.0}"), rate >= least)
            }
            Faster(times, than) => {
                let Some(other) = cell(than) else { continue };
                let is = other.median / ours.median;
                (format!("at least {times:.0} times as fast as {than}: {is:.1} times"), is >= times)
            }
        };
        let _ = writeln!(
            out,
            "- {library}, {size}: asked for {text}, {}.",
            if met { "met" } else { "**missed**" }
        );
    }
    out
}
