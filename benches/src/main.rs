//! Rebis beside the raw drivers and its peers: the same table, rows and work for all, in one program and one run.
//!
//! `cargo xtask bench [--quick] [--only sqlite|postgres|mysql] [--workload NAME] [--rounds N]`. Times depend on the machine, ratios less so:
//! every table gives each library's median as a multiple of the raw driver's in the same rounds.
//!
//! **Invariant.** A contestant that does less work than it says is an error, not a fast contestant.

mod contestants;
mod fixture;
mod measure;
mod options;
mod report;
mod target;
mod versions;
mod work;

use contestants::Contestant;
use fixture::Fixture;
use options::Options;
use work::Workload;

/// Whatever a driver or an ORM says.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
/// The result of a piece of work.
pub type Result<T, E = Error> = std::result::Result<T, E>;

fn main() -> Result<()> {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{}", options::USAGE);
            return Ok(());
        }
        Err(why) => return Err(format!("{why}\n{}", options::USAGE).into()),
    };
    // One thread for all: what is compared is the work that a library makes, not the luck of waking another core.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(&options))
}

async fn run(options: &Options) -> Result<()> {
    println!("{}\n", versions::line());
    for backend in fixture::Backend::ALL {
        if options.only.is_some_and(|only| only != backend) {
            continue;
        }
        match Fixture::new(backend).await? {
            Some(mut fixture) => {
                let done = on(options, &mut fixture).await;
                fixture.drop().await?;
                done?;
            }
            None => println!("## {}: left out, because {} is not set\n", backend.title(), backend.variable()),
        }
    }
    Ok(())
}

async fn on(options: &Options, fixture: &mut Fixture) -> Result<()> {
    let mut contestants: Vec<Box<dyn Contestant>> = contestants::on(fixture).await?;
    for workload in Workload::ALL {
        if options.workload.is_some_and(|only| only != workload) {
            continue;
        }
        let mut columns = Vec::new();
        for &size in workload.sizes().iter().filter(|size| options.size.is_none_or(|only| only == **size)) {
            columns.push(measure::measure(options, fixture, &mut contestants, workload, size).await?);
        }
        // Where the raw driver does no such work there is no ratio.
        if columns.iter().any(|column| column.cells.first().is_some_and(|(_, raw)| raw.is_some())) {
            println!("{}", report::table(fixture.backend, workload, &columns));
        }
    }
    Ok(())
}
