//! Random webs of objects: tables in a circle, a tree, many to many, composite keys, cascades. What was built is what is read, the same program
//! writes the same statements, and all of it can be deleted in any order.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rebis::{Addable, BelongsTo, Database, Entity, HasMany, Session, select};
use rebis_macros::Model;
use rebis_testkit::{Backend, TestDatabase, each_database};

use crate::support::{rows, sql};

/// Its lead is a person, whose team it may be.
#[derive(Model, Clone, Debug)]
pub struct Team {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 20, unique)]
    pub name: String,
    #[column(foreign_key = Person::id)]
    pub lead_id: Option<i64>,
    #[relation(key = lead_id)]
    pub lead: BelongsTo<Option<Person>>,
    #[relation(key = Person::team_id, back_populates = team)]
    pub members: HasMany<Person>,
}

#[derive(Model, Clone, Debug)]
pub struct Person {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 20, unique)]
    pub name: String,
    #[column(foreign_key = Team::id)]
    pub team_id: Option<i64>,
    #[column(foreign_key = Person::id)]
    pub boss_id: Option<i64>,
    #[relation(key = team_id, back_populates = members)]
    pub team: BelongsTo<Option<Team>>,
    #[relation(key = boss_id, back_populates = staff)]
    pub boss: BelongsTo<Option<Person>>,
    #[relation(back_populates = boss)]
    pub staff: HasMany<Person>,
    #[relation(through = Talent, back_populates = people)]
    pub skills: HasMany<Skill>,
}

#[derive(Model, Clone, Debug)]
pub struct Skill {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 20, unique)]
    pub name: String,
    #[relation(through = Talent, back_populates = skills)]
    pub people: HasMany<Person>,
}

#[derive(Model, Clone, Debug)]
#[model(primary_key(person_id, skill_id))]
pub struct Talent {
    #[column(foreign_key = Person::id)]
    pub person_id: i64,
    #[column(foreign_key = Skill::id)]
    pub skill_id: i64,
}

#[derive(Model, Clone, Debug)]
#[model(primary_key(house, number))]
pub struct Room {
    #[column(length = 20)]
    pub house: String,
    pub number: i32,
    #[relation(back_populates = room, cascade = "all, delete-orphan")]
    pub desks: HasMany<Desk>,
}

/// Refers to a key of two columns, and may be somebody's.
#[derive(Model, Clone, Debug)]
pub struct Desk {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 20)]
    pub name: String,
    #[column(length = 20, foreign_key = Room::house)]
    pub house: String,
    #[column(foreign_key = Room::number)]
    pub number: i32,
    #[column(foreign_key = Person::id)]
    pub person_id: Option<i64>,
    #[relation(key = (house, number), back_populates = desks)]
    pub room: BelongsTo<Room>,
    #[relation(key = person_id)]
    pub person: BelongsTo<Option<Person>>,
}

async fn tables(test: &TestDatabase) -> Database {
    let models = rebis::models![Team, Person, Skill, Talent, Room, Desk];
    let db = Database::with_engine(test.engine().clone()).models(models);
    db.create_all().await.unwrap();
    let _ = test.statements();
    db
}

/// Everything by name: teams with their lead, people with team, boss and skills, rooms with their desks and whose they are.
#[derive(Clone, Debug, PartialEq)]
struct Web {
    teams: Vec<Option<usize>>,
    people: Vec<(Option<usize>, Option<usize>, Vec<bool>)>,
    skills: usize,
    desks: Vec<(usize, Option<usize>)>,
    rooms: usize,
    /// The order of adding and of deleting.
    order: Vec<usize>,
}

fn web() -> impl Strategy<Value = Web> {
    (1..4_usize, 1..6_usize, 0..4_usize, 1..4_usize, 0..5_usize).prop_flat_map(
        |(teams, people, skills, rooms, desks)| {
            use proptest::collection::vec;
            use proptest::option::of;
            let person = (of(0..teams), of(0..people), vec(any::<bool>(), skills));
            let order = Just((0..teams + people + skills + rooms + desks).collect::<Vec<_>>()).prop_shuffle();
            (vec(of(0..people), teams), vec(person, people), vec((0..rooms, of(0..people)), desks), order)
                .prop_map(move |(teams, people, desks, order)| Web {
                    teams,
                    people,
                    skills,
                    desks,
                    rooms,
                    order,
                })
        },
    )
}

