//! Views and triggers. Invariant: names are quoted, the texts are the program's own.

use super::{DdlRules, name};
use crate::compile::Result;
use crate::schema::{Trigger, View};

pub(super) fn create_view<R: DdlRules + ?Sized>(r: &R, view: &View) -> Result<String> {
    let kind = kind(r, view)?;
    Ok(format!("CREATE {kind} {} AS {}", name(r, &view.name)?, text(&view.sql)))
}

pub(super) fn drop_view<R: DdlRules + ?Sized>(r: &R, view: &View) -> Result<String> {
    Ok(format!("DROP {} {}", kind(r, view)?, name(r, &view.name)?))
}

fn kind<R: DdlRules + ?Sized>(r: &R, view: &View) -> Result<&'static str> {
    match view.materialized {
        true if !r.has_materialized() => {
            Err(r.lacks("materialized views", "use a view, or a table that the program fills"))
        }
        true => Ok("MATERIALIZED VIEW"),
        false => Ok("VIEW"),
    }
}

pub(super) fn create_trigger<R: DdlRules + ?Sized>(r: &R, trigger: &Trigger) -> Result<String> {
    let (called, table) = (name(r, &trigger.name)?, name(r, &trigger.table)?);
    Ok(format!("CREATE TRIGGER {called} {} ON {table} {}", trigger.when.trim(), text(&trigger.body)))
}

pub(super) fn drop_trigger<R: DdlRules + ?Sized>(r: &R, trigger: &Trigger) -> Result<String> {
    let called = name(r, &trigger.name)?;
    Ok(if r.has_triggers_of_tables() {
        format!("DROP TRIGGER {called} ON {}", name(r, &trigger.table)?)
    } else {
        format!("DROP TRIGGER {called}")
    })
}

/// Without the sign that ends a statement, which may stand once only.
fn text(sql: &str) -> &str {
    let sql = sql.trim();
    if sql.to_ascii_uppercase().starts_with("BEGIN") { sql } else { sql.trim_end_matches(';').trim_end() }
}
