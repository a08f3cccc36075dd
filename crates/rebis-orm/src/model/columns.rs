//! [`ColumnSet`]: some of a model's columns. Invariant: a model has at most 128 columns, which the derive checks.

/// A set of a model's columns, by position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnSet(u128);

impl ColumnSet {
    /// No column.
    pub const EMPTY: ColumnSet = ColumnSet(0);

    /// The set with one more column.
    #[must_use]
    pub const fn with(self, column: usize) -> Self {
        ColumnSet(self.0 | 1 << (column & 127))
    }

    /// The set with one more column if `yes`.
    #[must_use]
    #[inline]
    pub const fn with_if(self, column: usize, yes: bool) -> Self {
        ColumnSet(self.0 | (yes as u128) << (column & 127))
    }

    /// The set without a column.
    #[must_use]
    pub const fn without(self, column: usize) -> Self {
        ColumnSet(self.0 & !(1 << (column & 127)))
    }

    /// The columns that are in this set and not in the other.
    #[must_use]
    pub const fn minus(self, other: ColumnSet) -> Self {
        ColumnSet(self.0 & !other.0)
    }

    /// Whether the column is in it.
    #[must_use]
    pub const fn has(self, column: usize) -> bool {
        self.0 >> (column & 127) & 1 == 1
    }

    /// Whether it is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The columns, in order.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let next = rest.trailing_zeros();
            (next < 128).then(|| {
                rest &= rest - 1;
                next as usize
            })
        })
    }
}
