//! [`Selection`]: what a query gives. Invariant: columns are read by position straight from the driver's row.

use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use rebis_engine::Row;
use rebis_sql::{ColumnType, Select};

use crate::entity::{AnyInstance, Entity, Group, Instance};
use crate::expr::{Column, Expression};
use crate::model::{EntityOf, Model};
use crate::session::{IdentityMap, Session, freshen};

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

    #[doc(hidden)]
    fn list(&self, select: &mut Select);
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
#[derive(Default)]
pub struct Arrivals {
    pub(crate) group: Option<Arc<Group>>,
    pub(crate) members: Vec<Weak<dyn AnyInstance>>,
    /// Whether objects of the session may have expired.
    pub(crate) expired: bool,
    /// Whether objects that are known take what is read.
    pub(crate) populate: bool,
}

impl std::fmt::Debug for Arrivals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Arrivals")
    }
}

fn from_table(select: &mut Select, meta: &'static crate::ModelMeta) {
    // The first one selected from is FROM; what else is selected is brought in by a join.
    if select.from.is_empty() {
        select.from.push(meta.table_ref());
    }
}

impl<M: Model> Selection for EntityOf<M> {
    type Tracked = Entity<M>;
    type Plain = M;
    type Maps = Arc<Mutex<IdentityMap<M>>>;

    fn list(&self, select: &mut Select) {
        let meta = M::meta();
        select.columns.extend((0..meta.def.columns.len()).map(|i| meta.column_expr(i).into()));
        from_table(select, meta);
    }

    fn maps(session: &Session) -> Self::Maps {
        session.0.map::<M>()
    }

    #[inline]
    fn plain(row: &Row<'_>, at: &mut usize) -> rebis_engine::Result<M> {
        let start = *at;
        *at += M::DEF.columns.len();
        M::decode(row, start)
    }

    #[inline]
    fn tracked(
        maps: &Self::Maps,
        arrivals: &mut Arrivals,
        row: &Row<'_>,
        at: &mut usize,
    ) -> rebis_engine::Result<Entity<M>> {
        let start = *at;
        *at += M::DEF.columns.len();
        let key = M::decode_key(row, start)?;
        let (instance, known) = maps.lock().live_or_insert(key, || match &arrivals.group {
            Some(group) => Ok(Instance::loaded(M::decode(row, start)?, group)),
            None => {
                Err(rebis_engine::Error::new(rebis_engine::ErrorKind::State, "a query without a session"))
            }
        })?;
        if known && (arrivals.expired || arrivals.populate) {
            freshen(&instance, row, start, arrivals.populate)?;
        }
        if known && !M::DEF.relations.is_empty() {
            instance.status().group.clone_from(&arrivals.group);
        }
        // Objects without relations have nothing to load together.
        if !M::DEF.relations.is_empty() {
            let member: Weak<dyn AnyInstance> = Arc::<Instance<M>>::downgrade(&instance);
            arrivals.members.push(member);
        }
        Ok(Entity(instance))
    }
}

macro_rules! values {
    ($([$($generic:tt)*] $ty:ty => $out:ident, $this:ident $list:expr;)*) => {
        $(impl<$($generic)*> Selection for $ty {
            type Tracked = $out;
            type Plain = $out;
            type Maps = ();

            fn list(&self, select: &mut Select) {
                let $this = self;
                $list(select);
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
        from_table(select, M::meta());
    };
    [T: ColumnType + Send + 'static] Expression<T> => T, this |select: &mut Select| {
        select.columns.push(this.expr.clone().into());
    };
}

macro_rules! tuples {
    ($($part:ident $at:tt),+) => {
        impl<$($part: Selection),+> Selection for ($($part,)+) {
            type Tracked = ($($part::Tracked,)+);
            type Plain = ($($part::Plain,)+);
            type Maps = ($($part::Maps,)+);

            fn list(&self, select: &mut Select) {
                $(self.$at.list(select);)+
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
