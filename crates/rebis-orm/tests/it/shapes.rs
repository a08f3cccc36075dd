//! Relations of less usual shapes: several to one table, keys of several columns twice, declared order, collections that are never loaded.

use rebis::{BelongsTo, HasMany, select};
use rebis_macros::Model;
use rebis_testkit::each_database;

use crate::many::{Course, Member, Pupil};
use crate::support::{insert_all, rows, sql, tables};

#[derive(Model, Clone, Debug)]
pub struct Airport {
    #[column(primary_key, length = 3)]
    pub code: String,
    #[relation(key = Flight::origin_code, back_populates = origin, order_by = (Flight::number.desc(), Flight::id))]
    pub departures: HasMany<Flight>,
    #[relation(back_populates = destination)]
    pub arrivals: HasMany<Flight>,
}

#[derive(Model, Clone, Debug)]
pub struct Flight {
    #[column(primary_key)]
    pub id: i64,
    pub number: i32,
    #[column(length = 3, foreign_key = Airport::code)]
    pub origin_code: String,
    #[column(length = 3, foreign_key = Airport::code)]
    pub destination_code: Option<String>,
    #[relation(key = origin_code, back_populates = departures)]
    pub origin: BelongsTo<Airport>,
    #[relation(key = destination_code, back_populates = arrivals)]
    pub destination: BelongsTo<Option<Airport>>,
}

#[derive(Model, Clone, Debug)]
#[model(primary_key(club, season))]
pub struct Squad {
    #[column(length = 20)]
    pub club: String,
    pub season: i32,
    #[relation(key = (Duel::home_club, Duel::home_season), back_populates = home)]
    pub at_home: HasMany<Duel>,
    #[relation(back_populates = away)]
    pub away: HasMany<Duel>,
}

/// Refers to a key of two columns, twice.
#[derive(Model, Clone, Debug)]
pub struct Duel {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 20, foreign_key = Squad::club)]
    pub home_club: String,
    #[column(foreign_key = Squad::season)]
    pub home_season: i32,
    #[column(length = 20, foreign_key = Squad::club)]
    pub away_club: String,
    #[column(foreign_key = Squad::season)]
    pub away_season: i32,
    #[relation(key = (home_club, home_season), back_populates = at_home)]
    pub home: BelongsTo<Squad>,
    #[relation(key = (away_club, away_season), back_populates = away)]
    pub away: BelongsTo<Squad>,
}

pub fn all() -> Vec<&'static rebis::ModelMeta> {
    rebis::models![Airport, Flight, Squad, Duel].to_vec()
}

