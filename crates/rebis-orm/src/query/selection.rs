//! [`Selection`]: what a query gives. Invariant: columns are read by position straight from the driver's row.

use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use rebis_engine::Row;
use rebis_sql::{ColumnType, Expr, Name, Select};

use super::alias::Alias;
use crate::entity::{AnyInstance, Entity, Group, Instance, Object, into_typed};
use crate::events::{Listeners, Moment};
use crate::expr::{Column, Expression, Origin};
use crate::model::{EntityOf, Model, ModelMeta};
use crate::session::{IdentityMap, Session, Shared, freshen};

/// What can be selected: a model, a column, an expression, and tuples of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be selected",
    label = "expected a model like `User`, a column like `User::id`, an expression, or a tuple of these"
)]
pub trait Selection: Send + Sync + Clone + 'static {
    /// What a session gives for it.
    type Tracked: Send;
    /// What a database or connection gives for it.
    type Plain: Send;
    #[doc(hidden)]
    type Maps: Send + Sync;
    /// What it is in a query that selects from this one as a subquery: an expression for a column or expression, an alias for a model.
    type Columns: Clone + std::fmt::Debug;

    #[doc(hidden)]
    fn list(&self, select: &mut Select);
    /// `names` are those of all columns of the subquery `table`, `at` counts those that are taken. A model needs its own: `clash` is one that it
    /// does not get.
    #[doc(hidden)]
    fn columns(
        table: &'static str,
        names: &[Name],
        at: &mut usize,
        clash: &mut Option<Name>,
    ) -> Self::Columns;
    #[doc(hidden)]
    fn maps(session: &Session) -> Self::Maps;
    #[doc(hidden)]
    fn plain(row: &Row<'_>, at: &mut usize) -> rebis_engine::Result<Self::Plain>;
    #[doc(hidden)]
    fn tracked(
        maps: &Self::Maps,
        arrivals: &mut Arrivals,
        row: &Row<'_>,
        at: &mut usize,
    ) -> rebis_engine::Result<Self::Tracked>;
}

/// The objects that a query brings.
#[doc(hidden)]
pub struct Arrivals {
    pub(crate) group: Option<Arc<Group>>,
    pub(crate) members: Vec<Weak<dyn AnyInstance>>,
    /// Whether objects of the session may have expired.
    pub(crate) expired: bool,
    /// Whether objects that are known take what is read.
    pub(crate) populate: bool,
    /// Who is told of objects that the session did not hold, and these objects.
    told: Option<(Listeners, Vec<Object>)>,
}

impl Arrivals {
    pub(crate) fn of(session: &Shared, group: &Arc<Group>, populate: bool) -> Self {
        Arrivals {
            group: Some(Arc::clone(group)),
            members: Vec::new(),
            expired: session.has_expired(),
            populate,
            told: Listeners::of(session).map(|listeners| (listeners, Vec::new())),
        }
    }

    /// Tells of the objects that have come.
    pub(crate) fn tell(&mut self) -> crate::Result<()> {
        let Some((listeners, objects)) = self.told.take() else { return Ok(()) };
        objects.iter().try_for_each(|object| listeners.tell(Moment::Load, object, 0))
    }

    /// Tells of the objects that have come so far and forgets them, for a stream, which never has them all.
    pub(crate) fn settle(&mut self) -> crate::Result<()> {
        self.members.clear();
        let Some((listeners, objects)) = &mut self.told else { return Ok(()) };
        objects.drain(..).try_for_each(|object| listeners.tell(Moment::Load, &object, 0))
    }
}

impl std::fmt::Debug for Arrivals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Arrivals")
    }
}

fn from_table(select: &mut Select, origin: Option<Origin>) {
    // The first one selected from is FROM; what else is selected is brought in by a join.
    if let (true, Some(origin)) = (select.from.is_empty(), origin) {
        select.from.push(origin.table_ref());
    }
}

