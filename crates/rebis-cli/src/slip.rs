//! A mistyped word on the command line is answered with the nearest one, also where clap finds none: `rnu`, `zhs`.
//!
//! **Invariant.** What clap suggests itself stays.

use std::ffi::OsString;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use rebis_web::__private::nearest;

/// The refusal of that line, with the nearest command or value.
#[must_use]
pub fn with_nearest(mut error: clap::Error, all: &Command, line: &[OsString]) -> clap::Error {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        _ => String::new(),
    };
    let (kind, found) = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let names = level(all, line).get_subcommands().map(Command::get_name);
            let found = nearest(&text(ContextKind::InvalidSubcommand), names).map(str::to_owned);
            (ContextKind::SuggestedSubcommand, found.map(|found| ContextValue::Strings(vec![found])))
        }
        ErrorKind::InvalidValue => {
            let Some(ContextValue::Strings(valid)) = error.get(ContextKind::ValidValue) else { return error };
            let found = nearest(&text(ContextKind::InvalidValue), valid.iter().map(String::as_str));
            (ContextKind::SuggestedValue, found.map(|found| ContextValue::String(found.to_owned())))
        }
        _ => return error,
    };
    if let (None, Some(found)) = (error.get(kind), found) {
        error.insert(kind, found);
    }
    error
}

/// The command whose own commands were to follow.
fn level<'a>(all: &'a Command, line: &[OsString]) -> &'a Command {
    let words = line.iter().skip(1).filter_map(|word| word.to_str());
    words.fold(all, |level, word| level.find_subcommand(word).unwrap_or(level))
}

#[cfg(test)]
mod tests {
    use clap::Arg;

    use super::*;

    #[test]
    fn swapped_letters_are_a_slip() {
        let shell = Arg::new("shell").value_parser(["bash", "zsh"]);
        let db =
            Command::new("db").subcommand(Command::new("run").arg(shell)).subcommand(Command::new("lint"));
        let all = Command::new("app").subcommand(db);
        for (line, nearest) in [
            (&["app", "bd"][..], Some("'db'")),
            (&["app", "db", "rnu"], Some("'run'")),
            (&["app", "db", "lnit"], Some("'lint'")),
            (&["app", "db", "run", "zhs"], Some("'zsh'")),
            (&["app", "populate"], None),
        ] {
            let words: Vec<OsString> = line.iter().map(OsString::from).collect();
            let error = all.clone().try_get_matches_from(&words).unwrap_err();
            let said = with_nearest(error, &all, &words).to_string();
            assert_eq!(said.contains("tip:"), nearest.is_some(), "{said}");
            assert!(said.contains(nearest.unwrap_or_default()), "{said}");
        }
    }
}
