//! The command line. Invariant: what nobody knows is refused.

use crate::Result;

pub struct Options {
    pub rounds: usize,
    pub seconds: f64,
    pub connections: usize,
    /// Only what has this in its name: a part, a database, a kind of request.
    pub only: Option<String>,
    /// Only contestants that have this in their names.
    pub contestants: Option<String>,
    /// Server and loader before everything else on the machine; needs the right to it.
    pub realtime: bool,
}

const HELP: &str = "\
cargo xtask bench web [--rounds 5] [--seconds 2] [--connections 32] [--only speed|tail|sqlite|postgres|json|page|insert] \
                    [--contestants PART] [--realtime yes]";

impl Options {
    pub fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Options {
            rounds: 5,
            seconds: 2.0,
            connections: 32,
            only: None,
            contestants: None,
            realtime: false,
        };
        let mut rest = arguments.iter();
        while let Some(name) = rest.next() {
            let value = rest.next().ok_or(HELP)?;
            match name.as_str() {
                "--rounds" => options.rounds = value.parse()?,
                "--seconds" => options.seconds = value.parse()?,
                "--connections" => options.connections = value.parse()?,
                "--only" => options.only = Some(value.clone()),
                "--contestants" => options.contestants = Some(value.clone()),
                "--realtime" => options.realtime = value == "yes",
                _ => return Err(format!("there is no option {name}\n{HELP}").into()),
            }
        }
        if options.rounds == 0 || options.connections == 0 {
            return Err(format!("at least one round and one connection\n{HELP}").into());
        }
        Ok(options)
    }

    /// Whether a part runs: it is named, or what is named is nothing of the other part.
    pub fn wants_part(&self, part: &str) -> bool {
        match self.only.as_deref() {
            None => true,
            Some("speed" | "tail") => self.only.as_deref() == Some(part),
            Some(_) => part == "speed",
        }
    }

    /// Whether these requests on this database run.
    pub fn wants(&self, database: &str, work: &str) -> bool {
        self.only.as_deref().is_none_or(|only| ["speed", "tail", database, work].contains(&only))
    }

    pub fn wants_contestant(&self, name: &str) -> bool {
        self.contestants.as_deref().is_none_or(|part| name.to_lowercase().contains(&part.to_lowercase()))
    }
}
