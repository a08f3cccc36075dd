//! `context!`: the variables of a template.
//!
//! Invariant: any `Serialize` value is taken, by reference; nothing is moved out of the handler's variables.

use std::collections::BTreeMap;

use minijinja::Value;
use minijinja::value::Serde;
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
    values: BTreeMap<&'static str, Value>,
    base: Option<Value>,
}

#[doc(hidden)]
pub fn builder() -> ContextBuilder {
    ContextBuilder::default()
}

impl ContextBuilder {
    #[doc(hidden)]
    pub fn add(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) {
        self.values.insert(name, Value::from(Serde(value)));
    }

    #[doc(hidden)]
    pub fn base(&mut self, base: &impl Serialize) {
        self.base = Some(Value::from(Serde(base)));
    }

    #[doc(hidden)]
    pub fn build(self) -> Value {
        let own = Value::from_pairs(self.values);
        match self.base {
            Some(base) => minijinja::value::merge_maps([base, own]),
            None => own,
        }
    }
}
