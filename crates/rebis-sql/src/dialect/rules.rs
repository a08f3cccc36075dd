//! The rules that a dialect may override, with ANSI defaults. Invariant: nothing here asks which dialect it is; a difference is an
//! overridden method or a capability.

use std::fmt::Write as _;

use crate::compile::{Result, Writer};
use crate::dialect::ddl::DdlRules;
use crate::expr::{BinaryOp, Builtin, Field, JsonStep, OrderBy};
use crate::stmt::{Lock, OnConflict};
use crate::{Capabilities, Dialect, Expr, SqlType, Unsupported, Value};

/// Everything about one dialect.
pub(crate) trait Rules: TypeRules + CompileRules + DdlRules {
    /// What the database can do.
    fn capabilities(&self) -> &'static Capabilities;
}

/// What every group of rules needs to know.
pub(crate) trait Names: Sync {
    /// The dialect these rules are of.
    fn dialect(&self) -> Dialect;

    /// The character around an identifier.
    fn quote(&self) -> char {
        '"'
    }

    /// A refusal that names the capability.
    fn lacks(&self, capability: &'static str, advice: &'static str) -> crate::CompileError {
        Unsupported { capability, database: self.dialect().name(), advice }.into()
    }
}

/// How types and literals are spelled.
pub(crate) trait TypeRules: Names {
    /// The type of a column.
    fn type_name(&self, ty: &SqlType, sql: &mut String) -> Result<()>;

    /// The type in a CAST.
    fn cast_name(&self, ty: &SqlType, sql: &mut String) -> Result<()> {
        self.type_name(ty, sql)
    }

    /// A value as a literal.
    fn literal(&self, value: &Value, sql: &mut String) -> Result<()>;
}

/// How statements are written.
pub(crate) trait CompileRules: Names {
    /// The placeholder of the `n`th bind, counted from 1.
    fn placeholder(&self, _n: usize, sql: &mut String) {
        sql.push('?');
    }

