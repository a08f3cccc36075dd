//! Relations that a query loads by joins of its own. Invariant: a row brings one object of each step; rows that a collection multiplies are
//! one row again.

use std::collections::HashMap;
use std::sync::Arc;

use rebis_engine::Row;
use rebis_sql::stmt::{Join, JoinKind, SelectItem, TableRef};
use rebis_sql::{Expr, Name, Select};

use super::fill::{fill_collection, fill_parent};
use super::inverse::Inverse;
use super::load::Addresses;
use super::plan::Loading;
use super::statement::{by_key, declared_order, ends, leads, nested, of};
use super::{RelationDef, RelationKind};
use crate::entity::{Group, Object};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::equal;
use crate::model::ModelMeta;
use crate::query::{Arrivals, absent};
use crate::session::Session;

/// Reads the object of a step from a row, its first column at a place; nothing when the join found none.
pub(crate) type Read =
    Box<dyn Fn(&mut Arrivals, &Row<'_>, &mut usize) -> rebis_engine::Result<Option<Object>> + Send>;

fn reader(model: &'static ModelMeta, session: &Session) -> Read {
    let read = (model.ops.read_all)(session);
    Box::new(
        move |arrivals, row, at| {
            if absent(model, row, at)? { Ok(None) } else { read(arrivals, row, at).map(Some) }
        },
    )
}

/// The joins of a query, and what they have brought so far.
pub(crate) struct Joins {
    owner: &'static ModelMeta,
    steps: Vec<Step>,
    /// The rows are not what the query alone would give.
    multiplied: bool,
    /// The query's own objects, which the first step's `found` keeps alive.
    seen: Addresses,
    last: Option<usize>,
    /// What each step brought with the row that is being read.
    brought: Vec<Option<Object>>,
}

struct Step {
    meta: &'static ModelMeta,
    relation: usize,
    /// The step that brings the owner; none for the query's own objects.
    owner: Option<usize>,
    at: usize,
    read: Read,
    found: Vec<(Object, Option<Object>)>,
}

impl Joins {
    /// Adds the joins of the plan to a query; none when it has none.
    pub(crate) fn add(select: &mut Select, session: &Session, plan: &[Loading]) -> Result<Option<Joins>> {
        let Some(first) = plan.iter().find(|step| step.is_joined()) else { return Ok(None) };
        let owner = (first.owner)();
        leads(select, owner)?;
        let mut joins = Joins {
            owner,
            steps: Vec::new(),
            multiplied: multiplies(plan),
            seen: Addresses::default(),
            last: None,
            brought: Vec::new(),
        };
        if select.distinct.is_some() || !select.compounds.is_empty() || select.lock.is_some() {
            return Err(joins.refuse("with DISTINCT, a row lock or a union"));
        }
        if joins.multiplied {
            if select.columns.len() != owner.def.read() {
                return Err(joins.refuse("of a collection, to a query that selects more than one model"));
            }
            if select.limit.is_some() || select.offset.is_some() {
                paged(select);
            }
        }
        let columns: Vec<Expr> = select.columns.iter().map(|item| item.expr.clone()).collect();
        joins.steps_of(select, session, owner, None, &columns, plan)?;
        Ok(Some(joins))
    }

    fn refuse(&self, what: &str) -> Error {
        let model = self.owner.def.name;
        Error::new(ErrorKind::State, format!("a relation of {model} cannot be joined {what}"))
            .on(model)
            .advise("leave out `.joined()`: then it is loaded by a statement of its own")
    }

    fn steps_of(
        &mut self,
        select: &mut Select,
        session: &Session,
        meta: &'static ModelMeta,
        owner: Option<usize>,
        columns: &[Expr],
        plan: &[Loading],
    ) -> Result<()> {
        for loading in plan.iter().filter(|step| step.is_joined()) {
            if !(loading.owner)().is_self(meta) {
                return Err(self.refuse(&format!("by a query of {}", meta.def.name)));
            }
            let (def, link) = (meta.relation(loading.relation), meta.link(loading.relation)?);
            let target = (def.target)();
            let (own, theirs) = ends(def, link);
            let own: Vec<Expr> = own.iter().filter_map(|&c| columns.get(c).cloned()).collect();
            let alias: Name = format!("{}_{}", def.name, self.steps.len() + 1).into();
            let named = |meta: &ModelMeta, alias: &Name| meta.table_as(Some(alias.clone()));
            let column = |meta: &ModelMeta, alias: &Name, c: usize| meta.def.column_expr(Some(alias), c);
            let mut join = |meta: &ModelMeta, alias: &Name, on: Vec<Expr>| {
                let on = Some(if let [one] = on.as_slice() { one.clone() } else { Expr::And(on) });
                select.joins.push(Join { kind: JoinKind::Left, table: named(meta, alias), on });
            };
            let to_owner = |meta: &ModelMeta, alias: &Name| {
                let pairs = theirs.iter().zip(&own);
                pairs.map(|(&c, own)| equal(column(meta, alias, c), own.clone())).collect::<Vec<_>>()
            };
            if let (Some(through), Some(far)) = (def.through, &link.far) {
                let association = (through.meta)();
                let between: Name = format!("{alias}_{}", association.def.table).into();
                join(association, &between, to_owner(association, &between));
                let pairs = far.parent.iter().zip(&far.child);
                let on =
                    pairs.map(|(&p, &c)| equal(column(target, &alias, p), column(association, &between, c)));
                join(target, &alias, on.collect());
            } else {
                join(target, &alias, to_owner(target, &alias));
            }
            let at = select.columns.len();
            let columns: Vec<Expr> = (0..target.def.read()).map(|c| column(target, &alias, c)).collect();
            select.columns.extend(columns.iter().cloned().map(SelectItem::from));
            if def.kind == RelationKind::HasMany {
                select.order_by.extend(declared_order(def, target, Some(&alias)));
                select.order_by.extend(by_key(target, Some(&alias)));
            }
            let place = self.steps.len();
            let read = reader(target, session);
            self.steps.push(Step { meta, relation: loading.relation, owner, at, read, found: Vec::new() });
            self.steps_of(select, session, target, Some(place), &columns, &loading.then)?;
        }
        Ok(())
    }

    /// Reads what the joins brought with a row of the query; `false` when the row's own object was there before.
    pub(crate) fn read(
        &mut self,
        arrivals: &mut Arrivals,
        row: &Row<'_>,
        before: usize,
    ) -> rebis_engine::Result<bool> {
        let new = arrivals.members.get(before..).unwrap_or_default().iter();
        let Some(owner) = new.filter_map(std::sync::Weak::upgrade).find(|o| o.meta().is_self(self.owner))
        else {
            return Ok(true);
        };
        let is_new = self.last != Some(owner.address()) && self.seen.insert(owner.address());
        self.last = Some(owner.address());
        let Joins { steps, brought, .. } = self;
        brought.clear();
        for step in steps {
            let from = match step.owner {
                None => Some(Arc::clone(&owner)),
                Some(i) => brought.get(i).cloned().flatten(),
            };
            let object = match from {
                Some(from) => {
                    let object = (step.read)(arrivals, row, &mut { step.at })?;
                    step.found.push((from, object.clone()));
                    object
                }
                None => None,
            };
            brought.push(object);
        }
        Ok(is_new || !self.multiplied)
    }

    /// All rows are read: the slots of the group's members are filled.
    pub(crate) fn fill(self, group: &Group) -> Result<()> {
        let mut inverses = Vec::new();
        let mut filled = Vec::new();
        for step in self.steps {
            let (def, link) = (step.meta.relation(step.relation), step.meta.link(step.relation)?);
            let owners = gathered(step.found);
            if def.kind != RelationKind::BelongsTo && def.through.is_none() {
                let each = owners.iter().map(|brought| &brought.owner);
                inverses.extend(Inverse::new(link, (def.target)(), each));
            }
            filled.push((step.relation, def.kind, link, owners));
        }
        // A group that knows what other collections are referred to from does not learn of these.
        let known = group.inverses.set(inverses.into()).is_ok();
        for (relation, kind, link, owners) in filled {
            for Brought { owner, list, .. } in owners {
                if kind == RelationKind::BelongsTo {
                    fill_parent(&owner, relation, link, list.first());
                } else {
                    fill_collection(&owner, relation, link, list, true, known)?;
                }
            }
        }
        Ok(())
    }
}

/// What the rows brought for one owner, each object once: a join of several collections brings it more than once.
struct Brought {
    owner: Object,
    list: Vec<Object>,
    /// What is in the list, from when on it does not come in the order of keys any more.
    met: Option<Addresses>,
}

impl Brought {
    fn add(&mut self, object: Object) {
        if let (Some(last), None) = (self.list.last(), &self.met) {
            if Arc::ptr_eq(last, &object) {
                return;
            }
            if !last.compare_keys(&*object).is_lt() {
                self.met = Some(self.list.iter().map(|o| o.address()).collect());
            }
        }
        if self.met.as_mut().is_none_or(|met| met.insert(object.address())) {
            self.list.push(object);
        }
    }
}

/// By owner, in the order in which they came. Rows of one owner mostly come one after the other.
fn gathered(found: Vec<(Object, Option<Object>)>) -> Vec<Brought> {
    let mut all: Vec<Brought> = Vec::new();
    let mut places: HashMap<usize, usize, foldhash::fast::RandomState> = HashMap::default();
    let mut at = 0;
    for (owner, object) in found {
        if !all.get(at).is_some_and(|brought| Arc::ptr_eq(&brought.owner, &owner)) {
            at = *places.entry(owner.address()).or_insert(all.len());
            if at == all.len() {
                all.push(Brought { owner, list: Vec::new(), met: None });
            }
        }
        if let (Some(object), Some(brought)) = (object, all.get_mut(at)) {
            brought.add(object);
        }
    }
    all
}

/// Whether any of these joins a collection, and so gives rows several times.
pub(crate) fn multiplies(plan: &[Loading]) -> bool {
    let joined = plan.iter().filter(|step| step.is_joined());
    let many = |def: &RelationDef| def.kind != RelationKind::BelongsTo;
    joined.into_iter().any(|s| many((s.owner)().relation(s.relation)) || multiplies(&s.then))
}

/// The limit counts the query's own rows: it is applied before anything is joined.
fn paged(select: &mut Select) {
    let inner = std::mem::take(select);
    let order: Vec<_> = inner.order_by.clone();
    *select = nested(inner, "page");
    if let Some(TableRef::Select { select: inner, .. }) = select.from.first_mut() {
        let exprs = order.iter().enumerate();
        inner.columns.extend(
            exprs.map(|(i, o)| SelectItem { expr: o.expr.clone(), alias: Some(format!("o{i}").into()) }),
        );
    }
    let outer = order.into_iter().enumerate();
    select.order_by =
        outer.map(|(i, o)| rebis_sql::expr::OrderBy { expr: of("page", "o", i), ..o }).collect();
}
