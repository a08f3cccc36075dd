//! [`Relation`]: a relation in a query, `User::posts`. Invariant: names the relation by position; how it joins is in the metadata.

use std::marker::PhantomData;
use std::sync::Arc;

use rebis_sql::stmt::{Join, JoinKind, TableRef};
use rebis_sql::{Expr, Name, Select};

use crate::entity::{Entity, Object};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Condition, Order, Predicate, equal};
use crate::model::{Model, ModelMeta};
use crate::relation::RelationKind;
use crate::relation::plan::{How, Loading};
use crate::relation::statement::ends;
use crate::session::FetchMode;

/// A relation from model `M` to model `T`.
#[must_use]
pub struct Relation<M, T> {
    pub(crate) index: usize,
    name: &'static str,
    of: PhantomData<fn() -> (M, T)>,
}

impl<M, T> Relation<M, T> {
    #[doc(hidden)]
    pub const fn new(index: usize, name: &'static str) -> Self {
        Relation { index, name, of: PhantomData }
    }

    /// The field's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

impl<M: Model, T: Model> Relation<M, T> {
    /// Loads it with one more statement for all objects of the query, by their keys (the default strategy). Many keys are several statements.
    pub fn selectin(self) -> Loading {
        Loading::from(self).how(How::Selectin)
    }

    /// Loads it with the query itself, by a left join: for a relation to one that costs no statement more.
    ///
    /// A collection multiplies the rows that are sent, though not those that are given; under a limit, the query stands inside.
    pub fn joined(self) -> Loading {
        Loading::from(self).how(How::Joined)
    }

    /// Loads it with one more statement that repeats the query inside, however many objects it brings.
    pub fn subquery(self) -> Loading {
        Loading::from(self).how(How::Subquery)
    }

    /// Does not load it; asking for it later is an error, so that a loop cannot do hidden I/O. What is loaded already can be read.
    pub fn raise(self) -> Loading {
        self.fetch(FetchMode::Raise)
    }

    /// Does not load it, and fetches it later in this way, whatever the query's or the session's way is.
    pub fn fetch(self, mode: FetchMode) -> Loading {
        Loading::from(self).how(How::Later(mode))
    }

    /// Loads it, and a relation of the objects it brings.
    pub fn with(self, next: impl Into<Loading>) -> Loading {
        Loading::from(self).with(next)
    }

    /// Loads a part of it: see [`Loading::filter`].
    pub fn filter(self, condition: impl Condition) -> Loading {
        Loading::from(self).filter(condition)
    }

    /// Loads it in that order: see [`Loading::order_by`].
    pub fn order_by(self, order: impl Into<Order>) -> Loading {
        Loading::from(self).order_by(order)
    }

    /// Loads so many of it for each object: see [`Loading::limit`].
    pub fn limit(self, most: u64) -> Loading {
        Loading::from(self).limit(most)
    }

    /// Whether any related row meets the condition: `EXISTS (…)`.
    ///
    /// Over a relation that is declared wrongly it is an error, which the statement gives when it is run.
    pub fn any(self, condition: impl Condition) -> Predicate {
        any_related(M::meta(), self.index, Some(condition.into_predicate()))
    }

    /// As [`any`](Self::any), as it reads for a relation to one.
    pub fn has(self, condition: impl Condition) -> Predicate {
        any_related(M::meta(), self.index, Some(condition.into_predicate()))
    }

    /// Whether there is any related row.
    pub fn is_any(self) -> Predicate {
        any_related(M::meta(), self.index, None)
    }

    /// Whether the related object is that one: of a relation to one `Post::author.is(&john)`, of a collection
    /// `Student::courses.contains(&maths)`.
    ///
    /// An object that is not written yet has no key to compare with: the statement gives that error when it is run.
    pub fn is(self, object: &Entity<T>) -> Predicate {
        comparison(M::meta(), self.index, &object.object())
            .unwrap_or_else(|error| Predicate::wrong(Arc::new(error)))
    }

    /// As [`is`](Self::is), as it reads for a collection.
    pub fn contains(self, object: &Entity<T>) -> Predicate {
        self.is(object)
    }

