//! Random session programs against a simple reference in memory: the objects, the rows and the errors are those of the reference, and the same
//! program writes the same statements.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rebis::{BelongsTo, Database, Entity, ErrorKind, HasMany, Savepoint, Session, State, select};
use rebis_macros::Model;
use rebis_testkit::Backend;

use crate::support::sql;

/// In a tree, with a unique code and parts of its own.
#[derive(Model, Clone, Debug)]
pub struct Item {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 20, unique)]
    pub code: String,
    pub number: i32,
    #[column(foreign_key = Item::id)]
    pub parent_id: Option<i64>,
    #[relation(back_populates = children)]
    pub parent: BelongsTo<Option<Item>>,
    #[relation(back_populates = parent)]
    pub children: HasMany<Item>,
    #[relation(back_populates = item, cascade = "all, delete-orphan")]
    pub parts: HasMany<Part>,
}

#[derive(Model, Clone, Debug)]
pub struct Part {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 20)]
    pub name: String,
    #[column(foreign_key = Item::id)]
    pub item_id: i64,
    #[relation(back_populates = parts)]
    pub item: BelongsTo<Item>,
}

/// One step. A number means one of the objects there are, counted round.
#[derive(Clone, Debug)]
enum Op {
    Add { code: u8, under: Option<usize> },
    Edit { item: usize, number: i32 },
    Rename { item: usize, code: u8 },
    Exchange { one: usize, other: usize },
    Move { item: usize, to: Option<usize> },
    AddPart { item: usize },
    RemovePart { part: usize },
    MovePart { part: usize, to: usize },
    Delete { item: usize },
    Flush,
    Commit,
    Rollback,
    Begin,
    Release,
    Undo,
    Query,
    Expire { item: usize },
    Refresh { item: usize },
}

fn op() -> impl Strategy<Value = Op> {
    let n = || 0..16_usize;
    prop_oneof![
        4 => (0..14_u8, proptest::option::of(n())).prop_map(|(code, under)| Op::Add { code, under }),
        2 => (n(), any::<i32>()).prop_map(|(item, number)| Op::Edit { item, number }),
        2 => (n(), 0..14_u8).prop_map(|(item, code)| Op::Rename { item, code }),
        2 => (n(), n()).prop_map(|(one, other)| Op::Exchange { one, other }),
        3 => (n(), proptest::option::of(n())).prop_map(|(item, to)| Op::Move { item, to }),
        2 => n().prop_map(|item| Op::AddPart { item }),
        1 => n().prop_map(|part| Op::RemovePart { part }),
        2 => (n(), n()).prop_map(|(part, to)| Op::MovePart { part, to }),
        2 => n().prop_map(|item| Op::Delete { item }),
        2 => Just(Op::Flush),
        2 => Just(Op::Commit),
        1 => Just(Op::Rollback),
        2 => Just(Op::Begin),
        1 => Just(Op::Release),
        1 => Just(Op::Undo),
        1 => Just(Op::Query),
        1 => n().prop_map(|item| Op::Expire { item }),
        1 => n().prop_map(|item| Op::Refresh { item }),
    ]
}

/// What an item is to be.
#[derive(Clone, Debug)]
struct ItemIs {
    state: State,
    code: String,
    number: i32,
    parent: Option<usize>,
    doomed: bool,
}

#[derive(Clone, Debug)]
struct PartIs {
    state: State,
    name: String,
    item: usize,
    doomed: bool,
}

#[derive(Clone, Debug, Default)]
struct World {
    items: Vec<ItemIs>,
    parts: Vec<PartIs>,
}

fn lives(state: State) -> bool {
    matches!(state, State::Pending | State::Persistent)
}

impl World {
    fn item(&self, n: usize) -> Option<usize> {
        let all: Vec<usize> =
            (0..self.items.len()).filter(|&i| lives(self.items[i].state) && !self.items[i].doomed).collect();
        (!all.is_empty()).then(|| all[n % all.len()])
    }

    fn part(&self, n: usize) -> Option<usize> {
        let safe = |p: &PartIs| lives(p.state) && !p.doomed && !self.items[p.item].doomed;
        let all: Vec<usize> = (0..self.parts.len()).filter(|&i| safe(&self.parts[i])).collect();
        (!all.is_empty()).then(|| all[n % all.len()])
    }

