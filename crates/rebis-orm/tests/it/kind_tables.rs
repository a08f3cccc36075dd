//! Kinds of rows with tables of their own: an enum whose variants name them (joined-table inheritance).

use rebis::{BelongsTo, Database, HasMany, RowLock, alias, delete, func, insert, select, update};
use rebis_macros::{Columns, Model};
use rebis_sql::Dialect;
use rebis_testkit::{TestDatabase, each_database};

use crate::support::{insert_all, plain, sql, tables};

#[derive(Model, Clone, Debug)]
pub struct Worker {
    #[column(primary_key, autoincrement = false)]
    pub id: i64,
    #[column(length = 40)]
    pub name: String,
    #[column(flatten)]
    pub job: Job,
    #[column(foreign_key = Site::id)]
    pub site_id: i64,
    #[relation(back_populates = workers)]
    pub site: BelongsTo<Site>,
    #[column(version)]
    pub revision: i64,
}

#[derive(Columns, Clone, Debug, PartialEq)]
#[model(tag = "job")]
pub enum Job {
    #[model(table = "coder")]
    Coder {
        #[column(length = 20, index)]
        language: String,
        grade: i32,
    },
    #[column(name = "lead")]
    #[model(table = "leader")]
    Leader {
        #[column(unique)]
        badge: i64,
        budget: Option<i64>,
    },
    /// Its column stands in the table of all.
    Guest {
        until: i32,
    },
    Trainee,
}

#[derive(Model, Clone, Debug)]
pub struct Site {
    #[column(primary_key)]
    pub id: i64,
    #[relation(back_populates = site, cascade = "all, delete-orphan")]
    pub workers: HasMany<Worker>,
}

pub fn all() -> Vec<&'static rebis::ModelMeta> {
    rebis::models![Worker, Site].to_vec()
}

fn coder(language: &str, grade: i32) -> Job {
    Job::Coder { language: language.to_owned(), grade }
}

fn leader(badge: i64) -> Job {
    Job::Leader { badge, budget: None }
}

/// The statements of a transaction, without the dialect's own.
fn done(test: &TestDatabase) -> Vec<String> {
    sql(test)
        .into_iter()
        .filter(|s| !matches!(s.as_str(), "BEGIN" | "COMMIT") && !s.starts_with("START"))
        .collect()
}

const COLUMNS: &str = "worker.id, worker.name, worker.site_id, worker.revision, worker.job, coder.language, coder.grade, leader.badge, leader.budget, worker.until";
const FROM: &str = "worker LEFT JOIN coder ON coder.id = worker.id LEFT JOIN leader ON leader.id = worker.id";

async fn team(db: &Database) {
    let session = db.session();
    let site = session.add(Site::builder());
    site.workers.add(Worker::builder().id(1).name("ada").job(coder("rust", 3)));
    site.workers.add(Worker::builder().id(2).name("bob").job(leader(7)));
    site.workers.add(Worker::builder().id(3).name("cid").job(Job::Trainee));
    site.workers.add(Worker::builder().id(4).name("dan").job(coder("sql", 1)));
    site.workers.add(Worker::builder().id(5).name("eve").job(Job::Guest { until: 9 }));
    session.commit().await.unwrap();
}

async fn counted(db: &Database, table: &str) -> i64 {
    let text: &'static str = match table {
        "coder" => "SELECT count(*) FROM coder",
        "leader" => "SELECT count(*) FROM leader",
        _ => "SELECT count(*) FROM worker",
    };
    db.fetch_all::<(i64,)>(rebis::sql(text)).await.unwrap()[0].0
}