    /// The tables to join, one after the other, each with its condition: the association first, where there is one.
    pub(crate) fn steps_between(
        self,
        from: Option<&'static str>,
        to: Option<&'static str>,
    ) -> Result<Vec<(TableRef, Expr)>> {
        steps_between(M::meta(), self.index, from, to)
    }
}

/// Whether the related object is that one.
pub(crate) fn comparison(meta: &'static ModelMeta, index: usize, object: &Object) -> Result<Predicate> {
    let (def, link) = (meta.relation(index), meta.link(index)?);
    let (own, theirs) = ends(def, link);
    let far = def.through.zip(link.far.as_ref());
    let known = far.map_or(theirs, |(_, far)| &far.parent);
    let unset = object.status().unset;
    if !object.has_key() || known.iter().any(|&c| unset.has(c)) {
        let what = format!("{} cannot be compared with: it has no key yet", object.label());
        return Err(Error::new(ErrorKind::State, what).on(meta.def.name).advise("flush the session first"));
    }
    let values = object.values(known).into_iter().map(Expr::Value);
    let Some((through, far)) = far else {
        let pairs = own.iter().zip(values);
        return Ok(Predicate::all(pairs.map(|(&c, v)| Predicate::new(equal(meta.column_expr(c), v)))));
    };
    let association = (through.meta)();
    let mut select = Select {
        columns: vec![one().into()],
        from: vec![association.table_ref()],
        filter: Some(joined(association, &link.child, meta, &link.parent)),
        ..Select::default()
    };
    for (&column, value) in far.child.iter().zip(values) {
        select.and_where(equal(association.column_expr(column), value));
    }
    Ok(Predicate::new(Expr::Exists { select: Box::new(select), negated: false }))
}

/// Whether there is any related row that meets the condition.
pub(crate) fn any_related(meta: &'static ModelMeta, index: usize, condition: Option<Predicate>) -> Predicate {
    if meta.is_self((meta.relation(index).target)()) {
        return within_itself(meta, index, condition)
            .unwrap_or_else(|error| Predicate::wrong(Arc::new(error)));
    }
    let steps = match steps_between(meta, index, None, None) {
        Ok(steps) => steps,
        Err(error) => return Predicate::wrong(Arc::new(error)),
    };
    let mut steps = steps.into_iter();
    let (from, filter) = steps.next().unzip();
    let joins = steps.map(|(table, on)| Join { kind: JoinKind::Inner, table, on: Some(on) });
    let mut select = Select {
        columns: vec![one().into()],
        from: from.into_iter().collect(),
        joins: joins.collect(),
        filter,
        ..Select::default()
    };
    let mut broken = None;
    if let Some(condition) = condition {
        select.and_where(condition.expr);
        broken = condition.broken;
    }
    Predicate { broken, ..Predicate::new(Expr::Exists { select: Box::new(select), negated: false }) }
}

/// As `EXISTS`, where both sides are one table: its name means the inner rows in the subquery and the outer ones outside of it. NULL is
/// kept out of both, so that the condition is true or false and can be negated.
fn within_itself(meta: &'static ModelMeta, index: usize, condition: Option<Predicate>) -> Result<Predicate> {
    let link = meta.link(index)?;
    let several = |_| several_columns(meta, meta.relation(index).name);
    let child = <[usize; 1]>::try_from(link.child.as_slice()).map_err(several)?[0];
    let parent = <[usize; 1]>::try_from(link.parent.as_slice()).map_err(several)?[0];
    let there = |e: &Expr| Expr::IsNull { expr: Box::new(e.clone()), negated: true };
    let of = |column: &Expr| Select { columns: vec![column.clone().into()], ..Select::default() };
    let (outer, inner) = match meta.relation(index).kind {
        RelationKind::BelongsTo => (meta.column_expr(child), parent),
        _ => (meta.column_expr(parent), child),
    };
    let through = meta.relation(index).through.zip(link.far.as_ref());
    let inner = match through {
        None => meta.column_expr(inner),
        Some((_, far)) => {
            meta.column_expr(<[usize; 1]>::try_from(far.parent.as_slice()).map_err(several)?[0])
        }
    };
    let mut select = Select { from: vec![meta.table_ref()], ..of(&inner) };
    select.and_where(there(&inner));
    let mut broken = None;
    if let Some(condition) = condition {
        select.and_where(condition.expr);
        broken = condition.broken;
    }
    if let Some((through, far)) = through {
        // The rows of the association whose other end is among these.
        let association = (through.meta)();
        let end = association.column_expr(<[usize; 1]>::try_from(far.child.as_slice()).map_err(several)?[0]);
        let start = association.column_expr(child);
        let found = Expr::InSelect { expr: Box::new(end), select: Box::new(select), negated: false };
        select = Select { from: vec![association.table_ref()], filter: Some(there(&start)), ..of(&start) };
        select.and_where(found);
    }
    let found = Expr::InSelect { expr: Box::new(outer.clone()), select: Box::new(select), negated: false };
    Ok(Predicate { broken, ..Predicate::new(Expr::And(vec![there(&outer), found])) })
}

/// The tables to join, one after the other, each with its condition, also between aliases. An association that leads to an alias gets a name of its own, too.
pub(crate) fn steps_between(
    meta: &'static ModelMeta,
    index: usize,
    from: Option<&'static str>,
    to: Option<&'static str>,
) -> Result<Vec<(TableRef, Expr)>> {
    let own = Side { meta, alias: from.map(Name::Borrowed) };
    let other = Side { meta: (meta.relation(index).target)(), alias: to.map(Name::Borrowed) };
    let link = own.meta.link(index)?;
    let def = own.meta.relation(index);
    if let (Some(through), Some(far)) = (def.through, &link.far) {
        let meta = (through.meta)();
        let alias = to.map(|to| Name::Owned(format!("{to}_{}", meta.def.table)));
        let association = Side { meta, alias };
        return Ok(vec![
            (association.table_ref(), joined_as(&association, &link.child, &own, &link.parent)),
            (other.table_ref(), joined_as(&association, &far.child, &other, &far.parent)),
        ]);
    }
    let on = match def.kind {
        RelationKind::BelongsTo => joined_as(&own, &link.child, &other, &link.parent),
        _ => joined_as(&other, &link.child, &own, &link.parent),
    };
    Ok(vec![(other.table_ref(), on)])
}

/// A model in a join, under its table's name or an alias.
struct Side {
    meta: &'static ModelMeta,
    alias: Option<Name>,
}

impl From<&'static ModelMeta> for Side {
    fn from(meta: &'static ModelMeta) -> Self {
        Side { meta, alias: None }
    }
}

