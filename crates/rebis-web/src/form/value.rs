//! `FormValue`, `FormType`: what can be the type of a form's field.
//!
//! Invariant: reading never panics and never guesses; what cannot be read gives the words that stand beside the field.

use super::choice::Choice;
use super::read::{FormReader, FormWriter};
use super::spec::{FieldBuilder, FormSpec};
use super::upload::Upload;
use super::widget::Widget;

/// One value of a field, read from the text that a browser sends: `String`, numbers, dates, `Uuid`, `Decimal`, and enums with
/// `#[derive(FormEnum)]`. Implement it for a type of your own:
///
/// ```
/// use rebis_web::{FormType, Widget};
///
/// struct Percent(u8);
///
/// impl FormType for Percent {
///     const WIDGET: Widget = Widget::Number;
///
///     fn parse(text: &str) -> Result<Self, String> {
///         match text.parse() {
///             Ok(n) if n <= 100 => Ok(Percent(n)),
///             _ => Err("Not a percentage.".to_owned()),
///         }
///     }
///
///     fn text(&self) -> String {
///         self.0.to_string()
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of a form's field",
    label = "not the type of a form's field",
    note = "fields of a form are `String`, numbers, `bool`, dates and times, `Uuid`, `Decimal`, `Upload`, enums with `#[derive(FormEnum)]`, and `Option` and `Vec` of these; a struct with `#[derive(Form)]` stands in another with `#[form(flatten)]`; for a type of your own implement `FormType`"
)]
pub trait FormType: Sized {
    /// How it is shown unless the field says otherwise.
    const WIDGET: Widget;

    /// Reads what was sent; it is not blank.
    ///
    /// # Errors
    /// The words that stand beside the field.
    fn parse(text: &str) -> Result<Self, String>;

    /// As it is sent: what [`parse`](Self::parse) reads back.
    fn text(&self) -> String;

    /// The values that there are, when they are few.
    fn choices() -> Vec<Choice> {
        Vec::new()
    }

    /// Attributes of the control, for instance `("step", "any")`.
    fn attributes() -> &'static [(&'static str, &'static str)] {
        &[]
    }
}

/// What was sent for one field.
#[derive(Clone, Debug, Default)]
pub struct Sent<'a> {
    pub(super) values: Vec<&'a str>,
    pub(super) files: Vec<&'a Upload>,
}

impl<'a> Sent<'a> {
    /// The values, in the order in which they were sent.
    pub fn values(&self) -> &[&'a str] {
        &self.values
    }

    /// The files, in the order in which they were sent.
    pub fn files(&self) -> &[&'a Upload] {
        &self.files
    }

    /// Whether nothing was sent but white space.
    pub fn is_blank(&self) -> bool {
        self.files.is_empty() && self.values.iter().all(|value| value.trim().is_empty())
    }
}

/// The type of a form's field: a [`FormType`], or `Option` or `Vec` of one, or `bool`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of a form's field",
    label = "not the type of a form's field",
    note = "fields of a form are `String`, numbers, `bool`, dates and times, `Uuid`, `Decimal`, `Upload`, enums with `#[derive(FormEnum)]`, and `Option` and `Vec` of these; a struct with `#[derive(Form)]` stands in another with `#[form(flatten)]`; for a type of your own implement `FormType`"
)]
pub trait FormValue: Sized {
    /// The type of one value.
    type Item;

    /// How it is shown unless the field says otherwise.
    const WIDGET: Widget;

    /// Whether something has to be sent.
    const REQUIRED: bool;

    /// Whether several values may be sent.
    const MULTIPLE: bool;

    /// Reads what was sent.
    ///
    /// # Errors
    /// The words that stand beside the field.
    fn read(sent: &Sent<'_>) -> Result<Self, String>;

    /// As it is sent.
    fn write(&self) -> Vec<String>;

    /// The values that there are, when they are few.
    fn choices() -> Vec<Choice>;

    /// Attributes of the control.
    fn attributes() -> &'static [(&'static str, &'static str)];

    /// [`FormSpec::field`] for this type. The derive calls this and the two below: what is no type of a field is said once, at the type.
    fn add_to<'f>(form: &'f mut FormSpec, name: &'static str) -> FieldBuilder<'f, Self> {
        form.field::<Self>(name)
    }

    /// [`FormReader::read`] for this type.
    fn read_from(form: &mut FormReader<'_>) -> Option<Self> {
        form.read()
    }

    /// [`FormWriter::write`] for this type.
    fn write_to(&self, form: &mut FormWriter<'_>) {
        form.write(self);
    }
}

impl<T: FormType> FormValue for T {
    type Item = T;
    const WIDGET: Widget = T::WIDGET;
    const REQUIRED: bool = true;
    const MULTIPLE: bool = false;

    fn read(sent: &Sent<'_>) -> Result<Self, String> {
        T::parse(sent.values.first().copied().unwrap_or_default())
    }

    fn write(&self) -> Vec<String> {
        vec![self.text()]
    }

    fn choices() -> Vec<Choice> {
        <T as FormType>::choices()
    }

    fn attributes() -> &'static [(&'static str, &'static str)] {
        <T as FormType>::attributes()
    }
}

impl<T: FormType> FormValue for Option<T> {
    type Item = T;
    const WIDGET: Widget = T::WIDGET;
    const REQUIRED: bool = false;
    const MULTIPLE: bool = false;

    fn read(sent: &Sent<'_>) -> Result<Self, String> {
        match sent.values.first() {
            Some(value) if !value.trim().is_empty() => T::parse(value).map(Some),
            _ => Ok(None),
        }
    }

    fn write(&self) -> Vec<String> {
        self.iter().map(FormType::text).collect()
    }

    fn choices() -> Vec<Choice> {
        T::choices()
    }

    fn attributes() -> &'static [(&'static str, &'static str)] {
        T::attributes()
    }
}

impl<T: FormType> FormValue for Vec<T> {
    type Item = T;
    const WIDGET: Widget = T::WIDGET;
    const REQUIRED: bool = false;
    const MULTIPLE: bool = true;

    fn read(sent: &Sent<'_>) -> Result<Self, String> {
        sent.values.iter().filter(|value| !value.trim().is_empty()).map(|value| T::parse(value)).collect()
    }

    fn write(&self) -> Vec<String> {
        self.iter().map(FormType::text).collect()
    }

    fn choices() -> Vec<Choice> {
        T::choices()
    }

    fn attributes() -> &'static [(&'static str, &'static str)] {
        T::attributes()
    }
}

/// A checkbox. A browser sends nothing for one that is empty.
impl FormValue for bool {
    type Item = bool;
    const WIDGET: Widget = Widget::Checkbox;
    const REQUIRED: bool = false;
    const MULTIPLE: bool = false;

    fn read(sent: &Sent<'_>) -> Result<Self, String> {
        let value = sent.values.first().copied().unwrap_or_default().trim();
        Ok(!["", "0", "false", "off", "no"].iter().any(|no| value.eq_ignore_ascii_case(no)))
    }

    fn write(&self) -> Vec<String> {
        if *self { vec!["true".to_owned()] } else { Vec::new() }
    }

    fn choices() -> Vec<Choice> {
        Vec::new()
    }

    fn attributes() -> &'static [(&'static str, &'static str)] {
        &[]
    }
}
