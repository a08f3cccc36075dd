//! The commands of a Rebis application, as a library that receives the application.
//!
//! A Rust program cannot import another program's models by name, so the commands live in the application's own binary:
//! `cargo run -- db upgrade`. [`run()`] reads the command line and runs one of `run`, `routes`, `db …`, or a command that the application
//! registered with [`App::command`](rebis_web::App::command).
//!
//! The program `rebis` (`src/bin/rebis/`, behind the feature `tool`) stands in front of it: it makes applications, and passes
//! these commands on.
//!
//! **Invariants.** What a person or a program wants to read goes to standard output; the log and errors go to standard error. A command that
//! fails says why in one `Error:` line with its causes below, and exits with 1; a wrong command line exits with 2.

#![forbid(unsafe_code)]

mod command;
mod completions;
mod examples;
mod log;
mod output;
mod program;
mod slip;

pub use command::shell::shell_command;
pub use completions::{completions, completions_command};
pub use output::{coloured, fail, styled};
pub use program::{DatabaseCommands, Program, commands, run};
pub use slip::with_nearest;
