//! `explain`: what an upgrade or downgrade would do. Invariant: it reads, and nothing else.

use std::fmt;

use rebis_engine::{Connection, InspectOptions, inspect};
use rebis_sql::Dialect;
use rebis_sql::schema::Schema;
use serde_json::{Value, json};

use super::Migrator;
use crate::dialect::{self, offline};
use crate::execute::{Way, command, ends, recorded};
use crate::graph::PlanStep;
use crate::lint::{self, Remark};
use crate::op::Op;
use crate::{Error, Result, store};

/// What an upgrade or downgrade would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// The steps, in order; none when there is nothing to do.
    pub steps: Vec<ExplainedStep>,
}

/// What one migration would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExplainedStep {
    /// The revision.
    pub revision: String,
    /// `upgrade` or `downgrade`.
    pub direction: String,
    /// The revisions it comes from.
    pub from: Vec<String>,
    /// The revisions it leads to.
    pub to: Vec<String>,
    /// The script's message.
    pub message: String,
    /// It is applied whole or not at all.
    pub transactional: bool,
    /// Its operations.
    pub operations: Vec<ExplainedOperation>,
    /// Its SQL; code of the script stands as a comment.
    pub sql: Vec<String>,
    /// What should be looked at before it runs.
    pub remarks: Vec<Remark>,
}

/// What one operation would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExplainedOperation {
    /// The operation in words.
    pub what: String,
    /// What it keeps others from doing.
    pub locks: String,
    /// The rows of its table now, counted up to [`MOST_ROWS`](ExplainedOperation::MOST_ROWS); `None` when there is no such table yet.
    pub rows: Option<u64>,
}

impl ExplainedOperation {
    /// Further than this rows are not counted.
    pub const MOST_ROWS: u64 = 1_000_000;
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.steps.is_empty() {
            return f.write_str("Nothing to do.");
        }
        for (i, step) in self.steps.iter().enumerate() {
            if i > 0 {
                f.write_str("\n\n")?;
            }
            step.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for ExplainedStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let comma = if self.message.is_empty() { "" } else { ", " };
        write!(
            f,
            "{} {} -> {}{comma}{}",
            self.direction,
            self.from.join(", "),
            self.to.join(", "),
            self.message
        )?;
        let whole = if self.transactional {
            "one transaction"
        } else {
            "statement by statement, each committed by itself"
        };
        write!(f, "\n  {whole}")?;
        for op in &self.operations {
            write!(f, "\n  - {}", op.what)?;
            write!(f, "\n    locks: {}", op.locks)?;
            match op.rows {
                Some(rows) if rows > ExplainedOperation::MOST_ROWS => {
                    write!(f, "\n    rows: more than {}", ExplainedOperation::MOST_ROWS)?;
                }
                Some(rows) => write!(f, "\n    rows: {rows}")?,
                None => {}
            }
        }
        if !self.remarks.is_empty() {
            f.write_str("\n  remarks:")?;
        }
        self.remarks.iter().try_for_each(|r| write!(f, "\n    {}", r.to_string().replace('\n', "\n  ")))?;
        if !self.sql.is_empty() {
            f.write_str("\n  SQL:")?;
        }
        self.sql.iter().try_for_each(|sql| write!(f, "\n    {}", sql.replace('\n', "\n    ")))
    }
}

impl Explanation {
    /// The steps as a JSON array.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let remark = |r: &Remark| json!({ "code": r.code, "about": r.about, "text": r.text, "cure": r.cure });
        let step = |s: &ExplainedStep| {
            let operation =
                |o: &ExplainedOperation| json!({ "what": o.what, "locks": o.locks, "rows": o.rows });
            json!({
                "revision": s.revision,
                "direction": s.direction,
                "from": s.from,
                "to": s.to,
                "message": s.message,
                "transactional": s.transactional,
                "operations": s.operations.iter().map(operation).collect::<Value>(),
                "sql": s.sql,
                "remarks": s.remarks.iter().map(remark).collect::<Value>(),
            })
        };
        self.steps.iter().map(step).collect()
    }
}

pub(super) async fn explain(m: &Migrator, way: Way, target: &str) -> Result<Explanation> {
    let graph = m.fresh_graph()?;
    let conn = &mut m.engine.acquire().await?;
    let rows = m.rows(conn).await?;
    let plan = match way {
        Way::Down => graph.downgrade_plan(target, &rows)?,
        _ => graph.upgrade_plan(target, &rows)?,
    };
    let mut known = inspect(conn, &InspectOptions::default()).await?;
    let mut steps = Vec::new();
    for step in &plan {
        steps.push(explained(m, conn, step, &mut known).await?);
    }
    Ok(Explanation { steps })
}

async fn explained(
    m: &Migrator,
    conn: &mut Connection,
    step: &PlanStep,
    known: &mut Schema,
) -> Result<ExplainedStep> {
    let script = m.script_of(&step.id)?;
    let ops = recorded(script, step.direction, &m.arguments);
    let dialect = conn.dialect();
    let (from, to) = ends(step);
    let mut operations = Vec::new();
    for op in &ops {
        let rows = rows_of(conn, op).await?;
        operations.push(ExplainedOperation { what: op.describe(), locks: dialect::locks(dialect, op), rows });
    }
    Ok(ExplainedStep {
        revision: step.id.clone(),
        direction: command(step.direction).to_owned(),
        from,
        to,
        message: store::doc(script.source),
        transactional: dialect::is_transactional(dialect, &ops),
        operations,
        sql: sql(dialect, &ops, known),
        remarks: lint::lint(dialect, &ops),
    })
}

/// The statements; the script's code, and what no history says, as a comment.
fn sql(dialect: Dialect, ops: &[Op], known: &mut Schema) -> Vec<String> {
    let mut all = Vec::new();
    for part in ops.split_inclusive(|op| matches!(op, Op::Run(_))) {
        let (code, ops) = match part.split_last() {
            Some((Op::Run(_), ops)) => (true, ops),
            _ => (false, part),
        };
        let comment = |e: Error| vec![format!("-- {}", e.to_string().replace('\n', "\n-- "))];
        let made = offline(dialect, ops, known).map_or_else(comment, |made| made.statements);
        all.extend(made.iter().map(|sql| dialect::terminated(dialect, sql)));
        all.extend(code.then(|| String::from("-- the script's own code")));
    }
    all
}

/// How many rows the operation's table has.
async fn rows_of(conn: &mut Connection, op: &Op) -> Result<Option<u64>> {
    let Some((schema, table)) = op.table() else { return Ok(None) };
    let mut name = String::new();
    if let Some(schema) = schema {
        conn.dialect().quote_into(schema, &mut name);
        name.push('.');
    }
    conn.dialect().quote_into(table, &mut name);
    let most = ExplainedOperation::MOST_ROWS + 1;
    let sql = format!("SELECT COUNT(*) FROM (SELECT 1 FROM {name} LIMIT {most}) rebis_rows");
    // There is no such table yet, or it is in the making.
    let counted = conn.fetch_optional::<(i64,)>(&sql, &[]).await.unwrap_or_default();
    Ok(counted.and_then(|(n,)| u64::try_from(n).ok()))
}
