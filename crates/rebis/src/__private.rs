//! What the macros' output names. Not for people; it may change with any release.

pub use crate::cli::block_on;
pub use crate::testing;
pub use rebis_orm::__private::*;
pub use rebis_web::__private::{
    Choices, FormReader, FormSpec, FormText, FormType, FormValue, FormWriter, FromForm, OnceLock,
    TemplateFolder, Widget, choices, not_a_choice,
};

pub use crate::glue::{ModelForm, field_of_model, limit_form, set_field};
