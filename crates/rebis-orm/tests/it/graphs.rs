//! Random graphs: whatever the order of `add`, what was built is what is read, and the same program writes the same statements.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rebis::{Addable, Database, Entity, select};
use rebis_testkit::{Backend, TestDatabase};

use crate::handwritten::{Post, User};
use crate::support::{sql, tables};
use crate::tree::Node;

/// What to build: people, posts with their author and nodes with their parent (an earlier node), and the order in which they are added.
#[derive(Clone, Debug)]
struct Graph {
    users: usize,
    posts: Vec<usize>,
    nodes: Vec<Option<usize>>,
    order: Vec<usize>,
}

fn graph() -> impl Strategy<Value = Graph> {
    (1..5_usize, 0..7_usize, 0..8_usize).prop_flat_map(|(users, posts, nodes)| {
        let authors = proptest::collection::vec(0..users, posts);
        let parents: Vec<_> = (0..nodes)
            .map(|i| if i == 0 { Just(None).boxed() } else { proptest::option::of(0..i).boxed() })
            .collect();
        let order = Just((0..users + posts + nodes).collect::<Vec<_>>()).prop_shuffle();
        (authors, parents, order).prop_map(move |(posts, nodes, order)| Graph { users, posts, nodes, order })
    })
}

/// People with the texts of their posts, and nodes with the names of their parents: what is in the database, without keys.
type Picture = (Vec<(String, Vec<String>)>, Vec<(String, Option<String>)>);

fn expected(graph: &Graph) -> Picture {
    let bodies = |user: usize| {
        let own = graph.posts.iter().enumerate().filter(move |(_, author)| **author == user);
        own.map(|(i, _)| format!("p{i}")).collect()
    };
    let name = |i: usize| format!("n{i}");
    (
        (0..graph.users).map(|i| (format!("u{i}"), bodies(i))).collect(),
        graph.nodes.iter().enumerate().map(|(i, parent)| (name(i), parent.map(name))).collect(),
    )
}

async fn build(db: &Database, graph: &Graph) {
    let users: Vec<Entity<User>> = (0..graph.users)
        .map(|i| User::builder().username(format!("u{i}")).email(format!("u{i}")).into_entity())
        .collect();
    let posts: Vec<Entity<Post>> = graph
        .posts
        .iter()
        .enumerate()
        .map(|(i, &author)| Post::builder().body(format!("p{i}")).author(&users[author]).into_entity())
        .collect();
    let mut nodes: Vec<Entity<Node>> = Vec::new();
    for (i, parent) in graph.nodes.iter().enumerate() {
        let node = Node::builder().name(format!("n{i}"));
        nodes.push(match parent {
            Some(parent) => node.parent(&nodes[*parent]).into_entity(),
            None => node.into_entity(),
        });
    }
    let session = db.session();
    for &i in &graph.order {
        if i < users.len() {
            session.add(&users[i]);
        } else if i < users.len() + posts.len() {
            session.add(&posts[i - users.len()]);
        } else {
            session.add(&nodes[i - users.len() - posts.len()]);
        }
        // A flush in the middle must make no difference to what is stored.
        if i == 0 {
            session.flush().await.expect("a flush");
        }
    }
    session.commit().await.expect("a commit");
}

async fn read(db: &Database) -> Picture {
    let session = db.session();
    let mut people = Vec::new();
    for user in select(User).order_by(User::username).all(&session).await.expect("people") {
        let mut bodies = Vec::new();
        for post in user.posts.all().await.expect("posts") {
            assert_eq!(post.author.get().await.expect("an author"), user);
            bodies.push(post.body.clone());
        }
        bodies.sort();
        people.push((user.username.clone(), bodies));
    }
    let mut nodes = Vec::new();
    for node in select(Node).order_by(Node::name).all(&session).await.expect("nodes") {
        let parent = node.parent.get().await.expect("a parent");
        if let Some(parent) = &parent {
            assert!(parent.children.all().await.expect("children").contains(&node));
        }
        nodes.push((node.name.clone(), parent.map(|p| p.name.clone())));
    }
    (people, nodes)
}

async fn empty(db: &Database) {
    // Through sessions, so that deletion in any order is tested as well.
    let session = db.session();
    for node in select(Node).all(&session).await.expect("nodes") {
        session.delete(&node);
    }
    for user in select(User).all(&session).await.expect("people") {
        session.delete(&user);
    }
    session.commit().await.expect("everything is deleted");
    assert_eq!(read(db).await, (Vec::new(), Vec::new()));
}

async fn holds(test: &TestDatabase, db: &Database, graph: &Graph) -> Result<(), TestCaseError> {
    let _ = sql(test);
    build(db, graph).await;
    let first = sql(test);
    prop_assert_eq!(read(db).await, expected(graph));
    empty(db).await;
    let _ = sql(test);
    build(db, graph).await;
    prop_assert_eq!(sql(test), first);
    empty(db).await;
    Ok(())
}

fn graphs(backend: Backend) {
    rebis_testkit::run(backend, async |test| {
        let db = tables(&test).await;
        // Always the same cases: a failure can be looked into.
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let cases = std::env::var("REBIS_PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(12);
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        let runtime = tokio::runtime::Handle::current();
        let done = TestRunner::new_with_rng(config, rng).run(&graph(), |graph| {
            tokio::task::block_in_place(|| runtime.block_on(holds(&test, &db, &graph)))
        });
        if let Err(error) = done {
            panic!("{error}");
        }
    });
}

#[test]
fn sqlite() {
    graphs(Backend::Sqlite);
}

#[test]
fn postgres() {
    graphs(Backend::Postgres);
}

#[test]
fn mysql() {
    graphs(Backend::MySql);
}
