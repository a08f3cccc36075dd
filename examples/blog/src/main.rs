//! The program: `cargo run -p blog -- run --upgrade` migrates and serves, `cargo run -p blog -- --help` lists its commands.

use std::process::ExitCode;

#[rebis::main]
async fn main() -> ExitCode {
    rebis::cli(blog::create_app).await
}
