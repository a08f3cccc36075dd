//! SQLite's functions. Invariant: each gives what the same function gives elsewhere, NULL and booleans included.

use super::Sqlite;
use crate::Expr;
use crate::compile::{Result, Writer};
use crate::dialect::quote::push_text;
use crate::dialect::rules::{CompileRules, json_path};
use crate::expr::{Builtin, Field, OrderBy};

pub(super) fn builtin(w: &mut Writer<'_>, function: &Builtin, args: &[Expr]) -> Result<()> {
    match (function, args) {
        (Builtin::CharLength, _) => w.call("length", args),
        (Builtin::Position, _) => w.call("instr", args),
        (Builtin::Greatest, _) => w.call("max", args),
        (Builtin::Least, _) => w.call("min", args),
        (Builtin::Random, _) => {
            w.push("(random() / 18446744073709551616.0 + 0.5)");
            Ok(())
        }
        (Builtin::Extract { field, .. }, [moment]) => {
            w.push(match field {
                Field::Year => "CAST(strftime('%Y', ",
                Field::Month => "CAST(strftime('%m', ",
                Field::Day => "CAST(strftime('%d', ",
                Field::Hour => "CAST(strftime('%H', ",
                Field::Minute => "CAST(strftime('%M', ",
                Field::Second => "CAST(strftime('%S', ",
            });
            w.whole(moment)?;
            w.push(") AS INTEGER)");
            Ok(())
        }
        // A boolean would come out as 1 or 0.
        (Builtin::JsonText(steps), [document]) => {
            let mut path = String::new();
            push_text(&json_path(steps)?, false, &mut path)?;
            w.push("CASE json_type(");
            w.whole(document)?;
            w.push(&format!(", {path}) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST("));
            w.atom(document)?;
            w.push(&format!(" ->> {path} AS TEXT) END"));
            Ok(())
        }
        _ => Sqlite.ansi_builtin(w, function, args),
    }
}

pub(super) fn string_agg(
    w: &mut Writer<'_>,
    expr: &Expr,
    separator: &str,
    order_by: &[OrderBy],
) -> Result<()> {
    w.push("group_concat(");
    w.whole(expr)?;
    w.push(", ");
    let mut text = String::new();
    push_text(separator, false, &mut text)?;
    w.push(&text);
    w.order_within(order_by)?;
    w.push(")");
    Ok(())
}
