//! How long light requests take while others block: writes that wait for the disk, reads that take long. Invariant: light and heavy requests come from
//! two loaders, so that a heavy one never waits in a light one's queue for another reason than the server's.

use crate::Result;
use crate::contestants::Contestant;
use crate::data::{self, Backend};
use crate::load::{self, Work};
use crate::options::Options;
use crate::report::{Rounds, time};
use crate::server::{Seat, Server};

/// A statement of some twenty milliseconds.
pub const LONG: &str =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT sum(i) FROM n";

/// Light requests come from so many connections, heavy ones from so many others.
const LIGHT: usize = 8;
const HEAVY: usize = 2;

const ALL: [Contestant; 4] =
    [Contestant::RebisPlain, Contestant::Driver, Contestant::DriverBlocking, Contestant::Sqlx];

pub fn run(options: &Options) -> Result<()> {
    let folder = tempfile::tempdir()?;
    // Everywhere: how many workers there are is what is asked about.
    let seat = Seat { core: None, realtime: options.realtime };
    // Each commit waits for the disk.
    let environment = [("REBIS_BENCH_FULL", "1")];
    println!("## SQLite: light requests while others block\n");
    println!(
        "`GET /users/{{id}}` from {LIGHT} connections; beside them {HEAVY} connections that insert (`synchronous = full`: each commit waits for \
         the disk), or that read for long ({}).\n",
        LONG.split_once(" SELECT sum").map_or(LONG, |_| "a count to 100 000 in SQL")
    );
    println!(
        "| server | beside it | light requests a second | p50 | p99 | p99.9 | longest | heavy requests a second |\n|---|---|---|---|---|---|---|---|"
    );
    let mut servers = Vec::new();
    for contestant in ALL.into_iter().filter(|one| options.wants_contestant(one.name(Backend::Sqlite))) {
        let place = data::sqlite(folder.path(), contestant.word())?;
        servers.push(Server::start(contestant, place, seat, &environment)?);
    }
    for heavy in [None, Some(Work::Insert), Some(Work::Sum)] {
        let mut all: Vec<(Rounds, Rounds)> = servers.iter().map(|_| Default::default()).collect();
        for _ in 0..options.rounds {
            for (server, (light, beside)) in servers.iter().zip(&mut all) {
                let long = options.seconds + 1.0;
                let other = heavy
                    .map(|work| load::start(server, work, HEAVY, long, seat, folder.path()))
                    .transpose()?;
                let load = load::start(server, Work::Json, LIGHT, options.seconds, seat, folder.path())?;
                light.add(load.measured()?);
                if let Some(other) = other {
                    beside.add(other.measured()?);
                }
            }
        }
        for (server, (light, beside)) in servers.iter().zip(&all) {
            println!(
                "| {} | {} | {:.0} | {} | {} | {} | {} | {} |",
                server.contestant.name(Backend::Sqlite),
                match heavy {
                    None => "nothing",
                    Some(Work::Insert) => "writes",
                    Some(_) => "long reads",
                },
                light.rate(),
                time(light.median(|one| one.p50)),
                time(light.median(|one| one.p99)),
                time(light.median(|one| one.p999)),
                time(light.median(|one| one.max)),
                heavy.map_or_else(|| String::from("–"), |_| format!("{:.0}", beside.rate())),
            );
        }
    }
    println!();
    Ok(())
}
