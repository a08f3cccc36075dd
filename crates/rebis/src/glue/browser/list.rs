//! Tables with their numbers of rows, and the rows of one: filtered, sorted, in pages.
//!
//! **Invariant.** What a URL asks for and cannot be is said on the page; it is never an error page, and never another list than was asked for.

use rebis_orm::dynamic::{AnyColumn, AnyEntity, AnyQuery};
use rebis_orm::{Error, Page};
use rebis_sql::{SqlType, Value};
use rebis_web::{App, Args, Html, HttpError, Path, Result};
use serde_json::json;

use super::page::render;
use super::place::{Place, find, places};
use super::text::{encode, is_secret, parse, short, text_of};

const OPERATORS: [(&str, &str); 9] = [
    ("eq", "is"),
    ("ne", "is not"),
    ("contains", "contains"),
    ("lt", "<"),
    ("le", "≤"),
    ("gt", ">"),
    ("ge", "≥"),
    ("null", "is NULL"),
    ("notnull", "is not NULL"),
];

/// `GET /__rebis/data/`.
pub(super) async fn tables(app: App) -> Result<Html> {
    let mut tables = Vec::new();
    for place in places(&app) {
        // A session for each: what fails for one table must not fail for the next.
        let counted = place.model.select().count(&place.session()).await;
        tables.push(json!({
            "table": place.id(),
            "model": place.model.name(),
            "url": place.url(),
            "new": place.new_url(),
            "comment": place.model.comment(),
            "rows": counted.as_ref().ok(),
            "error": counted.as_ref().err().map(ToString::to_string),
        }));
    }
    render("tables.html", json!({ "here": "tables", "tables": tables }))
}

/// `GET /__rebis/data/t/user/?c=username&o=contains&v=su&sort=-id&page=2`.
pub(super) async fn rows(app: App, Path(table): Path<String>, args: Args) -> Result<Html> {
    let place = find(&app, &table)?;
    let session = place.session();
    let columns: Vec<AnyColumn> = place.model.columns().filter(|column| !column.is_deferred()).collect();
    let (column, operator) = (args.text("c").unwrap_or_default(), args.text("o").unwrap_or("eq"));
    let value = args.text("v").unwrap_or_default();
    let sort = args.text("sort").unwrap_or_default();

    let (start, owner) = start(&app, &place, &session, &args).await?;
    let asked =
        filtered(start, &place, column, operator, value).and_then(|query| sorted(query, &place, sort));
    let page = Page::new(args.get_or("page", 1), args.get_or("per_page", 25).clamp(1, 200));
    let found = match asked {
        Ok(query) => query.paginate(&session, page).await,
        Err(wrong) => Err(wrong),
    };
    let (found, error) = match found {
        Ok(found) => (Some(found), None),
        Err(wrong) => (None, Some(wrong.to_string())),
    };
    let kept = |page: Option<u64>, sort: &str| link(&place, &args, page, sort);
    let heads = columns.iter().map(|column| {
        let (up, down) = (sort == column.field(), sort.strip_prefix('-') == Some(column.field()));
        let next = if up { format!("-{}", column.field()) } else { column.field().to_owned() };
        let sorted = if up { Some("ascending") } else { down.then_some("descending") };
        json!({ "field": column.field(), "url": kept(None, &next), "sorted": sorted })
    });
    let items = found.as_ref().map(|found| found.items.as_slice()).unwrap_or_default();
    let shown = items.iter().map(|row| {
        json!({
            "name": row.to_string(),
            "url": place.row_url("row", row),
            "cells": columns.iter().map(|column| cell(&place, row, *column)).collect::<Vec<_>>(),
        })
    });
    let pages = found.as_ref().map(|found| {
        json!({
            "total": found.total,
            "page": found.page,
            "pages": found.pages,
            "prev": found.prev_num().map(|page| kept(Some(page), sort)),
            "next": found.next_num().map(|page| kept(Some(page), sort)),
            "all": found.iter_pages().into_iter().map(|page| page.map(|page| json!({ "number": page, "url": kept(Some(page), sort) }))).collect::<Vec<_>>(),
        })
    });
    let hidden: Vec<(&str, &str)> =
        args.iter().filter(|(name, _)| ["of", "rel", "key", "sort", "per_page"].contains(name)).collect();
    render(
        "rows.html",
        json!({
            "here": "tables",
            "table": place.id(),
            "model": place.model.name(),
            "url": place.url(),
            "new": place.new_url(),
            "owner": owner,
            "saved": args.text("saved"),
            "left_out": place.model.columns().filter(|column| column.is_deferred()).map(|column| column.field()).collect::<Vec<_>>(),
            "columns": columns.iter().filter(|column| !is_secret(**column)).map(|column| column.field()).collect::<Vec<_>>(),
            "operators": OPERATORS,
            "filter": { "column": column, "operator": operator, "value": value },
            "hidden": hidden,
            "heads": heads.collect::<Vec<_>>(),
            "rows": shown.collect::<Vec<_>>(),
            "pages": pages,
            "error": error,
        }),
    )
}