    /// What a flush makes of it; `false` when two rows would have one code.
    fn flush(&mut self) -> bool {
        let mut codes: Vec<&String> =
            self.items.iter().filter(|i| lives(i.state) && !i.doomed).map(|i| &i.code).collect();
        codes.sort();
        if codes.windows(2).any(|w| w[0] == w[1]) {
            return false;
        }
        let gone: Vec<usize> = (0..self.items.len()).filter(|&i| self.items[i].doomed).collect();
        for part in &mut self.parts {
            if lives(part.state) && (part.doomed || gone.contains(&part.item)) {
                part.state = if part.state == State::Pending { State::Transient } else { State::Deleted };
            }
            part.doomed = false;
        }
        for item in &mut self.items {
            if item.doomed {
                item.state = State::Deleted;
            }
            item.doomed = false;
            if item.parent.is_some_and(|p| gone.contains(&p)) {
                item.parent = None;
            }
        }
        let states =
            self.items.iter_mut().map(|i| &mut i.state).chain(self.parts.iter_mut().map(|p| &mut p.state));
        for state in states.filter(|s| **s == State::Pending) {
            *state = State::Persistent;
        }
        true
    }

    /// Goes back to an earlier world; what was added since is in no session.
    fn back(&mut self, to: &World) {
        for (i, item) in self.items.iter_mut().enumerate() {
            match to.items.get(i) {
                Some(was) => *item = was.clone(),
                None => (item.state, item.doomed) = (State::Transient, false),
            }
        }
        for (i, part) in self.parts.iter_mut().enumerate() {
            match to.parts.get(i) {
                Some(was) => *part = was.clone(),
                None => (part.state, part.doomed) = (State::Transient, false),
            }
        }
    }
}

/// A program as it runs, beside its reference.
struct Run {
    db: Database,
    session: Session,
    items: Vec<Entity<Item>>,
    parts: Vec<Entity<Part>>,
    savepoints: Vec<(Savepoint, World)>,
    now: World,
    committed: World,
}

impl Run {
    fn new(db: &Database) -> Self {
        Run {
            db: db.clone(),
            session: db.session(),
            items: Vec::new(),
            parts: Vec::new(),
            savepoints: Vec::new(),
            now: World::default(),
            committed: World::default(),
        }
    }

