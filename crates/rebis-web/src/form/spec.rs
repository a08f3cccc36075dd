//! `FormSpec`: what a form consists of, as data.
//!
//! Invariant: a description is made once per form and never changes; a mistake in it (a pattern that is no regular expression) is kept
//! and said by the extractor, not by a panic.

use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use super::FromForm;
use super::choice::Choice;
use super::fields::{is_email, length_message};
use super::fits::{BoundsOf, CheckedAs, FileValue, TextValue};
use super::value::FormValue;
use super::widget::Widget;

/// What a form consists of: its fields in order, and the words of its button.
#[derive(Debug)]
pub struct FormSpec {
    pub(super) name: &'static str,
    pub(super) fields: Vec<FieldSpec>,
    pub(super) submit: String,
    /// Sent in the query of a `GET`: a search.
    pub(super) get: bool,
    pub(super) fault: Option<String>,
}

pub(super) type Check = dyn Fn(&str) -> Result<(), String> + Send + Sync;
type Values = dyn Fn() -> Vec<String> + Send + Sync;

/// What one field of a form is: its name, its looks, its checks.
#[derive(Clone)]
pub struct FieldSpec {
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) help: Option<String>,
    pub(super) placeholder: Option<String>,
    pub(super) message: Option<String>,
    pub(super) widget: Widget,
    pub(super) required: bool,
    pub(super) multiple: bool,
    pub(super) trim: bool,
    pub(super) max_size: Option<u64>,
    /// Media types, and endings of names with their dot; empty for any.
    pub(super) accept: Vec<String>,
    pub(super) equal_to: Option<&'static str>,
    pub(super) checks: Vec<Arc<Check>>,
    /// None when only the type decides about what may be sent.
    pub(super) choices: Option<Vec<Choice>>,
    pub(super) default: Option<Arc<Values>>,
    pub(super) attributes: Vec<(String, String)>,
    /// The words above the fields of a form inside the form.
    pub(super) group: Option<String>,
}

impl fmt::Debug for FieldSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Field '{}' {}>", self.name, self.widget.name())
    }
}

impl FormSpec {
    /// A form without fields. `name` is for messages to developers.
    pub fn new(name: &'static str) -> Self {
        Self { name, fields: Vec::new(), submit: "Submit".to_owned(), get: false, fault: None }
    }

    /// The words of the button; `Submit` unless they are said.
    pub fn submit(&mut self, words: impl Into<String>) -> &mut Self {
        self.submit = words.into();
        self
    }

    /// The form is sent in the query of a `GET`, for a search whose address can be kept. It changes nothing, so it has no CSRF token, and it
    /// counts as sent when the query has one of its fields.
    pub fn get(&mut self) -> &mut Self {
        self.get = true;
        self
    }

