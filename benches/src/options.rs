//! The command line. Invariant: what is not understood is refused, never ignored.

use crate::fixture::Backend;
use crate::work::Workload;

pub const USAGE: &str = "\
usage: bench [--quick] [--only sqlite|postgres|mysql] [--workload NAME] [--library NAME] [--size N]
             [--rounds N]
  --quick     few rounds: shows that everything runs, not how fast
  --only      one database; PostgreSQL and MySQL or MariaDB are found by REBIS_TEST_POSTGRES_URL and REBIS_TEST_MYSQL_URL
  --workload  one of load, get, insert, insert-keys, graph, relations, update, hit, concurrent
  --library   the raw driver and the libraries with NAME in their name
  --size      one size of those that the workload has
  --rounds    rounds per table (default 21); in each, every library runs once";

/// What is asked for.
#[derive(Debug)]
pub struct Options {
    pub rounds: usize,
    pub only: Option<Backend>,
    pub workload: Option<Workload>,
    pub library: Option<String>,
    pub size: Option<usize>,
}

impl Options {
    /// The options, or nothing when help is asked for.
    ///
    /// # Errors
    /// What is wrong with the arguments.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let mut options = Options { rounds: 21, only: None, workload: None, library: None, size: None };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
            match argument.as_str() {
                "--quick" => options.rounds = 3,
                "--rounds" => options.rounds = number(&value()?)?,
                "--size" => options.size = Some(number(&value()?)?),
                "--library" => options.library = Some(value()?.to_lowercase()),
                "--only" => {
                    let name = value()?;
                    let found = Backend::ALL.into_iter().find(|b| b.name() == name);
                    options.only = Some(found.ok_or_else(|| format!("there is no database `{name}`"))?);
                }
                "--workload" => {
                    let name = value()?;
                    let found = Workload::ALL.into_iter().find(|w| w.name() == name);
                    options.workload = Some(found.ok_or_else(|| format!("there is no workload `{name}`"))?);
                }
                "--help" | "-h" => return Ok(None),
                other => return Err(format!("unknown argument `{other}`")),
            }
        }
        Ok(Some(options))
    }
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| format!("a number above 0 is needed, not `{text}`"))
}
