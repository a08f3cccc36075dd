//! `drift`: the three corners, models, history and database. Invariant: history is what the scripts say that are applied; what only their own
//! SQL does is not in it.

use std::fmt;

use super::Migrator;
use super::offline::replayed;
use crate::Result;
use crate::diff::{self, DeclaredObjects, DiffOptions};

/// Where models, history and database differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// What would make of the database what the applied migrations say: something was changed by hand.
    pub database: Vec<String>,
    /// What would make of the history what the models say: a migration is missing.
    pub models: Vec<String>,
}

impl Drift {
    /// Whether all three agree.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.database.is_empty() && self.models.is_empty()
    }

    /// For machines.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "database": self.database, "models": self.models })
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_clean() {
            return f.write_str("Models, history and database agree.");
        }
        let mut gap = "";
        for (title, all) in [
            ("The database is not what its migrations made; to be done there:", &self.database),
            ("The models are not what the migrations make; to be written as one:", &self.models),
        ] {
            if !all.is_empty() {
                write!(f, "{gap}{title}")?;
                all.iter().try_for_each(|line| write!(f, "\n  {line}"))?;
                gap = "\n";
            }
        }
        Ok(())
    }
}

pub(super) async fn drift(m: &Migrator) -> Result<Drift> {
    let graph = m.graph()?;
    let mut connection = m.engine.acquire().await?;
    let rows = m.rows(&mut connection).await?;
    graph.known(&rows)?;
    let options = DiffOptions {
        schemas: m.schemas.clone(),
        ignored: m.ignored.clone(),
        version_table: m.version.name.clone(),
        hooks: m.hooks.clone(),
        ..DiffOptions::default()
    };
    let applied = replayed(m, &graph, &rows)?;
    // Against the history its views and triggers count as declared.
    let declared = m.declared();
    let objects = DeclaredObjects { declared: m.objects_of(&graph, &rows)?, made: declared.made.clone() };
    let options = DiffOptions { objects, ..options };
    let (_, found) = diff::compare(&mut connection, &applied, &options).await?;
    let described = |found: Vec<diff::Noted>| found.iter().map(|n| n.op.describe()).collect::<Vec<_>>();
    let made = m.made();
    let ours = |noted: &diff::Noted| {
        noted.op.table().is_none_or(|(_, table)| made.contains(table) || m.models.table(table).is_some())
    };
    let database = described(found.into_iter().filter(ours).collect());
    let whole = replayed(m, &graph, &graph.real_heads())?;
    let found = diff::diff(&whole, &m.models, connection.dialect(), &options);
    let held = m.objects_of(&graph, &graph.real_heads())?;
    let models = described(diff::compare_history(connection.dialect(), &held, &declared, found));
    Ok(Drift { database, models })
}