async fn build(db: &Database, web: &Web) {
    let teams: Vec<Entity<Team>> =
        (0..web.teams.len()).map(|i| Team::builder().name(format!("t{i}")).into_entity()).collect();
    let people: Vec<Entity<Person>> =
        (0..web.people.len()).map(|i| Person::builder().name(format!("p{i}")).into_entity()).collect();
    let skills: Vec<Entity<Skill>> =
        (0..web.skills).map(|i| Skill::builder().name(format!("s{i}")).into_entity()).collect();
    let rooms: Vec<Entity<Room>> = (0..web.rooms)
        .map(|i| Room::builder().house(format!("h{}", i / 2)).number(i as i32 % 2).into_entity())
        .collect();
    let desks: Vec<Entity<Desk>> = web
        .desks
        .iter()
        .enumerate()
        .map(|(i, (room, _))| Desk::builder().name(format!("d{i}")).room(&rooms[*room]).into_entity())
        .collect();
    for (team, lead) in teams.iter().zip(&web.teams) {
        if let Some(lead) = lead {
            team.lead.set(&people[*lead]).unwrap();
        }
    }
    for (person, (team, boss, has)) in people.iter().zip(&web.people) {
        if let Some(team) = team {
            teams[*team].members.add(person);
        }
        if let Some(boss) = boss {
            person.boss.set(&people[*boss]).unwrap();
        }
        for (skill, _) in skills.iter().zip(has).filter(|(_, has)| **has) {
            person.skills.add(skill);
        }
    }
    for (desk, (_, person)) in desks.iter().zip(&web.desks) {
        if let Some(person) = person {
            desk.person.set(&people[*person]).unwrap();
        }
    }
    let session = db.session();
    for (step, &i) in web.order.iter().enumerate() {
        let mut i = i;
        if i < teams.len() {
            session.add(&teams[i]);
        }
        i = i.wrapping_sub(teams.len());
        if i < people.len() {
            session.add(&people[i]);
        }
        i = i.wrapping_sub(people.len());
        if i < skills.len() {
            session.add(&skills[i]);
        }
        i = i.wrapping_sub(skills.len());
        if i < rooms.len() {
            session.add(&rooms[i]);
        }
        i = i.wrapping_sub(rooms.len());
        if i < desks.len() {
            session.add(&desks[i]);
        }
        // A flush in the middle must make no difference to what is stored.
        if step == 1 {
            session.flush().await.unwrap();
        }
    }
    session.commit().await.unwrap();
}

fn number(name: &str) -> usize {
    name[1..].parse().unwrap()
}

async fn read(db: &Database, order: &[usize]) -> Web {
    let session = db.session();
    let mut web = Web {
        teams: Vec::new(),
        people: Vec::new(),
        skills: 0,
        desks: Vec::new(),
        rooms: 0,
        order: order.to_vec(),
    };
    web.skills = select(Skill).count(&session).await.unwrap() as usize;
    for team in select(Team).order_by(Team::name).all(&session).await.unwrap() {
        web.teams.push(team.lead.get().await.unwrap().map(|p| number(&p.name)));
    }
    for person in select(Person).order_by(Person::name).all(&session).await.unwrap() {
        let team = person.team.get().await.unwrap();
        if let Some(team) = &team {
            assert!(team.members.all().await.unwrap().contains(&person));
        }
        let boss = person.boss.get().await.unwrap();
        if let Some(boss) = &boss {
            assert!(boss.staff.all().await.unwrap().contains(&person));
        }
        let mut has = vec![false; web.skills];
        for skill in person.skills.all().await.unwrap() {
            has[number(&skill.name)] = true;
            assert!(skill.people.all().await.unwrap().contains(&person));
        }
        web.people.push((team.map(|t| number(&t.name)), boss.map(|b| number(&b.name)), has));
    }
    web.rooms = select(Room).count(&session).await.unwrap() as usize;
    for desk in select(Desk).order_by(Desk::name).all(&session).await.unwrap() {
        let room = desk.room.get().await.unwrap();
        assert!(room.desks.all().await.unwrap().contains(&desk));
        let person = desk.person.get().await.unwrap().map(|p| number(&p.name));
        web.desks.push((number(&room.house) * 2 + room.number as usize, person));
    }
    web
}

