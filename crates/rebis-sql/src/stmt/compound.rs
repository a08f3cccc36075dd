//! [`Compound`]: rows of two queries put together. Invariant: a chain is read from left to right on every database; what one of them would read
//! otherwise becomes a subquery.

use super::{SelectItem, TableRef};
use crate::{Expr, Name, Select};

/// One more query of a UNION, INTERSECT or EXCEPT.
#[derive(Clone, Debug, PartialEq)]
pub struct Compound {
    /// Which rows survive.
    pub op: SetOp,
    /// Whether a row that is there several times stays so (`ALL`).
    pub all: bool,
    /// The other rows.
    pub select: Select,
}

/// How rows of two queries are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SetOp {
    /// Those of both.
    Union,
    /// Those that are in both.
    Intersect,
    /// Those of the first that are not in the second.
    Except,
}

impl Select {
    /// The rows of this query put together with those of another, which has as many columns. A further call takes the whole so far as its
    /// left side.
    #[must_use]
    pub fn compound(self, op: SetOp, all: bool, mut other: Select) -> Select {
        // INTERSECT binds tighter than the others in some databases and not in others.
        let tighter = op == SetOp::Intersect && self.compounds.iter().any(|c| c.op != SetOp::Intersect);
        let mut left = if self.is_member() && !tighter { self } else { self.nested("before") };
        if other.with.iter().all(|cte| left.with.iter().all(|l| l.name != cte.name || l == cte)) {
            let more: Vec<_> = other.with.drain(..).filter(|cte| !left.with.contains(cte)).collect();
            left.with.extend(more);
        }
        let member = other.is_member() && other.with.is_empty() && other.compounds.is_empty();
        let select = if member { other } else { other.nested("after") };
        left.compounds.push(Compound { op, all, select });
        left
    }

    /// Whether it can stand in a compound without brackets, which SQLite does not know there.
    fn is_member(&self) -> bool {
        self.order_by.is_empty() && self.limit.is_none() && self.offset.is_none() && self.lock.is_none()
    }

    /// `SELECT c0, c1 … FROM (self) AS alias`.
    pub(crate) fn nested(self, alias: &'static str) -> Select {
        let names: Vec<Name> = (0..self.columns.len()).map(|i| format!("c{i}").into()).collect();
        let columns = names.iter().map(|n| Expr::col_of(alias, n.clone()).into()).collect();
        let select = Box::new(self.with_names(&names));
        Select { columns, from: vec![TableRef::Select { select, alias: alias.into() }], ..Select::default() }
    }

    /// The query with these names for its columns.
    #[must_use]
    pub fn with_names(mut self, names: &[Name]) -> Select {
        let columns = std::mem::take(&mut self.columns);
        self.columns = columns
            .into_iter()
            .zip(names)
            .map(|(SelectItem { expr, .. }, name)| {
                let own = matches!(&expr, Expr::Column { name: own, .. } if own == name);
                SelectItem { expr, alias: (!own).then(|| name.clone()) }
            })
            .collect();
        self
    }
}
