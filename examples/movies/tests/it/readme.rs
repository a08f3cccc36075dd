//! The README's commands, typed in: those for arrays when this build has them, else the others.

use rebis_testkit::{Backend, Transcript, each_database};

each_database! {
    async fn the_readme_is_true(test: TestDatabase) {
        if cfg!(feature = "array") && test.backend() != Backend::Postgres {
            return;
        }
        let transcript = Transcript::of(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"))
            .program("movies", env!("CARGO_BIN_EXE_movies"))
            .on(test.backend())
            .replace("postgres://postgres:secret@localhost:5433/movies", test.url())
            .env("DATABASE_URL", test.url());
        if cfg!(feature = "array") { transcript.marked("array").run() } else { transcript.run() }
    }
}
