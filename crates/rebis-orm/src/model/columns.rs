//! [`ColumnSet`]: some of a model's columns. Invariant: a model has at most 128 columns, which the derive checks.

/// A set of a model's columns, by position.
// Two words, not a `u128`: that would ask every object that holds one for an alignment of 16 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnSet([u64; 2]);

impl ColumnSet {
    /// No column.
    pub const EMPTY: ColumnSet = ColumnSet([0; 2]);

    /// The set with one more column.
    #[must_use]
    pub const fn with(self, column: usize) -> Self {
        self.with_if(column, true)
    }

    /// The set with one more column if `yes`.
    #[must_use]
    #[inline]
    pub const fn with_if(mut self, column: usize, yes: bool) -> Self {
        self.0[word(column)] |= (yes as u64) << (column & 63);
        self
    }

    /// The set with another's columns, which begin at `start`.
    #[must_use]
    pub fn with_all(self, start: usize, others: ColumnSet) -> Self {
        others.iter().fold(self, |all, column| all.with(start + column))
    }

    /// The set without a column.
    #[must_use]
    pub const fn without(mut self, column: usize) -> Self {
        self.0[word(column)] &= !(1 << (column & 63));
        self
    }

    /// The columns that are in this set and not in the other.
    #[must_use]
    pub const fn minus(self, other: ColumnSet) -> Self {
        ColumnSet([self.0[0] & !other.0[0], self.0[1] & !other.0[1]])
    }

    /// The columns that are in either set.
    #[must_use]
    pub const fn union(self, other: ColumnSet) -> Self {
        ColumnSet([self.0[0] | other.0[0], self.0[1] | other.0[1]])
    }

    /// Whether a column is in both sets.
    #[must_use]
    pub const fn meets(self, other: ColumnSet) -> bool {
        (self.0[0] & other.0[0]) | (self.0[1] & other.0[1]) != 0
    }

    /// Whether the column is in it.
    #[must_use]
    pub const fn has(self, column: usize) -> bool {
        self.0[word(column)] >> (column & 63) & 1 == 1
    }

    /// Whether it is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0[0] | self.0[1] == 0
    }

    /// The columns, in order.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        let mut rest = u128::from(self.0[0]) | u128::from(self.0[1]) << 64;
        std::iter::from_fn(move || {
            let next = rest.trailing_zeros();
            (next < 128).then(|| {
                rest &= rest - 1;
                next as usize
            })
        })
    }
}

const fn word(column: usize) -> usize {
    column >> 6 & 1
}
