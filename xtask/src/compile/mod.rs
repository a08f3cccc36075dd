//! `cargo xtask bench compile`: how long equal programs take to build with Rebis and with its peers.
//!
//! **Invariant.** A program counts only when it builds, runs and prints the number that all of them print. The libraries take turns, so that a load
//! on the machine falls on all of them.

mod library;
mod options;
mod project;
mod report;
mod timing;

use options::Options;
use project::Project;
use report::Row;
use timing::{Time, cargo, median};

use crate::process::Outcome;

/// The command.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let options = Options::parse(arguments)?;
    println!("{}", report::head());
    for &models in &options.models {
        let mut built = Vec::new();
        for &library in &options.libraries {
            let project = Project::new(library, models)?;
            match whole(&project) {
                Ok(row) => built.push((project, row)),
                Err(why) => println!("{} is left out: {why}\n", library.title()),
            }
        }
        let (projects, mut rows): (Vec<Project>, Vec<Row>) = built.into_iter().unzip();
        again(&projects, &mut rows, options.rounds)?;
        println!("{}", report::table(models, &projects, &rows));
    }
    Ok(())
}

/// Builds everything from nothing, then the program alone.
fn whole(project: &Project) -> Result<Row, String> {
    project.write(false)?;
    cargo(project, &["fetch"])?;
    project.remove_built()?;
    let clean = cargo(project, &["build"])?;
    project.check_run()?;
    cargo(project, &["clean", "--package", "program"])?;
    let own = cargo(project, &["build"])?;
    Ok(Row { crates: project.crates()?, clean, own, touch: Time::default(), change: Time::default() })
}

/// Builds again after `main.rs` was touched, and after a column was added to a model or taken away.
fn again(projects: &[Project], rows: &mut [Row], rounds: usize) -> Outcome {
    let mut touched: Vec<Vec<Time>> = vec![Vec::new(); projects.len()];
    let mut changed = touched.clone();
    for round in 0..rounds {
        for (i, project) in projects.iter().enumerate() {
            project.touch()?;
            touched[i].push(cargo(project, &["build"])?);
            project.write(round % 2 == 0)?;
            changed[i].push(cargo(project, &["build"])?);
        }
    }
    for (i, row) in rows.iter_mut().enumerate() {
        row.touch = median(&touched[i]);
        row.change = median(&changed[i]);
        // A build that does nothing would be the fastest: the program is what the last change made of it.
        projects[i].check_run()?;
    }
    Ok(())
}
