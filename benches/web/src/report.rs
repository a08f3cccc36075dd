//! Tables in Markdown. Invariant: a ratio is of two medians, or of the two best rounds, of the same run.

use std::time::Duration;

use crate::load::Measured;

/// The rounds of one contestant.
#[derive(Default)]
pub struct Rounds {
    rounds: Vec<Measured>,
    /// Microseconds of processor time a request, of the rounds of which it is known.
    work: Vec<f64>,
}

impl Rounds {
    pub fn add(&mut self, measured: Measured) {
        self.rounds.push(measured);
    }

    /// What a round took, and what the server worked for it.
    pub fn add_with_work(&mut self, measured: Measured, work: Duration) {
        self.work.push(work.as_secs_f64() * 1e6 / measured.requests);
        self.add(measured);
    }

    /// The middle of the rounds by a number of each.
    pub fn median(&self, of: impl Fn(&Measured) -> f64) -> f64 {
        middle(self.rounds.iter().map(of).collect())
    }

    pub fn rate(&self) -> f64 {
        self.median(|one| one.rate)
    }

    /// Microseconds of processor time a request.
    pub fn work(&self) -> f64 {
        middle(self.work.clone())
    }

    /// The same of the round in which the rest of the machine was in the way the least.
    pub fn least_work(&self) -> f64 {
        self.work.iter().copied().fold(f64::INFINITY, f64::min)
    }
}

fn middle(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// Microseconds, or milliseconds where they are many.
pub fn time(micros: f64) -> String {
    if micros < 1000.0 { format!("{micros:.0} µs") } else { format!("{:.1} ms", micros / 1000.0) }
}