    /// The current moment.
    fn now(&self) -> &'static str {
        "CURRENT_TIMESTAMP"
    }

    /// LIKE without regard to case.
    fn like_insensitive(&self, w: &mut Writer<'_>, expr: &Expr, negated: bool, pattern: &Expr) -> Result<()> {
        w.function("lower", expr)?;
        w.push(if negated { " NOT LIKE " } else { " LIKE " });
        w.function("lower", pattern)
    }

    /// True division, of operands of any number type.
    fn divide(&self, w: &mut Writer<'_>, left: &Expr, right: &Expr) -> Result<()>;

    /// Whether texts are joined by a function, not by `||`.
    fn concat_is_function(&self) -> bool {
        false
    }

    /// `a IS [NOT] DISTINCT FROM b`.
    fn is_distinct(&self, w: &mut Writer<'_>, left: &Expr, op: BinaryOp, right: &Expr) -> Result<()> {
        w.operand(left)?;
        w.push(if op == BinaryOp::IsDistinct { " IS DISTINCT FROM " } else { " IS NOT DISTINCT FROM " });
        w.operand(right)
    }

    /// A bound value where the text around it does not tell its type.
    fn typed_value(&self, w: &mut Writer<'_>, value: &Value, ty: &SqlType) -> Result<()> {
        let _ = ty;
        w.bind(value);
        Ok(())
    }

    /// A function that each database writes in its own way.
    fn builtin(&self, w: &mut Writer<'_>, function: &Builtin, args: &[Expr]) -> Result<()> {
        self.ansi_builtin(w, function, args)
    }

    /// What most databases write.
    fn ansi_builtin(&self, w: &mut Writer<'_>, function: &Builtin, args: &[Expr]) -> Result<()> {
        match (function, args) {
            (Builtin::CharLength, _) => w.call("char_length", args),
            (Builtin::Round, _) => w.call("round", args),
            (Builtin::Greatest, _) => w.call("greatest", args),
            (Builtin::Least, _) => w.call("least", args),
            (Builtin::Random, _) => w.call("random", args),
            (Builtin::DateOf { .. }, _) => w.call("date", args),
            (Builtin::Extract { field, .. }, [moment]) => {
                w.push("EXTRACT(");
                w.push(field_name(*field));
                w.push(" FROM ");
                w.whole(moment)?;
                w.push(")");
                Ok(())
            }
            (Builtin::Neighbour { .. }, [_, _]) if !self.dialect().capabilities().lag_default => {
                Err(self.lacks("lag_default", "use coalesce() over it, where no value is NULL"))
            }
            (Builtin::Neighbour { before, rows }, [value, default @ ..]) => {
                w.push(if *before { "lag(" } else { "lead(" });
                w.whole(value)?;
                w.push(&format!(", {rows}"));
                for default in default {
                    w.push(", ");
                    w.whole(default)?;
                }
                w.push(")");
                Ok(())
            }
            (Builtin::Matches { .. }, _) => {
                Err(self.lacks("regular_expressions", "use LIKE, or filter the rows in the program"))
            }
            (Builtin::Search, _) => {
                Err(self.lacks("full_text", "make a full-text table (FTS5) and query it with `sql(…)`"))
            }
            (
                Builtin::ArrayHas | Builtin::ArrayContains | Builtin::ArrayOverlaps | Builtin::ArrayLength,
                _,
            ) => Err(self.lacks("arrays", "store the list as JSON, or in a table of its own")),
            _ => Err(invalid(format!("the function {function:?} does not take {} arguments", args.len()))),
        }
    }

    /// What stands before the rows of a list that a row value is looked for in.
    fn row_list(&self) -> &'static str {
        ""
    }

    /// What makes a SELECT show how it would be run; `analyze` also runs it and measures.
    fn explain(&self, analyze: bool) -> Result<&'static str>;

    /// An UPDATE up to its WHERE.
    fn update(&self, w: &mut Writer<'_>, s: &crate::Update) -> Result<()> {
        w.push("UPDATE ");
        w.table(s.schema.as_deref(), &s.table)?;
        w.push(" SET ");
        w.assignments(&s.set)?;
        if !s.from.is_empty() {
            w.push(" FROM ");
            w.tables(&s.from)?;
        }
        Ok(())
    }

    /// Whether the table that a DELETE is about stands among those that its condition may use.
    fn delete_names_its_table(&self) -> bool {
        false
    }

    /// The texts of a group, joined.
    fn string_agg(
        &self,
        w: &mut Writer<'_>,
        expr: &Expr,
        separator: &str,
        order_by: &[OrderBy],
    ) -> Result<()>;

    /// One key of ORDER BY.
    fn order_by(&self, w: &mut Writer<'_>, key: &OrderBy) -> Result<()> {
        w.order_key(key)?;
        w.push(match key.nulls {
            None => "",
            Some(crate::expr::Nulls::First) => " NULLS FIRST",
            Some(crate::expr::Nulls::Last) => " NULLS LAST",
        });
        Ok(())
    }

    /// OFFSET without LIMIT needs one that lets everything through here.
    fn no_limit(&self) -> Option<&'static str>;

    /// A row lock.
    fn lock(&self, w: &mut Writer<'_>, lock: &Lock) -> Result<()> {
        w.push(match (lock.share, lock.key) {
            (false, false) => " FOR UPDATE",
            (true, false) => " FOR SHARE",
            (false, true) => " FOR NO KEY UPDATE",
            (true, true) => " FOR KEY SHARE",
        });
        if !lock.of.is_empty() {
            w.push(" OF ");
            w.names(&lock.of)?;
        }
        if lock.nowait {
            w.push(" NOWAIT");
        }
        if lock.skip_locked {
            w.push(" SKIP LOCKED");
        }
        Ok(())
    }

    /// What follows the table in an INSERT of one row of defaults.
    fn default_row(&self) -> &'static str {
        " DEFAULT VALUES"
    }

    /// The rows of an INSERT, out of one array for each column, with elements of these types.
    fn unnest(&self, _w: &mut Writer<'_>, _types: &[String]) -> Result<()> {
        Err(self.lacks("arrays", "give the rows as VALUES"))
    }

    /// Whether what an upsert sets can name the tables of the query that gives its rows, which may be the very table it writes to.
    fn upsert_sees_its_query(&self) -> bool {
        false
    }

    /// What an INSERT does with a row that is there.
    fn on_conflict(&self, w: &mut Writer<'_>, insert: &crate::Insert, conflict: &OnConflict) -> Result<()> {
        let _ = insert;
        match conflict {
            OnConflict::DoNothing { columns } => {
                w.push(" ON CONFLICT");
                w.conflict_target(columns)?;
                w.push(" DO NOTHING");
                Ok(())
            }
            OnConflict::Update { columns, excluded, set } => {
                if columns.is_empty() {
                    return Err(invalid(
                        "on_conflict update: name the unique columns that decide whether a row is there",
                    ));
                }
                w.push(" ON CONFLICT");
                w.conflict_target(columns)?;
                w.push(" DO UPDATE SET ");
                w.conflict_set(excluded, set, |w, name| {
                    w.push("excluded.");
                    w.name(name)
                })
            }
        }
    }
}

/// A field of a date or time as EXTRACT names it.
pub(crate) fn field_name(field: Field) -> &'static str {
    match field {
        Field::Year => "YEAR",
        Field::Month => "MONTH",
        Field::Day => "DAY",
        Field::Hour => "HOUR",
        Field::Minute => "MINUTE",
        Field::Second => "SECOND",
        Field::Quarter => "QUARTER",
        Field::Weekday => "ISODOW",
        Field::YearDay => "DOY",
    }
}

/// What no moment begins.
pub(crate) fn no_beginning() -> crate::CompileError {
    invalid(
        "a moment is cut to its year, quarter, month, day, hour, minute or second: the day of a week or year begins nothing",
    )
}

/// A path into a JSON document, `$."a"[0]`. A key with a quote or a backslash has no spelling that all databases share, so it is refused.
pub(crate) fn json_path(steps: &[JsonStep]) -> Result<String> {
    let mut path = String::from("$");
    for step in steps {
        let _ = match step {
            JsonStep::Key(key) if key.contains(['"', '\\']) => {
                return Err(invalid(format!(
                    "the JSON key {key:?} has a quote or a backslash, which a path cannot name in this database"
                )));
            }
            JsonStep::Key(key) => write!(path, ".\"{key}\""),
            JsonStep::Index(at) => write!(path, "[{at}]"),
        };
    }
    Ok(path)
}

/// A statement that is not complete.
pub(crate) fn invalid(text: impl Into<String>) -> crate::CompileError {
    crate::CompileError::Invalid(text.into())
}
