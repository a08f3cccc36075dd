//! One operation as a statement. Invariant: an operation that has no statement is an error.

use rebis_sql::Ddl;
use rebis_sql::ddl::{ColumnChange, Constraint, Exclusion};
use rebis_sql::schema::{Column, Index};

use super::layout::statement;
use super::{Doc, call, cannot, table, text, texts, types, values, word};
use crate::op::UNKNOWN_TYPE;
use crate::{Op, Result};

pub(super) fn render(op: &Op, indent: usize) -> Result<String> {
    let ddl = match op {
        Op::Schema(Ddl::CreateTable { table, if_not_exists }) => {
            return table::create(table, *if_not_exists, indent);
        }
        // A statement of its own follows the one that it is about.
        Op::Schema(Ddl::Guarded(change)) => {
            let inner = render(&Op::Schema((**change).clone()), indent)?;
            return Ok(inner + &statement("op", &[call("guard", [])], indent));
        }
        Op::Schema(Ddl::Online { change, algorithm, lock }) => {
            let mut inner = render(&Op::Schema((**change).clone()), indent)?;
            for (link, how) in [("algorithm", algorithm), ("lock", lock)] {
                if let Some(how) = how {
                    inner += &statement("op", &[call(link, [text(how)])], indent);
                }
            }
            return Ok(inner);
        }
        Op::Schema(Ddl::AddNotValid { schema, table, constraint }) => {
            let (schema, table, constraint) = (schema.clone(), table.clone(), constraint.clone());
            let inner = render(&Op::Schema(Ddl::AddConstraint { schema, table, constraint }), indent)?;
            return Ok(inner + &statement("op", &[call("not_valid", [])], indent));
        }
        Op::Schema(ddl) => ddl,
        Op::Execute { sql, binds } if binds.is_empty() => {
            return Ok(statement("op", &[call("execute", [text(sql)])], indent));
        }
        other => return Err(cannot(format_args!("«{}»", other.describe()))),
    };
    Ok(statement("op", &links(ddl).map_err(|e| e.within(&op.describe()))?, indent))
}

fn links(ddl: &Ddl) -> Result<Vec<Doc>> {
    Ok(match ddl {
        Ddl::DropTable { table, if_exists: false, .. } => vec![call("drop_table", [text(table)])],
        Ddl::RenameTable { from, to, .. } => vec![call("rename_table", [text(from), text(to)])],
        Ddl::AddColumn { table, column, .. } => {
            let mut links =
                vec![call("add_column", [text(table), text(&column.name), types::type_of(&column.ty)?])];
            links.extend(table::of_column(column, false, false)?);
            links
        }
        Ddl::DropColumn { table, column, .. } => vec![call("drop_column", [text(table), text(column)])],
        Ddl::RenameColumn { table, from, to, .. } => {
            vec![call("rename_column", [text(table), text(from), text(to)])]
        }
        Ddl::AlterColumn { table, existing, change, .. } => alter(table, existing, change)?,
        Ddl::CreateIndex { table, index, if_not_exists, concurrently, .. } => {
            let mut links = create_index(table, index);
            if *if_not_exists {
                links.push(call("if_not_exists", []));
            }
            if *concurrently {
                links.push(call("concurrently", []));
            }
            links
        }
        Ddl::DropIndex { table, name, if_exists, concurrently, .. } => {
            let mut links = vec![call("drop_index", [text(name), text(table)])];
            links.extend(if_exists.then(|| call("if_exists", [])));
            links.extend(concurrently.then(|| call("concurrently", [])));
            links
        }
        Ddl::Fill { table, column, sql, .. } => vec![call("fill", [text(table), text(column), text(sql)])],
        Ddl::ValidateConstraint { table, name, .. } => {
            vec![call("validate_constraint", [text(name), text(table)])]
        }
        Ddl::AddExclusion { table, exclusion, .. } => {
            self::exclusion("create_exclude_constraint", Some(table), exclusion)
        }
        Ddl::CreateSequence { name, options, .. } => {
            vec![call("create_sequence", [text(name), values::identity(options)])]
        }
        Ddl::CreateView { view } if view.materialized => {
            vec![call("create_materialized_view", [text(&view.name), text(&view.sql)])]
        }
        Ddl::CreateView { view } => vec![call("create_view", [text(&view.name), text(&view.sql)])],
        Ddl::DropView { view } if view.materialized => {
            vec![call("drop_materialized_view", [text(&view.name)])]
        }
        Ddl::DropView { view } => vec![call("drop_view", [text(&view.name)])],
        Ddl::CreateTrigger { trigger: t } => {
            vec![call("create_trigger", [text(&t.name), text(&t.table), text(&t.when), text(&t.body)])]
        }
        Ddl::DropTrigger { trigger } => {
            vec![call("drop_trigger", [text(&trigger.name), text(&trigger.table)])]
        }
        Ddl::DropSequence { name, if_exists: false, .. } => vec![call("drop_sequence", [text(name)])],
        Ddl::AddConstraint { table, constraint, .. } => add_constraint(table, constraint),
        Ddl::DropConstraint { table, name, kind, .. } => {
            let kind = word(&format!("ConstraintKind::{kind:?}"));
            vec![call("drop_constraint", [text(name), text(table), kind])]
        }
        Ddl::CommentTable { table, comment: Some(comment), .. } => {
            vec![call("create_table_comment", [text(table), text(comment)])]
        }
        Ddl::CommentTable { table, comment: None, .. } => vec![call("drop_table_comment", [text(table)])],
        Ddl::AlterTableOption { table, option, to, keep, .. } => {
            let mut links = vec![match to {
                Some(value) => call("set_table_option", [text(table), text(option), text(value)]),
                None => call("drop_table_option", [text(table), text(option)]),
            }];
            links.extend((!keep.is_empty()).then(|| call("keeping", [texts(keep)])));
            links
        }
        Ddl::CreateType { name, values } => vec![call("create_type", [text(name), texts(values)])],
        Ddl::AlterType { name, from, to, .. } => {
            vec![call("alter_type", [text(name), texts(from), texts(to)])]
        }
        Ddl::DropType { name } => vec![call("drop_type", [text(name)])],
        other => return Err(cannot(format_args!("{other:?}"))),
    })
}

