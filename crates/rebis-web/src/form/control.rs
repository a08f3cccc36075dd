//! The markup of a control: `<input>`, `<textarea>`, `<select>`.
//!
//! Invariant: every attribute's value and every text is escaped here, and an attribute's name is a word.

use std::fmt;

use minijinja::value::Kwargs;
use minijinja::{Error, ErrorKind, Value};

use super::view::FieldView;
use super::widget::Widget;
use crate::response::page::escape;

/// Attributes in the order in which they were set; each name once.
#[derive(Debug, Default)]
pub(super) struct Attributes(Vec<(String, Option<String>)>);

impl Attributes {
    /// What a template gives: `class="big"`, `autofocus=true`, `data_id=7` (`data-id`). `false` and `none` leave an attribute out.
    pub(super) fn from_template(options: &Kwargs) -> Result<Self, Error> {
        let mut all = Self::default();
        for name in options.args() {
            let value: Value = options.get(name)?;
            let name = name.trim_end_matches('_').replace('_', "-");
            let word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && !name.is_empty();
            if !word {
                return Err(Error::new(ErrorKind::InvalidOperation, format!("{name:?} is no attribute")));
            }
            let text = if value.is_none() || value.is_undefined() || value == Value::from(false) {
                continue;
            } else if value == Value::from(true) && value.kind() == minijinja::value::ValueKind::Bool {
                None
            } else {
                Some(value.to_string())
            };
            all.0.push((name, text));
        }
        Ok(all)
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.put(name, Some(value.into()));
    }

    fn flag(&mut self, name: &str) {
        self.put(name, None);
    }

    /// What the template says wins.
    fn put(&mut self, name: &str, value: Option<String>) {
        if !self.0.iter().any(|(other, _)| other == name) {
            self.0.push((name.to_owned(), value));
        }
    }
}

impl fmt::Display for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.0 {
            match value {
                Some(value) => write!(f, " {name}=\"{}\"", escape(value))?,
                None => write!(f, " {name}")?,
            }
        }
        Ok(())
    }
}

/// The control of a field. Its label, its help and its complaint are the template's.
pub(super) fn write(view: &FieldView, attributes: &mut Attributes) -> String {
    let field = view.field;
    if field.widget == Widget::Radio || field.widget == Widget::Checkboxes {
        return boxes(view, attributes);
    }
    attributes.set("id", view.id());
    attributes.set("name", field.name);
    about(view, attributes);
    match field.widget {
        Widget::Textarea => {
            let text = view.values().into_iter().next().unwrap_or_default();
            // A parser of HTML drops one line end behind the tag.
            format!("<textarea{attributes}>\n{}</textarea>", escape(&text))
        }
        Widget::Select => select(view, attributes),
        Widget::Checkbox => {
            attributes.set("type", "checkbox");
            attributes.set("value", "true");
            if view.is_checked() {
                attributes.flag("checked");
            }
            format!("<input{attributes}>")
        }
        widget => {
            attributes.set("type", widget.name());
            if widget == Widget::File && field.multiple {
                attributes.flag("multiple");
            }
            if widget.keeps_value() {
                attributes.set("value", view.values().join(", "));
            }
            format!("<input{attributes}>")
        }
    }
}

/// What the description says about the control, and what ties it to its help and its complaint.
fn about(view: &FieldView, attributes: &mut Attributes) {
    let field = view.field;
    if field.widget == Widget::Hidden {
        return;
    }
    if field.required {
        attributes.flag("required");
    }
    if let Some(text) = &field.placeholder
        && field.widget != Widget::Select
    {
        attributes.set("placeholder", text.as_str());
    }
    for (name, value) in &field.attributes {
        // What counts characters or sets bounds means nothing to a list.
        if !field.widget.has_choices() {
            attributes.set(name, value.as_str());
        }
    }
    let mut described = Vec::new();
    if field.help.is_some() {
        described.push(format!("{}-help", view.id()));
    }
    if view.error().is_some() {
        attributes.set("aria-invalid", "true");
        described.push(format!("{}-error", view.id()));
    }
    if !described.is_empty() {
        attributes.set("aria-describedby", described.join(" "));
    }
}

fn select(view: &FieldView, attributes: &mut Attributes) -> String {
    let field = view.field;
    if field.multiple {
        attributes.flag("multiple");
    }
    let chosen = view.values();
    let mut options = String::new();
    if !field.multiple && (!field.required || field.placeholder.is_some()) {
        options.push_str(&option("", field.placeholder.as_deref().unwrap_or("---"), false));
    }
    for choice in view.choices() {
        options.push_str(&option(&choice.value, &choice.label, chosen.contains(&choice.value)));
    }
    format!("<select{attributes}>{options}</select>")
}

fn option(value: &str, label: &str, selected: bool) -> String {
    let selected = if selected { " selected" } else { "" };
    format!("<option value=\"{}\"{selected}>{}</option>", escape(value), escape(label))
}

/// Radio buttons or checkboxes, each in a label of its own.
fn boxes(view: &FieldView, attributes: &Attributes) -> String {
    let field = view.field;
    let kind = if field.widget == Widget::Radio { "radio" } else { "checkbox" };
    let chosen = view.values();
    let one = |(n, choice): (usize, &super::Choice)| {
        let mut own = Attributes::default();
        own.set("type", kind);
        own.set("id", format!("{}-{n}", view.id()));
        own.set("name", field.name);
        own.set("value", choice.value.as_str());
        if chosen.contains(&choice.value) {
            own.flag("checked");
        }
        if kind == "radio" && field.required {
            own.flag("required");
        }
        format!("<label><input{own}{attributes}> {}</label>", escape(&choice.label))
    };
    view.choices().iter().enumerate().map(one).collect()
}
