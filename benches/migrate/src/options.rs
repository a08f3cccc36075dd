//! The command line. Invariant: what nobody knows is refused.

use crate::Result;

pub struct Options {
    pub tables: usize,
    pub revisions: usize,
    pub rounds: usize,
    /// Only what has this in its name.
    pub only: Option<String>,
}

const HELP: &str = "cargo xtask bench migrate [--tables 1000] [--revisions 500] [--rounds 5] [--only sqlite|postgres|mysql|upgrade]";

impl Options {
    pub fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Options { tables: 1000, revisions: 500, rounds: 5, only: None };
        let mut rest = arguments.iter();
        while let Some(name) = rest.next() {
            let value = rest.next().ok_or(HELP)?;
            match name.as_str() {
                "--tables" => options.tables = value.parse()?,
                "--revisions" => options.revisions = value.parse()?,
                "--rounds" => options.rounds = value.parse()?,
                "--only" => options.only = Some(value.clone()),
                _ => return Err(format!("there is no option {name}\n{HELP}").into()),
            }
        }
        if options.rounds == 0 || options.revisions > crate::upgrade::MOST {
            return Err(
                format!("at least one round, at most {} revisions\n{HELP}", crate::upgrade::MOST).into()
            );
        }
        Ok(options)
    }

    pub fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| name == only)
    }
}
