//! `db edit`: a script in the editor. Invariant: the editor gets the terminal, and a file that is there.

use std::path::PathBuf;
use std::process::Command;

use rebis_migrate::Migrator;
use rebis_web::BoxError;

/// What is tried when no variable names an editor.
const USUAL: [&str; 5] = ["sensible-editor", "editor", "nano", "vim", "code"];

pub(super) async fn run(migrator: &Migrator, revision: &str) -> Result<(), BoxError> {
    let files: Vec<PathBuf> = migrator.show(revision).await?.revisions.into_iter().map(|r| r.path).collect();
    if files.is_empty() {
        return Err(match revision {
            "current" => "No current revisions".into(),
            _ => format!("No revision files indicated by symbol '{revision}'").into(),
        });
    }
    for file in files {
        if !file.is_file() {
            return Err(format!(
                "{} is not there: this program carries its migrations and was started away from their source",
                file.display()
            )
            .into());
        }
        open(&file)?;
    }
    Ok(())
}

fn open(file: &std::path::Path) -> Result<(), BoxError> {
    let set = |name: &str| std::env::var(name).ok().filter(|v| !v.trim().is_empty());
    let Some(wanted) = set("EDITOR").or_else(|| set("VISUAL")) else {
        for program in USUAL {
            match Command::new(program).arg(file).status() {
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                done => return finish(program, done),
            }
        }
        return Err("no editor was found; name one in EDITOR".into());
    };
    // `code --wait`: the rest of the words are arguments.
    let mut words = wanted.split_whitespace();
    let program = words.next().unwrap_or_default();
    finish(program, Command::new(program).args(words).arg(file).status())
}

fn finish(program: &str, done: std::io::Result<std::process::ExitStatus>) -> Result<(), BoxError> {
    match done {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("Error executing editor ({program}: {status})").into()),
        Err(e) => Err(format!("Error executing editor ({program}: {e})").into()),
    }
}
