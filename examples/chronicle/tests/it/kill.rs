//! A program that is killed in the middle of an upgrade: the next one completes it, or says what to do, and nothing runs twice.
//!
//! `REBIS_KILLS` says how often on each database; a few by default.

use std::process::Stdio;
use std::time::{Duration, Instant};

use chronicle::create_app;
use rebis::prelude::*;
use rebis_testkit::{TestDatabase, each_database};

use crate::program::{command, done, said};

fn kills() -> u64 {
    std::env::var("REBIS_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(2)
}

/// A number below `most`, another for each round: xorshift.
fn random(state: &mut u64, most: u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state % most.max(1)
}

/// How long an undisturbed upgrade of this database takes.
fn undisturbed(db: &TestDatabase) -> Duration {
    let begun = Instant::now();
    done(db, &["upgrade", "heads"]);
    let took = begun.elapsed();
    done(db, &["downgrade", "base"]);
    took
}

/// Runs the command until it is done, as somebody who reads what it says; true when it had to be told to resume.
fn complete(db: &TestDatabase, arguments: &[&str]) -> bool {
    let said = said(db, arguments);
    if said.code == Some(0) {
        return false;
    }
    assert!(said.log.contains("was begun and not finished"), "{}", said.log);
    assert!(said.log.contains(&format!("`db {} --resume`", arguments[0])), "{}", said.log);
    done(db, &[arguments, &["--resume"]].concat());
    true
}

each_database! {
    async fn at_any_moment(test: TestDatabase) {
        let app = create_app(Config::new(env!("CARGO_MANIFEST_DIR")).with("DATABASE_URL", test.url()));
        let migrator = app.migrator().unwrap();
        let took = undisturbed(&test);
        let mut state = u64::from(std::process::id()) << 20 | 1;
        let (mut midway, mut resumed) = (0, 0);
        println!("seed {state}, an undisturbed upgrade takes {took:?}");
        for round in 0..kills() {
            let mut child = command(&test, &["db", "upgrade", "heads"]).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(Duration::from_micros(random(&mut state, took.as_micros() as u64)));
            child.kill().unwrap();
            let killed = !child.wait().unwrap().success();
            resumed += u64::from(complete(&test, &["upgrade", "heads"]));
            midway += u64::from(killed);

            let applied = migrator.applied().await.unwrap();
            let ups = applied.iter().filter(|a| a.direction == "upgrade").count();
            // The undisturbed one, and each round's.
            assert_eq!(ups as u64, 30 * (round + 2), "each step is applied once");
            assert_eq!(migrator.check().await.unwrap().to_string(), "No new upgrade operations detected.");
            let mut connection = test.acquire().await;
            for (table, rows) in [("author", 3), ("article", 2), ("article_tag", 3), ("setting", 2), ("plan", 2), ("subscription", 2)] {
                let found: i64 = connection.fetch_value(&format!("SELECT count(*) FROM {table}"), &[]).await.unwrap().unwrap();
                assert_eq!(found, rows, "rows of {table} in round {round}");
            }
            let mut child = command(&test, &["db", "downgrade", "base"]).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(Duration::from_micros(random(&mut state, took.as_micros() as u64)));
            child.kill().unwrap();
            midway += u64::from(!child.wait().unwrap().success());
            resumed += u64::from(complete(&test, &["downgrade", "base"]));
            assert_eq!(done(&test, &["current"]).out, "");
        }
        println!("{midway} of {} commands were killed before they ended, {resumed} had to be resumed", 2 * kills());
    }

    /// Ten at once: each step once, and all of them end well.
    async fn ten_deployers(test: TestDatabase) {
        let children: Vec<_> = (0..10)
            .map(|_| command(&test, &["db", "upgrade", "heads"]).stderr(Stdio::piped()).spawn().unwrap())
            .collect();
        let mut ran = 0;
        for child in children {
            let output = child.wait_with_output().unwrap();
            let log = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{log}");
            ran += log.matches("Running upgrade").count();
        }
        assert_eq!(ran, 30, "each step is run by one of them");
        done(&test, &["check"]);
    }
}
