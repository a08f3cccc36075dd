//! The form as templates see it: `form`, its fields, and the controls they write.
//!
//! Invariant: all text that came from outside or from the application leaves escaped; only this module marks markup as safe.

use std::sync::Arc;

use minijinja::value::{Enumerator, Kwargs, Object, ObjectRepr, from_args};
use minijinja::{Error, ErrorKind, State, Value};

use super::choice::Choice;
use super::control::{self, Attributes};
use super::fields::FormFields;
use super::spec::{FieldSpec, FormSpec, joined};
use super::submitted::Offers;
use super::value::{FormValue, Sent};
use super::widget::Widget;
use crate::session::{self, UserSession};

/// The name of what belongs to no field. A field's name cannot begin with `_`.
const META: &str = "_form";

/// The form for a template.
pub(super) fn view(
    spec: &'static FormSpec,
    fields: &FormFields,
    offers: &Offers,
    session: Option<&UserSession>,
    id: &str,
) -> Value {
    Value::from_object(FormView {
        spec,
        fields: fields.clone(),
        offers: offers.clone(),
        session: session.cloned(),
        id: id.to_owned(),
    })
}

#[derive(Debug)]
struct FormView {
    spec: &'static FormSpec,
    fields: FormFields,
    offers: Offers,
    session: Option<UserSession>,
    id: String,
}

impl Object for FormView {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        if name == META {
            return Some(self.meta());
        }
        self.spec.find(name).map(|field| self.field(field))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.spec.fields.iter().map(|field| self.field(field)).collect())
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "hidden_tag" => {
                from_args::<()>(args)?;
                let hidden = self.spec.fields.iter().filter(|field| field.widget == Widget::Hidden);
                let mut out = self.token()?;
                for field in hidden {
                    out.push_str(&self.view_of(field).control(&mut Attributes::default()));
                }
                Ok(Value::from_safe_string(out))
            }
            "csrf_token" => {
                from_args::<()>(args)?;
                self.token().map(Value::from_safe_string)
            }
            // `form.name(class="big")`: the control of a field.
            name => match self.spec.find(name) {
                Some(field) => self.field(field).call(state, args),
                None => Err(Error::new(
                    ErrorKind::UnknownMethod,
                    format!("{} has no field {name:?}; it has {}", self.spec.name, self.names()),
                )),
            },
        }
    }
}

impl FormView {
    fn names(&self) -> String {
        self.spec.fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", ")
    }

    fn view_of(self: &Arc<Self>, field: &'static FieldSpec) -> FieldView {
        FieldView { form: Arc::clone(self), field }
    }

    fn field(self: &Arc<Self>, field: &'static FieldSpec) -> Value {
        Value::from_object(self.view_of(field))
    }

    /// The hidden field of the session's token; nothing where the application has no key, and so no tokens.
    fn token(&self) -> Result<String, Error> {
        let wanted = |session: &&UserSession| !self.spec.get && session.check_key().is_ok();
        let Some(session) = self.session.as_ref().filter(wanted) else {
            return Ok(String::new());
        };
        let token = session::token(session)?;
        let mut attributes = Attributes::default();
        attributes.set("type", "hidden");
        attributes.set("name", "csrf_token");
        attributes.set("value", token);
        Ok(format!("<input{attributes}>"))
    }

    fn meta(self: &Arc<Self>) -> Value {
        let files = self.spec.fields.iter().any(|field| field.widget == Widget::File);
        Value::from_pairs([
            ("submit", Value::from(self.spec.submit.as_str())),
            ("errors", self.errors_of_the_form().into_iter().map(Value::from).collect()),
            ("enctype", Value::from(if files { "multipart/form-data" } else { "" })),
            ("method", Value::from(if self.spec.get { "get" } else { "post" })),
            ("submitted", Value::from(self.fields.is_submitted())),
            ("groups", self.groups()),
        ])
    }

    /// The fields that are seen, neighbours of one form inside the form together.
    fn groups(self: &Arc<Self>) -> Value {
        let seen: Vec<&FieldSpec> =
            self.spec.fields.iter().filter(|field| field.widget != Widget::Hidden).collect();
        let groups = seen.chunk_by(|one, next| one.group == next.group).map(|fields| {
            let legend = fields.first().and_then(|field| field.group.as_deref()).unwrap_or_default();
            let fields: Value = fields
                .iter()
                .filter_map(|field| self.spec.find(field.name))
                .map(|field| self.field(field))
                .collect();
            Value::from_pairs([("legend", Value::from(legend)), ("fields", fields)])
        });
        groups.collect()
    }

    /// The complaints that stand beside no field that is seen.
    fn errors_of_the_form(&self) -> Vec<String> {
        self.fields
            .errors()
            .filter_map(|(name, message)| match self.spec.find(name) {
                Some(field) if field.widget != Widget::Hidden => None,
                Some(field) => Some(format!("{}: {message}", field.label)),
                None => Some(message.to_owned()),
            })
            .collect()
    }
}

