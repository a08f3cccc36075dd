//! A page for people, JSON for programs.

use rebis::prelude::*;

use crate::models::{Movie, directed_by};

/// The routes.
pub(crate) fn site() -> Blueprint {
    Blueprint::new("site").get("/", index).get("/movies", movies).get("/movies/{id}", movie)
}

/// A movie as the world sees it: the directors are a list, whatever the column is.
#[derive(Serialize)]
struct MovieView {
    id: i64,
    title: String,
    year: i32,
    directors: Vec<String>,
    theatre: bool,
    mpa: Option<String>,
}

impl MovieView {
    fn of(movie: &Movie) -> Self {
        let Movie { id, title, year, directors, theatre, mpa, .. } = movie.clone();
        MovieView { id, title, year, directors: directors.0, theatre, mpa }
    }
}

/// `GET /`: every movie, as HTML.
async fn index(session: Session, templates: Templates) -> Result<Html> {
    let movies = find(&session, None).await?;
    templates.render("index.html", context! { movies })
}

/// `GET /movies`, `GET /movies?director=Christopher Nolan`: as JSON.
async fn movies(session: Session, args: Args) -> Result<Json<Vec<MovieView>>> {
    Ok(Json(find(&session, args.text("director")).await?))
}

/// `GET /movies/1`
async fn movie(session: Session, Path(id): Path<i64>) -> Result<Json<MovieView>> {
    let movie = session.get_or_404(Movie, id).await?;
    Ok(Json(MovieView::of(&movie)))
}

async fn find(session: &Session, director: Option<&str>) -> Result<Vec<MovieView>> {
    let mut movies = select(Movie).order_by(Movie::year).order_by(Movie::id);
    if let Some(name) = director {
        movies = movies.filter(directed_by(name));
    }
    Ok(movies.all(session).await?.iter().map(|movie| MovieView::of(movie)).collect())
}
