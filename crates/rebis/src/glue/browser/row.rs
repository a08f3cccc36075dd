//! One row: shown with what it is related to, added, changed, deleted.
//!
//! **Invariant.** A change is one transaction of one session; what is refused is shown in the form with what was sent, and nothing is written.

use rebis_orm::dynamic::AnyEntity;
use rebis_orm::dynamic::RelationshipKind;
use rebis_sql::Value;
use rebis_web::axum::Extension;
use rebis_web::axum::response::{IntoResponse, Response};
use rebis_web::{App, Args, FormBody, Html, Path, Redirect, Result, StatusCode, UserSession};
use serde_json::json;

use super::form::{Field, fields, place_error, view};
use super::page::{render, token};
use super::place::{Place, find};
use super::text::encode;

type Sent = FormBody<Vec<(String, String)>>;

/// `GET /__rebis/data/t/user/new`.
pub(super) async fn new(
    app: App,
    Path(table): Path<String>,
    Extension(visitor): Extension<UserSession>,
) -> Result<Html> {
    let place = find(&app, &table)?;
    let fields = fields(&place, None).await?;
    page(&place, None, &fields, None, None, &visitor).await
}

/// `POST /__rebis/data/t/user/new`.
pub(super) async fn create(
    app: App,
    Path(table): Path<String>,
    Extension(visitor): Extension<UserSession>,
    FormBody(sent): Sent,
) -> Result<Response> {
    let place = find(&app, &table)?;
    let mut fields = fields(&place, None).await?;
    let values = take(&mut fields, &sent, true);
    let error = if fields.iter().any(|field| field.error.is_some()) {
        None
    } else {
        let session = place.session();
        let made = place.model.create(values).map(|row| session.add_any(&row));
        let written = match made {
            Ok(row) => session.commit().await.map(|()| row),
            Err(error) => Err(error),
        };
        match written {
            Ok(row) => return Ok(saved(&place, &row)),
            Err(error) => place_error(&mut fields, &error),
        }
    };
    refused(page(&place, None, &fields, error, None, &visitor).await?)
}

/// `GET /__rebis/data/t/user/row?key=1`.
pub(super) async fn show(
    app: App,
    Path(table): Path<String>,
    args: Args,
    Extension(visitor): Extension<UserSession>,
) -> Result<Html> {
    let place = find(&app, &table)?;
    let session = place.session();
    let row = place.row(&session, &args).await?;
    let fields = fields(&place, Some(&row)).await?;
    let saved = args.text("saved").map(|_| "Saved.");
    page(&place, Some(&row), &fields, None, saved, &visitor).await
}

/// `POST /__rebis/data/t/user/row?key=1`.
pub(super) async fn update(
    app: App,
    Path(table): Path<String>,
    args: Args,
    Extension(visitor): Extension<UserSession>,
    FormBody(sent): Sent,
) -> Result<Response> {
    let place = find(&app, &table)?;
    let session = place.session();
    let row = place.row(&session, &args).await?;
    let mut fields = fields(&place, Some(&row)).await?;
    let values = take(&mut fields, &sent, false);
    let error = if fields.iter().any(|field| field.error.is_some()) {
        None
    } else {
        let written = match row.update(values) {
            Ok(()) => session.commit().await,
            Err(error) => Err(error),
        };
        match written {
            Ok(()) => return Ok(saved(&place, &row)),
            Err(error) => place_error(&mut fields, &error),
        }
    };
    // As it is in the database, for the heading and the relations.
    let session = place.session();
    let row = place.row(&session, &args).await?;
    refused(page(&place, Some(&row), &fields, error, None, &visitor).await?)
}

/// `POST /__rebis/data/t/user/delete?key=1`.
pub(super) async fn remove(
    app: App,
    Path(table): Path<String>,
    args: Args,
    Extension(visitor): Extension<UserSession>,
) -> Result<Response> {
    let place = find(&app, &table)?;
    let session = place.session();
    let row = place.row(&session, &args).await?;
    let name = row.to_string();
    session.delete_any(&row);
    let Err(error) = session.commit().await else {
        let told = encode(&format!("Deleted {name}."));
        return Ok(Redirect::to(format!("{}?saved={told}", place.url())).into_response());
    };
    let session = place.session();
    let row = place.row(&session, &args).await?;
    let mut fields = fields(&place, Some(&row)).await?;
    let error = place_error(&mut fields, &error).unwrap_or_else(|| String::from("It was not deleted."));
    refused(page(&place, Some(&row), &fields, Some(error), None, &visitor).await?)
}

fn take(fields: &mut [Field], sent: &[(String, String)], new: bool) -> Vec<(&'static str, Value)> {
    let mut values = Vec::new();
    for field in fields {
        let name = format!("f.{}", field.column.field());
        let given = sent.iter().find(|(other, _)| *other == name).map(|(_, text)| text.as_str());
        values.extend(field.take(given, new).map(|value| (field.column.field(), value)));
    }
    values
}

fn saved(place: &Place, row: &AnyEntity) -> Response {
    let target = place.row_url("row", row).map_or_else(|| place.url(), |url| format!("{url}&saved=1"));
    Redirect::to(target).into_response()
}

fn refused(page: Html) -> Result<Response> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn page(
    place: &Place,
    row: Option<&AnyEntity>,
    fields: &[Field],
    error: Option<String>,
    saved: Option<&str>,
    visitor: &UserSession,
) -> Result<Html> {
    let relations = match row {
        Some(row) => relations(place, row).await,
        None => Vec::new(),
    };
    let wrong = fields.iter().filter(|field| field.error.is_some()).count();
    render(
        "row.html",
        json!({
            "here": "tables",
            "table": place.id(),
            "model": place.model.name(),
            "list": place.url(),
            "title": row.map_or_else(|| format!("New {}", place.model.name()), ToString::to_string),
            "new": row.is_none(),
            "action": row.and_then(|row| place.row_url("row", row)).unwrap_or_else(|| place.new_url()),
            "delete": row.and_then(|row| place.row_url("delete", row)),
            "fields": view(place, fields, row.is_none()).await,
            "relations": relations,
            "error": error,
            "wrong": wrong,
            "saved": saved,
            "token": token(visitor),
        }),
    )
}

async fn relations(place: &Place, row: &AnyEntity) -> Vec<serde_json::Value> {
    let mut all = Vec::new();
    for relation in place.model.relations() {
        let (field, to) = (relation.field(), place.of(relation.target()));
        if relation.kind().is_many() {
            let count = row.related_count(field).await;
            let key = row.key().unwrap_or_default();
            let key: Vec<String> =
                key.iter().map(|value| format!("key={}", encode(&super::text::text_of(value)))).collect();
            let url = format!("{}?of={}&rel={field}&{}", to.url(), encode(&place.id()), key.join("&"));
            all.push(json!({
                "field": field, "many": true, "target": to.model.name(), "url": url,
                "count": count.as_ref().ok(), "error": count.as_ref().err().map(ToString::to_string),
            }));
        } else {
            let one = row.related_one(field).await;
            let found = one.as_ref().ok().and_then(Option::as_ref);
            all.push(json!({
                "field": field, "many": false, "target": to.model.name(),
                "own": relation.kind() == RelationshipKind::BelongsTo,
                "name": found.map(ToString::to_string),
                "url": found.and_then(|found| to.row_url("row", found)),
                "error": one.as_ref().err().map(ToString::to_string),
            }));
        }
    }
    all
}
