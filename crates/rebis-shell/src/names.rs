//! The types that the shell's language sees, each a thin cover of one of [`rebis_orm::dynamic`]. Invariant: cheap to clone, for the language
//! copies values.

use rebis_orm::dynamic::{AnyColumn, AnyEntity, AnyModel, AnyQuery, AnyRelation};
use rebis_orm::{Order, Predicate};
use rhai::Dynamic;

use crate::error::Eval;
use crate::host::Host;

/// `User`
#[derive(Clone)]
pub(crate) struct Model(pub(crate) AnyModel, pub(crate) Host);

/// `User.username`
#[derive(Clone, Copy)]
pub(crate) struct Col(pub(crate) AnyColumn);

/// `User.posts`
#[derive(Clone, Copy)]
pub(crate) struct Rel(pub(crate) AnyRelation);

/// `User.username == "susan"`
#[derive(Clone)]
pub(crate) struct Cond(pub(crate) Predicate);

/// `User.username.desc()`
#[derive(Clone)]
pub(crate) struct Sort(pub(crate) Order);

/// `User.query`
#[derive(Clone)]
pub(crate) struct Find(pub(crate) AnyQuery, pub(crate) Host);

/// An object.
#[derive(Clone)]
pub(crate) struct Obj {
    pub(crate) host: Host,
    pub(crate) entity: AnyEntity,
}

/// `u.posts`
#[derive(Clone)]
pub(crate) struct Many {
    pub(crate) host: Host,
    pub(crate) owner: AnyEntity,
    pub(crate) field: &'static str,
}

/// `session`
#[derive(Clone)]
pub(crate) struct Ses;

/// `db`
#[derive(Clone)]
pub(crate) struct Db;

impl Obj {
    pub(crate) fn new(host: &Host, entity: AnyEntity) -> Self {
        Obj { host: host.clone(), entity }
    }

    /// The object, or `()`.
    pub(crate) fn option(host: &Host, entity: Option<AnyEntity>) -> Dynamic {
        entity.map_or(Dynamic::UNIT, |entity| Dynamic::from(Obj::new(host, entity)))
    }

    /// A list of objects.
    pub(crate) fn list(host: &Host, all: Vec<AnyEntity>) -> rhai::Array {
        all.into_iter().map(|entity| Dynamic::from(Obj::new(host, entity))).collect()
    }
}

impl Many {
    pub(crate) fn all(&self) -> Eval<Vec<AnyEntity>> {
        self.host.wait(self.owner.related(self.field))
    }
}

impl Model {
    pub(crate) fn select(&self) -> Find {
        Find(self.0.select(), self.1.clone())
    }
}

impl Find {
    /// The query with more said of it.
    pub(crate) fn map(self, change: impl FnOnce(AnyQuery) -> AnyQuery) -> Find {
        Find(change(self.0), self.1)
    }

    pub(crate) fn all(self) -> Eval<Vec<AnyEntity>> {
        self.1.wait(self.0.all(self.1.session()))
    }
}

/// What can stand in `for … in …`. An error is the only item, so that it is not taken for an empty list.
macro_rules! iterated {
    ($($ty:ty, $this:ident => $host:expr, $all:expr;)*) => {
        $(impl IntoIterator for $ty {
            type Item = Eval<Dynamic>;
            type IntoIter = std::vec::IntoIter<Eval<Dynamic>>;

            fn into_iter(self) -> Self::IntoIter {
                let $this = self;
                let host = $host.clone();
                let items = match $all {
                    Ok(all) => Obj::list(&host, all).into_iter().map(Ok).collect(),
                    Err(error) => vec![Err(error)],
                };
                items.into_iter()
            }
        })*
    };
}

iterated! {
    Many, many => many.host, many.all();
    Find, find => find.1, find.all();
    Model, model => model.1, model.select().all();
}
