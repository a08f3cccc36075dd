//! What `db migrate` asks. Invariant: where nobody can be asked, what would lose data is refused and nothing else is.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use rebis_migrate::diff::{Fill, Possible};
use rebis_migrate::{MigrateOptions, Migrator, Question};
use rebis_web::BoxError;

/// The options with everything answered. An answer may raise other questions, so it goes on until there are none.
pub(super) async fn all(
    migrator: &Migrator,
    mut options: MigrateOptions,
) -> Result<MigrateOptions, BoxError> {
    let asks = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    let mut left = Vec::new();
    loop {
        let questions = migrator.questions(&options).await?;
        let open = questions.into_iter().find(|q| !left.contains(q));
        match open {
            None => return Ok(options),
            Some(Question::Renamed(possible)) if asks => {
                let rename = possible.rename.clone();
                if renamed(&possible)? {
                    options.renames.push(rename);
                } else {
                    options.not_renamed.push(rename);
                }
            }
            Some(Question::Renamed(possible)) => return Err(unanswered(&possible)),
            Some(question) => {
                if let (true, Question::Fill { table, column }) = (asks, &question) {
                    options.fills.extend(fill(table, column)?);
                }
                left.push(question);
            }
        }
    }
}

fn unanswered(possible: &Possible) -> BoxError {
    let Possible { rename, evidence } = possible;
    format!(
        "this looks like a rename ({evidence}), and nobody can be asked; if it is none, data is lost. Say which it is:\n  \
         --rename {rename}\n  --no-rename {rename}"
    )
    .into()
}

/// Asks whether something was renamed.
fn renamed(possible: &Possible) -> Result<bool, BoxError> {
    let Possible { rename, evidence } = possible;
    Ok(matches!(line(&format!("Was {rename} renamed ({evidence})? [y/N] "))?.as_str(), "y" | "Y" | "yes"))
}

/// Asks for a value.
fn fill(table: &str, column: &str) -> Result<Option<Fill>, BoxError> {
    let answer = line(&format!(
        "{table}.{column} is NOT NULL and has no default. Which value do rows that are there get, as SQL? (empty: none, the migration fails \
         when there are any) "
    ))?;
    let sql = (!answer.is_empty()).then_some(answer);
    Ok(sql.map(|sql| Fill { table: table.to_owned(), column: column.to_owned(), sql }))
}

fn line(question: &str) -> Result<String, BoxError> {
    let mut err = std::io::stderr();
    write!(err, "{question}")?;
    err.flush()?;
    let mut answer = String::new();
    if std::io::stdin().lock().read_line(&mut answer)? == 0 {
        return Err("the question was not answered; nothing was written".into());
    }
    Ok(answer.trim().to_owned())
}
