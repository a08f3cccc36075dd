//! A column's definition. Invariant: type, collation, generation, default, nullability, in the order that all databases take.

use std::fmt::Write as _;

use super::DdlRules;
use crate::SqlType;
use crate::compile::Result;
use crate::dialect::rules::invalid;
use crate::schema::Column;

/// `"name" TYPE [DEFAULT …] [NOT NULL]`
pub(crate) fn column_def<R: DdlRules + ?Sized>(r: &R, column: &Column) -> Result<String> {
    let mut sql = super::name(r, &column.name)?;
    sql.push(' ');
    let identity = column.identity.as_ref().filter(|_| r.has_identity());
    let mut tail = "";
    if column.autoincrement && identity.is_none() {
        let (ty, after) = r.autoincrement(column)?;
        tail = after;
        if ty.is_empty() { r.type_name(&column.ty, &mut sql)? } else { sql.push_str(ty) }
    } else {
        r.type_name(&column.ty, &mut sql)?;
    }
    sql.push_str(&collate(r, column)?);
    if let Some(computed) = &column.computed {
        let kind = if computed.stored { "STORED" } else { "VIRTUAL" };
        let _ = write!(sql, " GENERATED ALWAYS AS ({}) {kind}", computed.sql);
    } else if let Some(default) = &column.default {
        sql.push_str(" DEFAULT ");
        r.default_value(&column.ty, default, &mut sql)?;
    }
    if let Some(identity) = identity {
        let always = if identity.always { "ALWAYS" } else { "BY DEFAULT" };
        let _ = write!(sql, " GENERATED {always} AS IDENTITY");
        let options = identity.options();
        if !options.is_empty() {
            let _ = write!(sql, " ({})", options.join(" "));
        }
    }
    // An identity column forbids NULL by itself.
    if !column.nullable && identity.is_none() && (column.computed.is_none() || r.has_computed_not_null()) {
        sql.push_str(" NOT NULL");
    }
    sql.push_str(tail);
    r.column_tail(column, &mut sql)?;
    Ok(sql)
}

/// ` COLLATE …`, where the column has a collation of its own.
pub(crate) fn collate<R: DdlRules + ?Sized>(r: &R, column: &Column) -> Result<String> {
    let Some(called) = column.collation.as_ref().and_then(|c| c.on(r.dialect())) else {
        return Ok(String::new());
    };
    if !r.has_collation(&column.ty) {
        return Err(invalid(format!(
            "column {:?} has the collation {called:?}, but is of a type that has none on {}; leave `collation` out, or say it for the \
             databases where it has",
            column.name,
            r.dialect().name()
        )));
    }
    Ok(format!(" COLLATE {}", r.collation(called)?))
}

/// Whether a type holds text; a UUID is one where the database has no type for it.
pub(crate) fn is_text(ty: &SqlType) -> bool {
    match ty {
        SqlType::String(_) | SqlType::Text | SqlType::Enum { .. } | SqlType::Uuid | SqlType::Other(_) => true,
        SqlType::Array(of) => is_text(of),
        _ => false,
    }
}

/// The column's comment, where it takes a statement.
pub(super) fn comment<R: DdlRules + ?Sized>(
    r: &R,
    table: &str,
    column: &Column,
    out: &mut Vec<String>,
) -> Result<()> {
    match &column.comment {
        None => Ok(()),
        Some(text) => {
            r.comment_on(&format!("COLUMN {table}.{}", super::name(r, &column.name)?), Some(text), out)
        }
    }
}
