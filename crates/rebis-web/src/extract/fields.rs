//! `FormFields`: a form that is shown, checked, and shown again with its errors.
//!
//! Invariant: what was sent is kept as it was sent, and a field holds at most one complaint: the first.

mod field;
mod view;

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;

use crate::csrf;
use crate::error::{HttpError, Result};

pub use field::Field;

/// A form that one handler shows (GET) and reads (POST). Use [`Form`](crate::Form) where a wrong body may just be refused.
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
/// Refuses with 415 when the body is of another type than `application/x-www-form-urlencoded`, 413 when it is larger than the limit.
#[derive(Clone, Debug, Default)]
pub struct FormFields {
    submitted: bool,
    values: Vec<(String, String)>,
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

    /// A field, to be checked and read.
    pub fn field<'a>(&'a mut self, name: &'a str) -> Field<'a> {
        Field::new(self, name)
    }

    /// Complains about a field: `form.add_error("email", "This address is taken.")`. The first complaint stays.
    pub fn add_error(&mut self, name: &str, message: impl Into<String>) {
        self.errors.entry(name.to_owned()).or_insert_with(|| message.into());
    }

    /// The complaint about a field.
    pub fn error(&self, name: &str) -> Option<&str> {
        self.errors.get(name).map(String::as_str)
    }

    /// Fills a form that was not sent, for instance with what is to be edited. What was sent wins.
    pub fn set_default(&mut self, name: &str, value: impl ToString) {
        if !self.submitted {
            self.values.retain(|(other, _)| other != name);
            self.values.push((name.to_owned(), value.to_string()));
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for FormFields {
    type Rejection = HttpError;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        if !csrf::changes_state(request.method()) {
            return Ok(Self::default());
        }
        let typed = request.headers().contains_key(header::CONTENT_TYPE);
        if typed && !csrf::kind(request.headers()).eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(HttpError::new(
                axum::http::StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The form must be sent as application/x-www-form-urlencoded.",
            ));
        }
        let body = match Bytes::from_request(request, state).await {
            Ok(body) => body,
            Err(error) => return Err(HttpError::new(error.status(), error.body_text())),
        };
        let body = if typed { body } else { Bytes::new() };
        let values = form_urlencoded::parse(&body).into_owned().collect();
        Ok(Self { submitted: true, values, errors: BTreeMap::new() })
    }
}
