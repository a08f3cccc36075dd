//! CREATE TABLE and CREATE INDEX. Invariant: the statements run in the order given: types, table, indexes, comments.

use super::{DdlRules, IndexAt, column, column_def, columns, constraint_def, name, qualified, within};
use crate::compile::Result;
use crate::ddl::Constraint;
use crate::dialect::rules::invalid;
use crate::schema::{Index, IndexKey, Table, split_key};

/// The statements that make a table, without the foreign keys of the given positions.
pub(crate) fn create_table<R: DdlRules + ?Sized>(
    r: &R,
    table: &Table,
    if_not_exists: bool,
    later: &[usize],
    out: &mut Vec<String>,
) -> Result<()> {
    if table.columns.is_empty() {
        return Err(invalid(format!("table {:?} has no columns; give it at least one", table.name)));
    }
    let at = qualified(r, table.schema.as_deref(), &table.name)?;
    let mut parts = Vec::new();
    for c in &table.columns {
        r.ensure_type(&c.ty, out)?;
        parts.push(column_def(r, c).map_err(|e| within(e, &table.name, &c.name))?);
    }
    let keys = table.primary_key.iter().cloned().map(Constraint::PrimaryKey);
    let fks = table.foreign_keys.iter().enumerate().filter(|(i, _)| !later.contains(i));
    let fks = fks.map(|(_, fk)| Constraint::ForeignKey(fk.clone()));
    let uniques = table.uniques.iter().cloned().map(Constraint::Unique);
    let checks = table.checks.iter().cloned().map(Constraint::Check);
    for constraint in keys.chain(fks).chain(uniques).chain(checks) {
        parts.push(constraint_def(r, &constraint)?);
    }
    for exclusion in &table.exclusions {
        parts.push(r.exclusion(exclusion)?);
    }
    let mut sql = format!(
        "CREATE TABLE {}{at} (\n    {}\n)",
        if if_not_exists { "IF NOT EXISTS " } else { "" },
        parts.join(",\n    ")
    );
    table.options.iter().try_for_each(|(option, _)| super::option::known(option))?;
    sql.push_str(&r.table_options(table)?);
    r.table_tail(table, &mut sql)?;
    out.push(sql);
    for index in &table.indexes {
        let place = IndexAt {
            schema: table.schema.as_deref(),
            table: &table.name,
            if_not_exists,
            concurrently: false,
        };
        r.create_index(&place, index, out)?;
    }
    if let Some(comment) = &table.comment {
        r.comment_on(&format!("TABLE {at}"), Some(comment), out)?;
    }
    for c in &table.columns {
        column::comment(r, &at, c, out)?;
    }
    Ok(())
}

/// `CREATE [UNIQUE] INDEX … ON … (…)`, up to the closing bracket.
pub(crate) fn index_text<R: DdlRules + ?Sized>(
    r: &R,
    index: &Index,
    head: &str,
    called: &str,
    on: &str,
) -> Result<String> {
    let unique = if index.unique { "UNIQUE " } else { "" };
    let method = match &index.method {
        None => String::new(),
        Some(m) if m.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => format!(" USING {m}"),
        Some(m) => return Err(invalid(format!("{m:?} is no index method"))),
    };
    let mut keys = Vec::new();
    for key in &index.keys {
        keys.push(match key {
            IndexKey::Column { name: n, descending } => {
                format!("{}{}{}", name(r, n)?, r.key_length(index, n), if *descending { " DESC" } else { "" })
            }
            IndexKey::Expression(sql) => {
                let (expression, tail) = split_key(sql);
                format!("({expression}){}{tail}", if tail.is_empty() { "" } else { " " })
            }
        });
    }
    if keys.is_empty() {
        columns(r, &[])?;
    }
    if index.nulls_not_distinct {
        r.nulls_not_distinct()?;
    }
    Ok(format!("CREATE {unique}INDEX {head}{called} ON {on}{method} ({})", keys.join(", ")))
}
