//! SQL functions with the Rust types of their values. Invariant: an aggregate that gives NULL for no rows is an `Option`.
//!
//! What is missing here is called by its name: `func::call::<i64>("bit_count", (User::flags,))`.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use rebis_sql::expr::{Builtin, Field, JsonStep};
use rebis_sql::{Array, ColumnType, Expr, Name, Value};

use super::case::Case;
use super::into::typed;
use super::quantified::Quantified;
use super::window::{Lag, WindowFunction};
use super::{
    Aggregate, Arguments, Expression, IntoExpression, Number, Operand, Order, Ordered, Predicate, RowValue,
    Term, Textual,
};
use crate::query::{SelectStatement, Selection};

fn named(name: &'static str, args: Vec<Expr>) -> Expr {
    Expr::Func { name: Name::Borrowed(name), args, distinct: false }
}

macro_rules! aggregates {
    ($($(#[$doc:meta])* $name:ident $sql:literal: $ty:ident $(: $bound:ident $(+ $more:ident)?)? => $out:ty;)*) => {
        $($(#[$doc])*
        pub fn $name<$ty $(: $bound $(+ $more)?)?>(of: impl Into<Expression<$ty>>) -> Expression<$out, Aggregate> {
            of.into().map(|e| named($sql, vec![e]))
        })*
    };
}

aggregates! {
    /// The number of rows in which it is not NULL.
    count "count": T => i64;
    /// The smallest value; NULL when there is none. NULLs do not count, so a column of `Option<T>` gives `Option<T>` too.
    min "min": T: Ordered => Option<T::Value>;
    /// The largest value, as [`min`].
    max "max": T: Ordered => Option<T::Value>;
    /// The sum, in the column's own type (cast wider with [`cast`] where it may not fit), as [`min`].
    sum "sum": T: Number + Ordered => Option<T::Value>;
    /// The mean, as a double.
    avg "avg": T: Number => Option<f64>;
}

/// Any of the values of a subquery: `Post::likes.gt(func::any(select(…)))` is true when some value is smaller. SQLite has it not.
///
/// ```
/// # use rebis_orm::*; use rebis_macros::Model; extern crate rebis_orm as rebis;
/// # #[derive(Model, Clone, Debug)] struct Post { #[column(primary_key)] id: i64, likes: i64, topic: String }
/// # fn main() {
/// let rust = alias(Post, "rust");
/// let of_rust = select(rust.col(Post::likes)).filter(rust.col(Post::topic).eq("rust"));
/// let ahead = select(Post).filter(Post::likes.gt(func::all(of_rust)));
/// let sql = ahead.sql(rebis_sql::Dialect::Postgres);
/// assert!(sql.ends_with(r#""post"."likes" > ALL (SELECT "rust"."likes" FROM "post" AS "rust" WHERE "rust"."topic" = $1)"#), "{sql}");
/// # }
/// ```
pub fn any<S: Selection>(query: SelectStatement<S>) -> Quantified<S::Plain> {
    Quantified::new(query, false)
}

/// All of the values of a subquery; true also when there are none. As [`any`].
pub fn all<S: Selection>(query: SelectStatement<S>) -> Quantified<S::Plain> {
    Quantified::new(query, true)
}

/// `count(*)`
pub fn count_all() -> Expression<i64, Aggregate> {
    Expression::of_kind(named("count", vec![Expr::Star]))
}

/// `count(DISTINCT …)`
pub fn count_distinct<T>(of: impl Into<Expression<T>>) -> Expression<i64, Aggregate> {
    of.into().map(|e| Expr::Func { name: Name::Borrowed("count"), args: vec![e], distinct: true })
}

/// The texts of a group, joined with `separator` between, in this order: `string_agg`, `group_concat`.
///
/// MySQL and MariaDB cut the text at their `group_concat_max_len`.
pub fn string_agg<T: Textual>(
    of: impl Into<Expression<T>>,
    separator: &'static str,
    order: impl Into<Order>,
) -> Expression<Option<String>, Aggregate> {
    let order_by = vec![order.into().0];
    of.into().map(|e| Expr::StringAgg { expr: Box::new(e), separator: Name::Borrowed(separator), order_by })
}

macro_rules! scalars {
    ($($(#[$doc:meta])* $name:ident: $ty:ident: $bound:ident => $out:ty, |$e:ident| $make:expr;)*) => {
        $($(#[$doc])*
        pub fn $name<$ty: $bound, K>(of: impl Into<Expression<$ty, K>>) -> Expression<$out, K> {
            of.into().map(|$e| $make)
        })*
    };
}

scalars! {
    /// Its absolute value.
    abs: T: Number => T, |e| named("abs", vec![e]);
    /// The text in lower case.
    lower: T: Textual => T, |e| named("lower", vec![e]);
    /// The text in upper case.
    upper: T: Textual => T, |e| named("upper", vec![e]);
    /// The text without blanks at both ends.
    trim: T: Textual => T, |e| named("trim", vec![e]);
    /// The text's length in characters.
    length: T: Textual => T::With<i64>, |e| Expr::Builtin(Builtin::CharLength, vec![e]);
}

/// The text with each `from` replaced by `to`.
pub fn replace<T: Textual, K>(text: impl Into<Expression<T, K>>, from: &str, to: &str) -> Expression<T, K> {
    let (from, to) = (typed(from.to_owned()), typed(to.to_owned()));
    text.into().map(|e| named("replace", vec![e, from, to]))
}

/// `count` characters of the text from the one at `from`, counted from 1.
pub fn substring<T: Textual, K>(
    text: impl Into<Expression<T, K>>,
    from: i32,
    count: i32,
) -> Expression<T, K> {
    text.into().map(|e| named("substr", vec![e, typed(from), typed(count)]))
}

/// Where a text stands in this one, counted from 1; 0 when it does not.
pub fn position<T: Textual, K>(
    text: impl Into<Expression<T, K>>,
    needle: &str,
) -> Expression<T::With<i64>, K> {
    let needle = typed(needle.to_owned());
    text.into().map(|e| Expr::Builtin(Builtin::Position, vec![e, needle]))
}

/// The number rounded to so many digits after the point.
pub fn round<T: Number, K>(number: impl Into<Expression<T, K>>, digits: i32) -> Expression<T, K> {
    number.into().map(|e| Expr::Builtin(Builtin::Round, vec![e, typed(digits)]))
}

/// The larger of two; NULL when one of them is NULL.
pub fn greatest<T, K>(one: impl Into<Expression<T, K>>, other: impl Term<T, K>) -> Expression<T, K> {
    one.into().map(|e| Expr::Builtin(Builtin::Greatest, vec![e, other.into_expr()]))
}

/// The smaller of two; NULL when one of them is NULL.
pub fn least<T, K>(one: impl Into<Expression<T, K>>, other: impl Term<T, K>) -> Expression<T, K> {
    one.into().map(|e| Expr::Builtin(Builtin::Least, vec![e, other.into_expr()]))
}

/// A random number from 0 up to 1, another one for each row.
pub fn random() -> Expression<f64> {
    Expression::new(Expr::Builtin(Builtin::Random, Vec::new()))
}

/// The first of two that is not NULL: `func::coalesce(User::nick, User::name)`. Where the second may be NULL too, so may the result:
/// `func::coalesce(User::nick.optional(), User::other_nick)`.
pub fn coalesce<T, K>(first: impl Into<Expression<Option<T>, K>>, then: impl Term<T, K>) -> Expression<T, K> {
    first.into().map(|e| named("coalesce", vec![e, then.into_expr()]))
}

/// NULL when it equals the other, else itself.
pub fn nullif<T, K>(one: impl Into<Expression<T, K>>, other: impl Operand<T, K>) -> Expression<Option<T>, K> {
    one.into().map(|e| named("nullif", vec![e, other.into_expr()]))
}

/// The current moment.
pub fn now() -> Expression<DateTime<Utc>> {
    Expression::new(Expr::Now)
}

/// `CAST(… AS …)` to the SQL type of `T`.
pub fn cast<T: ColumnType, F, K>(of: impl Into<Expression<F, K>>) -> Expression<T, K> {
    of.into().map(|e| Expr::Cast(Box::new(e), T::sql_type()))
}

/// A value as an expression: `select(func::value(1))`.
pub fn value<T: ColumnType>(value: T) -> Expression<T> {
    Expression::new(typed(value))
}

/// A CASE: `func::case(User::age.lt(18), "minor").when(User::age.lt(65), "adult").otherwise("senior")`.
pub fn case<T, K, V: IntoExpression<Type = T>>(condition: impl Into<Predicate<K>>, result: V) -> Case<T, K> {
    Case::start(condition.into(), result)
}

/// A call of any function: `func::call::<f64>("sqrt", (Circle::area,))`. The name is written as it is; its arguments are columns, expressions
/// and binds. That the function gives a `T` is the caller's word.
pub fn call<T>(name: &'static str, arguments: impl Arguments) -> Expression<T> {
    let (list, origin) = arguments.list();
    Expression::new(named(name, list)).within(origin)
}

/// SQL by hand within a query, `{}` for each argument: a column, an expression or a bind. `func::raw::<bool>("{} % 2 = {}", (User::id, 1))`.
/// The text is the program's own: it takes no `String`; `{{}}` stands for the two characters. That it gives a `T` is the caller's word.
pub fn raw<T>(text: &'static str, arguments: impl Arguments) -> Expression<T> {
    let (args, origin) = arguments.list();
    Expression::new(Expr::Raw { parts: crate::query::parts(text), args }).within(origin)
}

/// Several columns or expressions as one value, which is compared as a whole: `func::row((Post::day, Post::id)).gt((day, 7))`.
pub fn row<A: Arguments>(parts: A) -> RowValue<A::Types> {
    RowValue::new(parts)
}

/// As [`call`], for an aggregate of your own.
pub fn call_aggregate<T>(name: &'static str, arguments: impl Arguments) -> Expression<T, Aggregate> {
    let (list, origin) = arguments.list();
    Expression::of_kind(named(name, list)).within(origin)
}

/// A type of dates and times.
#[diagnostic::on_unimplemented(message = "`{Self}` is no date or time", label = "expected a date or a time")]
pub trait Temporal {
    /// Whether it is a moment with a zone, which is read in UTC.
    /// What is computed from it: `V`, as an `Option` where it may be NULL.
    type With<V>;
    #[doc(hidden)]
    const UTC: bool;
}

impl Temporal for NaiveDate {
    type With<V> = V;
    const UTC: bool = false;
}

impl Temporal for NaiveDateTime {
    type With<V> = V;
    const UTC: bool = false;
}

impl Temporal for DateTime<Utc> {
    type With<V> = V;
    const UTC: bool = true;
}

impl<T: Temporal> Temporal for Option<T> {
    type With<V> = Option<V>;
    const UTC: bool = T::UTC;
}

/// A type of moments, of a date with its time.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no moment",
    label = "expected a date with its time: `DateTime<Utc>` or `NaiveDateTime`"
)]
pub trait Moment: Temporal {}

impl Moment for NaiveDateTime {}
impl Moment for DateTime<Utc> {}
impl<T: Moment> Moment for Option<T> {}

/// The time from one moment to another, as every database counts it, to the microsecond.
///
/// ```
/// # use rebis_orm::*; use rebis_macros::Model; extern crate rebis_orm as rebis; use chrono::{DateTime, TimeDelta, Utc};
/// # #[derive(Model, Clone, Debug)] struct Job { #[column(primary_key)] id: i64, begun: DateTime<Utc>, ended: Option<DateTime<Utc>> }
/// # fn main() {
/// let late = select(Job).filter(Job::begun.lt(func::now() - TimeDelta::days(1)));
/// let slow = select((Job::id, func::elapsed(Job::begun.optional(), Job::ended)));
/// let per_month = select((func::date_trunc(Field::Month, Job::begun), func::count_all()))
///     .group_by(func::date_trunc(Field::Month, Job::begun));
/// # let _ = (late, slow, per_month);
/// # }
/// ```
pub fn elapsed<T: Moment, K>(
    start: impl Into<Expression<T, K>>,
    end: impl Term<T, K>,
) -> Expression<T::With<TimeDelta>, K> {
    start.into().map(|e| Expr::Builtin(Builtin::Elapsed, vec![e, end.into_expr()]))
}

/// The beginning of the year, quarter, month, day, hour, minute or second that a moment is in; of a moment with a zone in UTC.
pub fn date_trunc<T: Moment, K>(field: Field, of: impl Into<Expression<T, K>>) -> Expression<T, K> {
    of.into().map(|e| Expr::Builtin(Builtin::Truncate { field, utc: T::UTC }, vec![e]))
}

/// A field of a date or time: `func::extract(Field::Quarter, Post::created)`. A moment is read in UTC.
pub fn extract<T: Temporal, K>(field: Field, of: impl Into<Expression<T, K>>) -> Expression<T::With<i32>, K> {
    of.into().map(|e| Expr::Builtin(Builtin::Extract { field, utc: T::UTC }, vec![e]))
}

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident $field:ident;)*) => {
        $($(#[$doc])*
        pub fn $name<T: Temporal, K>(of: impl Into<Expression<T, K>>) -> Expression<T::With<i32>, K> {
            of.into().map(|e| Expr::Builtin(Builtin::Extract { field: Field::$field, utc: T::UTC }, vec![e]))
        })*
    };
}

fields! {
    /// Its year. A moment is read in UTC.
    year Year;
    /// Its month, from 1. A moment is read in UTC.
    month Month;
    /// Its day of the month, from 1. A moment is read in UTC.
    day Day;
    /// Its hour, from 0. A moment is read in UTC.
    hour Hour;
    /// Its minute.
    minute Minute;
    /// Its whole second.
    second Second;
}

/// Its calendar date. A moment is read in UTC.
pub fn date<T: Temporal, K>(of: impl Into<Expression<T, K>>) -> Expression<T::With<NaiveDate>, K> {
    of.into().map(|e| Expr::Builtin(Builtin::DateOf { utc: T::UTC }, vec![e]))
}

/// What stands in a JSON document, as text: `func::json_text(Shop::settings, "colours[0].name")`. NULL when there is nothing, or JSON's null.
///
/// Keys are separated by points, items of arrays counted from 0 in brackets.
pub fn json_text<T, K>(document: impl Into<Expression<T, K>>, path: &str) -> Expression<Option<String>, K> {
    document.into().map(|e| match steps(path) {
        Some(steps) => Expr::Builtin(Builtin::JsonText(steps), vec![e]),
        None => Expr::Invalid(format!(
            "{path:?} is no path into a JSON document; write it like `colours[0].name`"
        )),
    })
}

fn steps(path: &str) -> Option<Vec<JsonStep>> {
    let mut all = Vec::new();
    for part in path.split('.') {
        let (key, mut rest) = part.split_at(part.find('[').unwrap_or(part.len()));
        if key.is_empty() && (rest.is_empty() || !all.is_empty()) {
            return None;
        }
        if !key.is_empty() {
            all.push(JsonStep::Key(key.to_owned()));
        }
        while let Some(inside) = rest.strip_prefix('[') {
            let (index, after) = inside.split_once(']')?;
            all.push(JsonStep::Index(index.parse().ok()?));
            rest = after;
        }
        if !rest.is_empty() {
            return None;
        }
    }
    Some(all)
}

/// Whether texts together contain every word of a query, as the database's full-text search counts words: `func::search((Post::title,
/// Post::body), "rust macros")`.
///
/// PostgreSQL compares words as they are (configuration `simple`); MySQL and MariaDB need a FULLTEXT index over these very columns; SQLite has it
/// in tables of another kind only.
pub fn search(documents: impl Arguments, query: &str) -> Predicate {
    let mut args = vec![Expr::Value(Value::Text(query.to_owned()))];
    args.extend(documents.list().0);
    Predicate::new(Expr::Builtin(Builtin::Search, args))
}

/// Whether an array contains an item (PostgreSQL).
pub fn array_has<T: ColumnType>(array: impl Into<Expression<Array<T>>>, item: impl Operand<T>) -> Predicate {
    arrays(Builtin::ArrayHas, array.into(), item.into_expr())
}

/// Whether an array contains all of these items (PostgreSQL).
pub fn array_contains<T: ColumnType>(
    array: impl Into<Expression<Array<T>>>,
    items: impl IntoIterator<Item = T>,
) -> Predicate {
    arrays(Builtin::ArrayContains, array.into(), Expr::value(Array(items.into_iter().collect::<Vec<T>>())))
}

/// Whether an array contains any of these items (PostgreSQL).
pub fn array_overlaps<T: ColumnType>(
    array: impl Into<Expression<Array<T>>>,
    items: impl IntoIterator<Item = T>,
) -> Predicate {
    arrays(Builtin::ArrayOverlaps, array.into(), Expr::value(Array(items.into_iter().collect::<Vec<T>>())))
}

/// The number of an array's items (PostgreSQL).
pub fn array_length<T>(array: impl Into<Expression<Array<T>>>) -> Expression<i64> {
    array.into().map(|e| Expr::Builtin(Builtin::ArrayLength, vec![e]))
}

fn arrays<T>(function: Builtin, array: Expression<Array<T>>, other: Expr) -> Predicate {
    Predicate::new(Expr::Builtin(function, vec![array.expr, other]))
}

macro_rules! ranks {
    ($($(#[$doc:meta])* $name:ident => $out:ty;)*) => {
        $($(#[$doc])*
        pub fn $name() -> WindowFunction<$out> {
            WindowFunction::new(named(stringify!($name), Vec::new()), None)
        })*
    };
}

ranks! {
    /// The number of the row in its window, from 1.
    row_number => i64;
    /// As [`row_number`], with equal rows sharing the smallest number.
    rank => i64;
    /// As [`rank`], without gaps.
    dense_rank => i64;
    /// The rank as a part of the window, from 0 to 1.
    percent_rank => f64;
    /// The part of the window that stands before or with the row, up to 1.
    cume_dist => f64;
}

/// The number of the part that the row is in, when the window is divided into so many.
pub fn ntile(parts: i32) -> WindowFunction<i64> {
    WindowFunction::new(named("ntile", vec![typed(parts)]), None)
}

fn neighbour<T>(of: Expression<T>, before: bool, rows: u32) -> Lag<T> {
    Lag(WindowFunction::new(Expr::Builtin(Builtin::Neighbour { before, rows }, vec![of.expr]), of.origin))
}

/// Its value so many rows before.
pub fn lag<T>(of: impl Into<Expression<T>>, rows: u32) -> Lag<T> {
    neighbour(of.into(), true, rows)
}

/// Its value so many rows after.
pub fn lead<T>(of: impl Into<Expression<T>>, rows: u32) -> Lag<T> {
    neighbour(of.into(), false, rows)
}

macro_rules! of_frame {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $($(#[$doc])*
        pub fn $name<T>(of: impl Into<Expression<T>>) -> WindowFunction<Option<T>> {
            let of = of.into();
            WindowFunction::new(named(stringify!($name), vec![of.expr]), of.origin)
        })*
    };
}

of_frame! {
    /// Its value in the first row of the window's frame.
    first_value;
    /// Its value in the last row of the window's frame, which by default ends with the current row.
    last_value;
}

#[cfg(test)]
mod tests {
    use rebis_sql::expr::JsonStep::{Index, Key};

    use super::steps;

    #[test]
    fn paths_into_documents() {
        let key = |k: &str| Key(k.to_owned());
        assert_eq!(steps("a"), Some(vec![key("a")]));
        assert_eq!(steps("a[0][12].b c"), Some(vec![key("a"), Index(0), Index(12), key("b c")]));
        assert_eq!(steps("[1]"), Some(vec![Index(1)]));
        for wrong in ["", "a.", ".a", "a[", "a[x]", "a[0]b", "a.[0]"] {
            assert_eq!(steps(wrong), None, "{wrong}");
        }
    }
}
