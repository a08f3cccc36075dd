//! What the rows of one INSERT have in common. Invariant: the text for one row is written once for each shape and dialect, then shared by
//! every session.

use std::fmt;
use std::sync::{Arc, OnceLock};

use parking_lot::RwLock;
use rebis_sql::stmt::BulkInsert;
use rebis_sql::{Dialect, Expr, Insert};

use crate::error::{Error, ErrorKind, Result};
use crate::model::{ColumnSet, KindTable, ModelMeta, place_of};

/// The most shapes that are kept of a model: a program that leaves more sets of columns out pays for them each time.
const MOST: usize = 64;

/// The shapes of one model's rows, by the columns that are left to the database.
#[derive(Debug, Default)]
pub(crate) struct Shapes(RwLock<Vec<(ColumnSet, Arc<Shape>)>>);

/// What the rows of one statement have in common.
pub(crate) struct Shape {
    pub(crate) meta: &'static ModelMeta,
    /// The model's table, or that of a kind of its rows.
    pub(crate) table: &'static str,
    /// Columns that the program gives.
    pub(crate) given: Vec<usize>,
    /// Columns that the database fills in.
    pub(crate) back: Vec<usize>,
    /// The statement of one row, without and with what gives `back` back.
    one_row: [[OnceLock<String>; 2]; Dialect::ALL.len()],
}

impl Shape {
    /// The shape of a model's rows that leave these columns to the database.
    pub(crate) fn of(meta: &'static ModelMeta, unset: ColumnSet) -> Arc<Self> {
        let known = &meta.texts.shapes.0;
        if let Some((_, shape)) = known.read().iter().find(|(own, _)| *own == unset) {
            return Arc::clone(shape);
        }
        let columns = (0..meta.def.columns.len()).filter(|&c| !meta.apart.has(c));
        let (back, given) = columns.partition(|&c| unset.has(c) || meta.computed.has(c));
        let shape = Arc::new(Self::new(meta, meta.def.table, given, back));
        let mut known = known.write();
        if known.len() < MOST && !known.iter().any(|(own, _)| *own == unset) {
            known.push((unset, Arc::clone(&shape)));
        }
        shape
    }

    /// The rows of a kind, in its own table, whose keys are known.
    pub(crate) fn of_kind(meta: &'static ModelMeta, kind: &KindTable) -> Self {
        let given = meta.key.iter().copied().chain(kind.columns.iter()).collect();
        Self::new(meta, kind.table, given, Vec::new())
    }

    fn new(meta: &'static ModelMeta, table: &'static str, given: Vec<usize>, back: Vec<usize>) -> Self {
        Shape { meta, table, given, back, one_row: Default::default() }
    }

    /// The key, where it is all that the database fills in.
    pub(crate) fn lone_key(&self) -> Option<usize> {
        match self.back[..] {
            [key] if self.meta.def.columns[key].autoincrement => Some(key),
            _ => None,
        }
    }

    /// Whether this is the key alone, and the database makes it.
    pub(crate) fn is_key(&self, columns: &[Expr]) -> bool {
        let [key] = self.meta.key[..] else { return false };
        self.meta.def.columns[key].autoincrement && self.back.contains(&key) && self.are(&[key], columns)
    }

    /// Whether this is what the database fills in, in its order.
    pub(crate) fn is_back(&self, columns: &[Expr]) -> bool {
        self.are(&self.back, columns)
    }

    fn are(&self, own: &[usize], columns: &[Expr]) -> bool {
        let is = |(&c, expr): (&usize, &Expr)| matches!(expr, Expr::Column { table: None, name } if *name == self.meta.def.columns[c].name);
        own.len() == columns.len() && own.iter().zip(columns).all(is)
    }

    /// The statement without its rows.
    pub(crate) fn statement(&self, returning: &[usize]) -> Insert {
        let meta = self.meta;
        Insert {
            schema: meta.schema_name(),
            columns: self.given.iter().map(|&c| meta.column(c)).collect(),
            returning: returning
                .iter()
                .map(|&c| Expr::Column { table: None, name: meta.column(c) })
                .collect(),
            ..Insert::into(self.table)
        }
    }

    /// The statement of one row; `returning` says whether it gives back what the database fills in.
    pub(crate) fn one_row(&self, dialect: Dialect, returning: bool) -> Result<&str> {
        let cell = &self.one_row[place_of(dialect)][usize::from(returning)];
        if let Some(sql) = cell.get() {
            return Ok(sql);
        }
        let sql =
            BulkInsert::new(&self.statement(if returning { &self.back } else { &[] }), dialect).sql(1)?;
        Ok(cell.get_or_init(|| sql))
    }

    pub(crate) fn no_key(&self) -> Error {
        let table = self.table;
        Error::new(ErrorKind::Mapping, format!("the database gave no key back for a new row of `{table}`"))
            .on(self.meta.def.name)
            .advise("check that the table's key is made by the database (AUTO_INCREMENT, IDENTITY), or give the key in the program")
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the model, which holds the shape.
        f.debug_struct("Shape").field("table", &self.table).field("back", &self.back).finish_non_exhaustive()
    }
}
