//! `Widget`: how a field is shown.
//!
//! Invariant: a widget decides about markup only; what a value must be is said by the field's type and its checks.

/// How a field is shown. A field's type brings one along; `#[form(textarea)]` and its kin choose another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Widget {
    /// `<input type="text">`.
    Text,
    /// `<input type="password">`; what was typed is never sent back.
    Password,
    /// `<input type="email">`.
    Email,
    /// `<input type="url">`.
    Url,
    /// `<input type="tel">`.
    Tel,
    /// `<input type="search">`.
    Search,
    /// `<input type="number">`.
    Number,
    /// `<input type="date">`.
    Date,
    /// `<input type="time">`.
    Time,
    /// `<input type="datetime-local">`.
    DateTime,
    /// `<textarea>`.
    Textarea,
    /// `<select>`; of a `Vec`, with several choices at once.
    Select,
    /// A radio button for each choice.
    Radio,
    /// One checkbox: a `bool`.
    Checkbox,
    /// A checkbox for each choice: a `Vec`.
    Checkboxes,
    /// `<input type="hidden">`.
    Hidden,
    /// `<input type="file">`.
    File,
}

impl Widget {
    /// The `type` of the `<input>`, or the widget's own name where it is none.
    pub fn name(self) -> &'static str {
        match self {
            Widget::Text => "text",
            Widget::Password => "password",
            Widget::Email => "email",
            Widget::Url => "url",
            Widget::Tel => "tel",
            Widget::Search => "search",
            Widget::Number => "number",
            Widget::Date => "date",
            Widget::Time => "time",
            Widget::DateTime => "datetime-local",
            Widget::Textarea => "textarea",
            Widget::Select => "select",
            Widget::Radio => "radio",
            Widget::Checkbox => "checkbox",
            Widget::Checkboxes => "checkboxes",
            Widget::Hidden => "hidden",
            Widget::File => "file",
        }
    }

    /// Whether what was sent is shown again.
    pub(super) fn keeps_value(self) -> bool {
        !matches!(self, Widget::Password | Widget::File)
    }

    /// Whether it is text that a visitor types, whose characters a browser can count.
    pub(super) fn is_text(self) -> bool {
        use Widget::{Email, Password, Search, Tel, Text, Textarea, Url};
        matches!(self, Text | Password | Email | Url | Tel | Search | Textarea)
    }

    /// Whether one of several choices, or some of them, are shown.
    pub(super) fn has_choices(self) -> bool {
        matches!(self, Widget::Select | Widget::Radio | Widget::Checkboxes)
    }
}
