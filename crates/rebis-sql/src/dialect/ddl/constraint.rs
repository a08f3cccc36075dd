//! Constraints. Invariant: the same words in CREATE TABLE and in ALTER TABLE … ADD.

use super::{DdlRules, name, qualified};
use crate::compile::Result;
use crate::ddl::Constraint;
use crate::schema::{ForeignKey, ReferentialAction, Unique};

/// `[CONSTRAINT "name"] PRIMARY KEY (…)` and its like.
pub(crate) fn constraint_def<R: DdlRules + ?Sized>(r: &R, constraint: &Constraint) -> Result<String> {
    let (called, body) = match constraint {
        Constraint::PrimaryKey(key) => (&key.name, format!("PRIMARY KEY ({})", columns(r, &key.columns)?)),
        Constraint::ForeignKey(key) => (&key.name, foreign_key(r, key)?),
        Constraint::Unique(unique) => (&unique.name, self::unique(r, unique)?),
        Constraint::Check(check) => (&check.name, format!("CHECK ({})", check.sql)),
    };
    Ok(match called {
        Some(called) => format!("CONSTRAINT {} {body}", name(r, called)?),
        None => body,
    })
}

/// Quoted names with commas between.
pub(crate) fn columns<R: DdlRules + ?Sized>(r: &R, names: &[String]) -> Result<String> {
    if names.is_empty() {
        return Err(crate::dialect::rules::invalid("a key or constraint has no columns; name at least one"));
    }
    Ok(names.iter().map(|n| name(r, n)).collect::<Result<Vec<_>>>()?.join(", "))
}

fn unique<R: DdlRules + ?Sized>(r: &R, unique: &Unique) -> Result<String> {
    if unique.deferrable.is_some() && !r.has_deferrable_unique() {
        return Err(r.lacks("deferrable unique constraints", "leave `deferrable` out here"));
    }
    let nulls = if unique.nulls_not_distinct { r.nulls_not_distinct()? } else { "" };
    Ok(format!("UNIQUE{nulls} ({}){}", columns(r, &unique.columns)?, deferrable(unique.deferrable)))
}

fn deferrable(how: Option<bool>) -> &'static str {
    match how {
        None => "",
        Some(false) => " DEFERRABLE",
        Some(true) => " DEFERRABLE INITIALLY DEFERRED",
    }
}

fn foreign_key<R: DdlRules + ?Sized>(r: &R, key: &ForeignKey) -> Result<String> {
    let mut sql = format!(
        "FOREIGN KEY ({}) REFERENCES {} ({})",
        columns(r, &key.columns)?,
        qualified(r, key.ref_schema.as_deref(), &key.ref_table)?,
        columns(r, &key.ref_columns)?
    );
    if key.match_full {
        if !r.has_match_full() {
            return Err(
                r.lacks("MATCH FULL", "forbid NULL in the columns, or check that all are NULL or none is")
            );
        }
        sql.push_str(" MATCH FULL");
    }
    for (when, what) in [(" ON DELETE ", key.on_delete), (" ON UPDATE ", key.on_update)] {
        let words = match what {
            ReferentialAction::NoAction => continue,
            ReferentialAction::Restrict => "RESTRICT",
            ReferentialAction::Cascade => "CASCADE",
            ReferentialAction::SetNull => "SET NULL",
            ReferentialAction::SetDefault => "SET DEFAULT",
        };
        sql.push_str(when);
        sql.push_str(words);
    }
    if key.deferrable.is_some() && !r.has_deferrable() {
        return Err(r.lacks("deferrable constraints", "leave `deferrable` out here"));
    }
    sql.push_str(deferrable(key.deferrable));
    Ok(sql)
}
