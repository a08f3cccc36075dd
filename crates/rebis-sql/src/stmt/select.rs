//! [`Select`] and its parts.

use super::{Compound, Cte};
use crate::{Expr, Name, expr::OrderBy};

/// `SELECT …`
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Select {
    /// `WITH`.
    pub with: Vec<Cte>,
    /// `DISTINCT`.
    pub distinct: Option<Distinct>,
    /// What is selected.
    pub columns: Vec<SelectItem>,
    /// `FROM`, several joined crosswise.
    pub from: Vec<TableRef>,
    /// Joins, in order.
    pub joins: Vec<Join>,
    /// `WHERE`.
    pub filter: Option<Expr>,
    /// `GROUP BY`.
    pub group_by: Vec<Expr>,
    /// `HAVING`.
    pub having: Option<Expr>,
    /// What the rows are united with, intersected with …, one after the other. `ORDER BY`, `LIMIT` and `OFFSET` are those of the whole.
    pub compounds: Vec<Compound>,
    /// `ORDER BY`; for compounds by expressions that are selected.
    pub order_by: Vec<OrderBy>,
    /// `LIMIT`; written as a literal (SQLite prepares a bound LIMIT anew each time).
    pub limit: Option<u64>,
    /// `OFFSET`; written as a literal.
    pub offset: Option<u64>,
    /// `FOR UPDATE` / `FOR SHARE`.
    pub lock: Option<Lock>,
}

impl Select {
    /// Adds a condition to `WHERE`.
    pub fn and_where(&mut self, condition: Expr) {
        self.filter = Some(match self.filter.take() {
            None => condition,
            Some(Expr::And(mut all)) => {
                all.push(condition);
                Expr::And(all)
            }
            Some(one) => Expr::And(vec![one, condition]),
        });
    }
}

/// `DISTINCT`, or `DISTINCT ON (…)` where the database has it.
#[derive(Clone, Debug, PartialEq)]
pub enum Distinct {
    /// Whole rows.
    Rows,
    /// The first row for each value of these (PostgreSQL).
    On(Vec<Expr>),
}

/// An expression of the select list.
#[derive(Clone, Debug, PartialEq)]
pub struct SelectItem {
    /// The expression.
    pub expr: Expr,
    /// `AS`.
    pub alias: Option<Name>,
}

impl From<Expr> for SelectItem {
    fn from(expr: Expr) -> Self {
        SelectItem { expr, alias: None }
    }
}

/// What rows come from.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TableRef {
    /// A table.
    Table {
        /// Its schema.
        schema: Option<Name>,
        /// Its name.
        name: Name,
        /// `AS`.
        alias: Option<Name>,
    },
    /// A subquery.
    Select {
        /// The subquery.
        select: Box<Select>,
        /// Its alias.
        alias: Name,
    },
    /// A query by hand: the text of an [`Expr::Raw`].
    Raw {
        /// The text around the expressions.
        parts: Vec<Name>,
        /// The expressions.
        args: Vec<Expr>,
        /// Its alias.
        alias: Name,
    },
    /// A subquery that may use the tables before it (`LATERAL`).
    Lateral {
        /// The subquery.
        select: Box<Select>,
        /// Its alias.
        alias: Name,
    },
    /// Tables that belong together, as one: a query knows it by the name of the first.
    Joined {
        /// The first.
        table: Box<TableRef>,
        /// What is joined to it.
        joins: Vec<Join>,
    },
}

impl TableRef {
    /// What gives it its name: of tables that belong together the first.
    #[must_use]
    pub fn base(&self) -> &TableRef {
        match self {
            TableRef::Joined { table, .. } => table.base(),
            other => other,
        }
    }

    /// The name that a query knows it by.
    #[must_use]
    pub fn known_as(&self) -> &Name {
        match self {
            TableRef::Table { name, alias, .. } => alias.as_ref().unwrap_or(name),
            TableRef::Select { alias, .. }
            | TableRef::Lateral { alias, .. }
            | TableRef::Raw { alias, .. } => alias,
            TableRef::Joined { table, .. } => table.known_as(),
        }
    }

    /// A table without schema or alias.
    pub fn table(name: impl Into<Name>) -> Self {
        TableRef::Table { schema: None, name: name.into(), alias: None }
    }
}

/// A join.
#[derive(Clone, Debug, PartialEq)]
pub struct Join {
    /// Which rows survive.
    pub kind: JoinKind,
    /// What is joined.
    pub table: TableRef,
    /// `ON`; absent for a cross join.
    pub on: Option<Expr>,
}

/// The kind of a join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JoinKind {
    /// `JOIN`
    Inner,
    /// `LEFT JOIN`
    Left,
    /// `FULL JOIN`
    Full,
    /// `CROSS JOIN`
    Cross,
}

/// A row lock: `FOR UPDATE` by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// `FOR SHARE` instead of `FOR UPDATE`.
    pub share: bool,
    /// Others may still refer to the rows: `FOR KEY SHARE` instead of `FOR SHARE`, `FOR NO KEY UPDATE` instead of `FOR UPDATE`.
    pub key: bool,
    /// `NOWAIT`.
    pub nowait: bool,
    /// `SKIP LOCKED`.
    pub skip_locked: bool,
    /// `OF` these tables.
    pub of: Vec<Name>,
}
