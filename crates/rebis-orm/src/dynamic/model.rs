//! [`AnyModel`]: a model by name. Invariant: a copy of one pointer; what it tells is what the struct declares.

use std::fmt;

use rebis_sql::Value;

use super::{AnyColumn, AnyEntity, AnyQuery, AnyRelation, unknown};
use crate::database::Database;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Model, ModelMeta, registered};
use crate::session::Session;

/// A model that is known at run time only: see [the module](crate::dynamic).
#[derive(Clone, Copy)]
pub struct AnyModel(pub(super) &'static ModelMeta);

impl Database {
    /// The models that live in it, by name.
    #[must_use]
    pub fn any_models(&self) -> Vec<AnyModel> {
        let mut all: Vec<AnyModel> = self.model_list().into_iter().map(AnyModel).collect();
        all.sort_by_key(|m| m.name());
        all
    }

    /// The model of that name, as the struct is called: `db.any_model("User")`.
    ///
    /// # Errors
    /// When no model of this database is called so, or several are.
    pub fn any_model(&self, name: &str) -> Result<AnyModel> {
        let all = self.any_models();
        let mut found = all.iter().filter(|m| m.name() == name);
        match (found.next(), found.next()) {
            (Some(model), None) => Ok(*model),
            (Some(_), Some(_)) => {
                let what = format!("several models of this database are called {name}");
                Err(Error::new(ErrorKind::Unknown, what)
                    .advise("rename one of the structs, or take one by its type: `AnyModel::of::<User>()`"))
            }
            _ => {
                let known: Vec<&str> = all.iter().map(|m| m.name()).collect();
                let what = format!("this database has no model `{name}`");
                Err(Error::new(ErrorKind::Unknown, what).advise(format!("there are {}", known.join(", "))))
            }
        }
    }
}

impl AnyModel {
    /// A model of which the type is known.
    #[must_use]
    pub fn of<M: Model>() -> Self {
        AnyModel(M::meta())
    }

    /// Every model of the program, whichever database it lives in.
    #[must_use]
    pub fn registered() -> Vec<Self> {
        registered().into_iter().map(AnyModel).collect()
    }

    /// The struct's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.def.name
    }

    /// The database that it lives in (`#[model(bind = "audit")]`); nothing for the application's own.
    #[must_use]
    pub fn bind(self) -> Option<&'static str> {
        self.0.bind()
    }

    /// The table's name.
    #[must_use]
    pub fn table(self) -> &'static str {
        self.0.def.table
    }

    /// The schema that holds the table, when it is said.
    #[must_use]
    pub fn schema(self) -> Option<&'static str> {
        self.0.def.schema
    }

    /// The table's comment.
    #[must_use]
    pub fn comment(self) -> Option<&'static str> {
        self.0.def.comment
    }

    /// The declaration, worked out.
    #[must_use]
    pub fn meta(self) -> &'static ModelMeta {
        self.0
    }

    /// The columns, in the order of the fields; deferred ones last.
    pub fn columns(self) -> impl Iterator<Item = AnyColumn> {
        (0..self.0.def.columns.len()).map(move |index| AnyColumn { model: self, index })
    }

    /// The columns of the primary key.
    pub fn key(self) -> impl Iterator<Item = AnyColumn> {
        self.0.key.iter().map(move |&index| AnyColumn { model: self, index })
    }

    /// The relations, in the order of the fields.
    pub fn relations(self) -> impl Iterator<Item = AnyRelation> {
        (0..self.0.def.relations.len()).map(move |index| AnyRelation { model: self, index })
    }

    /// The column of that field.
    ///
    /// # Errors
    /// When the model has no such column; the error names those that it has.
    pub fn column(self, field: &str) -> Result<AnyColumn> {
        self.find_column(field)
            .ok_or_else(|| unknown("column", field, self.name(), self.columns().map(AnyColumn::field)))
    }

    /// The relation of that field.
    ///
    /// # Errors
    /// When the model has no such relation; the error names those that it has.
    pub fn relation(self, field: &str) -> Result<AnyRelation> {
        self.find_relation(field)
            .ok_or_else(|| unknown("relation", field, self.name(), self.relations().map(AnyRelation::field)))
    }

    pub(super) fn find_column(self, field: &str) -> Option<AnyColumn> {
        Some(AnyColumn { model: self, index: self.0.position(field)? })
    }

    pub(super) fn find_relation(self, field: &str) -> Option<AnyRelation> {
        let index = self.0.def.relations.iter().position(|r| r.name == field)?;
        Some(AnyRelation { model: self, index })
    }

    /// A query for the model's objects.
    pub fn select(self) -> AnyQuery {
        AnyQuery::new(self)
    }

    /// The object with that key: the session's, or loaded; nothing when there is no such row.
    ///
    /// # Errors
    /// When these are not the key's values, and what the database says.
    pub async fn get(
        self,
        session: &Session,
        key: impl IntoIterator<Item = Value>,
    ) -> Result<Option<AnyEntity>> {
        let given: Vec<Value> = key.into_iter().collect();
        let columns: Vec<AnyColumn> = self.key().collect();
        if given.len() != columns.len() {
            let names: Vec<&str> = columns.iter().map(|c| c.field()).collect();
            let what = format!(
                "the key of {} is ({}), and {} values were given",
                self.name(),
                names.join(", "),
                given.len()
            );
            return Err(Error::new(ErrorKind::Invalid, what).on(self.name()));
        }
        let read = columns.iter().zip(given).map(|(column, value)| column.read(value));
        let key = read.collect::<Result<Vec<Value>>>()?;
        let known = self.0.known(&session.0, &key);
        Ok(session.0.get(self.0, known, &|| key.clone()).await?.map(AnyEntity))
    }
}

impl From<&'static ModelMeta> for AnyModel {
    fn from(meta: &'static ModelMeta) -> Self {
        AnyModel(meta)
    }
}

impl PartialEq for AnyModel {
    fn eq(&self, other: &Self) -> bool {
        self.0.is_self(other.0)
    }
}

impl Eq for AnyModel {}

impl fmt::Debug for AnyModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
