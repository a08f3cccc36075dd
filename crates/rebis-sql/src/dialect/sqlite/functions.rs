//! SQLite's functions. Invariant: each gives what the same function gives elsewhere, NULL and booleans included.

use chrono::TimeDelta;

use super::Sqlite;
use crate::Expr;
use crate::compile::{Result, Writer};
use crate::dialect::quote::push_text;
use crate::dialect::rules::{CompileRules, invalid, json_path, no_beginning};
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
        (Builtin::Extract { field: Field::Quarter, .. }, [moment]) => {
            w.push("((strftime('%m', ");
            w.whole(moment)?;
            w.push(") + 2) / 3)");
            Ok(())
        }
        // Sunday is 0 here.
        (Builtin::Extract { field: Field::Weekday, .. }, [moment]) => {
            w.push("((strftime('%w', ");
            w.whole(moment)?;
            w.push(") + 6) % 7 + 1)");
            Ok(())
        }
        (Builtin::Later(by), [moment]) => later(w, moment, *by),
        (Builtin::Elapsed, [start, end]) => {
            w.push("(");
            micros(w, end)?;
            w.push(" - ");
            micros(w, start)?;
            w.push(")");
            Ok(())
        }
        (Builtin::Truncate { field, .. }, [moment]) => truncate(w, *field, moment),
        (Builtin::Extract { field, .. }, [moment]) => {
            w.push(match field {
                Field::Year => "CAST(strftime('%Y', ",
                Field::Month => "CAST(strftime('%m', ",
                Field::Day => "CAST(strftime('%d', ",
                Field::Hour => "CAST(strftime('%H', ",
                Field::Minute => "CAST(strftime('%M', ",
                Field::YearDay => "CAST(strftime('%j', ",
                _ => "CAST(strftime('%S', ",
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

const MICROS: i64 = 1_000_000;

/// A moment so much later. SQLite counts in milliseconds, so the fraction of the second is reckoned apart.
fn later(w: &mut Writer<'_>, moment: &Expr, by: TimeDelta) -> Result<()> {
    let by = by.num_microseconds().ok_or_else(|| invalid("a length of time is too long for microseconds"))?;
    let (seconds, more) = (by.div_euclid(MICROS), by.rem_euclid(MICROS));
    w.push("(strftime('%Y-%m-%d %H:%M:%S', substr(");
    w.whole(moment)?;
    if more == 0 {
        w.push(&format!(", 1, 19), '{seconds} seconds') || '.' || substr("));
        w.push("substr(");
        w.whole(moment)?;
        w.push(", 21, 6) || '000000', 1, 6))");
        return Ok(());
    }
    w.push(&format!(", 1, 19), ({seconds} + ("));
    fraction(w, moment)?;
    w.push(&format!(" + {more}) / {MICROS}) || ' seconds') || printf('.%06d', ("));
    fraction(w, moment)?;
    w.push(&format!(" + {more}) % {MICROS}))"));
    Ok(())
}

/// The microseconds of a moment's second.
fn fraction(w: &mut Writer<'_>, moment: &Expr) -> Result<()> {
    w.push("CAST(substr(substr(");
    w.whole(moment)?;
    w.push(", 21, 6) || '000000', 1, 6) AS INTEGER)");
    Ok(())
}

/// A moment as microseconds since 1970.
fn micros(w: &mut Writer<'_>, moment: &Expr) -> Result<()> {
    w.push("(unixepoch(substr(");
    w.whole(moment)?;
    w.push(&format!(", 1, 19)) * {MICROS} + "));
    fraction(w, moment)?;
    w.push(")");
    Ok(())
}

fn truncate(w: &mut Writer<'_>, field: Field, moment: &Expr) -> Result<()> {
    let kept = match field {
        Field::Year => "%Y-01-01 00:00:00",
        Field::Month => "%Y-%m-01 00:00:00",
        Field::Day => "%Y-%m-%d 00:00:00",
        Field::Hour => "%Y-%m-%d %H:00:00",
        Field::Minute => "%Y-%m-%d %H:%M:00",
        Field::Second => "%Y-%m-%d %H:%M:%S",
        Field::Quarter => {
            w.push("(strftime('%Y', ");
            w.whole(moment)?;
            w.push(") || printf('-%02d-01 00:00:00.000000', (strftime('%m', ");
            w.whole(moment)?;
            w.push(") - 1) / 3 * 3 + 1))");
            return Ok(());
        }
        Field::Weekday | Field::YearDay => return Err(no_beginning()),
    };
    // Without its fraction: it would be rounded to the next second.
    w.push(&format!("strftime('{kept}.000000', substr("));
    w.whole(moment)?;
    w.push(", 1, 19))");
    Ok(())
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
