//! Extractors: a request has one session.

use axum_core::extract::FromRequestParts;
use axum_core::response::IntoResponse;
use rebis::{Database, Rejection, Session};

fn request(database: Option<&Database>) -> http::request::Parts {
    let mut request = http::Request::new(());
    if let Some(database) = database {
        request.extensions_mut().insert(database.clone());
    }
    request.into_parts().0
}

#[tokio::test]
async fn a_request_has_one_session_and_another_request_another() {
    let db = Database::connect("sqlite://").unwrap();
    let mut parts = request(Some(&db));
    let first = Session::from_request_parts(&mut parts, &()).await.unwrap();
    let user = first.add(crate::handwritten::User::builder().username("a").email("a"));
    let again = Session::from_request_parts(&mut parts, &()).await.unwrap();
    assert!(again.is_dirty(), "what one extractor gave, the other shares");
    let other = Session::from_request_parts(&mut request(Some(&db)), &()).await.unwrap();
    assert!(!other.is_dirty());
    assert!(Database::from_request_parts(&mut parts, &()).await.is_ok());
    drop((first, again, parts));
    drop(user);
}

#[tokio::test]
async fn an_application_without_a_database_says_so() {
    let error = Session::from_request_parts(&mut request(None), &()).await.expect_err("refused");
    assert_eq!(error, Rejection);
    assert!(error.to_string().contains(".database(db)"), "{error}");
    assert_eq!(error.into_response().status(), http::StatusCode::INTERNAL_SERVER_ERROR);
}
