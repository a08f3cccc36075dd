//! Forms: a struct that is shown as a page's form, read from what the visitor sends, and shown again with what is wrong.
//!
//! Invariant: what was sent is kept as it was sent; a field holds at most one complaint, the first; and a value leaves this module as
//! the handler's struct only when there is no complaint at all.

mod body;
mod choice;
mod control;
mod fields;
mod fits;
mod item;
pub(crate) mod private;
mod read;
mod spec;
mod submitted;
mod upload;
mod value;
mod view;
mod widget;

pub use choice::Choice;
pub use fields::{Field, FormFields};
pub use read::{FormErrors, FormReader, FormWriter};
pub use spec::{FieldBuilder, FieldSpec, FormSpec};
pub use submitted::Form;
pub use upload::Upload;
pub use value::{FormType, FormValue, Sent};
pub use widget::Widget;

/// A struct that is a form; `#[derive(Form)]` implements it. See [`Form`] for how it is used.
///
/// By hand it is a description and two functions that name the fields in the same order:
///
/// ```
/// use rebis_web::{FormReader, FormSpec, FormWriter, FromForm};
/// use std::sync::OnceLock;
///
/// struct NameForm {
///     name: String,
///     age: Option<u8>,
/// }
///
/// impl FromForm for NameForm {
///     fn spec() -> &'static FormSpec {
///         static SPEC: OnceLock<FormSpec> = OnceLock::new();
///         SPEC.get_or_init(|| {
///             let mut form = FormSpec::new("NameForm");
///             form.field::<String>("name").label("What is your name?").length(..=64);
///             form.field::<Option<u8>>("age").range(1..=120);
///             form
///         })
///     }
///
///     fn read(form: &mut FormReader<'_>) -> Option<Self> {
///         let name = form.read();
///         let age = form.read();
///         Some(Self { name: name?, age: age? })
///     }
///
///     fn write(&self, form: &mut FormWriter<'_>) {
///         form.write(&self.name);
///         form.write(&self.age);
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no form",
    label = "not a form",
    note = "a form is a struct with `#[derive(Form)]`; a body that a program sends is read with `FormBody<{Self}>`"
)]
pub trait FromForm: Sized {
    /// The fields, in the order in which they are shown.
    fn spec() -> &'static FormSpec;

    /// Reads each field in that order, all of them before giving up, so that every complaint is noted.
    fn read(form: &mut FormReader<'_>) -> Option<Self>;

    /// Writes each field in that order, for a form that shows what is to be edited.
    fn write(&self, form: &mut FormWriter<'_>);

    /// [`FormSpec::flatten`] for this form. The derive calls this and the next: what is no form is said once, at the type.
    fn add_to(form: &mut FormSpec, name: &'static str, legend: Option<&str>) {
        form.flatten::<Self>(name, legend);
    }

    /// [`FormReader::flatten`] for this form.
    fn read_from(form: &mut FormReader<'_>, name: &str) -> Option<Self> {
        form.flatten(name)
    }
}
