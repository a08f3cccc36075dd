//! Tables in Markdown. Invariant: a ratio is to SeaORM in the same run, or there is none.

use std::fmt::Write as _;
use std::fs;

use super::library::Library;
use super::project::Project;
use super::timing::Time;

/// What was measured of a program.
pub(super) struct Row {
    pub(super) crates: usize,
    pub(super) clean: Time,
    pub(super) own: Time,
    pub(super) touch: Time,
    pub(super) change: Time,
}

impl Row {
    fn times(&self) -> [Time; 4] {
        [self.clean, self.own, self.touch, self.change]
    }
}

/// What was measured where.
pub(super) fn head() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{cores} processors, load {load} before the run; `dev` profile, incremental\n")
}

pub(super) fn table(models: usize, projects: &[Project], rows: &[Row]) -> String {
    let mut out =
        format!("## {models} models\n\nSeconds (× SeaORM) · seconds of processor time (× SeaORM)\n\n");
    out.push_str("| library | crates | clean build | the program alone | touch main.rs | change a model |\n|---|---|---|---|---|---|\n");
    let base =
        projects.iter().position(|project| project.library == Library::SeaOrm).map(|i| rows[i].times());
    for (project, row) in projects.iter().zip(rows) {
        let _ = write!(out, "| {} | {} |", project.library.title(), row.crates);
        for (i, time) in row.times().into_iter().enumerate() {
            let base = base.map(|base| base[i]);
            let wall = seconds(time.wall, base.map(|base| base.wall));
            let _ = write!(out, " {wall} · {} |", seconds(time.cpu, base.map(|base| base.cpu)));
        }
        out.push('\n');
    }
    out
}

fn seconds(value: f64, base: Option<f64>) -> String {
    let digits = if value < 10.0 { 2 } else { 1 };
    match base.filter(|base| *base > 0.0) {
        Some(base) => format!("{value:.digits$} (×{:.2})", value / base),
        None => format!("{value:.digits$}"),
    }
}
