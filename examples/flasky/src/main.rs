//! The program: `cargo run -p flasky -- run --upgrade` migrates and serves, `cargo run -p flasky -- --help` lists its commands.

use std::process::ExitCode;

#[rebis::main]
async fn main() -> ExitCode {
    rebis::cli(flasky::create_app).await
}
