//! The upgrade of many small revisions on SQLite. Invariant: both sides run the same changes, and leave the same tables.

use std::path::Path;
use std::time::Instant;

use rebis_engine::Engine;
use rebis_migrate::prelude::*;
use rebis_migrate::{Migrator, Script};
use rebis_sql::schema::Schema;

use crate::options::Options;
use crate::report::{self, Rounds};
use crate::{Result, alembic};

/// As many as there are functions.
pub const MOST: usize = 1000;

/// Every other revision makes a table, the next one adds a column to it.
fn change<const N: usize>(op: &mut Operations) {
    if N.is_multiple_of(2) {
        op.create_table(&format!("t{N:04}"), |t| {
            t.column("id", Integer).primary_key();
            t.column("name", String(64)).not_null();
            t.column("note", Text);
        });
    } else {
        op.add_column(&format!("t{:04}", N - 1), "added", Integer);
    }
}

macro_rules! tens {
    ($($n:expr),*) => { [$(change::<{ $n }>, change::<{ $n + 1 }>, change::<{ $n + 2 }>, change::<{ $n + 3 }>, change::<{ $n + 4 }>,
        change::<{ $n + 5 }>, change::<{ $n + 6 }>, change::<{ $n + 7 }>, change::<{ $n + 8 }>, change::<{ $n + 9 }>),*] };
}

macro_rules! hundreds {
    ($($n:expr),*) => { [$(tens!($n, $n + 10, $n + 20, $n + 30, $n + 40, $n + 50, $n + 60, $n + 70, $n + 80, $n + 90)),*] };
}

const CHANGES: [[fn(&mut Operations); 100]; 10] = hundreds!(0, 100, 200, 300, 400, 500, 600, 700, 800, 900);

pub async fn run(options: &Options, python: Option<&Path>) -> Result<()> {
    report::heading(&format!("SQLite: upgrade of {} small revisions", options.revisions));
    let scripts = scripts(options.revisions);
    let [mut ours, mut theirs, mut their_command] = <[Rounds; 3]>::default();
    for round in 0..=options.rounds {
        let folder = tempfile::tempdir()?;
        let start = Instant::now();
        let url = format!("sqlite:///{}", folder.path().join("ours.db").display());
        let migrator =
            Migrator::new(Engine::new(&url)?, Schema::default(), Some(scripts), folder.path().join("none"));
        let done = migrator.upgrade("head").await?;
        let took = start.elapsed();
        if done.len() != options.revisions {
            return Err(format!("{} steps instead of {}", done.len(), options.revisions).into());
        }
        if round > 0 {
            ours.add(took);
        }
        if let Some(python) = python {
            let scripts = folder.path().join("alembic");
            let scripts = scripts.to_string_lossy();
            alembic::run(python, &["write", &scripts, &options.revisions.to_string()])?;
            let url = format!("sqlite:///{}", folder.path().join("theirs.db").display());
            // Twice, so that Python has compiled the scripts: the database of the first is thrown away.
            alembic::run(python, &["upgrade", &scripts, &format!("{url}.warm")])?;
            let (said, command) = alembic::run(python, &["upgrade", &scripts, &url])?;
            if round > 0 {
                theirs.add(alembic::own_time(&said)?);
                their_command.add(command);
            }
        }
    }
    report::line("upgrade", &ours, &theirs);
    report::line("whole command (ours: without the start of the program)", &ours, &their_command);
    println!();
    Ok(())
}

/// The list as `script!` would make it, of revisions that no file has. It lives as long as the program.
fn scripts(count: usize) -> &'static [Script] {
    let leak = |text: std::string::String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let mut scripts = Vec::new();
    let mut before: &'static [&'static str] = &[];
    for (i, &upgrade) in CHANGES.as_flattened().iter().take(count).enumerate() {
        let id = leak(format!("{i:012x}"));
        scripts.push(Script {
            revision: revision(id).down(before),
            file: leak(format!("{id}_change.rs")),
            source: "//! change\n",
            program: "bench",
            upgrade,
            downgrade: |_| {},
        });
        before = Box::leak(Box::new([id]));
    }
    Vec::leak(scripts)
}
