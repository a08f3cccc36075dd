//! The program: `cargo run -p movies -- run --upgrade` migrates and serves, `cargo run -p movies -- --help` lists its commands.

use std::process::ExitCode;

#[rebis::main]
async fn main() -> ExitCode {
    rebis::cli(movies::create_app).await
}
