//! The table `movie`, and the type of its column `directors`.
//!
//! PostgreSQL has arrays: `cargo run -p movies --features array` stores the directors in a column of type `VARCHAR[]`. The other databases have none,
//! and so does a program that is to run everywhere: without the feature they are a JSON document, which every database has.

use std::fmt;

use rebis::Predicate;
use rebis::prelude::*;

/// The directors of a movie: an array.
#[cfg(feature = "array")]
pub type Directors = rebis::sql::Array<String>;

/// The directors of a movie: a JSON document. (`Json` of the prelude is a request's or an answer's; this one is a column's.)
#[cfg(not(feature = "array"))]
pub type Directors = rebis::sql::Json<Vec<String>>;

/// A movie.
#[derive(Model, Clone, Debug)]
pub struct Movie {
    #[column(primary_key)]
    pub id: i64,
    #[column(length = 80)]
    pub title: String,
    pub year: i32,
    pub directors: Directors,
    // Shown in theatres; true when nothing is said.
    #[column(default = true)]
    pub theatre: bool,
    // The rating, of at most five characters: PG-13. Came with the second migration.
    #[column(length = 5)]
    pub mpa: Option<String>,
}

impl fmt::Display for Movie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Movie {}>", self.title)
    }
}

/// The movies of a director: PostgreSQL looks into the array.
#[cfg(feature = "array")]
pub fn directed_by(name: &str) -> Predicate {
    func::array_has(Movie::directors, name)
}

/// The movies of a director. What looks into a JSON list is spelled differently by each database, so its text is searched for the
/// name in quotes: good for a few thousand movies; a larger application would give directors a table of their own.
#[cfg(not(feature = "array"))]
pub fn directed_by(name: &str) -> Predicate {
    let written = name.replace('\\', "\\\\").replace('"', "\\\"");
    func::cast::<String, _, _>(Movie::directors).contains(&format!("\"{written}\""))
}
