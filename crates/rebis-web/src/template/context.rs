//! `context!`: the variables of a template.
//!
//! Invariant: any `Serialize` value is taken, by reference; nothing is moved out of the handler's variables.

use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Enumerator, Object, Serde};
use serde::Serialize;

/// The variables of a template: `context! { user, title => "Home", ..base }`.
///
/// A name alone takes the variable of that name; `name => value` gives a value; `..other` adds the names of another context that are
/// not given here. Values are anything that implements `Serialize`, and are not moved.
///
/// ```
/// use rebis_web::context;
///
/// let people = vec!["Susan", "John"];
/// let base = context! { title => "Nobody", site => "example" };
/// let all = context! { people, title => "People", ..base };
/// assert_eq!(all.get_attr("title").unwrap().as_str(), Some("People"));
/// assert_eq!(all.get_attr("site").unwrap().as_str(), Some("example"));
/// assert_eq!(people.len(), 2);
/// ```
#[macro_export]
macro_rules! context {
    (@pair $builder:ident $name:ident) => { $builder.add(stringify!($name), &$name) };
    (@pair $builder:ident $name:ident $value:expr) => { $builder.add(stringify!($name), &$value) };
    ($($name:ident $(=> $value:expr)?),+ , .. $base:expr $(,)?) => {{
        let mut builder = $crate::__private::builder();
        $($crate::context!(@pair builder $name $($value)?);)+
        builder.base(&$base);
        builder.build()
    }};
    (.. $base:expr $(,)?) => {{
        let mut builder = $crate::__private::builder();
        builder.base(&$base);
        builder.build()
    }};
    ($($name:ident $(=> $value:expr)?),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut builder = $crate::__private::builder();
        $($crate::context!(@pair builder $name $($value)?);)*
        builder.build()
    }};
}

/// Collects the variables for [`context!`](crate::context).
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct ContextBuilder {
    values: Names,
    base: Option<Value>,
}

#[doc(hidden)]
pub fn builder() -> ContextBuilder {
    ContextBuilder::default()
}

impl ContextBuilder {
    #[doc(hidden)]
    pub fn add(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) {
        let value = Value::from(Serde(value));
        match self.values.find(name) {
            Ok(at) => self.values.0[at].1 = value,
            Err(at) => self.values.0.insert(at, (name, value)),
        }
    }

    #[doc(hidden)]
    pub fn base(&mut self, base: &impl Serialize) {
        self.base = Some(Value::from(Serde(base)));
    }

    #[doc(hidden)]
    pub fn build(self) -> Value {
        let own = Value::from_object(self.values);
        match self.base {
            Some(base) => minijinja::value::merge_maps([base, own]),
            None => own,
        }
    }
}

/// The variables by their names, in the order of these. They are few, and known when the program is compiled: nothing is copied to find one.
#[derive(Debug, Default)]
struct Names(Vec<(&'static str, Value)>);

impl Names {
    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| (*other).cmp(name))
    }
}

impl Object for Names {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, name: &str) -> Option<Value> {
        self.find(name).ok().map(|at| self.0[at].1.clone())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.0.iter().map(|(name, _)| Value::from(*name)).collect())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.0.len())
    }
}
