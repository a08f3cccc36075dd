//! How a MySQL table is stored. Invariant: what the server gives to any table is no option of one.

use rebis_sql::schema::Table;

use crate::{Result, Row};

/// What the server shows in `create_options` when it was said.
const SHOWN: [&str; 11] = [
    "avg_row_length",
    "checksum",
    "delay_key_write",
    "key_block_size",
    "max_rows",
    "min_rows",
    "pack_keys",
    "stats_auto_recalc",
    "stats_persistent",
    "stats_sample_pages",
    "row_format",
];

/// Reads the options of a row of `information_schema.tables`.
pub(super) fn read(row: &Row<'_>, table: &mut Table) -> Result<()> {
    let text = |at: usize| row.get::<Option<String>>(at);
    let (collation, usual) = (text(2)?, text(7)?);
    let charset = |collation: &str| collation.split('_').next().unwrap_or_default().to_owned();
    let mut put = |called: &str, value: Option<String>, usual: Option<&str>| match value {
        Some(value) if usual.is_some_and(|usual| usual.eq_ignore_ascii_case(&value)) => {
            table.usual.0.push((called.to_owned(), value));
        }
        Some(value) => table.options.push((format!("mysql_{called}"), value)),
        None => {}
    };
    put("engine", text(3)?, text(6)?.as_deref());
    put("charset", collation.as_deref().map(charset), usual.as_deref().map(charset).as_deref());
    put("collate", collation, usual.as_deref());
    let said = text(5)?.unwrap_or_default();
    for (option, value) in said.split_whitespace().filter_map(|part| part.split_once('=')) {
        let option = option.to_ascii_lowercase();
        if SHOWN.contains(&option.as_str()) {
            put(&option, Some(value.to_owned()), None);
        }
    }
    if let Some(format) = text(4)?.filter(|_| !said.contains("row_format")) {
        table.usual.0.push((String::from("row_format"), format));
    }
    Ok(())
}

/// An option's value as the server shows it, when it does: in small letters, and the one name of two.
pub(in crate::inspect) fn expect(option: &str, value: &str) -> Option<String> {
    let value = value.to_ascii_lowercase();
    match option {
        "collate" => super::expect_collation(&value),
        "charset" if value == "utf8" => Some(String::from("utf8mb3")),
        "engine" | "charset" => Some(value),
        option => SHOWN.contains(&option).then_some(value),
    }
}
