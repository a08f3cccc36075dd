//! The command line. Invariant: an option nobody knows is refused, not passed on.

/// What was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// The command's name.
    pub(crate) command: String,
    /// Whether a missing server is a failure.
    pub(crate) require_all: bool,
    /// What stands after `--`, or the arguments of `bench` and `oracle`.
    pub(crate) rest: Vec<String>,
}

impl Options {
    /// Reads the arguments after the program's name.
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let command = arguments.next().unwrap_or_else(|| String::from("help"));
        let mut options = Options { command, require_all: false, rest: Vec::new() };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--require-all" => options.require_all = true,
                "--" => options.rest.extend(arguments.by_ref()),
                _ if matches!(options.command.as_str(), "bench" | "oracle") => options.rest.push(argument),
                other => return Err(format!("xtask {}: there is no option `{other}`", options.command)),
            }
        }
        Ok(options)
    }
}
