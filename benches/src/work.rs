//! What is measured: the workloads, their sizes, and the rows. Invariant: all libraries get the same rows, made before the clock starts.

/// A kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    /// Read every row of the table into structs.
    Load,
    /// Read one row by its key, again and again.
    Get,
    /// Insert rows in one transaction; no key has to come back.
    Insert,
    /// Insert rows in one transaction and know each row's key afterwards.
    InsertKeys,
}

/// A row to insert.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub name: String,
    pub hair_color: Option<String>,
}

/// A piece of work to be done.
#[derive(Debug)]
pub enum Work {
    Load,
    Get(Vec<i64>),
    Insert(Vec<NewUser>),
    InsertKeys(Vec<NewUser>),
}

/// The table in which single rows are looked up.
const LOOKUP_ROWS: usize = 10_000;

impl Workload {
    pub const ALL: [Workload; 4] = [Workload::Load, Workload::Get, Workload::Insert, Workload::InsertKeys];

    pub fn name(self) -> &'static str {
        match self {
            Workload::Load => "load",
            Workload::Get => "get",
            Workload::Insert => "insert",
            Workload::InsertKeys => "insert-keys",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Workload::Load => "load N rows",
            Workload::Get => "one row by primary key, of a table of N rows",
            Workload::Insert => "insert N rows in one transaction",
            Workload::InsertKeys => "insert N rows in one transaction, and know their keys",
        }
    }

    pub fn sizes(self) -> &'static [usize] {
        match self {
            Workload::Load => &[1, 100, 10_000],
            Workload::Get => &[LOOKUP_ROWS],
            Workload::Insert | Workload::InsertKeys => &[1, 100, 1_000],
        }
    }

    /// The rows in the table before each sample.
    pub fn rows_before(self, size: usize) -> usize {
        match self {
            Workload::Load | Workload::Get => size,
            Workload::Insert | Workload::InsertKeys => 0,
        }
    }

    pub fn writes(self) -> bool {
        matches!(self, Workload::Insert | Workload::InsertKeys)
    }

    pub fn work(self, size: usize) -> Work {
        match self {
            Workload::Load => Work::Load,
            // All over the table, in an order that no cache guesses.
            Workload::Get => Work::Get((0..200).map(|i| (i * 7_919) % LOOKUP_ROWS as i64 + 1).collect()),
            Workload::Insert => Work::Insert(rows(size)),
            Workload::InsertKeys => Work::InsertKeys(rows(size)),
        }
    }

    /// How often one sample repeats the work, so that it is long enough to be timed.
    pub fn times(self, size: usize) -> usize {
        match (self, size) {
            (Workload::Get, _) => 2,
            (_, 1) => 100,
            (_, 100) => 20,
            _ => 2,
        }
    }
}

impl Work {
    /// Rows read or inserted by doing it once.
    pub fn rows(&self, in_table: usize) -> usize {
        match self {
            Work::Load => in_table,
            Work::Get(ids) => ids.len(),
            Work::Insert(rows) | Work::InsertKeys(rows) => rows.len(),
        }
    }

    /// What a time is divided by: a lookup is timed by the row, everything else as a whole.
    pub fn units(&self) -> usize {
        match self {
            Work::Get(ids) => ids.len(),
            _ => 1,
        }
    }
}

/// The rows of the table: every other one without a hair colour.
pub fn rows(count: usize) -> Vec<NewUser> {
    (0..count)
        .map(|i| NewUser {
            name: format!("User {i}"),
            hair_color: (i % 2 == 0).then(|| String::from("black")),
        })
        .collect()
}
