//! PostgreSQL's functions. Invariant: each gives what the same function gives elsewhere; a moment with a zone is read in UTC, whatever the
//! connection's zone is.

use super::Postgres;
use crate::compile::{Result, Writer};
use crate::dialect::rules::{CompileRules, TypeRules, field_name, no_beginning};
use crate::expr::{Builtin, Field, JsonStep, OrderBy};
use crate::{Expr, SqlType, Value};

pub(super) fn builtin(w: &mut Writer<'_>, function: &Builtin, args: &[Expr]) -> Result<()> {
    match (function, args) {
        (Builtin::Position, _) => w.call("strpos", args),
        // round() with digits takes NUMERIC only.
        (Builtin::Round, [number, digits]) => {
            w.push("round(CAST(");
            w.whole(number)?;
            w.push(" AS NUMERIC), ");
            w.whole(digits)?;
            w.push(")");
            Ok(())
        }
        // Both leave NULL out of the comparison here.
        (Builtin::Greatest | Builtin::Least, _) => {
            w.push("CASE WHEN ");
            let unknown = args.iter().filter(|arg| !matches!(arg, Expr::Value(v) if !v.is_null()));
            for (i, arg) in unknown.enumerate() {
                w.push(if i == 0 { "" } else { " AND " });
                w.operand(arg)?;
                w.push(" IS NOT NULL");
            }
            w.push(" THEN ");
            w.call(if *function == Builtin::Greatest { "greatest" } else { "least" }, args)?;
            w.push(" END");
            Ok(())
        }
        (Builtin::Extract { field, utc }, [at]) => {
            w.push("CAST(floor(EXTRACT(");
            w.push(field_name(*field));
            w.push(" FROM ");
            moment(w, at, *utc)?;
            w.push(")) AS INTEGER)");
            Ok(())
        }
        (Builtin::Later(by), [at]) => {
            w.push("(");
            w.sum_operand(at)?;
            w.push(" + ");
            Postgres.typed_value(w, &Value::Interval(*by), &SqlType::Interval)?;
            w.push(")");
            Ok(())
        }
        (Builtin::Elapsed, [start, end]) => {
            w.push("(");
            w.sum_operand(end)?;
            w.push(" - ");
            w.factor(start)?;
            w.push(")");
            Ok(())
        }
        (Builtin::Truncate { field: Field::Weekday | Field::YearDay, .. }, _) => Err(no_beginning()),
        (Builtin::Truncate { field, utc }, [at]) => {
            w.push(&format!("date_trunc('{}', ", field_name(*field).to_ascii_lowercase()));
            w.whole(at)?;
            w.push(if *utc { ", 'UTC')" } else { ")" });
            Ok(())
        }
        (Builtin::DateOf { utc }, [at]) => {
            w.push("CAST(");
            moment(w, at, *utc)?;
            w.push(" AS DATE)");
            Ok(())
        }
        (Builtin::Matches { insensitive }, [text, pattern]) => {
            w.infix(text, if *insensitive { " ~* " } else { " ~ " }, pattern)
        }
        (Builtin::Search, [query, documents @ ..]) => {
            w.push("to_tsvector('simple', concat_ws(' ', ");
            w.list(documents, Writer::whole)?;
            w.push(")) @@ plainto_tsquery('simple', ");
            w.whole(query)?;
            w.push(")");
            Ok(())
        }
        (Builtin::JsonText(steps), [document]) => {
            w.push("(CAST(");
            w.whole(document)?;
            w.push(" AS JSONB) #>> ");
            let steps = steps.iter().map(|step| {
                Value::Text(match step {
                    JsonStep::Key(key) => key.clone(),
                    JsonStep::Index(at) => at.to_string(),
                })
            });
            let mut path = String::new();
            Postgres.literal(&Value::Array(steps.collect()), &mut path)?;
            w.push(&path);
            w.push(")");
            Ok(())
        }
        (Builtin::ArrayHas, [array, item]) => {
            w.operand(item)?;
            w.push(" = ANY(");
            w.whole(array)?;
            w.push(")");
            Ok(())
        }
        (Builtin::ArrayContains, [array, items]) => w.infix(array, " @> ", items),
        (Builtin::ArrayOverlaps, [array, items]) => w.infix(array, " && ", items),
        (Builtin::ArrayLength, _) => w.call("cardinality", args),
        _ => Postgres.ansi_builtin(w, function, args),
    }
}

fn moment(w: &mut Writer<'_>, at: &Expr, utc: bool) -> Result<()> {
    if !utc {
        return w.whole(at);
    }
    w.push("(");
    w.atom(at)?;
    w.push(" AT TIME ZONE 'UTC')");
    Ok(())
}

pub(super) fn string_agg(
    w: &mut Writer<'_>,
    expr: &Expr,
    separator: &str,
    order_by: &[OrderBy],
) -> Result<()> {
    w.push("string_agg(CAST(");
    w.whole(expr)?;
    w.push(" AS TEXT), ");
    let mut text = String::new();
    Postgres.literal(&Value::Text(separator.to_owned()), &mut text)?;
    w.push(&text);
    w.order_within(order_by)?;
    w.push(")");
    Ok(())
}
