//! Whether a change that may have been made was made. Invariant: "yes" and "no" are what the database shows; everything else is "unknown".

use rebis_engine::{Connection, InspectOptions, inspect, inspect_objects};
use rebis_sql::ddl::{Constraint, ConstraintKind};
use rebis_sql::schema::{Schema, Table};
use rebis_sql::{Ddl, Dialect};

use super::postgres;
use crate::Result;
use crate::op::Op;

/// Whether the database shows the operation's effect; `None` when it cannot tell.
pub(crate) async fn took_effect(conn: &mut Connection, op: &Op) -> Result<Option<bool>> {
    let Some(ddl) = op.to_ddl() else { return Ok(None) };
    match ddl {
        Ddl::CreateView { view } => return has_object(conn, &view.name).await.map(Some),
        Ddl::DropView { view } => return has_object(conn, &view.name).await.map(|has| Some(!has)),
        Ddl::CreateTrigger { trigger } => return has_object(conn, &trigger.name).await.map(Some),
        Ddl::DropTrigger { trigger } => return has_object(conn, &trigger.name).await.map(|has| Some(!has)),
        _ => {}
    }
    let Some((schema, table)) = op.table() else { return Ok(None) };
    if conn.dialect() == Dialect::Postgres
        && let Ddl::CreateIndex { index, .. } = ddl
    {
        return postgres::is_valid_index(conn, schema, &index.name)
            .await
            .map(|valid| Some(valid == Some(true)));
    }
    let mut tables = vec![table.to_owned()];
    if let Ddl::RenameTable { to, .. } = ddl {
        tables.push(to.clone());
    }
    let options = InspectOptions { schemas: schema.map(str::to_owned).into_iter().collect(), tables };
    let found = inspect(conn, &options).await?;
    Ok(shows(&found, schema, ddl))
}

/// Whether there is a view or a trigger of that name.
async fn has_object(conn: &mut Connection, name: &str) -> Result<bool> {
    let found = inspect_objects(conn).await?;
    Ok(found.views.iter().any(|v| v.name == name) || found.triggers.iter().any(|t| t.name == name))
}

fn shows(found: &Schema, schema: Option<&str>, ddl: &Ddl) -> Option<bool> {
    let find = |name: &str| -> Option<&Table> {
        let here = |t: &&Table| {
            t.name.eq_ignore_ascii_case(name) && (schema.is_none() || t.schema.as_deref() == schema)
        };
        found.tables.iter().find(here)
    };
    let column = |t: &Table, name: &str| t.columns.iter().any(|c| c.name.eq_ignore_ascii_case(name));
    let moved = |from: bool, to: bool| match (from, to) {
        (false, true) => Some(true),
        (true, false) => Some(false),
        _ => None,
    };
    match ddl {
        Ddl::CreateTable { table, .. } => Some(find(&table.name).is_some()),
        Ddl::DropTable { table, .. } => Some(find(table).is_none()),
        Ddl::RenameTable { from, to, .. } => moved(find(from).is_some(), find(to).is_some()),
        Ddl::AddColumn { table, column: added, .. } => Some(column(find(table)?, &added.name)),
        Ddl::DropColumn { table, column: gone, .. } => Some(!column(find(table)?, gone)),
        Ddl::RenameColumn { table, from, to, .. } => {
            let t = find(table)?;
            moved(column(t, from), column(t, to))
        }
        Ddl::CreateIndex { table, index, .. } => Some(has_index(find(table)?, &index.name)),
        Ddl::DropIndex { table, name, .. } => Some(!has_index(find(table)?, name)),
        Ddl::AddConstraint { table, constraint, .. } => {
            let (kind, name) = match constraint {
                Constraint::PrimaryKey(c) => (ConstraintKind::PrimaryKey, &c.name),
                Constraint::ForeignKey(c) => (ConstraintKind::ForeignKey, &c.name),
                Constraint::Unique(c) => (ConstraintKind::Unique, &c.name),
                Constraint::Check(c) => (ConstraintKind::Check, &c.name),
            };
            has_constraint(find(table)?, kind, name.as_deref())
        }
        Ddl::AddExclusion { table, exclusion, .. } => {
            has_constraint(find(table)?, ConstraintKind::Exclusion, exclusion.name.as_deref())
        }
        Ddl::DropConstraint { table, name, kind, .. } => {
            has_constraint(find(table)?, *kind, Some(name)).map(|has| !has)
        }
        // These say the whole of it: doing them again changes nothing.
        Ddl::AlterColumn { .. }
        | Ddl::AlterTableOption { .. }
        | Ddl::CommentTable { .. }
        | Ddl::Fill { .. } => Some(false),
        _ => None,
    }
}

fn has_index(t: &Table, name: &str) -> bool {
    let unique = t.uniques.iter().any(|u| u.name.as_deref().is_some_and(|n| n.eq_ignore_ascii_case(name)));
    unique || t.indexes.iter().any(|i| i.name.eq_ignore_ascii_case(name))
}

fn has_constraint(t: &Table, kind: ConstraintKind, name: Option<&str>) -> Option<bool> {
    let named =
        |found: &Option<String>| found.as_deref().zip(name).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b));
    match kind {
        ConstraintKind::PrimaryKey => Some(t.primary_key.is_some()),
        _ if name.is_none() => None,
        ConstraintKind::ForeignKey => Some(t.foreign_keys.iter().any(|c| named(&c.name))),
        ConstraintKind::Exclusion => Some(t.exclusions.iter().any(|c| named(&c.name))),
        ConstraintKind::Unique => name.map(|n| has_index(t, n)),
        ConstraintKind::Check => Some(t.checks.iter().any(|c| named(&c.name))),
    }
}

#[cfg(test)]
mod tests {
    use rebis_sql::SqlType;
    use rebis_sql::schema::{Column, Index};

    use super::*;

    #[test]
    fn what_the_schema_shows() {
        let mut t = Table::new("t");
        t.columns.push(Column::new("a", SqlType::Integer));
        t.indexes.push(Index::new("ix", ["a"]));
        let found = Schema { tables: vec![t.clone()] };
        let of = |ddl: Ddl| shows(&found, None, &ddl);
        let rename = |from: &str, to: &str| Ddl::RenameColumn {
            schema: None,
            table: "t".into(),
            from: from.into(),
            to: to.into(),
        };
        assert_eq!(of(Ddl::CreateTable { table: t, if_not_exists: false }), Some(true));
        assert_eq!(of(Ddl::DropTable { schema: None, table: "t".into(), if_exists: false }), Some(false));
        assert_eq!(of(rename("x", "a")), Some(true));
        assert_eq!(of(rename("a", "x")), Some(false));
        assert_eq!(of(rename("x", "y")), None);
        let gone = |name: &str| Ddl::DropIndex {
            schema: None,
            table: "t".into(),
            name: name.into(),
            if_exists: false,
            concurrently: false,
        };
        assert_eq!((of(gone("ix")), of(gone("iy"))), (Some(false), Some(true)));
        let column = Column::new("a", SqlType::Integer);
        assert_eq!(of(Ddl::AddColumn { schema: None, table: "u".into(), column }), None);
    }
}
