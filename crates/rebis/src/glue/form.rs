//! Forms of models: what a form and a model have in common, named once.
//!
//! **Invariant.** A form writes the fields that its struct has and no other: what a visitor may change is a list in the program.

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
pub fn limit_form<M: Model>(form: &mut FormSpec) {
    for column in &M::meta().table().columns {
        if let SqlType::String(Some(most)) = column.ty
            && let Some(field) = M::meta().field_of(&column.name)
        {
            form.limit(field, usize::try_from(most).unwrap_or(usize::MAX));
        }
    }
}
