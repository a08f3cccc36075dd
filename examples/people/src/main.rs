//! The program: `cargo run -p people` serves, `cargo run -p people -- --help` lists its commands.

use std::process::ExitCode;

#[rebis::main]
async fn main() -> ExitCode {
    rebis::cli(people::create_app).await
}
