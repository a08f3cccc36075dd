//! Forms of models: what a form and a model have in common, named once.
//!
//! **Invariant.** A form writes the fields that its struct has and no other: what a visitor may change is a list in the program.

use std::any::Any;

use rebis_orm::Model;
use rebis_sql::SqlType;
use rebis_web::{FormSpec, FromForm};

/// A form of a model's fields: `#[derive(Form)] #[form(model = User)]`.
///
/// Fields of the form have the names and types of the model's, but for those that are `#[form(extra)]`. Texts are at most as long as their
/// columns, and what is not `Option` must be filled in.
///
/// ```standalone_crate
/// use rebis::prelude::*;
/// use rebis::axum::response::{IntoResponse, Response};
///
/// #[derive(Model, Clone, Debug)]
/// pub struct User {
///     #[column(primary_key)]
///     pub id: i64,
///     #[column(length = 64, unique)]
///     pub username: String,
///     pub is_admin: bool,
/// }
///
/// #[derive(Form)]
/// #[form(model = User)]
/// struct ProfileForm {
///     username: String, // and not is_admin
/// }
///
/// async fn edit(
///     app: App,
///     session: Session,
///     Path(id): Path<i64>,
///     templates: Templates,
///     mut form: Form<ProfileForm>,
/// ) -> Result<Response> {
///     let user = session.get_or_404(User, id).await?;
///     form.fill(&ProfileForm::from_model(&user));
///     if let Some(data) = form.validated() {
///         data.populate(&mut user.edit());
///         match session.commit().await {
///             Ok(()) => return Ok(app.redirect("index", ())?.into_response()),
///             Err(error) => form.add_db_error(error)?, // a username that is taken stands beside the field
///         }
///     }
///     Ok(templates.render("edit.html", context! { form })?.into_response())
/// }
/// # fn main() {}
/// ```
pub trait ModelForm: FromForm {
    /// The model.
    type Model: Model;

    /// What is to be edited: for [`Form::fill`](rebis_web::Form::fill). Extra fields are empty.
    fn from_model(model: &Self::Model) -> Self;

    /// Writes the form into the row, extra fields left out: `data.populate(&mut user.edit())`.
    fn populate(self, model: &mut Self::Model);
}

/// Gives the fields of text the greatest lengths of their columns. For the derive.
pub fn limit_form<F: ModelForm>(form: &mut FormSpec) {
    let meta = F::Model::meta();
    for column in &meta.table().columns {
        if let SqlType::String(Some(most)) = column.ty
            && let Some(field) = meta.field_of(&column.name)
        {
            form.limit(field, usize::try_from(most).unwrap_or(usize::MAX));
        }
    }
}

/// The type of a field of a form and of the field of its model.
#[diagnostic::on_unimplemented(
    message = "the form's field is `{Self}` and the model's is `{T}`",
    label = "the model's is `{T}`",
    note = "give both the same type; or say `#[form(extra)]` of the form's, and set the model's in the handler"
)]
pub trait SameAs<T> {
    /// A copy of the model's.
    fn copy(of: &T) -> Self;
}

impl<T: Clone> SameAs<T> for T {
    fn copy(of: &T) -> T {
        of.clone()
    }
}

/// A field of the model for the form. For the derive: here, and only here, the two types are compared.
pub fn field_of_model<F: SameAs<T>, T>(model: &T) -> F {
    F::copy(model)
}

/// Writes a field of the form into the model. For the derive: the types are the same, or [`field_of_model`] does not compile, and a second
/// complaint of this one would say nothing new.
pub fn set_field<T: 'static, F: 'static>(model: &mut T, form: F) {
    if let Some(model) = (model as &mut dyn Any).downcast_mut::<F>() {
        *model = form;
    }
}