/// A field in a template.
#[derive(Debug)]
pub(super) struct FieldView {
    form: Arc<FormView>,
    pub(super) field: &'static FieldSpec,
}

impl Object for FieldView {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let field = self.field;
        Some(match key.as_str()? {
            "name" => Value::from(field.name),
            "id" => Value::from(self.id()),
            "label" => Value::from(field.label.as_str()),
            "help" => Value::from(field.help.as_deref().unwrap_or_default()),
            "placeholder" => Value::from(field.placeholder.as_deref().unwrap_or_default()),
            "widget" => Value::from(field.widget.name()),
            "required" => Value::from(field.required),
            "multiple" => Value::from(field.multiple),
            "value" => Value::from(self.values().into_iter().next().unwrap_or_default()),
            "values" => self.values().into_iter().map(Value::from).collect(),
            "error" => Value::from(self.error().unwrap_or_default()),
            "errors" => self.error().into_iter().map(Value::from).collect(),
            "checked" => Value::from(self.is_checked()),
            "choices" => self.shown_choices(),
            _ => return None,
        })
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(&["name", "id", "label", "help", "widget", "required", "value", "error", "choices"])
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let (options,) = from_args::<(Kwargs,)>(args)?;
        let mut attributes = Attributes::from_template(&options)?;
        Ok(Value::from_safe_string(self.control(&mut attributes)))
    }
}

impl FieldView {
    /// The id of its control.
    pub(super) fn id(&self) -> String {
        joined(&self.form.id, self.field.name)
    }

    /// What is shown: what was sent, or what the handler or the description says.
    pub(super) fn values(&self) -> Vec<String> {
        let (form, field) = (&self.form.fields, self.field);
        if !field.widget.keeps_value() {
            return Vec::new();
        }
        match &field.default {
            Some(default) if !form.is_submitted() && !form.has(field.name) => default(),
            _ => form.values(field.name).map(str::to_owned).collect(),
        }
    }

    pub(super) fn error(&self) -> Option<&str> {
        self.form.fields.error(self.field.name)
    }

    pub(super) fn is_checked(&self) -> bool {
        let values = self.values();
        let sent = Sent { values: values.iter().map(String::as_str).collect(), files: Vec::new() };
        bool::read(&sent).unwrap_or_default()
    }

    pub(super) fn choices(&self) -> &[Choice] {
        self.form.offers.of(self.field).unwrap_or_default()
    }

    fn shown_choices(&self) -> Value {
        let chosen = self.values();
        let shown = self.choices().iter().enumerate().map(|(n, choice)| {
            Value::from_pairs([
                ("id", Value::from(format!("{}-{n}", self.id()))),
                ("value", Value::from(choice.value.as_str())),
                ("label", Value::from(choice.label.as_str())),
                ("selected", Value::from(chosen.contains(&choice.value))),
            ])
        });
        shown.collect()
    }

    fn control(&self, attributes: &mut Attributes) -> String {
        control::write(self, attributes)
    }
}
