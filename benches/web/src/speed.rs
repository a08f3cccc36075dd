//! Processor time a request, and requests a second. Invariant: one server works at a time, on a core of its own, the loader on another.
//!
//! Ratios and verdicts are of processor time: what else runs on the machine makes requests wait, and hardly makes them dearer.

use crate::Result;
use crate::contestants::{ALL, Contestant};
use crate::data::{self, Backend, Postgres};
use crate::load::{self, Work};
use crate::options::Options;
use crate::report::{Rounds, time};
use crate::server::{Seat, Server};

pub fn run(options: &Options) -> Result<()> {
    let folder = tempfile::tempdir()?;
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let works: Vec<Work> = [Work::Json, Work::Page, Work::Insert]
            .into_iter()
            .filter(|work| options.wants(backend.name(), work.name()))
            .collect();
        if works.is_empty() {
            continue;
        }
        let postgres = match backend {
            Backend::Sqlite => None,
            Backend::Postgres => match Postgres::make() {
                Ok(made) => Some(made),
                Err(why) => {
                    println!("PostgreSQL takes no part: {why}\n");
                    continue;
                }
            },
        };
        println!("## {}\n", backend.title());
        if let Some(postgres) = &postgres {
            println!("{}\n", postgres.version()?);
        }
        let servers = servers(options, backend, postgres.as_ref(), folder.path())?;
        for work in works {
            measure(options, work, &servers, postgres.as_ref(), folder.path())?;
        }
    }
    Ok(())
}

/// Cores of their own, where there are two.
fn seats(options: &Options) -> (Seat, Seat) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let core = |n: usize| (cores > 1).then_some(n);
    let seat = |core| Seat { core, realtime: options.realtime };
    (seat(core(0)), seat(core(1)))
}

fn servers(
    options: &Options,
    backend: Backend,
    postgres: Option<&Postgres>,
    folder: &std::path::Path,
) -> Result<Vec<Server>> {
    let mut servers = Vec::new();
    for contestant in ALL {
        let name = contestant.name(backend);
        let told = options.wants_contestant(name) || contestant == Contestant::Driver;
        if !told || (contestant == Contestant::Bare && backend == Backend::Postgres) {
            continue;
        }
        if let Some(why) = contestant.absent() {
            println!("{why}\n");
            continue;
        }
        let place = match postgres {
            Some(postgres) => postgres.place.clone(),
            None => data::sqlite(folder, contestant.word())?,
        };
        servers.push(Server::start(contestant, place, seats(options).0, &[])?);
    }
    Ok(servers)
}

fn measure(
    options: &Options,
    work: Work,
    servers: &[Server],
    postgres: Option<&Postgres>,
    folder: &std::path::Path,
) -> Result<()> {
    let mut all: Vec<Rounds> = servers.iter().map(|_| Rounds::default()).collect();
    // The round before warms up.
    for round in 0..=options.rounds {
        for (server, rounds) in servers.iter().zip(&mut all) {
            if work == Work::Insert {
                server.restore(postgres)?;
            }
            let before = server.worked()?;
            let seconds = if round == 0 { 1.0 } else { options.seconds };
            let load = load::start(server, work, options.connections, seconds, seats(options).1, folder)?;
            let measured = load.measured()?;
            if round > 0 {
                rounds.add_with_work(measured, server.worked()?.saturating_sub(before));
            }
        }
    }
    let backend = servers.first().map_or(Backend::Sqlite, |server| server.place.backend());
    println!("### {}: {}\n", backend.title(), work.title());
    println!(
        "| server | µs of processor time a request: median · best round | requests a second: median | p50 | p99 | p99.9 | memory |\n|---|---|---|---|---|---|---|"
    );
    let raw = |of: fn(&Rounds) -> f64| {
        let at = servers.iter().position(|server| server.contestant == Contestant::Driver);
        at.and_then(|at| all.get(at)).map_or(1.0, of)
    };
    for (server, rounds) in servers.iter().zip(&all) {
        println!(
            "| {} | {:.1} (×{:.2}) · {:.1} (×{:.2}) | {:.0} | {} | {} | {} | {} |",
            server.contestant.name(backend),
            rounds.work(),
            raw(Rounds::work) / rounds.work(),
            rounds.least_work(),
            raw(Rounds::least_work) / rounds.least_work(),
            rounds.rate(),
            time(rounds.median(|one| one.p50)),
            time(rounds.median(|one| one.p99)),
            time(rounds.median(|one| one.p999)),
            server.memory().map_or_else(|| String::from("–"), |mib| format!("{mib:.0} MiB")),
        );
    }
    println!();
    targets(work, backend, servers, &all);
    Ok(())
}

/// What was asked for, and whether it was met.
fn targets(work: Work, backend: Backend, servers: &[Server], all: &[Rounds]) {
    let of = |contestant: Contestant| {
        let at = servers.iter().position(|server| server.contestant == contestant)?;
        all.get(at)
    };
    let said = |met: bool| if met { "met" } else { "**missed**" };
    for contestant in [Contestant::RebisPlain, Contestant::RebisSession] {
        let (Some(ours), Some(raw)) = (of(contestant), of(Contestant::Driver)) else { continue };
        let name = contestant.name(backend);
        let (ratio, best) = (raw.work() / ours.work(), raw.least_work() / ours.least_work());
        println!(
            "- {name}: asked for at least ×0.85 of axum and the driver: ×{ratio:.2}, in the best rounds ×{best:.2}, {}.",
            said(ratio.min(best) >= 0.845)
        );
        let peers = [Contestant::Sqlx, Contestant::SeaOrm, Contestant::Loco];
        let fastest =
            peers.iter().filter_map(|peer| of(*peer)).map(Rounds::work).fold(f64::INFINITY, f64::min);
        if fastest.is_finite() {
            println!(
                "- {name}: asked to be ahead of sqlx, SeaORM and Loco: {:.2} times the fastest of them, {}.",
                fastest / ours.work(),
                said(ours.work() < fastest)
            );
        }
        if let Some(flask) = of(Contestant::Flask) {
            let times = flask.work() / ours.work();
            println!(
                "- {name}: asked for at least 30 times Flask: {times:.1} times, {}.",
                said(times >= 30.0)
            );
        }
        if let (Work::Json, Some(bare)) = (work, of(Contestant::Bare)) {
            let ratio = bare.work() / ours.work();
            println!(
                "- {name}: asked for at least ×0.70 of axum without a database: ×{ratio:.2}, {}.",
                said(ratio >= 0.695)
            );
        }
    }
    println!();
}
