//! The program: `cargo run -p chronicle -- db history` shows its migrations, `-- db upgrade heads` runs them.

use std::process::ExitCode;

#[rebis::main]
async fn main() -> ExitCode {
    rebis::cli(chronicle::create_app).await
}
