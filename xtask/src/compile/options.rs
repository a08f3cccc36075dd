//! The command line of `bench compile`. Invariant: what is not understood is refused.

use super::library::Library;

const USAGE: &str = "\
cargo xtask bench compile [--models N,N] [--library NAME,NAME] [--rounds N]
  --models   how many models the programs have (default 20,100)
  --library  only these: rebis, diesel, sea-orm, toasty, rebis-whole (the web layer, migrations and commands too)
  --rounds   builds after a touch and after a change, of which the median is shown (default 5)";

/// What is asked for.
pub(super) struct Options {
    pub(super) models: Vec<usize>,
    pub(super) rounds: usize,
    pub(super) libraries: Vec<Library>,
}

impl Options {
    pub(super) fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Options { models: vec![20, 100], rounds: 5, libraries: Library::ALL.to_vec() };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value\n{USAGE}"));
            match argument.as_str() {
                "--models" => {
                    options.models =
                        value()?.split(',').map(|text| number(text, 2)).collect::<Result<_, _>>()?
                }
                "--rounds" => options.rounds = number(value()?, 1)?,
                "--library" => {
                    options.libraries = value()?.split(',').map(library).collect::<Result<_, _>>()?
                }
                other => return Err(format!("bench compile: there is no option `{other}`\n{USAGE}")),
            }
        }
        Ok(options)
    }
}

fn library(name: &str) -> Result<Library, String> {
    let found = Library::ALL.into_iter().find(|library| library.folder() == name.trim());
    found.ok_or_else(|| format!("there is no library `{name}`\n{USAGE}"))
}

fn number(text: &str, least: usize) -> Result<usize, String> {
    let found = text.trim().parse().ok().filter(|n| *n >= least);
    found.ok_or_else(|| format!("a number from {least} on is needed, not `{text}`\n{USAGE}"))
}
