//! Tables in Markdown. Invariant: a ratio is of two medians, or of two fastest rounds, of the same run.

use std::time::Duration;

/// The rounds of one side.
#[derive(Default)]
pub struct Rounds(Vec<f64>);

impl Rounds {
    pub fn add(&mut self, took: Duration) {
        self.0.push(took.as_secs_f64() * 1e3);
        self.0.sort_by(f64::total_cmp);
    }

    fn median(&self) -> Option<f64> {
        self.0.get(self.0.len() / 2).copied()
    }

    fn best(&self) -> Option<f64> {
        self.0.first().copied()
    }
}

pub fn heading(title: &str) {
    println!(
        "## {title}\n\nms: median · fastest round\n\n| work | Rebis | Alembic | ratio |\n|---|---|---|---|"
    );
}

pub fn line(work: &str, ours: &Rounds, theirs: &Rounds) {
    let shown = |r: &Rounds| match (r.median(), r.best()) {
        (Some(median), Some(best)) => format!("{median:.1} · {best:.1}"),
        _ => String::from("–"),
    };
    let ratio = match (ours.median(), theirs.median(), ours.best(), theirs.best()) {
        (Some(a), Some(b), Some(c), Some(d)) => format!("×{:.1} · ×{:.1}", b / a, d / c),
        _ => String::from("–"),
    };
    println!("| {work} | {} | {} | {ratio} |", shown(ours), shown(theirs));
}
