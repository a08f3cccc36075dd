//! [`ShellContext`]: what an application gives its shell. Invariant: what it gives goes before nothing of a person's own: `let` hides it.

use rebis_orm::dynamic::AnyEntity;
use rebis_orm::{Entity, Model, Session};
use rhai::{Dynamic, Engine};

use crate::host::Host;
use crate::names::Obj;

/// What an application gives its shell: values by name, and functions.
///
/// ```
/// # fn give(context: &mut rebis_shell::ShellContext<'_>) {
/// context.set("greeting", "hello");
/// context.engine().register_fn("double", |n: i64| n * 2);
/// # }
/// ```
pub struct ShellContext<'a> {
    pub(crate) engine: &'a mut Engine,
    pub(crate) values: &'a mut Vec<(String, Dynamic)>,
    pub(crate) host: &'a Host,
}

impl ShellContext<'_> {
    /// A value under a name: a number, a text, or a type of which the [`engine`](Self::engine) was told.
    pub fn set<T: Clone + 'static>(&mut self, name: impl Into<String>, value: T) -> &mut Self {
        self.values.push((name.into(), Dynamic::from(value)));
        self
    }

    /// A text under a name.
    pub fn text(&mut self, name: impl Into<String>, value: impl Into<String>) -> &mut Self {
        self.values.push((name.into(), value.into().into()));
        self
    }

    /// An object under a name.
    pub fn entity<M: Model>(&mut self, name: impl Into<String>, entity: &Entity<M>) -> &mut Self {
        let object = Obj::new(self.host, AnyEntity::from(entity));
        self.set(name, object)
    }

    /// The language's engine, for functions and types: see [`rhai::Engine::register_fn`].
    pub fn engine(&mut self) -> &mut Engine {
        self.engine
    }

    /// The shell's session.
    #[must_use]
    pub fn session(&self) -> &Session {
        self.host.session()
    }
}

impl std::fmt::Debug for ShellContext<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.values.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("ShellContext").field("values", &names).finish_non_exhaustive()
    }
}
