//! Migrations: what was applied, what is to come, and where models, history and database differ.
//!
//! **Invariant.** It reads; nothing is migrated from a page.

use std::collections::HashSet;

use rebis_migrate::{Drift, HistoryOptions, RevisionInfo};
use rebis_web::{App, Html, Result};
use serde_json::json;

use super::super::bind::bound;
use super::page::render;

/// `GET /__rebis/data/migrations`.
pub(super) async fn migrations(app: App) -> Result<Html> {
    let mut databases = Vec::new();
    for bound in bound(&app) {
        let migrator = bound.migrator(&app)?;
        let options = HistoryOptions { indicate_current: true, ..HistoryOptions::default() };
        let history = migrator.history(options).await;
        let drift = migrator.drift().await;
        let revisions = history.as_ref().map(|history| history.revisions.as_slice()).unwrap_or_default();
        let applied = applied(revisions);
        let pending = revisions.iter().filter(|revision| !applied.contains(&*revision.id)).count();
        let rows = revisions.iter().map(|revision| {
            json!({
                "id": revision.id,
                "message": revision.message,
                "labels": revision.labels,
                "current": revision.is_current,
                "head": revision.is_head,
                "applied": applied.contains(&*revision.id),
                "at": revision.applied.as_ref().map(|applied| applied.at.format("%Y-%m-%d %H:%M:%S UTC").to_string()),
            })
        });
        databases.push(json!({
            "name": bound.name(),
            "revisions": rows.collect::<Vec<_>>(),
            "pending": pending,
            "error": history.as_ref().err().map(ToString::to_string),
            "drift": drift.as_ref().ok().map(Drift::to_json),
            "drift_error": drift.as_ref().err().map(ToString::to_string),
        }));
    }
    render("migrations.html", json!({ "here": "migrations", "databases": databases }))
}

/// The current revisions and all that they stand on.
fn applied(revisions: &[RevisionInfo]) -> HashSet<&str> {
    let mut found = HashSet::new();
    let mut open: Vec<&RevisionInfo> =
        revisions.iter().filter(|revision| revision.is_current == Some(true)).collect();
    while let Some(revision) = open.pop() {
        if found.insert(&*revision.id) {
            let below = |other: &&RevisionInfo| {
                revision.down.contains(&other.id) || revision.depends_on.contains(&other.id)
            };
            open.extend(revisions.iter().filter(below));
        }
    }
    found
}
