//! `FormFields`: a form that is shown, checked, and shown again with its errors.
//!
//! Invariant: what was sent is kept as it was sent, and a field holds at most one complaint: the first.

mod field;
mod view;

use std::collections::BTreeMap;
use std::fmt;

use axum::extract::{FromRequest, Request};
use axum::http::header;

use super::body;
use super::upload::Upload;
use crate::csrf;
use crate::error::{HttpError, Result};

pub use field::Field;
pub(super) use field::{is_email, length_message};

/// A form whose fields are known to the handler alone: [`Form`](crate::Form) without a struct, read and checked field by field.
///
/// ```
/// use axum::response::{IntoResponse, Response};
/// use rebis_web::{App, Config, FormFields, Redirect, Result, Templates, context};
/// # use axum::http::Method;
///
/// async fn sign_up(templates: Templates, mut form: FormFields) -> Result<Response> {
///     let name = form.field("name").required().length(2..=20).text();
///     let age = form.field("age").required().parse::<u8>();
///     if form.is_valid() {
///         println!("{name}, {age:?}");
///         return Ok(Redirect::to("/welcome").into_response());
///     }
///     Ok(templates.render("sign_up.html", context! { form })?.into_response())
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let client = App::new(Config::new("."))
///     .route("/", [Method::GET, Method::POST], sign_up)
///     .template("sign_up.html", "<input name=age value=\"{{ form.age.value }}\"> {{ form.age.error }}")
///     .test_client();
/// assert_eq!(client.get("/").await.text(), "<input name=age value=\"\"> ");
/// let again = client.post("/").form(&[("name", "Susan"), ("age", "old")]).await;
/// assert_eq!(again.text(), "<input name=age value=\"old\"> Not a valid value.");
/// assert_eq!(client.post("/").form(&[("name", "Susan"), ("age", "31")]).await.status(), 303);
/// # });
/// ```
///
/// A template has `form.<name>.value`, `.values` (of a field that was sent several times) and `.error`. It decides what to write back:
/// leave out `value` for passwords.
///
/// Refuses with 415 when the body is of another type than a form's (`application/x-www-form-urlencoded`, `multipart/form-data`), 413 when it
/// is larger than the limit.
#[derive(Clone, Default)]
pub struct FormFields {
    submitted: bool,
    values: Vec<(String, String)>,
    files: Vec<(String, Upload)>,
    errors: BTreeMap<String, String>,
}

impl FormFields {
    /// Whether the form was sent: the method is `POST`, `PUT`, `PATCH` or `DELETE`.
    pub fn is_submitted(&self) -> bool {
        self.submitted
    }

    /// Whether the form was sent and no field has an error: Flask-WTF's `validate_on_submit`. The fields are checked before it is asked.
    pub fn is_valid(&self) -> bool {
        self.submitted && self.errors.is_empty()
    }

    /// The field's value as it was sent, the first of several; empty when it was not.
    pub fn value(&self, name: &str) -> &str {
        self.values(name).next().unwrap_or_default()
    }

    /// All values of a field that may be sent several times.
    pub fn values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.values.iter().filter(move |(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The file that was sent in a field, the first of several.
    pub fn file(&self, name: &str) -> Option<&Upload> {
        self.files(name).next()
    }

    /// All files that were sent in a field.
    pub fn files<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Upload> {
        self.files.iter().filter(move |(other, _)| other == name).map(|(_, file)| file)
    }

    /// A form that was sent.
    pub(super) fn sent(values: Vec<(String, String)>, files: Vec<(String, Upload)>) -> Self {
        Self { submitted: true, values, files, errors: BTreeMap::new() }
    }

    /// A field, to be checked and read.
    pub fn field<'a>(&'a mut self, name: &'a str) -> Field<'a> {
        Field::new(self, name)
    }

    /// Complains about a field: `form.add_error("email", "This address is taken.")`. The first complaint stays.
    pub fn add_error(&mut self, name: &str, message: impl Into<String>) {
        self.errors.entry(name.to_owned()).or_insert_with(|| message.into());
    }

    /// All complaints, by field.
    pub fn errors(&self) -> impl Iterator<Item = (&str, &str)> {
        self.errors.iter().map(|(name, message)| (name.as_str(), message.as_str()))
    }

    /// The complaint about a field.
    pub fn error(&self, name: &str) -> Option<&str> {
        self.errors.get(name).map(String::as_str)
    }

    /// Fills a form that was not sent, for instance with what is to be edited. What was sent wins.
    pub fn set_default(&mut self, name: &str, value: impl ToString) {
        if !self.submitted {
            self.set_values(name, vec![value.to_string()]);
        }
    }

    /// Whether a value of that name is there, sent or set.
    pub(super) fn has(&self, name: &str) -> bool {
        self.values.iter().any(|(other, _)| other == name)
    }

    pub(super) fn set_values(&mut self, name: &str, values: Vec<String>) {
        self.values.retain(|(other, _)| other != name);
        self.values.extend(values.into_iter().map(|value| (name.to_owned(), value)));
    }
}

impl<S: Send + Sync> FromRequest<S> for FormFields {
    type Rejection = HttpError;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        if !csrf::changes_state(request.method()) {
            return Ok(Self::default());
        }
        let typed = request.headers().contains_key(header::CONTENT_TYPE);
        match typed {
            true => body::read(request, state).await,
            false => Ok(Self::sent(Vec::new(), Vec::new())),
        }
    }
}

/// Names, never values: they may be secrets.
impl fmt::Debug for FormFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.values.iter().map(|(name, _)| name).collect();
        f.debug_struct("FormFields").field("names", &names).field("errors", &self.errors).finish()
    }
}