    async fn step(&mut self, op: &Op) {
        match op {
            Op::Add { code, under } => {
                let under = under.and_then(|n| self.now.item(n));
                let code = format!("c{code}");
                let item = Item::builder().code(code.as_str()).number(0);
                let item = match under {
                    Some(parent) => self.session.add(item.parent(&self.items[parent])),
                    None => self.session.add(item),
                };
                self.items.push(item);
                self.now.items.push(ItemIs {
                    state: State::Pending,
                    code,
                    number: 0,
                    parent: under,
                    doomed: false,
                });
            }
            Op::Edit { item, number } => {
                let Some(i) = self.now.item(*item) else { return };
                self.items[i].edit().number = *number;
                self.now.items[i].number = *number;
            }
            Op::Rename { item, code } => {
                let Some(i) = self.now.item(*item) else { return };
                let code = format!("c{code}");
                self.items[i].edit().code.clone_from(&code);
                self.now.items[i].code = code;
            }
            Op::Exchange { one, other } => {
                let (Some(a), Some(b)) = (self.now.item(*one), self.now.item(*other)) else { return };
                let (first, second) = (self.items[a].code.clone(), self.items[b].code.clone());
                self.items[a].edit().code.clone_from(&second);
                self.items[b].edit().code.clone_from(&first);
                self.now.items[a].code = second;
                self.now.items[b].code = first;
            }
            Op::Move { item, to } => {
                let Some(i) = self.now.item(*item) else { return };
                let to = to.and_then(|n| self.now.item(n));
                match to {
                    Some(parent) => drop(self.items[i].parent.set(&self.items[parent]).unwrap()),
                    None => self.items[i].parent.clear().unwrap(),
                }
                self.now.items[i].parent = to;
            }
            Op::AddPart { item } => {
                let Some(i) = self.now.item(*item) else { return };
                let name = format!("p{}", self.parts.len());
                self.parts.push(self.items[i].parts.add(Part::builder().name(name.as_str()).item_id(0)));
                self.now.parts.push(PartIs { state: State::Pending, name, item: i, doomed: false });
            }
            Op::RemovePart { part } => {
                let Some(p) = self.now.part(*part) else { return };
                self.items[self.now.parts[p].item].parts.remove(&self.parts[p]).unwrap();
                self.now.parts[p].doomed = true;
            }
            Op::MovePart { part, to } => {
                let (Some(p), Some(i)) = (self.now.part(*part), self.now.item(*to)) else { return };
                self.items[i].parts.add(&self.parts[p]);
                self.now.parts[p].item = i;
            }
            Op::Delete { item } => {
                let Some(i) = self.now.item(*item) else { return };
                if self.now.items[i].state == State::Persistent {
                    self.session.delete(&self.items[i]);
                    self.now.items[i].doomed = true;
                }
            }
            Op::Flush => {
                let _ = self.flushes(|session| async move { session.flush().await }).await;
            }
            Op::Query => {
                let count = async |session: Session| select(Item).count(&session).await.map(drop);
                let _ = self.flushes(count).await;
            }
            Op::Commit => {
                if self.flushes(|session| async move { session.commit().await }).await {
                    self.savepoints.clear();
                    self.committed = self.now.clone();
                    self.check_rows().await;
                }
            }
            Op::Rollback => self.rollback().await,
            Op::Begin => {
                let mut world = self.now.clone();
                let expected = world.flush();
                match self.session.begin_nested().await {
                    Ok(savepoint) => {
                        assert!(expected, "the flush should have failed");
                        self.now = world.clone();
                        self.savepoints.push((savepoint, world));
                    }
                    Err(error) => self.failed(expected, &error).await,
                }
            }
            Op::Release => {
                let Some((savepoint, world)) = self.savepoints.pop() else { return };
                let expected = self.now.flush();
                match savepoint.commit().await {
                    Ok(()) => assert!(expected, "the flush should have failed"),
                    Err(error) => {
                        // It is undone by itself.
                        assert!(!expected && error.is_unique_violation(), "{error:?}");
                        self.now.back(&world);
                    }
                }
            }
            Op::Undo => {
                let Some((savepoint, world)) = self.savepoints.pop() else { return };
                savepoint.rollback().await.unwrap();
                self.now.back(&world);
            }
            Op::Expire { item } | Op::Refresh { item } => {
                // What was not written would be lost.
                if !self.flushes(|session| async move { session.flush().await }).await {
                    return;
                }
                let Some(i) = self.now.item(*item) else { return };
                if matches!(op, Op::Expire { .. }) {
                    self.session.expire(&self.items[i]).unwrap();
                    let again = self.session.get(Item, self.items[i].id).await.unwrap().unwrap();
                    assert!(again.same(&self.items[i]));
                } else {
                    self.session.refresh(&self.items[i]).await.unwrap();
                }
            }
        }
        if matches!(
            op,
            Op::Flush | Op::Query | Op::Commit | Op::Rollback | Op::Begin | Op::Undo | Op::Expire { .. }
        ) {
            self.check_objects().await;
        }
    }

    /// Runs what flushes: `true` when it went well, as the reference says.
    async fn flushes<Fut: Future<Output = rebis::Result<()>>>(
        &mut self,
        run: impl FnOnce(Session) -> Fut,
    ) -> bool {
        let expected = self.now.flush();
        match run(self.session.clone()).await {
            Ok(()) => {
                assert!(expected, "the flush should have failed");
                true
            }
            Err(error) => {
                self.failed(expected, &error).await;
                false
            }
        }
    }

    async fn failed(&mut self, expected: bool, error: &rebis::Error) {
        assert!(!expected && error.is_unique_violation(), "{error:?}");
        assert_eq!(self.session.flush().await.unwrap_err().kind(), ErrorKind::InactiveTransaction);
        match self.savepoints.pop() {
            Some((savepoint, world)) => {
                savepoint.rollback().await.unwrap();
                self.now.back(&world);
            }
            None => self.rollback().await,
        }
    }

    async fn rollback(&mut self) {
        self.session.rollback().await.unwrap();
        self.savepoints.clear();
        self.now.back(&self.committed);
    }