fn alter(table: &str, existing: &Column, change: &ColumnChange) -> Result<Vec<Doc>> {
    let mut links = vec![call("alter_column", [text(table), text(&existing.name)])];
    if existing.ty != UNKNOWN_TYPE {
        links.push(call("existing_type", [types::type_of(&existing.ty)?]));
        links.push(call("existing_nullable", [word(&existing.nullable.to_string())]));
    }
    if let Some(default) = &existing.default {
        links.push(call("existing_server_default", [values::default(default)?]));
    }
    links.extend(existing.collation.as_ref().map(|c| call("existing_collation", [values::collation(c)])));
    if let Some(comment) = &existing.comment {
        links.push(call("existing_comment", [text(comment)]));
    }
    if let Some(identity) = &existing.identity {
        links.push(call("existing_identity", [values::identity(identity)]));
    } else if existing.autoincrement {
        links.push(call("existing_autoincrement", []));
    }
    if let Some(ty) = &change.ty {
        links.push(call("set_type", [types::type_of(ty)?]));
    }
    if let Some(using) = &change.using {
        links.push(call("using", [text(using)]));
    }
    if let Some(nullable) = change.nullable {
        links.push(call("set_nullable", [word(&nullable.to_string())]));
    }
    match &change.default {
        None => {}
        Some(None) => links.push(call("drop_server_default", [])),
        Some(Some(default)) => links.push(call("set_server_default", [values::default(default)?])),
    }
    match &change.identity {
        None => {}
        Some(None) => links.push(call("drop_identity", [])),
        Some(Some(identity)) => links.push(call("set_identity", [values::identity(identity)])),
    }
    if let Some(yes) = change.autoincrement {
        links.push(call("set_autoincrement", [word(&yes.to_string())]));
    }
    match &change.collation {
        None => {}
        Some(None) => links.push(call("drop_collation", [])),
        Some(Some(collation)) => links.push(call("set_collation", [values::collation(collation)])),
    }
    match &change.comment {
        None => {}
        Some(None) => links.push(call("drop_comment", [])),
        Some(Some(comment)) => links.push(call("set_comment", [text(comment)])),
    }
    Ok(links)
}

fn create_index(table: &str, index: &Index) -> Vec<Doc> {
    let mut links = vec![call("create_index", [text(&index.name), text(table), values::keys(index)])];
    if index.unique {
        links.push(call("unique", []));
    }
    if let Some(filter) = &index.filter {
        links.push(call("filter", [text(filter)]));
    }
    if let Some(method) = &index.method {
        links.push(call("method", [text(method)]));
    }
    if !index.include.is_empty() {
        links.push(call("include", [texts(&index.include)]));
    }
    for (column, length) in &index.lengths {
        links.push(call("length", [text(column), word(&length.to_string())]));
    }
    for (option, value) in &index.options {
        links.push(call("option", [text(option), text(value)]));
    }
    links.extend(index.nulls_not_distinct.then(|| call("nulls_not_distinct", [])));
    links
}

/// `create_exclude_constraint(…)`, or `exclude(…)` within its table.
pub(super) fn exclusion(begin: &str, table: Option<&str>, exclusion: &Exclusion) -> Vec<Doc> {
    let elements =
        exclusion.elements.iter().map(|(expression, operator)| call("", [text(expression), text(operator)]));
    let named = |name: &Option<String>| text(name.as_deref().unwrap_or_default());
    let arguments = [Some(named(&exclusion.name)), table.map(text), Some(named(&exclusion.method))];
    let arguments = arguments.into_iter().flatten().chain([Doc::Array(elements.collect())]);
    let mut links = vec![call(begin, arguments)];
    links.extend(exclusion.filter.as_ref().map(|filter| call("filter", [text(filter)])));
    links.extend(exclusion.deferrable.map(|deferred| call("deferrable", [word(&deferred.to_string())])));
    links
}

fn add_constraint(table: &str, constraint: &Constraint) -> Vec<Doc> {
    // An empty name is none.
    let named = |name: &Option<String>| text(name.as_deref().unwrap_or_default());
    match constraint {
        Constraint::PrimaryKey(c) => {
            vec![call("create_primary_key", [named(&c.name), text(table), texts(&c.columns)])]
        }
        Constraint::Unique(c) => {
            let mut links =
                vec![call("create_unique_constraint", [named(&c.name), text(table), texts(&c.columns)])];
            links.extend(table::of_unique(c));
            links
        }
        Constraint::Check(c) => {
            vec![call("create_check_constraint", [named(&c.name), text(table), text(&c.sql)])]
        }
        Constraint::ForeignKey(c) => {
            let arguments =
                [named(&c.name), text(table), texts(&c.columns), text(&c.ref_table), texts(&c.ref_columns)];
            let mut links = vec![call("create_foreign_key", arguments)];
            links.extend(table::of_foreign_key(c));
            links
        }
    }
}