    /// Adds a field, whose label is its name in words (`first_name`: First Name) until it gets another.
    pub fn field<T: FormValue>(&mut self, name: &'static str) -> FieldBuilder<'_, T> {
        let choices = Some(T::choices()).filter(|choices| !choices.is_empty());
        let widget = T::WIDGET;
        let attributes =
            T::attributes().iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.fields.push(FieldSpec {
            name,
            label: words(name),
            help: None,
            placeholder: None,
            message: None,
            widget,
            required: T::REQUIRED,
            multiple: T::MULTIPLE,
            trim: false,
            max_size: None,
            accept: Vec::new(),
            equal_to: None,
            checks: Vec::new(),
            choices,
            default: None,
            attributes: attributes.collect(),
            group: None,
        });
        let at = self.fields.len() - 1;
        FieldBuilder {
            field: &mut self.fields[at],
            fault: &mut self.fault,
            form: self.name,
            kind: PhantomData,
        }
    }

    /// Adds the fields of another form, below `legend` (the name in words unless it is said): WTForms' `FormField`. They are sent as
    /// `name-field`: those of `address` as `address-street` and `address-city`.
    pub fn flatten<T: FromForm>(&mut self, name: &'static str, legend: Option<&str>) {
        let inner = T::spec();
        if self.fault.is_none() {
            self.fault.clone_from(&inner.fault);
        }
        let legend = legend.map_or_else(|| words(name), str::to_owned);
        // A form is described once in the life of a program, so what is kept for ever here is as much as its source text.
        let joined = |own: &str| -> &'static str { Box::leak(joined(name, own).into_boxed_str()) };
        for field in &inner.fields {
            let mut field = field.clone();
            field.name = joined(field.name);
            field.equal_to = field.equal_to.map(joined);
            field.group.get_or_insert_with(|| legend.clone());
            self.fields.push(field);
        }
    }

    /// A greatest length for a field of text that has none: what its column holds.
    pub fn limit(&mut self, name: &str, most: usize) {
        let Some(field) = self.fields.iter_mut().find(|field| field.name == name) else { return };
        if field.attributes.iter().any(|(name, _)| name == "maxlength") {
            return;
        }
        if field.widget.is_text() {
            field.attributes.push(("maxlength".to_owned(), most.to_string()));
        }
        let message = length_message(&(..=most));
        field.checks.push(Arc::new(
            move |text| {
                if text.chars().count() <= most { Ok(()) } else { Err(message.clone()) }
            },
        ));
    }

    /// The fields in their order.
    pub fn fields(&self) -> &[FieldSpec] {
        &self.fields
    }

    pub(super) fn find(&self, name: &str) -> Option<&FieldSpec> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// The name of a field of a form inside a form.
pub(super) fn joined(form: &str, field: &str) -> String {
    if form.is_empty() { field.to_owned() } else { format!("{form}-{field}") }
}

impl FieldSpec {
    /// The name under which it is sent.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What people read beside it.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// How it is shown.
    pub fn widget(&self) -> Widget {
        self.widget
    }

    /// Whether something has to be sent.
    pub fn is_required(&self) -> bool {
        self.required
    }
}

/// Describes one field: what `#[form(…)]` says beside it.
#[derive(Debug)]
pub struct FieldBuilder<'a, T> {
    field: &'a mut FieldSpec,
    fault: &'a mut Option<String>,
    form: &'static str,
    kind: PhantomData<fn() -> T>,
}

/// Looks.
impl<T> FieldBuilder<'_, T> {
    /// What people read beside the field.
    pub fn label(self, label: impl Into<String>) -> Self {
        self.field.label = label.into();
        self
    }

    /// A sentence below the field that says what belongs in it.
    pub fn help(self, help: impl Into<String>) -> Self {
        self.field.help = Some(help.into());
        self
    }

    /// An example inside an empty field. It does not replace the label.
    pub fn placeholder(self, text: impl Into<String>) -> Self {
        self.field.placeholder = Some(text.into());
        self
    }

    /// Another attribute of the control: `.attr("autocomplete", "username")`.
    pub fn attr(self, name: impl Into<String>, value: impl ToString) -> Self {
        let (name, value) = (name.into(), value.to_string());
        self.field.attributes.retain(|(other, _)| *other != name);
        self.field.attributes.push((name, value));
        self
    }

    /// How the field is shown.
    pub fn widget(self, widget: Widget) -> Self {
        self.field.widget = widget;
        self
    }

    /// Dots instead of letters, never sent back.
    pub fn password(self) -> Self {
        self.widget(Widget::Password)
    }

    /// A keyboard for telephone numbers.
    pub fn tel(self) -> Self {
        self.widget(Widget::Tel)
    }

    /// A field for what is looked for.
    pub fn search(self) -> Self {
        self.widget(Widget::Search)
    }

    /// Several lines.
    pub fn textarea(self) -> Self {
        self.widget(Widget::Textarea)
    }

    /// A list to choose from. The choices are the type's, those of [`choices`](Self::choices), or what the handler sets with
    /// [`Form::set_choices`](crate::Form::set_choices).
    pub fn select(self) -> Self {
        self.offering(Widget::Select)
    }

    /// A radio button for each choice.
    pub fn radio(self) -> Self {
        self.offering(Widget::Radio)
    }