each_database! {
    async fn several_keys_lead_to_one_table(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let [ber, cdg] = ["BER", "CDG"].map(|code| session.add(Airport::builder().code(code)));
        for number in [1, 3, 2] {
            session.add(Flight::builder().number(number).origin(&ber).destination(&cdg));
        }
        let back = cdg.departures.add(Flight::builder().number(9));
        back.destination.set(&ber).unwrap();
        assert_eq!((ber.arrivals.loaded().unwrap().len(), ber.departures.loaded().unwrap().len()), (1, 3));
        session.commit().await.unwrap();
        assert_eq!(back.origin_code, "CDG");

        let session = db.session();
        let airports = select(Airport).order_by(Airport::code).with(Airport::arrivals).all(&session).await.unwrap();
        let numbers = |flights: Vec<rebis::Entity<Flight>>| flights.iter().map(|f| f.number).collect::<Vec<_>>();
        // The order that the relation declares, for all peers.
        assert_eq!(numbers(airports[0].departures.all().await.unwrap()), [3, 2, 1]);
        assert_eq!(numbers(airports[1].departures.loaded().unwrap()), [9]);
        assert_eq!(numbers(airports[1].arrivals.loaded().unwrap()), [1, 3, 2]);
        // A move of one end leaves the other alone.
        let flight = airports[0].departures.loaded().unwrap()[0].clone();
        flight.destination.clear().unwrap();
        assert_eq!(airports[1].arrivals.loaded().unwrap().len(), 2);
        session.commit().await.unwrap();
        assert_eq!((flight.destination_code.as_deref(), flight.origin_code.as_str()), (None, "BER"));
        let there = select(Flight).filter(Flight::origin.has(Airport::code.eq("BER")) & Flight::destination.is(&airports[1]));
        assert_eq!(numbers(there.order_by(Flight::id).all(&session).await.unwrap()), [1, 2]);
    }

    async fn keys_of_two_columns_lead_to_one_table_twice(test: TestDatabase) {
        let db = tables(&test).await;
        let keys = &rebis::models![Duel][0].table().foreign_keys;
        assert_eq!(keys.iter().map(|k| k.columns.join(" ")).collect::<Vec<_>>(), ["home_club home_season", "away_club away_season"]);
        let session = db.session();
        let [reds, blues] = ["reds", "blues"].map(|club| session.add(Squad::builder().club(club).season(7)));
        let duel = session.add(Duel::builder().home(&reds).away(&blues));
        session.commit().await.unwrap();
        assert_eq!((duel.home_club.as_str(), duel.away_club.as_str(), duel.away_season), ("reds", "blues", 7));
        let session = db.session();
        let squads = select(Squad).order_by(Squad::club).with(Squad::away.joined()).with(Squad::at_home).all(&session).await.unwrap();
        let counts: Vec<_> =
            squads.iter().map(|s| (s.at_home.loaded().unwrap().len(), s.away.loaded().unwrap().len())).collect();
        assert_eq!(counts, [(0, 1), (1, 0)]);
        let duel = squads[0].away.loaded().unwrap()[0].clone();
        assert_eq!(duel.home.get().await.unwrap(), squads[1]);
        assert_eq!(select(Duel).filter(Duel::home.is(&squads[1])).count(&session).await.unwrap(), 1);
    }

    async fn a_collection_is_changed_and_counted_without_being_loaded(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let ber = session.add(Airport::builder().code("BER"));
        for number in 0..50 {
            ber.arrivals.add(Flight::builder().number(number).origin_code("BER"));
        }
        session.commit().await.unwrap();
        let session = db.session();
        let ber = session.get(Airport, "BER").await.unwrap().unwrap();
        let last = ber.arrivals.select().order_by(Flight::number.desc()).first(&session).await.unwrap().unwrap();
        let _ = test.statements();
        ber.arrivals.add(Flight::builder().number(50).origin_code("BER"));
        ber.arrivals.remove(&last).unwrap();
        assert_eq!(ber.arrivals.count().await.unwrap(), 50);
        session.commit().await.unwrap();
        let written = sql(&test);
        assert!(written.iter().all(|s| !s.starts_with("SELECT flight")), "{written:?}");
        assert_eq!(written[1..], [
            "UPDATE flight SET destination_code = ? WHERE id = ?",
            "SELECT count(*) FROM flight WHERE flight.destination_code = ?",
        ]);
        assert!(!ber.arrivals.is_loaded());
        assert_eq!(ber.arrivals.all().await.unwrap().len(), 50);
        ber.arrivals.add(Flight::builder().number(51).origin_code("BER"));
        assert_eq!((ber.arrivals.count().await.unwrap(), rows::<Flight>(&db).await), (51, 51));
    }

    async fn an_object_stands_in_a_condition(test: TestDatabase) {
        let db = tables(&test).await;
        let session = db.session();
        let [maths, arts] = ["maths", "arts"].map(|name| session.add(Course::builder().name(name)));
        session.add(Pupil::builder().name("a").courses([&maths, &arts]));
        session.add(Pupil::builder().name("b").courses([&arts]));
        let [ada, bob] = ["ada", "bob"].map(|name| session.add(Member::builder().name(name)));
        ada.followed.add(&bob);
        let error = select(Pupil).filter(Pupil::courses.contains(&maths)).all(&db).await.unwrap_err();
        assert!(error.to_string().contains("has no key yet"), "{error}");
        session.commit().await.unwrap();
        assert_eq!(sql(&test).iter().filter(|s| s.starts_with("INSERT INTO enlisted")).collect::<Vec<_>>(), [
            &insert_all(&test, "enlisted", "pupil_id, course_id", 3)
        ]);
        let names = async |query: rebis::SelectStatement<_>| query.order_by(Pupil::name).all(&db).await.unwrap();
        assert_eq!(names(select(Pupil::name).filter(Pupil::courses.contains(&maths))).await, ["a"]);
        assert_eq!(names(select(Pupil::name).filter(!Pupil::courses.contains(&maths))).await, ["b"]);
        let who = select(Member::name).filter(Member::followed.contains(&bob)).all(&db).await.unwrap();
        assert_eq!(who, ["ada"]);
    }
}