/// All rows, or those that a relation of another row leads to: `?of=user&key=1&rel=posts`.
async fn start(
    app: &App,
    place: &Place,
    session: &rebis_orm::Session,
    args: &Args,
) -> Result<(AnyQuery, Option<serde_json::Value>)> {
    let (Some(of), Some(relation)) = (args.text("of"), args.text("rel")) else {
        return Ok((place.model.select(), None));
    };
    let from = find(app, of)?;
    let leads_here = from.model.relation(relation).is_ok_and(|relation| relation.target() == place.model);
    if from.bind != place.bind || !leads_here {
        return Err(HttpError::not_found());
    }
    let row = from.row(session, args).await?;
    let owner = json!({ "name": row.to_string(), "url": from.row_url("row", &row), "relation": relation });
    Ok((row.related_query(relation)?, Some(owner)))
}

fn filtered(
    query: AnyQuery,
    place: &Place,
    column: &str,
    operator: &str,
    value: &str,
) -> std::result::Result<AnyQuery, Error> {
    if column.is_empty() {
        return Ok(query);
    }
    let column = place.model.column(column)?;
    let texts = matches!(column.sql_type(), SqlType::String(_) | SqlType::Text);
    Ok(query.filter(match operator {
        "null" => column.is_null(),
        "notnull" => column.is_not_null(),
        "contains" if texts => column.contains(value),
        "ne" => column.ne(parse(column, value)?),
        "lt" => column.lt(parse(column, value)?),
        "le" => column.le(parse(column, value)?),
        "gt" => column.gt(parse(column, value)?),
        "ge" => column.ge(parse(column, value)?),
        _ => column.eq(parse(column, value)?),
    }))
}

/// As asked, and by key where that leaves rows equal: pages must not overlap.
fn sorted(mut query: AnyQuery, place: &Place, sort: &str) -> std::result::Result<AnyQuery, Error> {
    if !sort.is_empty() {
        let column = place.model.column(sort.trim_start_matches('-'))?;
        query = query.order_by(if sort.starts_with('-') { column.desc() } else { column.asc() });
    }
    Ok(place.model.key().fold(query, |query, column| query.order_by(column.asc())))
}

/// This list with another page or another order.
fn link(place: &Place, args: &Args, page: Option<u64>, sort: &str) -> String {
    let kept = args.iter().filter(|(name, _)| ["c", "o", "v", "of", "rel", "key", "per_page"].contains(name));
    let mut pairs: Vec<String> = kept.map(|(name, value)| format!("{name}={}", encode(value))).collect();
    if !sort.is_empty() {
        pairs.push(format!("sort={}", encode(sort)));
    }
    pairs.extend(page.map(|page| format!("page={page}")));
    format!("{}?{}", place.url(), pairs.join("&"))
}

fn cell(place: &Place, row: &AnyEntity, column: AnyColumn) -> serde_json::Value {
    let value = row.value(column.field()).unwrap_or(Value::Null);
    if is_secret(column) && value != Value::Null {
        return json!({ "text": "***" });
    }
    let number = matches!(value, Value::Int(_) | Value::Float(_) | Value::Decimal(_));
    json!({
        "text": short(&text_of(&value)),
        "null": value == Value::Null,
        "number": number && !column.is_primary_key() && column.refers_to().is_none(),
        "url": reference(place, column, &value),
    })
}

/// The page of the row that a value refers to, where its key is that value.
pub(super) fn reference(place: &Place, column: AnyColumn, value: &Value) -> Option<String> {
    let (target, name) = column.refers_to().filter(|_| *value != Value::Null)?;
    let key: Vec<AnyColumn> = target.key().collect();
    let alone = key.len() == 1 && key[0].name() == name;
    alone.then(|| format!("{}row?key={}", place.of(target).url(), encode(&text_of(value))))
}