    /// A checkbox for each choice.
    pub fn checkboxes(self) -> Self {
        self.offering(Widget::Checkboxes)
    }

    /// Not shown. It is still the visitor's to change.
    pub fn hidden(self) -> Self {
        self.widget(Widget::Hidden)
    }

    fn offering(self, widget: Widget) -> Self {
        // Without choices nothing is valid: what a list offers is all there is.
        self.field.choices.get_or_insert_default();
        self.widget(widget)
    }
}

/// Checks.
impl<T> FieldBuilder<'_, T> {
    /// Something must be sent, though the type could do without: a box that has to be ticked.
    pub fn required(self) -> Self {
        self.field.required = true;
        self
    }

    /// Nothing need be sent: an empty `String`, an empty `Vec`.
    pub fn optional(self) -> Self {
        self.field.required = false;
        self
    }

    /// White space around the text is dropped before it is checked.
    pub fn trim(self) -> Self {
        self.field.trim = true;
        self
    }

    /// The words for whatever is wrong with the field, instead of the checks' own.
    pub fn message(self, message: impl Into<String>) -> Self {
        self.field.message = Some(message.into());
        self
    }

    /// It must be the same as another field: a password said twice.
    pub fn equal_to(self, other: &'static str) -> Self {
        self.field.equal_to = Some(other);
        self
    }

    /// The values that may be chosen, shown as a list unless the field says otherwise.
    pub fn choices<C: Into<Choice>>(self, choices: impl IntoIterator<Item = C>) -> Self {
        self.field.choices = Some(choices.into_iter().map(Into::into).collect());
        if self.field.widget.has_choices() { self } else { self.widget(Widget::Select) }
    }

    /// What an empty form shows.
    pub fn default(self, value: impl Fn() -> T::Item + Send + Sync + 'static) -> Self
    where
        T: FormValue<Item: FormValue>,
    {
        self.field.default = Some(Arc::new(move || value().write()));
        self
    }

    fn check(self, check: impl Fn(&str) -> Result<(), String> + Send + Sync + 'static) -> Self {
        self.field.checks.push(Arc::new(check));
        self
    }

    /// The least and the greatest value: `.range(1..=10)`.
    pub fn range(self, allowed: impl BoundsOf<T::Item> + Send + Sync + 'static) -> Self
    where
        T: FormValue,
    {
        let bounds = allowed.texts();
        let text = |bound: &Bound<String>| match bound {
            Bound::Included(value) | Bound::Excluded(value) => Some(value.clone()),
            Bound::Unbounded => None,
        };
        let (least, most) = (text(&bounds[0]), text(&bounds[1]));
        let below = matches!(bounds[1], Bound::Excluded(_));
        let message = match (&least, &most) {
            (Some(least), Some(most)) if below => format!("Must be at least {least} and less than {most}."),
            (Some(least), Some(most)) => format!("Must be between {least} and {most}."),
            (Some(least), None) => format!("Must be at least {least}."),
            (None, Some(most)) if below => format!("Must be less than {most}."),
            (None, Some(most)) => format!("Must be at most {most}."),
            (None, None) => String::new(),
        };
        let mut made = self;
        if let Some(least) = least {
            made = made.attr("min", least);
        }
        if let Some(most) = most {
            made = made.attr("max", most);
        }
        made.check(move |text| if allowed.excludes(text) { Err(message.clone()) } else { Ok(()) })
    }

    /// A check of the application's own, on the value: `fn even(n: &i64) -> Result<(), &'static str>`; text comes as `&str`.
    pub fn validate<B: ?Sized, E: Display>(
        self,
        check: impl Fn(&B) -> Result<(), E> + Send + Sync + 'static,
    ) -> Self
    where
        T: FormValue<Item: CheckedAs<B>>,
    {
        self.check(move |text| T::Item::check(text, &check).map_err(|error| error.to_string()))
    }
}

/// Text.
impl<T> FieldBuilder<'_, T> {
    /// How many characters it may have: `.length(2..=20)`.
    pub fn length(self, allowed: impl RangeBounds<usize> + Send + Sync + 'static) -> Self
    where
        T: FormValue<Item: TextValue>,
    {
        let message = length_message(&allowed);
        let mut made = self;
        match allowed.start_bound() {
            Bound::Included(least) if *least > 0 => made = made.attr("minlength", least),
            Bound::Excluded(below) => made = made.attr("minlength", below.saturating_add(1)),
            _ => {}
        }
        match allowed.end_bound() {
            Bound::Included(most) => made = made.attr("maxlength", most),
            Bound::Excluded(above) => made = made.attr("maxlength", above.saturating_sub(1)),
            Bound::Unbounded => {}
        }
        made.check(
            move |text| {
                if allowed.contains(&text.chars().count()) { Ok(()) } else { Err(message.clone()) }
            },
        )
    }

    /// It must look like an address, and is asked for with a keyboard that has `@`. Only a mail to it proves that it is one.
    pub fn email(self) -> Self
    where
        T: FormValue<Item: TextValue>,
    {
        let made = self.widget(Widget::Email).trim();
        made.check(|text| if is_email(text) { Ok(()) } else { Err("Not a valid email address.".to_owned()) })
    }

    /// It must be an `http` or `https` URL; never `javascript:`.
    pub fn url(self) -> Self
    where
        T: FormValue<Item: TextValue>,
    {
        let made = self.widget(Widget::Url).trim();
        made.check(|text| if is_url(text) { Ok(()) } else { Err("Not a valid URL.".to_owned()) })
    }

    /// All of it must match the regular expression, which browsers check as well.
    pub fn pattern(self, pattern: &str) -> Self
    where
        T: FormValue<Item: TextValue>,
    {
        match regex_lite::Regex::new(&format!("^(?:{pattern})$")) {
            Ok(regex) => self.attr("pattern", pattern).check(move |text| {
                if regex.is_match(text) { Ok(()) } else { Err("Not in the expected form.".to_owned()) }
            }),
            Err(error) => {
                let place = format!("the pattern of {}.{}", self.form, self.field.name);
                *self.fault = Some(format!("{place} is no regular expression: {error}"));
                self
            }
        }
    }
}

/// Files.
impl<T> FieldBuilder<'_, T> {
    /// How large a file may be, in bytes: `.max_size(5 << 20)`. The request as a whole has `MAX_CONTENT_LENGTH`.
    pub fn max_size(self, bytes: u64) -> Self
    where
        T: FormValue<Item: FileValue>,
    {
        self.field.max_size = Some(bytes);
        self
    }

    /// Which files: media types and endings, `.accept(["image/png", "image/*", ".pdf"])`. Both are the visitor's word for it: what the
    /// content really is, only the content says.
    pub fn accept(self, kinds: impl IntoIterator<Item = &'static str>) -> Self
    where
        T: FormValue<Item: FileValue>,
    {
        self.field.accept = kinds.into_iter().map(str::to_ascii_lowercase).collect();
        let all = self.field.accept.join(",");
        self.attr("accept", all)
    }
}

fn is_url(text: &str) -> bool {
    let rest = ["http://", "https://"].iter().find_map(|scheme| {
        let head = text.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then(|| &text[scheme.len()..])
    });
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    host.is_some_and(|host| !host.is_empty()) && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// `first_name` → `First Name`.
fn words(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for word in name.split('_').filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        let mut letters = word.chars();
        out.extend(letters.next().map(char::to_uppercase).into_iter().flatten());
        out.push_str(letters.as_str());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_words() {
        assert_eq!(words("first_name"), "First Name");
        assert_eq!(words("id"), "Id");
        assert_eq!(words("über_mich"), "Über Mich");
    }

    #[test]
    fn urls_have_a_host_and_a_harmless_scheme() {
        for good in ["http://a", "HTTPS://a.b/c?d#e"] {
            assert!(is_url(good), "{good}");
        }
        for bad in [
            "",
            "http://",
            "http:///x",
            "javascript:alert(1)",
            "data:text/html,x",
            "//a",
            "http://a b",
            "häää://x",
        ] {
            assert!(!is_url(bad), "{bad}");
        }
    }
}
