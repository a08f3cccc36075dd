//! [`Builtin`]: functions that databases have under different names or shapes. Invariant: what a database lacks is refused by name where it is
//! written; a function that all of them write the same is an [`Expr::Func`](super::Expr::Func).

use chrono::TimeDelta;

/// A function whose text is the dialect's business. Its arguments stand beside it in [`Expr::Builtin`](super::Expr::Builtin), in the order given
/// here.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Builtin {
    /// (text): its length in characters.
    CharLength,
    /// (text, needle): where the needle stands, counted from 1; 0 when it does not.
    Position,
    /// (number, digits): rounded to so many digits after the point.
    Round,
    /// (a, b, …): the largest; NULL when one of them is NULL.
    Greatest,
    /// (a, b, …): the smallest; NULL when one of them is NULL.
    Least,
    /// (): a number from 0 up to 1, another one for each row.
    Random,
    /// (moment): one field of it, as an integer.
    Extract {
        /// Which one.
        field: Field,
        /// Whether the argument is a moment with a zone, which is read in UTC.
        utc: bool,
    },
    /// (moment): the moment so much later, or earlier.
    Later(TimeDelta),
    /// (start, end): the time between two moments.
    Elapsed,
    /// (moment): the beginning of the year, month, day … that it is in.
    Truncate {
        /// Of which.
        field: Field,
        /// Whether the argument is a moment with a zone, which is read in UTC.
        utc: bool,
    },
    /// (moment): its calendar date.
    DateOf {
        /// Whether the argument is a moment with a zone, which is read in UTC.
        utc: bool,
    },
    /// (text, pattern): whether a regular expression matches somewhere in it.
    Matches {
        /// Whether upper and lower case count as the same.
        insensitive: bool,
    },
    /// (query, document, …): whether the documents together contain every word of the query.
    Search,
    /// (document): what stands there in a JSON document, as text; NULL when there is nothing.
    JsonText(Vec<JsonStep>),
    /// (value, default?): its value in a row of the window so many rows away, in place of NULL the default where there is no such row. Stands in
    /// [`Expr::Over`](super::Expr::Over).
    Neighbour {
        /// Whether that row stands before this one.
        before: bool,
        /// How many rows away it is.
        rows: u32,
    },
    /// (array, item): whether it is in the array.
    ArrayHas,
    /// (array, array): whether the first contains every item of the second.
    ArrayContains,
    /// (array, array): whether they have an item in common.
    ArrayOverlaps,
    /// (array): the number of its items.
    ArrayLength,
}

/// A field of a date or time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Field {
    /// The year.
    Year,
    /// The month, from 1.
    Month,
    /// The day of the month, from 1.
    Day,
    /// The hour, from 0.
    Hour,
    /// The minute.
    Minute,
    /// The whole second.
    Second,
    /// The quarter of the year, from 1.
    Quarter,
    /// The day of the week, from 1 for Monday.
    Weekday,
    /// The day of the year, from 1.
    YearDay,
}

/// A step into a JSON document.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum JsonStep {
    /// The member of an object.
    Key(String),
    /// The item of an array, from 0.
    Index(u32),
}
