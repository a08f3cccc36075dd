//! The application's own command, in a file of its own: `cargo run -p movies -- populate`.

use rebis::clap::Command;
use rebis::prelude::*;

use crate::models::{Directors, Movie};

/// How the command is called.
pub(crate) fn description() -> Command {
    Command::new("populate").about("Adds three movies to the database")
}

/// What it does. The command has the application, and so its database: nothing has to be set up first.
pub(crate) async fn populate(context: CommandContext) -> Result<()> {
    let session = context.app.db()?.session();
    for (title, year) in [("Inception", 2010), ("Interstellar", 2014), ("The Dark Knight", 2008)] {
        create_movie(&session, title, year, &["Christopher Nolan"], true).await?;
    }
    Ok(())
}

/// Adds a movie and says so.
///
/// # Errors
/// When the database refuses it.
pub async fn create_movie(
    session: &Session,
    title: &str,
    year: i32,
    directors: &[&str],
    theatre: bool,
) -> Result<Entity<Movie>> {
    let directors = Directors { 0: directors.iter().map(ToString::to_string).collect() };
    let movie = session.add(Movie::builder().title(title).year(year).directors(directors).theatre(theatre));
    session.commit().await?;
    println!("Movie '{}' added to the database.", movie.title);
    Ok(movie)
}
