//! Several databases: each has its own migrations and its own version table.

use std::process::ExitCode;

use rebis_cli::{DatabaseCommands, Program, run};
use rebis_migrate::{MigratorSetup, Script, revision};
use rebis_sql::schema::Schema;
use rebis_testkit::{TestDatabase, each_database};
use rebis_web::{App, Config};

const NEWS: &[Script] = &[Script {
    revision: revision("aaaa1111"),
    file: "aaaa1111_news.rs",
    source: "//! news",
    program: "tests 1",
    upgrade: |op| op.execute("CREATE TABLE news (id INTEGER)"),
    downgrade: |op| op.drop_table("news"),
}];

const AUDIT: &[Script] = &[
    Script {
        revision: revision("bbbb2222"),
        file: "bbbb2222_audit.rs",
        source: "//! audit",
        program: "tests 1",
        upgrade: |op| op.execute("CREATE TABLE audit (id INTEGER)"),
        downgrade: |op| op.drop_table("audit"),
    },
    Script {
        revision: revision("cccc3333").down(&["bbbb2222"]),
        file: "cccc3333_more.rs",
        source: "//! more",
        program: "tests 1",
        upgrade: |op| op.execute("CREATE TABLE more (id INTEGER)"),
        downgrade: |op| op.drop_table("more"),
    },
];

/// Whether the command ends well.
async fn db(main: &TestDatabase, other: &TestDatabase, arguments: &[&str]) -> bool {
    let commands = |db: &TestDatabase, bind: Option<&str>, scripts| DatabaseCommands {
        bind: bind.map(str::to_owned),
        engine: Ok(db.engine().clone()),
        models: Schema::default(),
        scripts: Some(scripts),
        directory: "/nowhere".into(),
        history: bind.is_none(),
        setup: MigratorSetup::default(),
    };
    let program = Program {
        app: App::new(Config::new(".")),
        databases: vec![commands(main, None, NEWS), commands(other, Some("audit"), AUDIT)],
    };
    let all = ["program", "db"].iter().chain(arguments).map(Into::into);
    format!("{:?}", run(program, all).await) == format!("{:?}", ExitCode::SUCCESS)
}

/// The tables of the test and the version table's rows.
async fn holds(db: &TestDatabase) -> String {
    let mut connection = db.acquire().await;
    let found = rebis_engine::inspect(&mut connection, &Default::default()).await.unwrap();
    let ours = |n: &String| !n.starts_with("rebis_");
    let mut all: Vec<String> = found.tables.into_iter().map(|t| t.name).filter(ours).collect();
    if all.contains(&String::from("alembic_version")) {
        all.extend(
            connection.fetch_values::<String>("SELECT version_num FROM alembic_version", &[]).await.unwrap(),
        );
    }
    all.join(" ")
}

each_database! {
    async fn each_has_its_own_way(test: TestDatabase) {
        let main = &test;
        let other = &TestDatabase::create(test.backend()).await.unwrap();
        assert!(db(main, other, &["upgrade"]).await);
        assert_eq!(holds(main).await, "alembic_version news aaaa1111");
        assert_eq!(holds(other).await, "alembic_version audit more cccc3333");
        let kept = async |db: &TestDatabase| db.acquire().await.query("SELECT 1 FROM rebis_history", &[], |_| Ok(())).await.is_ok();
        assert!(kept(main).await && !kept(other).await, "the history is kept where it is wanted");

        assert!(db(main, other, &["--bind", "audit", "downgrade"]).await);
        assert_eq!(holds(main).await, "alembic_version news aaaa1111");
        assert_eq!(holds(other).await, "alembic_version audit bbbb2222");
        assert!(!db(main, other, &["current", "--check-heads"]).await);
        assert!(db(main, other, &["current", "--check-heads", "--bind", "main"]).await);
        assert!(db(main, other, &["downgrade", "base", "--bind", "main"]).await);
        assert_eq!(holds(main).await, "alembic_version");

        // A revision is one graph's; the other's database stays as it is.
        assert!(!db(main, other, &["upgrade", "cccc3333"]).await);
        assert!(db(main, other, &["upgrade", "cccc3333", "--bind", "audit"]).await);
        assert_eq!(holds(main).await, "alembic_version");
        assert!(!db(main, other, &["upgrade", "--bind", "nobody"]).await);
        assert!(!db(main, other, &["heads", "--format", "json"]).await);
        assert!(db(main, other, &["heads", "--format", "json", "--bind", "audit"]).await);
    }
}
