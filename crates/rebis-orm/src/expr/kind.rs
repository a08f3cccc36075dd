//! What an expression has a value for: a row, a group of rows, a row and its window. Invariant: the kinds are types only, so that an aggregate
//! in `filter` does not compile; nothing of them is there at run time.

/// A value for each row: columns, and what is computed from them.
#[derive(Clone, Copy, Debug)]
pub enum PerRow {}

/// A value for a group of rows: `func::count(…)`, `func::sum(…)`. It can be selected, sorted by and compared in `having`.
#[derive(Clone, Copy, Debug)]
pub enum Aggregate {}

/// A value for each row, computed over its window once the rows are chosen. It can be selected and sorted by; to filter by it, select from a
/// subquery.
#[derive(Clone, Copy, Debug)]
pub enum Windowed {}

/// A type whose values are texts, so that `like` and its kin mean something. For a column type of your own that is stored as text:
/// `impl Textual for Slug { type With<V> = V; }`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no text",
    label = "expected a column or expression of type `String`"
)]
pub trait Textual {
    /// What is computed from the text: `V`, as an `Option` where the text may be NULL.
    type With<V>;
}

impl Textual for String {
    type With<V> = V;
}

impl<T: Textual> Textual for Option<T> {
    type With<V> = Option<V>;
}

/// A type that can be computed with. Implement it, empty, for a column type of your own that is stored as a number; with [`Ordered`] it can be
/// summed up.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no number",
    label = "expected a column or expression of a number"
)]
pub trait Number {}

macro_rules! numbers {
    ($($ty:ty),*) => { $(impl Number for $ty {})* };
}

numbers!(i8, i16, i32, i64, u8, u16, u32, f32, f64, rust_decimal::Decimal);

impl<T: Number> Number for Option<T> {}

/// A type whose values a database can put in order, so that the smallest and the largest of them mean something, with NULL or without.
/// `derive(Enum)` and `derive(ColumnType)` implement it; for a column type of your own: `impl Ordered for Money { type Value = Money; }`.
#[diagnostic::on_unimplemented(
    message = "values of `{Self}` have no order, so there is no smallest and no largest",
    label = "expected a column or expression of numbers, texts, dates or the like",
    note = "for a column type of your own: `impl rebis::orm::Ordered for {Self} {{ type Value = {Self}; }}`"
)]
pub trait Ordered {
    /// The same without `Option`.
    type Value;
}

macro_rules! ordered {
    ($($ty:ty),*) => { $(impl Ordered for $ty { type Value = $ty; })* };
}

ordered!(
    bool,
    i8,
    i16,
    i32,
    i64,
    u8,
    u16,
    u32,
    f32,
    f64,
    String,
    Vec<u8>,
    uuid::Uuid,
    rust_decimal::Decimal,
    chrono::NaiveDate,
    chrono::NaiveTime,
    chrono::NaiveDateTime,
    chrono::DateTime<chrono::Utc>,
    chrono::TimeDelta
);

impl<T: Ordered> Ordered for Option<T> {
    type Value = T::Value;
}

impl<T> Ordered for rebis_sql::Array<T> {
    type Value = Self;
}

/// A type of values that may equal those of type `T`: itself, with or without `Option`.
#[diagnostic::on_unimplemented(
    message = "an SQL value of type `{T}` cannot be compared with `{Self}`",
    label = "expected `{T}`"
)]
pub trait Comparable<T> {}

impl<T> Comparable<T> for T {}
impl<T> Comparable<Option<T>> for T {}
impl<T> Comparable<T> for Option<T> {}
