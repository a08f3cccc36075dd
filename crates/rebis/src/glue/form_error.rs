//! What the database refused, beside the field that it is about.
//!
//! **Invariant.** Only what a visitor can put right is shown to them, in words of ours; any other error goes on as it is.

use rebis_orm::{Database, Error};
use rebis_sql::schema::{IndexKey, NamingConvention, Table};
use rebis_web::{Form, FromForm};

/// What a form learns from the database.
pub trait FormExt {
    /// Shows a refusal of the database beside its field: a value that must be unique and is taken, or what a validator of the model says.
    /// Where several columns are unique together it stands at the first of them that the form has.
    ///
    /// ```standalone_crate
    /// # use rebis::prelude::*;
    /// # #[derive(Model, Clone, Debug)]
    /// # pub struct Tag { #[column(primary_key)] pub id: i64, #[column(length = 20, unique)] pub name: String }
    /// # #[derive(Form)] #[form(model = Tag)] struct TagForm { name: String }
    /// async fn add(session: Session, mut form: Form<TagForm>) -> Result<String> {
    ///     if let Some(data) = form.validated() {
    ///         session.add(Tag::builder().name(data.name));
    ///         if let Err(error) = session.commit().await {
    ///             form.add_db_error(error)?;
    ///         }
    ///     }
    ///     Ok(form.error("name").unwrap_or("added").to_owned())
    /// }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    /// The error itself, when it is about something else.
    fn add_db_error(&mut self, error: Error) -> Result<(), Error>;
}

impl<T: FromForm> FormExt for Form<T> {
    fn add_db_error(&mut self, error: Error) -> Result<(), Error> {
        let has = |name: &&str| T::spec().fields().iter().any(|field| field.name() == *name);
        if let (Some(field), Some(why)) = (error.field().filter(|name| has(name)), error.reason()) {
            self.add_error(field, why);
            return Ok(());
        }
        if !error.is_unique_violation() {
            return Err(error);
        }
        let fields = fields_of(&error);
        match fields.iter().map(String::as_str).find(has) {
            Some(field) => {
                self.add_error(field, "This value is already taken.");
                Ok(())
            }
            None => Err(error),
        }
    }
}

/// The fields that must be unique together, as far as the error and the models' declarations tell.
pub(super) fn fields_of(error: &Error) -> Vec<String> {
    let Some(constraint) = error.constraint() else { return Vec::new() };
    let wanted = error.engine().and_then(rebis_engine::Error::table);
    // Every model of the program: a constraint's name is of one table, and a name alone has no more to say.
    for model in Database::new().model_list() {
        let mut table = model.table().clone();
        if wanted.is_some_and(|name| name != table.name) {
            continue;
        }
        NamingConvention::default().apply(&mut table);
        let columns = by_columns(constraint, &table).or_else(|| by_name(constraint, &table));
        let columns = columns.or_else(|| wanted.and_then(|_| by_part(constraint, &table)));
        if let Some(columns) = columns {
            let field = |column: String| model.field_of(&column).map_or(column, str::to_owned);
            return columns.into_iter().map(field).collect();
        }
    }
    Vec::new()
}

/// `user.first, user.last`: a constraint that is named by its columns.
fn by_columns(constraint: &str, table: &Table) -> Option<Vec<String>> {
    let parts = constraint.split(", ").map(|part| {
        let (owner, column) = part.rsplit_once('.')?;
        (owner == table.name).then(|| column.to_owned())
    });
    parts.collect()
}

fn by_name(constraint: &str, table: &Table) -> Option<Vec<String>> {
    let index = table.indexes.iter().find(|index| index.unique && index.name == constraint);
    if let Some(index) = index {
        return index
            .keys
            .iter()
            .map(|key| match key {
                IndexKey::Column { name, .. } => Some(name.clone()),
                IndexKey::Expression(_) => None,
            })
            .collect();
    }
    let unique = table.uniques.iter().find(|unique| {
        // Beside our own name, the ones that databases give to what nobody named.
        let made = format!("{}_{}_key", table.name, unique.columns.join("_"));
        unique.name.as_deref() == Some(constraint)
            || made == constraint
            || unique.columns.first().is_some_and(|c| c == constraint)
    });
    unique.map(|unique| unique.columns.clone())
}

/// The columns that a name by another convention holds: the longest of them, since `first_last` holds `first`.
fn by_part(constraint: &str, table: &Table) -> Option<Vec<String>> {
    let column = |key: &IndexKey| match key {
        IndexKey::Column { name, .. } => Some(name.clone()),
        IndexKey::Expression(_) => None,
    };
    let indexes = table.indexes.iter().filter(|i| i.unique);
    let indexes = indexes.filter_map(|i| i.keys.iter().map(column).collect::<Option<Vec<_>>>());
    let all = indexes.chain(table.uniques.iter().map(|u| u.columns.clone()));
    all.filter(|columns| constraint.contains(&columns.join("_")))
        .max_by_key(|columns| columns.join("_").len())
}