    async fn check_objects(&self) {
        for (i, (item, is)) in self.items.iter().zip(&self.now.items).enumerate() {
            assert_eq!(item.state(), is.state, "item {i}");
            if is.state != State::Persistent || is.doomed {
                continue;
            }
            assert_eq!((item.code.as_str(), item.number), (is.code.as_str(), is.number), "item {i}");
            let parent = item.parent.get().await.unwrap();
            assert_eq!(parent, is.parent.map(|p| self.items[p].clone()), "the parent of item {i}");
            assert_eq!(
                item.parent_id,
                is.parent.map(|p| self.items[p].id),
                "the key of the parent of item {i}"
            );
            let wanted: Vec<&Entity<Item>> = (0..self.items.len())
                .filter(|&c| lives(self.now.items[c].state) && self.now.items[c].parent == Some(i))
                .map(|c| &self.items[c])
                .collect();
            let mut children = item.children.all().await.unwrap();
            children.sort_by_key(|c| c.id);
            let mut ids: Vec<i64> = wanted.iter().map(|c| c.id).collect();
            ids.sort_unstable();
            assert_eq!(children.iter().map(|c| c.id).collect::<Vec<_>>(), ids, "the children of item {i}");
            assert!(children.iter().all(|c| wanted.iter().any(|w| w.same(c))), "one object for a row");
            let mut parts: Vec<String> =
                item.parts.all().await.unwrap().iter().map(|p| p.name.clone()).collect();
            parts.sort();
            let mut wanted: Vec<String> = self
                .now
                .parts
                .iter()
                .filter(|p| lives(p.state) && p.item == i)
                .map(|p| p.name.clone())
                .collect();
            wanted.sort();
            assert_eq!(parts, wanted, "the parts of item {i}");
        }
        for (i, (part, is)) in self.parts.iter().zip(&self.now.parts).enumerate() {
            assert_eq!(part.state(), is.state, "part {i}");
        }
    }

    /// What another connection sees.
    async fn check_rows(&self) {
        let mut wanted: Vec<(i64, String, i32, Option<i64>)> = Vec::new();
        for (item, is) in
            self.items.iter().zip(&self.committed.items).filter(|(_, is)| is.state == State::Persistent)
        {
            wanted.push((item.id, is.code.clone(), is.number, is.parent.map(|p| self.items[p].id)));
        }
        wanted.sort();
        let columns = (Item::id, Item::code, Item::number, Item::parent_id);
        assert_eq!(select(columns).order_by(Item::id).all(&self.db).await.unwrap(), wanted);
        let mut wanted: Vec<(String, i64)> = Vec::new();
        for is in self.committed.parts.iter().filter(|p| p.state == State::Persistent) {
            wanted.push((is.name.clone(), self.items[is.item].id));
        }
        wanted.sort();
        let mut parts = select((Part::name, Part::item_id)).all(&self.db).await.unwrap();
        parts.sort();
        assert_eq!(parts, wanted);
    }
}

async fn run(db: &Database, program: &[Op]) {
    let mut run = Run::new(db);
    for op in program {
        run.step(op).await;
    }
    run.rollback().await;
    run.check_objects().await;
    run.check_rows().await;
}

async fn empty(db: &Database) {
    rebis::delete(Part).execute(db).await.unwrap();
    rebis::update(Item).set(Item::parent_id, None).execute(db).await.unwrap();
    rebis::delete(Item).execute(db).await.unwrap();
}

fn programs(backend: Backend) {
    rebis_testkit::run(backend, async |test| {
        let db = Database::with_engine(test.engine().clone()).models(rebis::models![Item, Part]);
        db.create_all().await.unwrap();
        // Always the same cases: a failure can be looked into.
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let cases = std::env::var("REBIS_PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(64);
        let config = Config { cases, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
        let runtime = tokio::runtime::Handle::current();
        let programs = proptest::collection::vec(op(), 4..40);
        let done = TestRunner::new_with_rng(config, rng).run(&programs, |program| {
            tokio::task::block_in_place(|| {
                runtime.block_on(async {
                    empty(&db).await;
                    let _ = sql(&test);
                    run(&db, &program).await;
                    let first = sql(&test);
                    empty(&db).await;
                    let _ = sql(&test);
                    run(&db, &program).await;
                    prop_assert_eq!(sql(&test), first);
                    Ok(())
                })
            })
        });
        if let Err(error) = done {
            panic!("{error}");
        }
    });
}

#[test]
fn sqlite() {
    programs(Backend::Sqlite);
}

#[test]
fn postgres() {
    programs(Backend::Postgres);
}

#[test]
fn mysql() {
    programs(Backend::MySql);
}
