//! A table of the application: where a URL leads to.
//!
//! **Invariant.** A URL names a table by what is unique about it (database, schema, table), so two models of one name do not meet.

use rebis_orm::dynamic::{AnyEntity, AnyModel};
use rebis_orm::{Database, Error, Session};
use rebis_web::{App, Args, HttpError, Result};

use super::super::bind::bound;
use super::text::{encode, parse, text_of};

/// Where the browser is.
pub(super) const HOME: &str = "/__rebis/data";

/// A model and the database it lives in.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) bind: Option<&'static str>,
    pub(super) database: Database,
    pub(super) model: AnyModel,
}

impl Place {
    pub(super) fn session(&self) -> Session {
        self.database.session()
    }

    /// The table as the URL names it.
    pub(super) fn id(&self) -> String {
        id(self.bind, self.model)
    }

    /// The table of another model of the same database.
    pub(super) fn of(&self, model: AnyModel) -> Place {
        Place { model, ..self.clone() }
    }

    /// The list of rows.
    pub(super) fn url(&self) -> String {
        format!("{HOME}/t/{}/", encode(&self.id()))
    }

    pub(super) fn new_url(&self) -> String {
        format!("{}new", self.url())
    }

    /// The page of a row; `None` before it is written.
    pub(super) fn row_url(&self, what: &str, row: &AnyEntity) -> Option<String> {
        let key: Vec<String> =
            row.key()?.iter().map(|value| format!("key={}", encode(&text_of(value)))).collect();
        Some(format!("{}{what}?{}", self.url(), key.join("&")))
    }

    /// The row whose key the URL has.
    pub(super) async fn row(&self, session: &Session, args: &Args) -> Result<AnyEntity> {
        let columns: Vec<_> = self.model.key().collect();
        let given: Vec<String> = args.list("key");
        if given.len() != columns.len() {
            return Err(HttpError::not_found());
        }
        let key = columns.iter().zip(&given).map(|(column, text)| parse(*column, text));
        let key = key.collect::<std::result::Result<Vec<_>, Error>>().map_err(|_| HttpError::not_found())?;
        self.model.get(session, key).await?.ok_or_else(HttpError::not_found)
    }
}

fn id(bind: Option<&str>, model: AnyModel) -> String {
    let table = match model.schema() {
        Some(schema) => format!("{schema}.{}", model.table()),
        None => model.table().to_owned(),
    };
    match bind {
        Some(bind) => format!("{bind}~{table}"),
        None => table,
    }
}

/// Every table of every database.
pub(super) fn places(app: &App) -> Vec<Place> {
    let of = |bound: &super::super::bind::Bound| {
        let (bind, database) = (bound.name(), bound.database().clone());
        let models = database.any_models();
        models
            .into_iter()
            .map(move |model| Place { bind, database: database.clone(), model })
            .collect::<Vec<_>>()
    };
    bound(app).iter().flat_map(of).collect()
}

/// The table that a URL names.
pub(super) fn find(app: &App, table: &str) -> Result<Place> {
    let found = places(app).into_iter().find(|place| place.id() == table);
    found.ok_or_else(|| {
        HttpError::new(rebis_web::StatusCode::NOT_FOUND, "No model of this application has that table.")
    })
}