/// Through a session, in the order of adding.
async fn delete(db: &Database, web: &Web) {
    let session = db.session();
    let teams = select(Team).order_by(Team::name).all(&session).await.unwrap();
    let people = select(Person).order_by(Person::name).all(&session).await.unwrap();
    let skills = select(Skill).order_by(Skill::name).all(&session).await.unwrap();
    let rooms = select(Room).order_by(Room::house).order_by(Room::number).all(&session).await.unwrap();
    let desks = select(Desk).order_by(Desk::name).all(&session).await.unwrap();
    for &i in &web.order {
        let mut i = i;
        gone(&session, &teams, i);
        i = i.wrapping_sub(teams.len());
        gone(&session, &people, i);
        i = i.wrapping_sub(people.len());
        gone(&session, &skills, i);
        i = i.wrapping_sub(skills.len());
        gone(&session, &rooms, i);
        i = i.wrapping_sub(rooms.len());
        gone(&session, &desks, i);
    }
    session.commit().await.unwrap();
}

fn gone<T: rebis::Model>(session: &Session, all: &[Entity<T>], i: usize) {
    if let Some(one) = all.get(i) {
        session.delete(one);
    }
}

async fn holds(test: &TestDatabase, db: &Database, web: &Web) -> Result<(), TestCaseError> {
    let _ = sql(test);
    build(db, web).await;
    let first = sql(test);
    prop_assert_eq!(&read(db, &web.order).await, web);
    let _ = sql(test);
    delete(db, web).await;
    let deleted = sql(test);
    for left in [
        rows::<Team>(db).await,
        rows::<Person>(db).await,
        rows::<Skill>(db).await,
        rows::<Talent>(db).await,
        rows::<Room>(db).await,
        rows::<Desk>(db).await,
    ] {
        prop_assert_eq!(left, 0);
    }
    let _ = sql(test);
    build(db, web).await;
    prop_assert_eq!(sql(test), first);
    delete(db, web).await;
    prop_assert_eq!(sql(test), deleted);
    Ok(())
}

fn webs(backend: Backend) {
    rebis_testkit::run(backend, async |test| {
        let db = tables(&test).await;
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let cases = std::env::var("REBIS_PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(24);
        let config = Config { cases, failure_persistence: None, max_shrink_iters: 300, ..Config::default() };
        let runtime = tokio::runtime::Handle::current();
        let done = TestRunner::new_with_rng(config, rng).run(&web(), |web| {
            tokio::task::block_in_place(|| {
                runtime.block_on(async {
                    // What an earlier case left, when it failed.
                    for table in ["talent", "desk"] {
                        test.acquire().await.execute(&format!("DELETE FROM {table}"), &[]).await.unwrap();
                    }
                    rebis::update(Team).set(Team::lead_id, None).execute(&db).await.unwrap();
                    rebis::update(Person).set(Person::boss_id, None).execute(&db).await.unwrap();
                    for table in ["person", "team", "skill", "room"] {
                        test.acquire().await.execute(&format!("DELETE FROM {table}"), &[]).await.unwrap();
                    }
                    holds(&test, &db, &web).await
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
    webs(Backend::Sqlite);
}

#[test]
fn postgres() {
    webs(Backend::Postgres);
}

#[test]
fn mysql() {
    webs(Backend::MySql);
}

each_database! {
    async fn two_tables_that_refer_to_each_other(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let team = session.add(Team::builder().name("t"));
        let lead = team.members.add(Person::builder().name("p"));
        team.lead.set(&lead).unwrap();
        session.commit().await.unwrap();
        // One of the keys is filled in by a second statement.
        let updates: Vec<String> = sql(&test).into_iter().filter(|s| s.starts_with("UPDATE")).collect();
        assert_eq!(updates.len(), 1, "{updates:?}");
        assert_eq!((team.lead_id, lead.team_id), (Some(lead.id), Some(team.id)));
        session.delete(&lead);
        session.delete(&team);
        session.commit().await.unwrap();
        assert_eq!((rows::<Team>(&db).await, rows::<Person>(&db).await), (0, 0));
    }
}
