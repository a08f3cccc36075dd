//! `Form`: the extractor of a form that one handler shows and reads.
//!
//! Invariant: what the handler gets from [`Form::validated`] has passed every check of the form's description, and the session's token
//! was compared before the handler ran.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use axum::extract::{FromRequest, Request};
use serde::{Serialize, Serializer};

use super::FromForm;
use super::choice::Choice;
use super::fields::FormFields;
use super::read::{FormReader, FormWriter};
use super::spec::FieldSpec;
use super::view::view;
use crate::error::{HttpError, Result};
use crate::session::UserSession;

/// A form that one handler shows (`GET`) and reads (`POST`): Flask-WTF's `form = NameForm()`.
///
/// ```
/// # use rebis_macros as rebis;
/// use axum::response::{IntoResponse, Response};
/// use rebis_web::{App, Config, Form, Redirect, Result, Templates, UserSession, context};
/// # use axum::http::Method;
///
/// #[derive(rebis::Form)]
/// # #[form(crate = "rebis_web")]
/// struct NameForm {
///     #[form(label = "What is your name?", length = 2..=64)]
///     name: String,
///     age: Option<u8>,
/// }
///
/// async fn index(session: UserSession, templates: Templates, mut form: Form<NameForm>) -> Result<Response> {
///     if let Some(data) = form.validated() {
///         session.set("name", data.name)?;
///         return Ok(Redirect::to("/").into_response());
///     }
///     Ok(templates.render("index.html", context! { form })?.into_response())
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let client = App::new(Config::new(".").with("SECRET_KEY", "only for this example, 32 bytes long"))
///     .route("/", [Method::GET, Method::POST], index)
///     .template(
///         "index.html",
///         "Hello, {{ session.name or 'Stranger' }}!
///          {% from 'rebis/form.html' import quick_form %}{{ quick_form(form) }}",
///     )
///     .test_client();
/// assert!(client.get("/").await.text().contains("What is your name?"));
/// let again = client.post("/").form(&[("name", "x")]).await;
/// assert!(again.text().contains("Field must be between 2 and 64 characters long."));
/// assert_eq!(client.post("/").form(&[("name", "Susan")]).await.status(), 303);
/// assert!(client.get("/").await.text().starts_with("Hello, Susan!"));
/// # });
/// ```
///
/// It reads the body, so it is the last of a handler's arguments.
///
/// # In a template
/// `{% from "rebis/form.html" import quick_form, render_field %}` writes all of it, or a field. By hand: `form.name(class="big")` is the
/// control, `form.name.label`, `.id`, `.value`, `.values`, `.error`, `.help`, `.required`, `.choices` what belongs to it, `{% for field in
/// form %}` goes over the fields, and `form.hidden_tag()` writes the hidden ones with the CSRF token.
///
/// Refuses with 415 when the body is of another type than a form's, 413 when it is larger than the limit.
pub struct Form<T> {
    pub(super) fields: FormFields,
    pub(super) offers: Offers,
    pub(super) session: Option<UserSession>,
    id: String,
    kind: PhantomData<fn() -> T>,
}

/// The choices that the handler set, by field.
#[derive(Clone, Debug, Default)]
pub(super) struct Offers(BTreeMap<String, Vec<Choice>>);

impl Offers {
    pub(super) fn of<'a>(&'a self, field: &'a FieldSpec) -> Option<&'a [Choice]> {
        self.0.get(field.name).or(field.choices.as_ref()).map(Vec::as_slice)
    }
}

impl<T> Form<T> {
    /// Whether the form was sent: the method is `POST`, `PUT`, `PATCH` or `DELETE`; of a `#[form(get)]`, whether the query has one of its
    /// fields.
    pub fn is_submitted(&self) -> bool {
        self.fields.is_submitted()
    }

    /// A field's value as it was sent, the first of several; empty when it was not.
    pub fn value(&self, name: &str) -> &str {
        self.fields.value(name)
    }

    /// Complains about a field: `form.add_error("email", "This address is taken.")`. The first complaint stays. A name that is no field's
    /// (an empty one) is about the form as a whole.
    pub fn add_error(&mut self, name: &str, message: impl Into<String>) {
        self.fields.add_error(name, message);
    }

