//! Views and triggers as the database would keep them. Invariant: nothing is left behind, and what the database refuses has no answer.

use rebis_engine::{Connection, TransactionOptions, inspect_objects};
use rebis_sql::schema::{Trigger, View};
use rebis_sql::{Ddl, Dialect};

use super::{Scratch, postgres, rules};
use crate::Result;
use crate::diff::TEMPORARY;

/// Whether a column keeps its type, and is not dropped, while a view or a trigger speaks of it.
pub(crate) fn holds_columns(dialect: Dialect) -> bool {
    dialect == Dialect::Postgres
}

/// Whether a column keeps its type while a foreign key is over it or refers to it.
pub(crate) fn holds_references(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::MySql | Dialect::MariaDb)
}

/// The words in which the database would keep a view; none where it keeps the words it was given, or refuses them.
pub(crate) async fn kept_view(conn: &mut Connection, view: &View) -> Result<Option<String>> {
    let dialect = conn.dialect();
    let scratch = View { name: format!("{TEMPORARY}view"), ..view.clone() };
    let create = dialect.ddl(&Ddl::CreateView { view: scratch.clone() })?.join(";");
    let kept = async |conn: &mut Connection| -> Result<Option<String>> {
        if !taken(conn, &create).await? {
            return Ok(None);
        }
        let found = inspect_objects(conn).await?;
        Ok(found.views.into_iter().find(|v| v.name == scratch.name).map(|v| v.sql))
    };
    match rules(dialect)?.scratch {
        None => Ok(None),
        Some(Scratch::Temporary { .. }) => taken_back(conn, kept).await,
        Some(Scratch::Named) => {
            let drop = dialect.ddl(&Ddl::DropView { view: scratch.clone() })?.join(";");
            let gone = drop.replacen("DROP VIEW", "DROP VIEW IF EXISTS", 1);
            conn.script(&gone).await?;
            let answer = kept(conn).await;
            conn.script(&gone).await?;
            answer
        }
    }
}

/// A trigger as the database would keep it; none where it keeps the words it was given, or refuses them.
pub(crate) async fn kept_trigger(conn: &mut Connection, trigger: &Trigger) -> Result<Option<Trigger>> {
    if conn.dialect() != Dialect::Postgres {
        return Ok(None);
    }
    let scratch = format!("{TEMPORARY}trigger");
    let on = Trigger { table: scratch.clone(), ..trigger.clone() };
    let mut sql = vec![postgres::empty_copy(&scratch, &trigger.table)];
    sql.extend(conn.dialect().ddl(&Ddl::CreateTrigger { trigger: on })?);
    let sql = sql.join(";\n");
    taken_back(conn, async |conn: &mut Connection| {
        if !taken(conn, &sql).await? {
            return Ok(None);
        }
        let found = inspect_objects(conn).await?;
        Ok(found.triggers.into_iter().find(|t| t.table == scratch))
    })
    .await
}

/// Whether the database takes a script. One that is gone says nothing about it.
async fn taken(conn: &mut Connection, sql: &str) -> Result<bool> {
    match conn.script(sql).await {
        Err(e) if e.is_connection() => Err(e.into()),
        done => Ok(done.is_ok()),
    }
}

/// Does something of which nothing remains.
async fn taken_back<T>(
    conn: &mut Connection,
    ask: impl AsyncFnOnce(&mut Connection) -> Result<T>,
) -> Result<T> {
    let within = conn.in_transaction();
    if within {
        conn.savepoint(TEMPORARY).await?;
    } else {
        conn.begin(TransactionOptions::default()).await?;
    }
    let answer = ask(conn).await;
    if within {
        conn.rollback_to(TEMPORARY).await?;
    } else {
        conn.rollback().await?;
    }
    answer
}
