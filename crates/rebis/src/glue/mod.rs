//! Where the web layer meets the database: [`AppExt`] binds a [`Database`](rebis_orm::Database) to an application,
//! [`ModelForm`] and [`FormExt`] join forms and models.
//!
//! **Invariant.** The two layers know nothing of each other; all that joins them is in this folder.

mod bind;
mod browser;
mod errors;
mod form;
mod form_error;
mod queries;
#[cfg(feature = "shell")]
mod shell;

pub use bind::AppExt;
pub(crate) use bind::{bound, setup};
pub use form::{ModelForm, field_of_model, limit_form, set_field};
pub use form_error::FormExt;
#[cfg(feature = "shell")]
pub(crate) use shell::with_shell;