/// Lists a model's columns: those of its table, under an alias if there is one, or of rows of its shape that are called so.
fn list_model(select: &mut Select, model: &ModelMeta, alias: Option<&Name>, whole: bool) {
    let column = |i: usize| match alias {
        Some(rows) if !whole => {
            Expr::Column { table: Some(rows.clone()), name: model.def.columns[i].name.into() }
        }
        alias => model.def.column_expr(alias, i),
    };
    select.columns.extend((0..model.def.read()).map(|i| column(i).into()));
}

fn take_names(model: &ModelMeta, names: &[Name], at: &mut usize, clash: &mut Option<Name>) {
    for column in &model.def.columns[..model.def.read()] {
        if names.get(*at).is_none_or(|name| name != column.name) {
            clash.get_or_insert(Name::Borrowed(column.name));
        }
        *at += 1;
    }
}

fn value_column<T>(table: &'static str, names: &[Name], at: &mut usize) -> Expression<T> {
    *at += 1;
    let name = names.get(*at - 1).cloned().unwrap_or_default();
    Expression::new(Expr::Column { table: Some(Name::Borrowed(table)), name })
}

#[inline]
fn read_row<M: Model>(row: &Row<'_>, at: &mut usize) -> rebis_engine::Result<M> {
    let start = *at;
    *at += M::DEF.read();
    M::decode(row, start)
}

#[inline]
fn read_object<M: Model>(
    maps: &Mutex<IdentityMap<M::Key>>,
    arrivals: &mut Arrivals,
    row: &Row<'_>,
    at: &mut usize,
) -> rebis_engine::Result<Entity<M>> {
    let start = *at;
    *at += M::DEF.read();
    let Some(group) = &arrivals.group else {
        return Err(rebis_engine::Error::new(rebis_engine::ErrorKind::State, "a query without a session"));
    };
    let (instance, known) = meet::<M>(&mut maps.lock(), group, row, start)?;
    if !known
        && let Some((_, objects)) =
            arrivals.told.as_mut().filter(|(l, _)| l.listens(M::meta().type_id, Moment::Load))
    {
        let object: Object = Arc::<Instance<M>>::clone(&instance);
        objects.push(object);
    }
    if known && (arrivals.expired || arrivals.populate) {
        let object: Object = Arc::<Instance<M>>::clone(&instance);
        freshen(&object, row, start, arrivals.populate)?;
    }
    if known && M::DEF.loads_later() {
        join(&*instance, group);
    }
    // Objects that load nothing later have nothing to load together.
    if M::DEF.loads_later() {
        let member: Weak<dyn AnyInstance> = Arc::<Instance<M>>::downgrade(&instance);
        arrivals.members.push(member);
    }
    Ok(Entity(instance))
}

/// The object of a row, and whether the session held it; else it is made, in that group, and entered.
pub(crate) fn meet<M: Model>(
    map: &mut IdentityMap<M::Key>,
    group: &Arc<Group>,
    row: &Row<'_>,
    start: usize,
) -> rebis_engine::Result<(Arc<Instance<M>>, bool)> {
    // A row that is probably new is read once, with its key.
    let (key, new) = if map.meets_known {
        (M::decode_key(row, start)?, None)
    } else {
        let new = M::decode(row, start)?;
        (M::key_of(&new), Some(new))
    };
    let place = map.place(key);
    let known = place.as_ref().and_then(Weak::upgrade);
    if let Some(Entity(known)) = known.and_then(into_typed) {
        map.meets_known = true;
        return Ok((known, true));
    }
    let new = match new {
        Some(new) => new,
        None => M::decode(row, start)?,
    };
    let instance = Instance::loaded(new, group);
    let weak: Weak<dyn AnyInstance> = Arc::<Instance<M>>::downgrade(&instance);
    *place = Some(weak);
    map.meets_known = false;
    Ok((instance, false))
}

/// The object is from now on one of those that this query brought.
fn join(object: &dyn AnyInstance, group: &Arc<Group>) {
    if object.status().group.as_ref().is_some_and(|own| Arc::ptr_eq(own, group)) {
        return;
    }
    // What only its old group knows of its relations goes into its slots.
    object.slots();
    object.status().group = Some(Arc::clone(group));
}

