//! From what was sent to the handler's struct.
//!
//! Invariant: every field is read and checked, also behind one that is wrong, and a field is complained about once.

use super::FromForm;
use super::fields::FormFields;
use super::spec::{FieldSpec, FormSpec, joined};
use super::submitted::Offers;
use super::upload::Upload;
use super::value::{FormValue, Sent};
use super::widget::Widget;

/// Reads the fields of a form in their order; see [`FromForm::read`].
#[derive(Debug)]
pub struct FormReader<'a> {
    spec: &'static FormSpec,
    form: &'a mut FormFields,
    offers: &'a Offers,
    next: usize,
    /// The form inside the form that is read now.
    inside: String,
}

impl<'a> FormReader<'a> {
    pub(super) fn new(spec: &'static FormSpec, form: &'a mut FormFields, offers: &'a Offers) -> Self {
        Self { spec, form, offers, next: 0, inside: String::new() }
    }

    /// The next field. None when it is wrong, and then it has its complaint.
    pub fn read<T: FormValue>(&mut self) -> Option<T> {
        let field = self.spec.fields.get(self.next)?;
        self.next += 1;
        match self.check(field) {
            Ok(value) => Some(value),
            Err(message) => {
                self.form.add_error(field.name, field.message.clone().unwrap_or(message));
                None
            }
        }
    }

    /// The fields of the form of that name inside this one; see [`FormSpec::flatten`].
    pub fn flatten<T: FromForm>(&mut self, name: &str) -> Option<T> {
        let inside = joined(&self.inside, name);
        let outside = std::mem::replace(&mut self.inside, inside);
        let read = T::read(self);
        self.inside = outside;
        read
    }

    /// Looks at the whole form, once each field by itself is right: `fn(&RegisterForm, &mut FormErrors)`.
    pub fn validate<T>(&mut self, form: T, check: impl FnOnce(&T, &mut FormErrors<'_>)) -> Option<T> {
        check(&form, &mut FormErrors { form: self.form, inside: &self.inside });
        Some(form)
    }

    fn check<T: FormValue>(&self, field: &FieldSpec) -> Result<T, String> {
        let file = field.widget == Widget::File;
        let texts: Vec<String> = match file {
            // A browser that was not told to send files sends their names.
            true => Vec::new(),
            false => self.form.values(field.name).map(|value| field.normalize(value)).collect(),
        };
        let files = self.form.files(field.name).filter(|_| file).collect();
        let sent = Sent { values: texts.iter().map(String::as_str).collect(), files };
        if field.required && sent.is_blank() {
            return Err("This field is required.".to_owned());
        }
        if let Some(other) = field.equal_to
            && self.form.value(field.name) != self.form.value(other)
        {
            let label = self.spec.find(other).map_or(other, |field| &field.label);
            return Err(format!("This must be the same as {label}."));
        }
        if sent.is_blank() && !field.required {
            return T::read(&Sent::default()).or_else(|_| T::read(&sent));
        }
        for upload in &sent.files {
            field.takes(upload)?;
        }
        let value = T::read(&sent)?;
        for text in sent.values.iter().filter(|text| field.multiple || !text.is_empty()) {
            if let Some(choices) = self.offers.of(field)
                && !choices.iter().any(|choice| choice.value == *text)
            {
                return Err("Not a valid choice.".to_owned());
            }
            for check in &field.checks {
                check(text)?;
            }
            if !field.multiple {
                break;
            }
        }
        Ok(value)
    }
}

impl FieldSpec {
    /// What is checked: without the white space that is not meant, and with the line ends that people see as one character.
    fn normalize(&self, value: &str) -> String {
        let value = if self.trim { value.trim() } else { value };
        value.replace("\r\n", "\n")
    }

    fn takes(&self, upload: &Upload) -> Result<(), String> {
        match self.max_size {
            Some(most) if upload.size() > most => Err(format!("The file is larger than {}.", size(most))),
            _ if !self.accept.is_empty() && !upload.is_one_of(&self.accept) => {
                Err(format!("Not a file of the right kind ({}).", self.accept.join(", ")))
            }
            _ => Ok(()),
        }
    }
}

/// A size as people say it.
fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes / 1024),
        _ => format!("{} MiB", bytes / 1_048_576),
    }
}

/// Where a check of the whole form leaves its complaints.
#[derive(Debug)]
pub struct FormErrors<'a> {
    form: &'a mut FormFields,
    inside: &'a str,
}

impl FormErrors<'_> {
    /// Complains about a field; a name that is no field's (an empty one) is about the form. The first complaint of a field stays.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        // What is about a form inside a form is about the whole: it has no place of its own.
        let name = if field.is_empty() { String::new() } else { joined(self.inside, field) };
        self.form.add_error(&name, message);
    }
}

/// Writes the fields of a form in their order; see [`FromForm::write`], which is also what a form inside the form is written with.
#[derive(Debug)]
pub struct FormWriter<'a> {
    spec: &'static FormSpec,
    form: &'a mut FormFields,
    next: usize,
}

impl<'a> FormWriter<'a> {
    /// Writes a struct into a form that was not sent.
    pub(super) fn fill<T: FromForm>(form: &'a mut FormFields, from: &T) {
        from.write(&mut FormWriter { spec: T::spec(), form, next: 0 });
    }

    /// The next field.
    pub fn write<T: FormValue>(&mut self, value: &T) {
        if let Some(field) = self.spec.fields.get(self.next) {
            self.next += 1;
            self.form.set_values(field.name, value.write());
        }
    }
}
