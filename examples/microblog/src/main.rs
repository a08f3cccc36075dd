//! The program: `cargo run -p microblog -- run --upgrade` migrates and serves, `cargo run -p microblog -- --help` lists its commands.

use std::process::ExitCode;

#[rebis::main]
async fn main() -> ExitCode {
    rebis::cli(microblog::create_app).await
}