/// Selections that read whole rows of a model.
macro_rules! models {
    ($($ty:ident, $this:ident $alias:expr, $whole:expr, $origin:expr;)*) => {
        $(impl<M: Model> Selection for $ty<M> {
            type Tracked = Entity<M>;
            type Plain = M;
            type Maps = Arc<Mutex<IdentityMap<M::Key>>>;
            type Columns = Alias<M>;

            fn list(&self, select: &mut Select) {
                let $this = self;
                let alias: Option<Name> = $alias;
                list_model(select, M::meta(), alias.as_ref(), $whole);
                from_table(select, $origin);
            }

            fn columns(table: &'static str, names: &[Name], at: &mut usize, clash: &mut Option<Name>) -> Alias<M> {
                take_names(M::meta(), names, at, clash);
                Alias::of_rows(table)
            }

            fn maps(session: &Session) -> Self::Maps {
                session.0.map::<M>()
            }

            #[inline]
            fn plain(row: &Row<'_>, at: &mut usize) -> rebis_engine::Result<M> {
                read_row(row, at)
            }

            #[inline]
            fn tracked(
                maps: &Self::Maps,
                arrivals: &mut Arrivals,
                row: &Row<'_>,
                at: &mut usize,
            ) -> rebis_engine::Result<Entity<M>> {
                read_object(maps, arrivals, row, at)
            }
        })*
    };
}

models! {
    EntityOf, _this None, true, Some(Origin { model: M::meta, alias: None });
    Alias, this Some(Name::Borrowed(this.name)), this.of_table, this.of_table.then(|| this.origin());
}

macro_rules! values {
    ($([$($generic:tt)*] $ty:ty => $out:ident, $this:ident $list:expr;)*) => {
        $(impl<$($generic)*> Selection for $ty {
            type Tracked = $out;
            type Plain = $out;
            type Maps = ();
            type Columns = Expression<$out>;

            fn list(&self, select: &mut Select) {
                let $this = self;
                $list(select);
            }

            fn columns(table: &'static str, names: &[Name], at: &mut usize, _: &mut Option<Name>) -> Expression<$out> {
                value_column(table, names, at)
            }

            fn maps(_: &Session) {}

            #[inline]
            fn plain(row: &Row<'_>, at: &mut usize) -> rebis_engine::Result<$out> {
                *at += 1;
                row.get(*at - 1)
            }

            #[inline]
            fn tracked((): &(), _: &mut Arrivals, row: &Row<'_>, at: &mut usize) -> rebis_engine::Result<$out> {
                Self::plain(row, at)
            }
        })*
    };
}

values! {
    [M: Model, T: ColumnType + Send + 'static] Column<M, T> => T, this |select: &mut Select| {
        select.columns.push(this.expr().into());
        from_table(select, Some(Origin { model: M::meta, alias: None }));
    };
    [T: ColumnType + Send + 'static, K: 'static] Expression<T, K> => T, this |select: &mut Select| {
        select.columns.push(this.expr.clone().into());
        from_table(select, this.origin);
    };
}

macro_rules! tuples {
    ($($part:ident $at:tt),+) => {
        impl<$($part: Selection),+> Selection for ($($part,)+) {
            type Tracked = ($($part::Tracked,)+);
            type Plain = ($($part::Plain,)+);
            type Maps = ($($part::Maps,)+);
            type Columns = ($($part::Columns,)+);

            fn list(&self, select: &mut Select) {
                $(self.$at.list(select);)+
            }

            fn columns(table: &'static str, names: &[Name], at: &mut usize, clash: &mut Option<Name>) -> Self::Columns {
                ($($part::columns(table, names, at, clash),)+)
            }

            fn maps(session: &Session) -> Self::Maps {
                ($($part::maps(session),)+)
            }

            fn plain(row: &Row<'_>, at: &mut usize) -> rebis_engine::Result<Self::Plain> {
                Ok(($($part::plain(row, at)?,)+))
            }

            fn tracked(maps: &Self::Maps, arrivals: &mut Arrivals, row: &Row<'_>, at: &mut usize) -> rebis_engine::Result<Self::Tracked> {
                Ok(($($part::tracked(&maps.$at, arrivals, row, at)?,)+))
            }
        }
    };
}

tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
tuples!(A 0, B 1, C 2, D 3, E 4);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
