//! [`Health`]: what of a database does not hold, taken before and after a migration.
//!
//! **Invariant.** A migration is blamed only for what it made worse; what was broken before stays the owner's business.

use std::collections::{BTreeMap, BTreeSet};

use rebis_engine::Connection;

use super::rebuild::quote;
use super::token::tokens;
use crate::Result;

/// What does not hold.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// Rows that refer to nothing, by table and the table referred to; `None` when SQLite cannot tell.
    orphans: Option<BTreeMap<(String, String), usize>>,
    /// Tables that refer to a table that is not there, and its name.
    dangling: BTreeSet<(String, String)>,
    /// Views and triggers that do not work, and why.
    broken: BTreeMap<String, String>,
}

const DANGLING: &str = "SELECT DISTINCT s.name, f.\"table\" FROM sqlite_master s JOIN pragma_foreign_key_list(s.name) f \
    WHERE s.type = 'table' AND NOT EXISTS \
    (SELECT 1 FROM sqlite_master p WHERE p.type = 'table' AND p.name = f.\"table\" COLLATE NOCASE)";

impl Health {
    pub(super) async fn of(conn: &mut Connection) -> Result<Self> {
        let mut orphans = BTreeMap::new();
        let counted = conn
            .query("PRAGMA foreign_key_check", &[], |row| {
                *orphans.entry((row.get::<String>(0)?, row.get::<String>(2)?)).or_default() += 1;
                Ok(())
            })
            .await;
        let dangling = conn.fetch_all::<(String, String)>(DANGLING, &[]).await?.into_iter().collect();
        let mut broken = BTreeMap::new();
        let all = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('view', 'trigger') ORDER BY name";
        for (kind, name, table, sql) in conn.fetch_all::<(String, String, String, String)>(all, &[]).await? {
            let probe = match kind.as_str() {
                "view" => format!("EXPLAIN SELECT * FROM {}", quote(&name)),
                _ => match trigger(conn, &table, &sql).await? {
                    Some(probe) => probe,
                    None => continue,
                },
            };
            if let Err(e) = conn.query(&probe, &[], |_| Ok(())).await {
                broken.insert(format!("{kind} {name}"), e.to_string());
            }
        }
        Ok(Health { orphans: counted.is_ok().then_some(orphans), dangling, broken })
    }

    /// What was made worse since `before`.
    pub(super) fn worse_than(&self, before: &Health) -> Option<String> {
        for (what, why) in &self.broken {
            if !before.broken.contains_key(what) {
                return Some(format!(
                    "{what} would not work any more ({why}); drop it in the script before the change and create it anew after it"
                ));
            }
        }
        if let Some((table, parent)) = self.dangling.difference(&before.dangling).next() {
            return Some(format!(
                "table {table} would refer to table {parent}, which is not there any more; drop the foreign key or the table first"
            ));
        }
        let Some(known) = &before.orphans else { return None };
        let Some(now) = &self.orphans else {
            return Some(String::from(
                "a foreign key would refer to columns that are no key any more; drop the foreign key first, or keep the referred \
                 columns unique",
            ));
        };
        let ((table, parent), rows) =
            now.iter().find(|(at, n)| **n > known.get(*at).copied().unwrap_or(0))?;
        Some(format!(
            "{rows} rows of table {table} would refer to rows of table {parent} that are not there; correct or delete them first \
             (PRAGMA foreign_key_check lists them)"
        ))
    }
}

/// A statement that sets the trigger off, to be compiled and not run.
async fn trigger(conn: &mut Connection, table: &str, sql: &str) -> Result<Option<String>> {
    let all = tokens(sql).unwrap_or_default();
    let event = all.iter().find(|t| ["INSERT", "DELETE", "UPDATE"].iter().any(|w| t.is(sql, w)));
    let Some(event) = event.map(|t| t.text(sql).to_ascii_uppercase()) else { return Ok(None) };
    let quoted = quote(table);
    Ok(Some(match event.as_str() {
        "INSERT" => format!("EXPLAIN INSERT INTO {quoted} DEFAULT VALUES"),
        "DELETE" => format!("EXPLAIN DELETE FROM {quoted}"),
        _ => {
            let mut columns = Vec::new();
            conn.query(&format!("PRAGMA table_info({quoted})"), &[], |row| {
                let name = quote(&row.get::<String>(1)?);
                columns.push(format!("{name} = {name}"));
                Ok(())
            })
            .await?;
            if columns.is_empty() {
                return Ok(None);
            }
            format!("EXPLAIN UPDATE {quoted} SET {}", columns.join(", "))
        }
    }))
}
