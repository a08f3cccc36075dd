//! microblog's command line, for the reference of the commands: this package's tests run it without building the example's own program.

use std::process::ExitCode;

#[rebis::main]
async fn main() -> ExitCode {
    rebis::cli(microblog::create_app).await
}
