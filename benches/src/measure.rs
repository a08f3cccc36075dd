//! Rounds and medians. Invariant: in a round every library runs once, each round begins with another one, and only the work is timed.

use std::time::Instant;

use crate::contestants::Contestant;
use crate::fixture::Fixture;
use crate::options::Options;
use crate::work::Workload;
use crate::{Error, Result};

/// What was measured at one size.
pub struct Column {
    pub size: usize,
    /// By contestant; nothing where it does not do such work.
    pub cells: Vec<(String, Option<Cell>)>,
}

/// One contestant's rounds, in microseconds per unit of work.
#[derive(Clone, Copy)]
pub struct Cell {
    pub median: f64,
    /// The fastest round: on a machine that does other things as well, the one that was disturbed least.
    pub best: f64,
}

pub async fn measure(
    options: &Options,
    fixture: &mut Fixture,
    contestants: &mut [Box<dyn Contestant>],
    workload: Workload,
    size: usize,
) -> Result<Column> {
    let work = workload.work(size);
    let times = workload.times(size);
    let before = workload.rows_before(size);
    let posts = workload.posts_before();
    fixture.fill(before, posts).await?;
    let wanted = |name: &str| options.library.as_ref().is_none_or(|only| name.to_lowercase().contains(only));
    // The first is the raw driver, without which there is no ratio.
    let mut samples: Vec<Option<Vec<f64>>> =
        contestants.iter().enumerate().map(|(i, c)| (i == 0 || wanted(c.name())).then(Vec::new)).collect();
    let count = contestants.len();
    // Round 0 warms up: connections, caches and prepared statements are not what is measured.
    for round in 0..=options.rounds {
        for i in (0..count).map(|i| (i + round) % count) {
            if samples[i].is_none() {
                continue;
            }
            if workload.writes() {
                fixture.fill(before, posts).await?;
            }
            let contestant = &mut contestants[i];
            let name = contestant.name();
            contestant.prepare(&work).await.map_err(|e| -> Error { format!("{name}: {e}").into() })?;
            let Some(job) = contestant.run(&work, times) else {
                samples[i] = None;
                continue;
            };
            let started = Instant::now();
            let done = job.await.map_err(|e| -> Error { format!("{name}: {e}").into() })?;
            let elapsed = started.elapsed();
            let expected = work.rows(before) * times;
            if done != expected {
                return Err(format!("{name} handled {done} rows instead of {expected}").into());
            }
            if workload.writes() {
                let there = fixture.count(i).await?;
                if there != expected {
                    return Err(format!("{name} left {there} rows in the table instead of {expected}").into());
                }
            }
            if round > 0
                && let Some(samples) = &mut samples[i]
            {
                samples.push(elapsed.as_secs_f64() * 1e6 / (times * work.units()) as f64);
            }
        }
    }
    let cells =
        contestants.iter().zip(samples).map(|(c, s)| (c.name().to_owned(), s.and_then(cell))).collect();
    Ok(Column { size, cells })
}

fn cell(mut samples: Vec<f64>) -> Option<Cell> {
    samples.sort_by(f64::total_cmp);
    Some(Cell { median: *samples.get(samples.len() / 2)?, best: *samples.first()? })
}
