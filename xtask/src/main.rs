//! The project's own commands: `cargo xtask test | ci | browser | tidy | weight | docs | bench | oracle`.
//!
//! **Invariant.** What continuous integration runs can be run at home by the same command.

mod bench;
mod browser;
mod ci;
mod compile;
mod docs;
mod options;
mod oracle;
mod process;
mod python;
mod servers;
mod test;
mod throwaway;
mod tidy;
mod weight;

use std::process::ExitCode;

use options::Options;
use process::Outcome;

const HELP: &str = "\
cargo xtask <command> [options]

  test [--require-all] [-- ARGS]  all tests on SQLite, PostgreSQL and MariaDB/MySQL
  ci [--require-all]              what CI runs: fmt, tidy, weight, tests, browser, clippy, docs
  browser [-- PART]               the examples in Chromium; PART of a case's name picks some
  tidy                            the house rules: imports, dialects, file headers
  weight                          how many crates the microblog on SQLite compiles; 200 are too many
  docs                            the API documentation, warnings refused
  bench [ARGS]                    ratios against the drivers and the peers
  bench migrate [ARGS]            ratios against Alembic
  bench compile [ARGS]            how long equal programs build with Rebis and its peers
  bench web [ARGS]                requests a second, against axum by hand, its peers and Flask (Debian: wrk)
  oracle DIR [PART]               the cases recorded from Alembic in a folder; PART of a test's name picks some

Servers: REBIS_TEST_POSTGRES_URL and REBIS_TEST_MYSQL_URL when set, else a server on the usual port, else a throwaway one
started from the installed binaries. What is missing is said in one line, and fails under --require-all.
Flask-Migrate: REBIS_TEST_PYTHON when set, else a virtual environment in the target folder, made when there is a python3.
";

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    let outcome: Outcome = match options.command.as_str() {
        "test" => test::run(&options),
        "ci" => ci::run(&options),
        "tidy" => tidy::run(),
        "weight" => weight::run(),
        "browser" => browser::run(&options),
        "docs" => docs::run(),
        "bench" => bench::run(&options),
        "oracle" => oracle::run(&options),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("there is no command `{other}`\n\n{HELP}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