each_database! {
    async fn a_row_is_written_to_its_kinds_table_and_read_in_one_statement(test: TestDatabase) {
        let db = tables(&test).await;
        team(&db).await;
        let written = done(&test);
        assert_eq!(written.len(), 4, "{written:?}");
        assert_eq!(written[1], insert_all(&test, "worker", "id, name, site_id, revision, job, until", 5));
        assert_eq!(written[2], insert_all(&test, "coder", "id, language, grade", 2));
        assert_eq!(written[3], insert_all(&test, "leader", "id, badge, budget", 1));

        let session = db.session();
        let all = select(Worker).order_by(Worker::id).all(&session).await.unwrap();
        assert_eq!(done(&test), [format!("SELECT {COLUMNS} FROM {FROM} ORDER BY worker.id")]);
        let jobs: Vec<Job> = all.iter().map(|w| w.job.clone()).collect();
        assert_eq!(jobs, [coder("rust", 3), leader(7), Job::Trainee, coder("sql", 1), Job::Guest { until: 9 }]);
        assert_eq!(db.get(Worker, 2).await.unwrap().unwrap().job, leader(7));
        assert_eq!(done(&test), [format!("SELECT {COLUMNS} FROM {FROM} WHERE worker.id = ?")]);

        // One kind, and columns of a kind in conditions, orders and aggregates.
        let coders = select(Worker).filter(Worker::job.kind.eq(JobKind::Coder)).order_by(Worker::job.grade);
        let names: Vec<String> = coders.all(&db).await.unwrap().into_iter().map(|w| w.name).collect();
        assert_eq!(names, ["dan", "ada"]);
        let rust = select(Worker::name).filter(Worker::job.language.eq("rust")).all(&db).await.unwrap();
        assert_eq!(rust, ["ada"]);
        assert_eq!(select(Worker).filter(Worker::job.badge.gt(5)).count(&db).await.unwrap(), 1);
        let by = select((Worker::job.kind, func::count(Worker::id))).group_by(Worker::job.kind).order_by(Worker::job.kind);
        assert_eq!(by.all(&db).await.unwrap().len(), 4);
    }

    async fn what_changed_is_written_where_it_stands(test: TestDatabase) {
        let db = tables(&test).await;
        team(&db).await;
        let session = db.session();
        let all = select(Worker).order_by(Worker::id).all(&session).await.unwrap();
        let (ada, bob) = (&all[0], &all[1]);
        let _ = done(&test);
        if let Job::Coder { language, .. } = &mut ada.edit().job {
            language.push_str(" 2");
        }
        session.commit().await.unwrap();
        // The version stands in the table of all.
        assert_eq!(done(&test), [
            "UPDATE worker SET revision = ? WHERE id = ? AND revision = ?",
            "UPDATE coder SET language = ? WHERE id = ?",
        ]);
        assert_eq!(db.get(Worker, 1).await.unwrap().unwrap().job, coder("rust 2", 3));

        // A row that becomes of another kind moves.
        let _ = done(&test);
        ada.edit().job = leader(8);
        session.commit().await.unwrap();
        let moved = done(&test);
        assert_eq!(moved[..2], ["UPDATE worker SET revision = ?, job = ? WHERE id = ? AND revision = ?", "DELETE FROM coder WHERE id = ?"]);
        assert!(moved[2].starts_with("INSERT INTO leader (id, badge, budget) "), "{moved:?}");
        assert_eq!((counted(&db, "coder").await, counted(&db, "leader").await), (1, 2));
        assert_eq!(db.get(Worker, 1).await.unwrap().unwrap().job, leader(8));
        // Back to none at all, and a rollback brings it back.
        ada.edit().job = Job::Trainee;
        session.flush().await.unwrap();
        assert_eq!(ada.job, Job::Trainee);
        session.rollback().await.unwrap();
        assert_eq!((ada.job.clone(), counted(&db, "leader").await), (leader(8), 2));
        // A unique value of a kind changes hands in one flush.
        ada.edit().job = leader(7);
        bob.edit().job = leader(8);
        session.commit().await.unwrap();
        let badges = select(Worker::job.badge).filter(Worker::job.badge.is_not_null()).order_by(Worker::id).all(&db).await.unwrap();
        assert_eq!(badges, [Some(7), Some(8)]);
        // So does one that a row gives up by becoming of another kind.
        let cid = &all[2];
        cid.edit().job = leader(8);
        bob.edit().job = coder("go", 1);
        session.commit().await.unwrap();
        assert_eq!(db.get(Worker, 3).await.unwrap().unwrap().job, leader(8));
        assert_eq!(db.get(Worker, 2).await.unwrap().unwrap().job, coder("go", 1));
        // Someone else was faster: nothing of the kind's table is written.
        let other = db.session();
        let same = other.get(Worker, 4).await.unwrap().unwrap();
        let mine = session.get(Worker, 4).await.unwrap().unwrap();
        same.edit().job = coder("c", 2);
        other.commit().await.unwrap();
        mine.edit().job = coder("d", 2);
        assert!(session.commit().await.unwrap_err().is_stale());
        session.rollback().await.unwrap();
        assert_eq!(db.get(Worker, 4).await.unwrap().unwrap().job, coder("c", 2));
    }

    async fn a_deleted_row_leaves_nothing_in_its_kinds_table(test: TestDatabase) {
        let db = tables(&test).await;
        team(&db).await;
        let session = db.session();
        let ada = session.get(Worker, 1).await.unwrap().unwrap();
        let _ = done(&test);
        session.delete(&ada);
        session.commit().await.unwrap();
        assert_eq!(done(&test), ["DELETE FROM coder WHERE id = ?", "DELETE FROM worker WHERE id = ? AND revision = ?"]);
        assert_eq!(counted(&db, "coder").await, 1);
        // The owner takes all kinds along.
        let site = select(Site).one(&session).await.unwrap();
        session.delete(&site);
        session.commit().await.unwrap();
        let left = (counted(&db, "worker").await, counted(&db, "coder").await, counted(&db, "leader").await);
        assert_eq!(left, (0, 0, 0));
    }

    async fn relations_aliases_and_subqueries_know_the_tables_of_kinds(test: TestDatabase) {
        let db = tables(&test).await;
        team(&db).await;
        let session = db.session();
        let site = select(Site).with(rebis::Loading::from(Site::workers)).one(&session).await.unwrap();
        assert_eq!(site.workers.loaded().unwrap().len(), 5);
        let other = db.session();
        let _ = done(&test);
        let site = select(Site).with(Site::workers.joined()).one(&other).await.unwrap();
        let joined = done(&test);
        assert_eq!(joined.len(), 1);
        let text = "LEFT JOIN (worker AS workers_1 LEFT JOIN coder AS workers_1_coder ON workers_1_coder.id = workers_1.id LEFT JOIN leader AS workers_1_leader ON workers_1_leader.id = workers_1.id) ON workers_1.site_id = page.c0";
        assert!(joined[0].contains(text), "{}", joined[0]);
        let workers = site.workers.loaded().unwrap();
        assert_eq!((workers.len(), workers[1].job.clone()), (5, leader(7)));
        assert_eq!(select(Site).filter(Site::workers.any(Worker::job.grade.gt(2))).count(&db).await.unwrap(), 1);
        assert_eq!(select(Site).filter(Site::workers.any(Worker::job.grade.gt(3))).count(&db).await.unwrap(), 0);

        let peer = alias(Worker, "peer");
        let pairs = select((Worker::name, peer.col(Worker::name)))
            .join_on(peer, peer.col(Worker::job.grade).gt(Worker::job.grade));
        assert_eq!(pairs.all(&db).await.unwrap(), [("dan".to_owned(), "ada".to_owned())]);
        let whole = select(peer).filter(peer.col(Worker::job.language).eq("rust")).all(&db).await.unwrap();
        assert_eq!(whole[0].job, coder("rust", 3));
        let some = select(Worker).filter(Worker::job.grade.ge(1)).derived("some");
        let row = some.columns();
        let best = select(row).select_from(&some).filter(row.col(Worker::job.grade).eq(3)).one(&db).await.unwrap();
        assert_eq!(best.job, coder("rust", 3));
        let mut seen = 0;
        let mut rows = select(Worker).stream(&db);
        while let Some(row) = rows.next().await.transpose().unwrap() {
            seen += usize::from(row.job.kind() == JobKind::Coder);
        }
        assert_eq!(seen, 2);
        // The lock is of the table of all, where a database can say so.
        if test.dialect() != Dialect::Sqlite {
            let session = db.session();
            let locked = session.get_locked(Worker, 1, RowLock::update()).await.unwrap().unwrap();
            assert_eq!(locked.job, coder("rust", 3));
            session.rollback().await.unwrap();
        }
    }

    async fn bulk_statements_change_one_table(test: TestDatabase) {
        let db = tables(&test).await;
        team(&db).await;
        let session = db.session();
        let ada = session.get(Worker, 1).await.unwrap().unwrap();
        let _ = done(&test);
        let n = update(Worker).filter(Worker::job.language.eq("rust")).set_to(Worker::job.grade, Worker::job.grade.plus(4)).execute(&session).await.unwrap();
        let text = format!("UPDATE coder SET grade = coder.grade + ? WHERE id IN (SELECT met.id FROM (SELECT worker.id AS id FROM {FROM} WHERE coder.language = ?) AS met)");
        assert_eq!(done(&test)[0].replace("SET grade = grade", "SET grade = coder.grade"), text);
        assert_eq!((n, ada.job.clone()), (1, coder("rust", 7)));
        session.commit().await.unwrap();
        let n = update(Worker).filter(Worker::job.grade.lt(5)).set(Worker::name, "junior").execute(&db).await.unwrap();
        assert_eq!((n, db.get(Worker, 4).await.unwrap().unwrap().name), (1, "junior".to_owned()));
        let n = delete(Worker).filter(Worker::job.badge.eq(7)).execute(&session).await.unwrap();
        session.commit().await.unwrap();
        assert_eq!((n, counted(&db, "leader").await, counted(&db, "worker").await), (1, 0, 4));
        // What would leave a table out is refused before it runs.
        let error = insert(Worker).values([Worker::builder().id(9).name("x").job(coder("c", 1)).site_id(1)]).execute(&db).await.unwrap_err();
        assert!(error.to_string().contains("whose kinds have tables of their own"), "{error}");
        let error = update(Worker).set(Worker::name, "x").set(Worker::job.grade, 1).execute(&db).await.unwrap_err();
        assert!(error.to_string().contains("several tables"), "{error}");
    }
}

#[test]
fn the_schema_has_a_table_for_each_kind_that_names_one() {
    let db = Database::new().models(all());
    db.check().unwrap();
    let schema = db.metadata();
    let names: Vec<&str> = schema.tables.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["site", "worker", "coder", "leader"]);
    let create = |name: &str| {
        let table = schema.tables.iter().find(|t| t.name == name).unwrap().clone();
        let ddl = rebis_sql::Ddl::CreateTable { table, if_not_exists: false };
        Dialect::Postgres
            .ddl(&ddl)
            .unwrap()
            .iter()
            .map(|s| plain(s).split_whitespace().collect::<Vec<_>>().join(" "))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        create("leader"),
        [
            "CREATE TABLE leader ( id BIGINT NOT NULL, badge BIGINT NOT NULL, budget BIGINT, PRIMARY KEY (id), CONSTRAINT fk_leader_id_worker FOREIGN KEY (id) REFERENCES worker (id) ON DELETE CASCADE, CONSTRAINT uq_leader_badge UNIQUE (badge) )"
        ]
    );
    let worker = create("worker");
    assert!(
        worker.iter().any(|s| s.contains("until INTEGER")) && !worker.iter().any(|s| s.contains("language")),
        "{worker:?}"
    );
}
