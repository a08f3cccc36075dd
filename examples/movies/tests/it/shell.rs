//! The seed's shell sessions, typed in at a terminal: with arrays on PostgreSQL, with JSON on every database.

use std::process::Command;

use rebis_testkit::{Prompt, each_database};

use super::fits;

const PROGRAM: &str = env!("CARGO_BIN_EXE_movies");

each_database! {
    async fn movies_at_a_terminal(test: TestDatabase) {
        if !fits(&test) {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let mut prompt = Prompt::shell(PROGRAM, folder.path(), test.url());
        prompt.quiet("db.create_all()");
        prompt.quiet(
            r#"let new_movie = Movie(#{title: "The Matrix", year: 1999, directors: ["Lana Wachowski", "Lilly Wachowski"], theatre: true})"#,
        );
        prompt.quiet("session.add(new_movie)");
        prompt.quiet("session.commit()");
        prompt.quiet("let results = Movie.all()");
        prompt.answers("results", "[<Movie The Matrix>]");
        prompt.answers("results[0].directors[1]", "\"Lilly Wachowski\"");
        prompt.types("exit");
        prompt.ends(0);

        // The script that fills the table, and another shell.
        let populate = Command::new(PROGRAM).arg("populate").env("DATABASE_URL", test.url()).output().unwrap();
        assert!(populate.status.success(), "{}", String::from_utf8_lossy(&populate.stderr));
        let mut prompt = Prompt::shell(PROGRAM, folder.path(), test.url());
        prompt.answers(
            "Movie.order_by(Movie.id).all()",
            "[<Movie The Matrix>, <Movie Inception>, <Movie Interstellar>, <Movie The Dark Knight>]",
        );
        prompt.quiet("let inception = Movie.filter_by(#{title: \"Inception\"}).one()");
        prompt.quiet("inception.mpa = \"PG-13\"");
        prompt.quiet("session.commit()");
        prompt.answers("Movie.filter(Movie.mpa.is_null()).count()", "3");
        prompt.types("exit");
        prompt.ends(0);
    }
}
