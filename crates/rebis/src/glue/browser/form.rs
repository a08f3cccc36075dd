//! The form of a row: what can be written, what was written, what is wrong with it.
//!
//! **Invariant.** A field that was left as it was shown is not set; a secret is shown to nobody, and kept unless something is written over it.

use rebis_orm::Error;
use rebis_orm::dynamic::{AnyColumn, AnyEntity};
use rebis_sql::{SqlType, Value};
use serde_json::json;

use super::super::form_error::fields_of;
use super::list::reference;
use super::place::Place;
use super::text::{is_editable, is_secret, parse, text_of};

/// From how many rows on a reference is written as a key and not chosen.
const MOST_CHOICES: u64 = 100;

/// What a form shows for one column.
pub(super) struct Field {
    pub(super) column: AnyColumn,
    pub(super) text: String,
    pub(super) error: Option<String>,
    value: Value,
}

/// The fields as they are: of a row, or empty.
pub(super) async fn fields(place: &Place, row: Option<&AnyEntity>) -> Result<Vec<Field>, Error> {
    let mut all = Vec::new();
    for column in place.model.columns() {
        let value = match row {
            Some(row) => row.load(column.field()).await?,
            None => Value::Null,
        };
        let text = if is_secret(column) { String::new() } else { text_of(&value) };
        all.push(Field { column, text, error: None, value });
    }
    Ok(all)
}

impl Field {
    pub(super) fn is_writable(&self, new: bool) -> bool {
        is_editable(self.column) && (new || !self.column.is_primary_key())
    }

    fn is_needed(&self, new: bool) -> bool {
        let column = self.column;
        let refers = column.refers_to().is_some() && !column.is_nullable();
        new && !is_nothing_allowed(column) && (column.is_required() || refers)
    }

    /// Takes what was sent; the value to set, if there is one.
    pub(super) fn take(&mut self, sent: Option<&str>, new: bool) -> Option<Value> {
        // Browsers end lines in a textarea with two characters.
        let sent = sent?.replace("\r\n", "\n");
        if !self.is_writable(new) || (sent == self.text.replace("\r\n", "\n") && !self.is_needed(new)) {
            return None;
        }
        self.text.clone_from(&sent);
        if sent.is_empty() {
            if is_secret(self.column) && !new {
                return None;
            }
            if self.is_needed(new) {
                self.error = Some(String::from("This field is needed."));
                return None;
            }
        }
        match parse(self.column, &sent) {
            Ok(value) => Some(value),
            Err(error) => {
                self.error = Some(plain(&error));
                None
            }
        }
    }

    fn view(&self, place: &Place, new: bool, choices: Option<Vec<(String, String)>>) -> serde_json::Value {
        let (column, ty) = (self.column, self.column.sql_type());
        let kind = match &ty {
            SqlType::Boolean => "select",
            SqlType::Enum { .. } => "select",
            _ if choices.is_some() => "select",
            SqlType::Text | SqlType::Json => "area",
            SqlType::String(length) if length.is_none_or(|most| most > 200) => "area",
            _ => "line",
        };
        let choices = choices.or(match &ty {
            SqlType::Boolean => {
                Some(["true", "false"].map(|word| (word.to_owned(), word.to_owned())).to_vec())
            }
            SqlType::Enum { values, .. } => Some(values.iter().map(|v| (v.clone(), v.clone())).collect()),
            _ => None,
        });
        json!({
            "field": column.field(),
            "type": ty.to_string(),
            "kind": if is_secret(column) { "secret" } else { kind },
            "choices": choices,
            "numeric": matches!(ty, SqlType::SmallInteger | SqlType::Integer | SqlType::BigInteger),
            "length": column.length(),
            "text": self.text,
            "error": self.error,
            "writable": self.is_writable(new),
            "needed": self.is_needed(new),
            "nullable": column.is_nullable(),
            "null": self.value == Value::Null && !new,
            "key": column.is_primary_key(),
            "made": column.is_made_by_the_database(),
            "comment": column.comment(),
            "url": reference(place, column, &self.value),
            "target": column.refers_to().map(|(model, _)| model.name()),
        })
    }
}

/// Whether nothing is a value that a new row can do with: the database or a default fills it in.
fn is_nothing_allowed(column: AnyColumn) -> bool {
    column.is_nullable() || column.is_made_by_the_database()
}

/// The form as data for its template.
pub(super) async fn view(place: &Place, fields: &[Field], new: bool) -> serde_json::Value {
    let mut all = Vec::new();
    for field in fields {
        let choices = if field.is_writable(new) { choices(place, field.column).await } else { None };
        all.push(field.view(place, new, choices));
    }
    all.into()
}

/// The rows that a reference can lead to, where they are few: key and name.
async fn choices(place: &Place, column: AnyColumn) -> Option<Vec<(String, String)>> {
    let (target, name) = column.refers_to()?;
    let to = target.columns().find(|column| column.name() == name)?;
    let rows = target.select().order_by(to.asc()).limit(MOST_CHOICES + 1).all(&place.session()).await.ok()?;
    let few = u64::try_from(rows.len()).is_ok_and(|rows| rows <= MOST_CHOICES);
    few.then(|| {
        let choice = |row: &AnyEntity| {
            let key = text_of(&row.value(to.field()).ok()?);
            Some((key.clone(), format!("{key}: {row}")))
        };
        rows.iter().filter_map(choice).collect()
    })
}

/// Puts what the database or a validator said beside its field; gives back what belongs to none.
pub(super) fn place_error(fields: &mut [Field], error: &Error) -> Option<String> {
    let mut at = |name: &str, why: String| {
        let found = fields.iter_mut().find(|field| field.column.field() == name);
        found.map(|field| field.error = Some(why)).is_some()
    };
    if let Some(name) = error.field()
        && at(name, plain(error))
    {
        return None;
    }
    if error.is_unique_violation() {
        let names = fields_of(error);
        if let Some(name) = names.first()
            && at(name, String::from("This value is already taken."))
        {
            return None;
        }
    }
    Some(error.to_string())
}

fn plain(error: &Error) -> String {
    error.reason().map_or_else(|| error.to_string(), str::to_owned)
}
