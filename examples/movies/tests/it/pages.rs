//! What is shown, and what the seed's shell and `populate.py` do.

use movies::{Directors, Movie, create_movie, directed_by};
use rebis::prelude::*;
use rebis_testkit::each_database;
use serde_json::{Value, json};

use super::{fits, open};

each_database! {
    async fn movies_are_added_and_found_by_their_directors(test: TestDatabase) {
        if !fits(&test) {
            return;
        }
        let db = open(&test).await.db().unwrap();
        let session = db.session();
        // new_movie = Movie(title='The Matrix', year=1999, directors=['Lana Wachowski', 'Lilly Wachowski'], theatre=True)
        let matrix = create_movie(&session, "The Matrix", 1999, &["Lana Wachowski", "Lilly Wachowski"], true).await.unwrap();
        create_movie(&session, "Inception", 2010, &["Christopher Nolan"], true).await.unwrap();
        create_movie(&session, "Amélie", 2001, &["Jean-Pierre \"J-P\" Jeunet"], false).await.unwrap();

        // results = db.session.scalars(select(Movie)).all()
        let session = db.session();
        let results = select(Movie).order_by(Movie::id).all(&session).await.unwrap();
        let shown: Vec<String> = results.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["<Movie The Matrix>", "<Movie Inception>", "<Movie Amélie>"]);
        assert_eq!(results[0].id, matrix.id);
        assert_eq!(results[0].directors.0, ["Lana Wachowski", "Lilly Wachowski"]);
        assert_eq!((results[2].theatre, results[2].mpa.as_deref()), (false, None));

        let by = async |name| select(Movie::title).filter(directed_by(name)).all(&db).await.unwrap();
        assert_eq!(by("Lilly Wachowski").await, ["The Matrix"]);
        assert_eq!(by("Christopher Nolan").await, ["Inception"]);
        assert_eq!(by("Wachowski").await, [""; 0], "a part of a name is no name");
        assert_eq!(by("L%").await, [""; 0]);
        assert_eq!(by("Jean-Pierre \"J-P\" Jeunet").await, ["Amélie"]);
    }

    async fn theatre_is_true_when_nothing_is_said(test: TestDatabase) {
        if !fits(&test) {
            return;
        }
        let db = open(&test).await.db().unwrap();
        let session = db.session();
        let movie = session.add(Movie::builder().title("The Dark Knight").year(2008).directors(Directors::default()));
        session.commit().await.unwrap();
        assert!(movie.theatre);
        movie.edit().mpa = Some("PG-13".into());
        session.commit().await.unwrap();
        assert_eq!(select(Movie::mpa).one(&db).await.unwrap().as_deref(), Some("PG-13"));
    }

    async fn pages_and_json_show_them(test: TestDatabase) {
        if !fits(&test) {
            return;
        }
        let app = open(&test).await;
        let client = app.test_client();
        assert!(client.get("/").await.text().contains("No movies yet"));
        let session = app.db().unwrap().session();
        create_movie(&session, "The <Matrix>", 1999, &["Lana Wachowski", "Lilly Wachowski"], true).await.unwrap();

        let page = client.get("/").await.text();
        assert!(page.contains("<td>The &lt;Matrix&gt;</td><td>1999</td><td>Lana Wachowski, Lilly Wachowski</td>"), "{page}");
        let movie = json!({
            "id": 1, "title": "The <Matrix>", "year": 1999, "directors": ["Lana Wachowski", "Lilly Wachowski"],
            "theatre": true, "mpa": null,
        });
        assert_eq!(client.get("/movies/1").await.json::<Value>(), movie);
        assert_eq!(client.get("/movies?director=Lana%20Wachowski").await.json::<Value>(), json!([movie]));
        assert_eq!(client.get("/movies?director=Nobody").await.json::<Value>(), json!([]));
        assert_eq!(client.get("/movies/2").await.status(), StatusCode::NOT_FOUND);
    }
}
