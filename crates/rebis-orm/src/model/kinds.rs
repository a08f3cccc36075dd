//! Kinds of rows that have tables of their own: joined-table inheritance. Invariant: a row of the model's table has a row, under its key, in the
//! table of its own kind and in that of no other.

use rebis_sql::schema::{ForeignKey, NamingConvention, PrimaryKey, ReferentialAction, Table};
use rebis_sql::stmt::{Join, JoinKind, TableRef};
use rebis_sql::{Expr, Name, Value};

use super::{ColumnSet, ModelDef, ModelMeta};
use crate::expr::equal;

/// The kind that a column belongs to.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct KindDef {
    pub table: &'static str,
    /// What the column of the kind says in rows of that kind.
    pub label: &'static str,
    /// How many columns before this one it stands.
    pub behind: usize,
    /// Whether rows of that kind need a value.
    pub required: bool,
}

impl KindDef {
    /// A kind of rows with a table of its own.
    #[must_use]
    pub const fn new(table: &'static str, label: &'static str, behind: usize, required: bool) -> Self {
        KindDef { table, label, behind, required }
    }
}

/// The table of one kind.
#[derive(Debug)]
pub(crate) struct KindTable {
    pub(crate) table: &'static str,
    pub(crate) label: &'static str,
    /// The column of the model that says the kind.
    pub(crate) tag: usize,
    /// Its own columns, the key not among them.
    pub(crate) columns: ColumnSet,
}

impl KindTable {
    /// The tables of a model's kinds, in the order of their first columns.
    pub(super) fn all(def: &ModelDef) -> Vec<KindTable> {
        let mut all: Vec<KindTable> = Vec::new();
        for (i, column) in def.columns.iter().enumerate() {
            let Some(kind) = column.kind else { continue };
            match all.iter_mut().find(|known| known.table == kind.table) {
                Some(known) => known.columns = known.columns.with(i),
                None => all.push(KindTable {
                    table: kind.table,
                    label: kind.label,
                    tag: i.saturating_sub(kind.behind),
                    columns: ColumnSet::EMPTY.with(i),
                }),
            }
        }
        all
    }

    /// Whether a row whose kind is said so has a row here.
    pub(crate) fn holds(&self, tag: &Value) -> bool {
        matches!(tag, Value::Text(label) if label == self.label)
    }

    /// The table as schema data: the model's key, which refers to the model's table, and the kind's columns.
    pub(super) fn schema(&self, meta: &ModelMeta, names: &NamingConvention) -> Table {
        let own = |&c: &usize| self.columns.has(c);
        let mut table = super::meta::table_of(&meta.def, self.table, &own);
        let key: Vec<String> = meta.key.iter().map(|&k| meta.column(k).to_string()).collect();
        let columns = meta.key.iter().map(|&k| {
            let mut column = super::meta::column(&meta.def.columns[k]);
            (column.autoincrement, column.identity) = (false, None);
            (column.default, column.comment) = (None, None);
            column
        });
        table.columns.splice(0..0, columns);
        table.primary_key = Some(PrimaryKey { name: None, columns: key.clone() });
        table.foreign_keys.push(ForeignKey {
            name: None,
            columns: key.clone(),
            ref_schema: meta.def.schema.map(str::to_owned),
            ref_table: meta.def.table.to_owned(),
            ref_columns: key,
            on_delete: ReferentialAction::Cascade,
            on_update: ReferentialAction::NoAction,
            deferrable: None,
            match_full: false,
        });
        names.apply(&mut table);
        table
    }
}

impl ModelDef {
    /// A column, of the model's table or of that of a kind; under an alias where there is one.
    pub(crate) fn column_expr(&self, alias: Option<&Name>, index: usize) -> Expr {
        let column = &self.columns[index];
        let table = match (column.kind, alias) {
            (None, None) => Name::Borrowed(self.table),
            (None, Some(alias)) => alias.clone(),
            (Some(kind), _) => kind_name(kind.table, alias),
        };
        Expr::Column { table: Some(table), name: Name::Borrowed(column.name) }
    }
}

impl ModelMeta {
    /// The model's table, with those of its kinds, under an alias where there is one.
    pub(crate) fn table_as(&self, alias: Option<Name>) -> TableRef {
        let (schema, name) = (self.schema_name(), Name::Borrowed(self.def.table));
        let table = TableRef::Table { schema, name, alias: alias.clone() };
        if self.kinds.is_empty() {
            return table;
        }
        let joins = self.kinds.iter().map(|kind| {
            let known = kind_name(kind.table, alias.as_ref());
            let on = self.key.iter().map(|&k| {
                let own = Expr::Column { table: Some(known.clone()), name: self.column(k) };
                equal(own, self.def.column_expr(alias.as_ref(), k))
            });
            let mut on: Vec<Expr> = on.collect();
            let on = if on.len() == 1 { on.remove(0) } else { Expr::And(on) };
            let table = TableRef::Table {
                schema: self.schema_name(),
                name: Name::Borrowed(kind.table),
                alias: alias.is_some().then_some(known),
            };
            Join { kind: JoinKind::Left, table, on: Some(on) }
        });
        TableRef::Joined { table: Box::new(table), joins: joins.collect() }
    }
}

/// What a query knows the table of a kind by.
fn kind_name(table: &'static str, alias: Option<&Name>) -> Name {
    alias.map_or(Name::Borrowed(table), |alias| format!("{alias}_{table}").into())
}