    /// The complaint about a field.
    pub fn error(&self, name: &str) -> Option<&str> {
        self.fields.error(name)
    }

    /// All complaints, by field.
    pub fn errors(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.errors()
    }

    /// Shows `value` in a form that was not sent. What was sent wins.
    pub fn set_default(&mut self, name: &str, value: impl ToString) {
        self.fields.set_default(name, value);
    }

    /// What a field offers, where only the handler knows: `form.set_choices("role_id", roles.iter().map(|r| (r.id, r.name.clone())))`.
    /// Set them before [`validated`](Form::validated), on every request: they are what may be sent.
    pub fn set_choices<C: Into<Choice>>(&mut self, name: &str, choices: impl IntoIterator<Item = C>) {
        self.offers.0.insert(name.to_owned(), choices.into_iter().map(Into::into).collect());
    }
}

impl<T: FromForm> Form<T> {
    /// A form that was not sent, for a page with several: the handler of one shows the others so. Each is sent to a handler of its own.
    ///
    /// ```
    /// # use rebis_macros as rebis;
    /// use rebis_web::{App, Config, Form, Html, Result, Templates, UserSession, context};
    ///
    /// #[derive(rebis::Form)]
    /// # #[form(crate = "rebis_web")]
    /// struct LoginForm {
    ///     email: String,
    /// }
    ///
    /// #[derive(rebis::Form)]
    /// # #[form(crate = "rebis_web")]
    /// struct JoinForm {
    ///     email: String,
    /// }
    ///
    /// async fn start(session: UserSession, templates: Templates) -> Result<Html> {
    ///     let login = Form::<LoginForm>::new(&session).with_id("login");
    ///     let join = Form::<JoinForm>::new(&session).with_id("join");
    ///     templates.render("start.html", context! { login, join })
    /// }
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let config = Config::new(".").with("SECRET_KEY", "only for this example, 32 bytes long");
    /// let client = App::new(config)
    ///     .get("/", start)
    ///     .template(
    ///         "start.html",
    ///         "{% from 'rebis/form.html' import quick_form %}
    ///          {{ quick_form(login, action='/login') }}{{ quick_form(join, action='/join') }}",
    ///     )
    ///     .test_client();
    /// let page = client.get("/").await.text();
    /// assert!(page.contains("id=\"login-email\"") && page.contains("id=\"join-email\""));
    /// # });
    /// ```
    pub fn new(session: &UserSession) -> Self {
        Self {
            fields: FormFields::default(),
            offers: Offers::default(),
            session: Some(session.clone()),
            id: String::new(),
            kind: PhantomData,
        }
    }

    /// What the ids of its controls begin with, where a page has several forms: two controls of one id would share a label.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// The struct, if the form was sent and nothing is wrong with it: Flask-WTF's `validate_on_submit`. Otherwise the complaints are
    /// beside the fields, and the form can be shown again.
    pub fn validated(&mut self) -> Option<T> {
        if !self.fields.is_submitted() {
            return None;
        }
        let read = T::read(&mut FormReader::new(T::spec(), &mut self.fields, &self.offers));
        read.filter(|_| self.fields.is_valid())
    }

    /// Shows what is to be edited in a form that was not sent: Flask-WTF's `NameForm(obj=user)`. What was sent wins.
    pub fn fill(&mut self, from: &T) {
        if !self.is_submitted() {
            FormWriter::fill(&mut self.fields, from);
        }
    }
}

impl<T: FromForm, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = HttpError;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        if let Some(fault) = &T::spec().fault {
            return Err(HttpError::internal(fault.as_str()));
        }
        let session = request.extensions().get::<UserSession>().cloned();
        let fields = if T::spec().get {
            FormFields::of_query(T::spec(), request.uri().query())
        } else {
            FormFields::from_request(request, state).await?
        };
        Ok(Self { fields, offers: Offers::default(), session, id: String::new(), kind: PhantomData })
    }
}

impl<T: FromForm> Serialize for Form<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        view(T::spec(), &self.fields, &self.offers, self.session.as_ref(), &self.id).serialize(serializer)
    }
}

/// Names, never values: they may be secrets.
impl<T> fmt::Debug for Form<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors: Vec<_> = self.errors().collect();
        f.debug_struct("Form").field("submitted", &self.is_submitted()).field("errors", &errors).finish()
    }
}
