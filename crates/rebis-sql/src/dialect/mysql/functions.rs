//! MySQL's functions. Invariant: each gives what the same function gives elsewhere; JSON's null is NULL.

use super::MySql;
use crate::compile::{Result, Writer};
use crate::dialect::quote::push_text;
use crate::dialect::rules::{CompileRules, invalid, json_path, no_beginning};
use crate::expr::{Builtin, Field, OrderBy};
use crate::{Expr, Value};

pub(super) fn builtin(rules: &MySql, w: &mut Writer<'_>, function: &Builtin, args: &[Expr]) -> Result<()> {
    match (function, args) {
        (Builtin::Position, [text, needle]) => {
            w.push("locate(");
            w.whole(needle)?;
            w.push(", ");
            w.whole(text)?;
            w.push(")");
            Ok(())
        }
        (Builtin::Extract { field: Field::Weekday, .. }, [at]) => {
            w.function("(WEEKDAY", at)?;
            w.push(" + 1)");
            Ok(())
        }
        (Builtin::Extract { field: Field::YearDay, .. }, [at]) => w.function("DAYOFYEAR", at),
        (Builtin::Later(by), [at]) => {
            w.push("DATE_ADD(");
            w.whole(at)?;
            w.push(", INTERVAL ");
            w.bind(&Value::Interval(*by));
            w.push(" MICROSECOND)");
            Ok(())
        }
        (Builtin::Elapsed, _) => {
            w.push("TIMESTAMPDIFF(MICROSECOND, ");
            w.list(args, Writer::whole)?;
            w.push(")");
            Ok(())
        }
        (Builtin::Truncate { field, .. }, [at]) => truncate(w, *field, at),
        (Builtin::Random, _) => w.call("rand", args),
        // The operator goes by the column's collation.
        (Builtin::Matches { insensitive }, [text, pattern]) if rules.maria => {
            w.atom(text)?;
            w.push(if *insensitive { " REGEXP CONCAT('(?i)', " } else { " REGEXP CONCAT('(?-i)', " });
            w.whole(pattern)?;
            w.push(")");
            Ok(())
        }
        (Builtin::Matches { insensitive }, [text, pattern]) => {
            w.push("REGEXP_LIKE(");
            w.whole(text)?;
            w.push(", ");
            w.whole(pattern)?;
            w.push(if *insensitive { ", 'i')" } else { ", 'c')" });
            Ok(())
        }
        (Builtin::Search, [query, documents @ ..]) => {
            let Expr::Value(Value::Text(query)) = query else {
                return Err(invalid("a full-text search takes its words as a text, not as an expression"));
            };
            w.push("MATCH (");
            w.list(documents, Writer::whole)?;
            w.push(") AGAINST (");
            w.bind(&Value::Text(every_word(query)));
            w.push(" IN BOOLEAN MODE)");
            Ok(())
        }
        (Builtin::JsonText(steps), [document]) => {
            let mut path = String::new();
            push_text(&json_path(steps)?, true, &mut path)?;
            w.push("CASE WHEN JSON_TYPE(JSON_EXTRACT(");
            w.whole(document)?;
            w.push(&format!(", {path})) <> 'NULL' THEN JSON_UNQUOTE(JSON_EXTRACT("));
            w.whole(document)?;
            w.push(&format!(", {path})) END"));
            Ok(())
        }
        _ => rules.ansi_builtin(w, function, args),
    }
}

fn truncate(w: &mut Writer<'_>, field: Field, at: &Expr) -> Result<()> {
    let kept = match field {
        Field::Year => "%Y-01-01",
        Field::Month => "%Y-%m-01",
        Field::Day => "%Y-%m-%d",
        Field::Hour => "%Y-%m-%d %H:00:00",
        Field::Minute => "%Y-%m-%d %H:%i:00",
        Field::Second => "%Y-%m-%d %H:%i:%s",
        Field::Quarter => {
            w.function("CAST(MAKEDATE(YEAR", at)?;
            w.function(", 1) + INTERVAL (QUARTER", at)?;
            w.push(" - 1) * 3 MONTH AS DATETIME(6))");
            return Ok(());
        }
        Field::Weekday | Field::YearDay => return Err(no_beginning()),
    };
    w.push("CAST(DATE_FORMAT(");
    w.whole(at)?;
    w.push(&format!(", '{kept}') AS DATETIME(6))"));
    Ok(())
}

/// `+one +two`: without the signs any of the words would do, and other signs have meanings of their own.
fn every_word(query: &str) -> String {
    let words = query.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    words.map(|word| format!("+{word}")).collect::<Vec<_>>().join(" ")
}

pub(super) fn string_agg(
    w: &mut Writer<'_>,
    expr: &Expr,
    separator: &str,
    order_by: &[OrderBy],
) -> Result<()> {
    w.push("group_concat(");
    w.whole(expr)?;
    w.order_within(order_by)?;
    w.push(" SEPARATOR ");
    let mut text = String::new();
    push_text(separator, true, &mut text)?;
    w.push(&text);
    w.push(")");
    Ok(())
}
