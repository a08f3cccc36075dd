//! Tables in Markdown. Invariant: a ratio is of two medians, or of the two best rounds, of the same run.

use crate::load::Measured;

/// The rounds of one contestant.
#[derive(Default)]
pub struct Rounds(Vec<Measured>);

impl Rounds {
    pub fn add(&mut self, measured: Measured) {
        self.0.push(measured);
    }

    /// The middle of the rounds by a number of each.
    pub fn median(&self, of: impl Fn(&Measured) -> f64) -> f64 {
        let mut all: Vec<f64> = self.0.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or_default()
    }

    pub fn rate(&self) -> f64 {
        self.median(|one| one.rate)
    }

    pub fn best(&self) -> f64 {
        self.0.iter().map(|one| one.rate).fold(0.0, f64::max)
    }
}

/// Microseconds, or milliseconds where they are many.
pub fn time(micros: f64) -> String {
    if micros < 1000.0 { format!("{micros:.0} µs") } else { format!("{:.1} ms", micros / 1000.0) }
}
