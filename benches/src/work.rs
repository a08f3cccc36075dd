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
    /// Insert users and their posts in one transaction.
    Graph,
    /// Read users and the posts of each.
    Relations,
    /// Change one row in a hundred of those that were read before, in one transaction.
    Update,
    /// Ask for a row that was read before.
    Hit,
    /// Read single rows by key from 32 tasks at once.
    Concurrent,
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
    Graph(Vec<NewUser>),
    Relations,
    /// The keys of the rows to change.
    Update(Vec<i64>),
    Hit(Vec<i64>),
    /// What each task asks for.
    Concurrent(Vec<Vec<i64>>),
}

/// The posts of each user, where there are posts.
pub const POSTS: usize = 10;

/// The table in which single rows are looked up.
const LOOKUP_ROWS: usize = 10_000;

impl Workload {
    pub const ALL: [Workload; 9] = [
        Workload::Load,
        Workload::Get,
        Workload::Insert,
        Workload::InsertKeys,
        Workload::Graph,
        Workload::Relations,
        Workload::Update,
        Workload::Hit,
        Workload::Concurrent,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Workload::Load => "load",
            Workload::Get => "get",
            Workload::Insert => "insert",
            Workload::InsertKeys => "insert-keys",
            Workload::Graph => "graph",
            Workload::Relations => "relations",
            Workload::Update => "update",
            Workload::Hit => "hit",
            Workload::Concurrent => "concurrent",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Workload::Load => "load N rows",
            Workload::Get => "one row by primary key, of a table of N rows",
            Workload::Insert => "insert N rows in one transaction",
            Workload::InsertKeys => "insert N rows in one transaction, and know their keys",
            Workload::Graph => "insert N users with 10 posts each in one transaction",
            Workload::Relations => "read N users with 10 posts each",
            Workload::Update => "change 1 % of N rows that were read before, in one transaction",
            Workload::Hit => "a row by primary key, which was read before (the raw driver reads it again)",
            Workload::Concurrent => "one row by primary key, 32 tasks at once",
        }
    }

    pub fn sizes(self) -> &'static [usize] {
        match self {
            Workload::Load => &[1, 100, 10_000],
            Workload::Get => &[LOOKUP_ROWS],
            Workload::Insert | Workload::InsertKeys => &[1, 100, 1_000],
            Workload::Graph => &[100],
            Workload::Relations => &[1_000],
            Workload::Update => &[1_000, 10_000, 100_000],
            Workload::Hit | Workload::Concurrent => &[LOOKUP_ROWS],
        }
    }

    /// The rows in the table before each sample.
    pub fn rows_before(self, size: usize) -> usize {
        match self {
            Workload::Insert | Workload::InsertKeys | Workload::Graph => 0,
            _ => size,
        }
    }

    /// The posts that each of these rows has.
    pub fn posts_before(self) -> usize {
        if self == Workload::Relations { POSTS } else { 0 }
    }

    pub fn writes(self) -> bool {
        matches!(self, Workload::Insert | Workload::InsertKeys | Workload::Graph)
    }

    pub fn work(self, size: usize) -> Work {
        match self {
            Workload::Load => Work::Load,
            Workload::Get => Work::Get(scattered(200).collect()),
            Workload::Insert => Work::Insert(rows(size)),
            Workload::InsertKeys => Work::InsertKeys(rows(size)),
            Workload::Graph => Work::Graph(rows(size)),
            Workload::Relations => Work::Relations,
            Workload::Update => Work::Update((1..=size as i64).step_by(100).collect()),
            Workload::Hit => Work::Hit(scattered(200).collect()),
            Workload::Concurrent => {
                let all: Vec<i64> = scattered(32 * 50).collect();
                Work::Concurrent(all.chunks(50).map(<[i64]>::to_vec).collect())
            }
        }
    }

    /// How often one sample repeats the work, so that it is long enough to be timed.
    pub fn times(self, size: usize) -> usize {
        match (self, size) {
            (Workload::Get | Workload::Concurrent, _) => 2,
            (Workload::Hit, _) => 20,
            (Workload::Relations | Workload::Graph, _) => 2,
            (Workload::Update, _) => 1,
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
            Work::Graph(rows) => rows.len() * (1 + POSTS),
            Work::Relations => in_table * (1 + POSTS),
            Work::Update(ids) | Work::Hit(ids) => ids.len(),
            Work::Concurrent(all) => all.iter().map(Vec::len).sum(),
        }
    }

    /// Whether every library can be asked for it: one table, one task, nothing prepared.
    pub fn is_plain(&self) -> bool {
        matches!(self, Work::Load | Work::Get(_) | Work::Insert(_) | Work::InsertKeys(_))
    }

    /// What a time is divided by: a lookup is timed by the row, everything else as a whole.
    pub fn units(&self) -> usize {
        match self {
            Work::Get(ids) | Work::Hit(ids) => ids.len(),
            Work::Concurrent(_) => self.rows(0),
            _ => 1,
        }
    }
}

/// Keys all over the table, in an order that no cache guesses.
fn scattered(count: i64) -> impl Iterator<Item = i64> {
    (0..count).map(|i| (i * 7_919) % LOOKUP_ROWS as i64 + 1)
}

/// The title of a user's post.
pub fn title(post: usize) -> String {
    format!("Post number {post}")
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
