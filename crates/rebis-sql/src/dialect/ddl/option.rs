//! Options of a table and of an index. Invariant: what is written is a word or a number, whatever the program says.

use super::DdlRules;
use crate::Dialect;
use crate::compile::Result;
use crate::dialect::rules::invalid;
use crate::schema::{Index, Table};

/// The options that the database takes, without what says so, in the order in which they were given. What is said for the database itself
/// counts before what is said for the one it is like.
pub(crate) fn own(dialect: Dialect, table: &Table) -> Result<Vec<(&str, &str)>> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for (name, _) in &table.options {
        let Some(called) = unprefixed(dialect, name) else { continue };
        if let Some(value) = table.option(dialect, called)
            && !found.iter().any(|(n, _)| *n == called)
        {
            found.push((word(called)?, word(value)?));
        }
    }
    Ok(found)
}

/// The options of an index that the database takes, without what says so.
pub(crate) fn of_index(dialect: Dialect, index: &Index) -> Result<Vec<(&str, &str)>> {
    index.options.iter().try_for_each(|(option, _)| known(option))?;
    let own = index.options.iter().filter_map(|(name, value)| Some((unprefixed(dialect, name)?, value)));
    own.map(|(name, value)| Ok((word(name)?, word(value)?))).collect()
}

/// Refuses options of an index where it has none.
pub(crate) fn no_options<R: DdlRules + ?Sized>(r: &R, index: &Index) -> Result<()> {
    if of_index(r.dialect(), index)?.is_empty() {
        return Ok(());
    }
    Err(r.lacks("options of an index", "leave the option out here"))
}

/// The option without what says that it is the database's; none when it is another's.
pub(crate) fn unprefixed(dialect: Dialect, option: &str) -> Option<&str> {
    dialect.prefixes().iter().find_map(|start| option.strip_prefix(start))
}

/// Refuses an option that is no database's.
pub(crate) fn known(option: &str) -> Result<()> {
    if Dialect::ALL.into_iter().any(|dialect| unprefixed(dialect, option).is_some()) {
        return Ok(());
    }
    Err(invalid(format!(
        "{option:?} is no option of a table or an index; it begins with mysql_, mariadb_, postgresql_ or sqlite_"
    )))
}

/// A word or a number, which needs no quotes.
pub(crate) fn word(text: &str) -> Result<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '-';
    if text.is_empty() || !text.chars().all(plain) || text.contains("--") {
        return Err(invalid(format!(
            "{text:?} is no option, word or number, as a table or an index takes them"
        )));
    }
    Ok(text)
}
