//! [`Key`]: a primary key's Rust type, and what may be given for one ([`IntoKey`]).

use std::fmt::Debug;
use std::hash::Hash;

use rebis_sql::{ColumnType, Value};

use super::row_key::cell_of;

/// A type that can be (part of) a primary key. Implement it, empty, for a column type of your own that is a key.
pub trait KeyPart: ColumnType + Clone + Eq + Hash + Ord + Send + Sync + Debug + 'static {}

/// The type of a primary key: a [`KeyPart`], or a tuple of up to four.
pub trait Key: Clone + Eq + Hash + Ord + Send + Sync + Debug + 'static {
    /// The values of its columns, in order.
    fn values(&self) -> Vec<Value>;

    /// The key made of these values, when they are of its types.
    fn from_values(values: &[Value]) -> Option<Self>;
}

impl<T: KeyPart> Key for T {
    fn values(&self) -> Vec<Value> {
        vec![self.to_value()]
    }

    fn from_values(values: &[Value]) -> Option<Self> {
        T::from_cell(cell_of(values.first()?)).ok()
    }
}

/// What may be given for a key of type `K`: itself, `1` for `i64`, `"x"` for `String`, and tuples of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a key of this model, which is `{K}`",
    label = "expected `{K}`"
)]
pub trait IntoKey<K> {
    /// The key.
    fn into_key(self) -> K;
}

impl<K: Key> IntoKey<K> for K {
    fn into_key(self) -> K {
        self
    }
}

macro_rules! parts {
    ($($ty:ty),* $(,)?) => { $(impl KeyPart for $ty {})* };
}

parts!(
    i16,
    i32,
    i64,
    String,
    bool,
    uuid::Uuid,
    chrono::NaiveDate,
    chrono::NaiveDateTime,
    chrono::DateTime<chrono::Utc>
);

macro_rules! tuples {
    ($($part:ident $at:tt),+) => {
        impl<$($part: KeyPart),+> Key for ($($part,)+) {
            fn values(&self) -> Vec<Value> {
                vec![$(self.$at.to_value()),+]
            }

            fn from_values(values: &[Value]) -> Option<Self> {
                Some(($($part::from_cell(cell_of(values.get($at)?)).ok()?,)+))
            }
        }
    };
}

tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);

macro_rules! from {
    ($($from:ty => $to:ty, $value:ident $into:expr;)*) => {
        $(impl IntoKey<$to> for $from {
            fn into_key(self) -> $to { let $value = self; $into }
        })*
    };
}

from! {
    i32 => i64, v i64::from(v);
    i16 => i64, v i64::from(v);
    &str => String, v v.to_owned();
    &String => String, v v.clone();
    (i32, i32) => (i64, i64), v (v.0.into(), v.1.into());
    (i64, i32) => (i64, i64), v (v.0, v.1.into());
    (i32, i64) => (i64, i64), v (v.0.into(), v.1);
    (&str, &str) => (String, String), v (v.0.into(), v.1.into());
    (i32, &str) => (i64, String), v (v.0.into(), v.1.into());
    (i64, &str) => (i64, String), v (v.0, v.1.into());
    (&str, i32) => (String, i64), v (v.0.into(), v.1.into());
    (&str, i64) => (String, i64), v (v.0.into(), v.1);
    (i32, i32, i32) => (i64, i64, i64), v (v.0.into(), v.1.into(), v.2.into());
}
