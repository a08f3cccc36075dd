//! Which database a model lives in, when a program has several. Invariant: a statement is refused before it reaches a database that its model
//! does not live in; a program whose models name no database pays nothing.

use std::sync::LazyLock;

use rebis_sql::Select;
use rebis_sql::stmt::TableRef;

use crate::database::Database;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{ModelMeta, registered};

/// Whether any model of the program names a database.
static SEVERAL: LazyLock<bool> = LazyLock::new(|| registered().iter().any(|m| m.bind().is_some()));

impl Database {
    /// Says which of a program's databases this is: it holds the models that say `#[model(bind = "audit")]`, and a session of it refuses
    /// others. `App::bind` does it. Only the first name counts.
    pub fn set_bind(&self, name: &'static str) {
        let _ = self.bind_name().set(name);
    }

    /// Which of a program's databases this is; nothing for the application's own.
    #[must_use]
    pub fn bind_key(&self) -> Option<&'static str> {
        self.bind_name().get().copied()
    }

    /// Refuses a model of another database.
    pub(crate) fn house(&self, meta: &'static ModelMeta) -> Result<()> {
        if !*SEVERAL || self.houses(meta) {
            return Ok(());
        }
        let place = |name: Option<&str>| {
            name.map_or_else(
                || String::from("the application's own database"),
                |n| format!("the database `{n}`"),
            )
        };
        let (model, home) = (meta.name(), place(meta.bind()));
        Err(Error::new(
            ErrorKind::State,
            format!("{model} lives in {home}, and this is {}", place(self.bind_key())),
        )
        .on(model)
        .advise(
            "take a session of its database: a session is one transaction, so it belongs to one database",
        ))
    }

    /// Refuses a query of tables of another database.
    pub(crate) fn house_query(&self, query: &Select) -> Result<()> {
        if !*SEVERAL {
            return Ok(());
        }
        for table in query.from.iter().chain(query.joins.iter().map(|join| &join.table)) {
            let TableRef::Table { schema, name, .. } = table.base() else { continue };
            let models = registered();
            let mut of_table =
                models.iter().filter(|m| m.def.table == name && m.def.schema == schema.as_deref());
            if let Some(first) = of_table.clone().next()
                && !of_table.any(|m| self.houses(m))
            {
                self.house(first)?;
            }
        }
        Ok(())
    }

    /// Its own models: those that name it, and those that it was given, whatever they name.
    fn houses(&self, meta: &ModelMeta) -> bool {
        meta.bind() == self.bind_key()
            || self.given().is_some_and(|models| models.iter().any(|m| m.is_self(meta)))
    }
}