impl Side {
    fn column(&self, index: usize) -> Expr {
        self.meta.def.column_expr(self.alias.as_ref(), index)
    }

    fn table_ref(&self) -> TableRef {
        self.meta.table_as(self.alias.clone())
    }
}

/// `child.a = parent.b AND …`
pub(crate) fn joined(
    child: &'static ModelMeta,
    columns: &[usize],
    parent: &'static ModelMeta,
    referred: &[usize],
) -> Expr {
    joined_as(&child.into(), columns, &parent.into(), referred)
}

fn joined_as(child: &Side, columns: &[usize], parent: &Side, referred: &[usize]) -> Expr {
    let pairs = columns.iter().zip(referred);
    let mut all: Vec<Expr> = pairs.map(|(&c, &p)| equal(child.column(c), parent.column(p))).collect();
    if all.len() == 1 { all.remove(0) } else { Expr::And(all) }
}

fn several_columns(meta: &ModelMeta, relation: &str) -> Error {
    let name = format!("{}.{relation}", meta.def.name);
    Error::new(
        ErrorKind::State,
        format!(
            "a condition over {name}, which leads to its own table by several columns, cannot be written"
        ),
    )
    .on(meta.def.name)
    .advise("load the objects and look at their relations, or write the query with `sql(…)`")
}

impl<M: Model, T: Model> From<Relation<M, T>> for Loading {
    fn from(relation: Relation<M, T>) -> Self {
        Loading::new(M::meta, relation.index)
    }
}

impl<M, T> Clone for Relation<M, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, T> Copy for Relation<M, T> {}

impl<M: Model, T> std::fmt::Debug for Relation<M, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", M::DEF.name, self.name)
    }
}

/// The literal `1`: a bound one has no type that PostgreSQL could know.
pub(crate) fn one() -> Expr {
    Expr::Raw { parts: vec!["1".into()], args: Vec::new() }
}
