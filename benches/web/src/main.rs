//! Rebis over HTTP beside bare axum, its peers and Flask: requests a second, and how long the slow ones take.
//!
//! **Invariant.** Each contestant is a process of its own and answers the same requests from the same rows; before a clock starts, its answers
//! are read, and a wrong one ends the run. In each round every contestant runs once, in turn.

mod contestants;
mod data;
mod flask;
mod load;
mod options;
mod report;
mod server;
mod speed;
mod tail;
mod versions;

use std::process::ExitCode;

/// Whatever went wrong: a bench ends with the sentence.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
/// The result of a step.
pub type Result<T> = std::result::Result<T, Error>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // A contestant, as a process of its own.
    if let [command, name, url, port] = &arguments[..]
        && command == "serve"
    {
        return contestants::serve(name, url, port.parse()?);
    }
    let options = options::Options::parse(&arguments)?;
    println!("{}\n", versions::line());
    if options.wants_part("speed") {
        speed::run(&options)?;
    }
    if options.wants_part("tail") {
        tail::run(&options)?;
    }
    Ok(())
}
