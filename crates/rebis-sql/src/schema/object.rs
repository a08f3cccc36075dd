//! [`View`] and [`Trigger`]: what a database holds besides tables. Invariant: their SQL is written as it is given, never from outside the program.

/// A view of the connection's own schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Its name.
    pub name: String,
    /// The SELECT, as SQL.
    pub sql: String,
    /// Whether its rows are kept until they are refreshed (PostgreSQL).
    pub materialized: bool,
}

impl View {
    /// A view of that name.
    pub fn new(name: impl Into<String>, sql: impl Into<String>) -> Self {
        View { name: name.into(), sql: sql.into(), materialized: false }
    }

    /// The same view, whose rows are kept until they are refreshed (PostgreSQL).
    #[must_use]
    pub fn materialized(mut self) -> Self {
        self.materialized = true;
        self
    }
}

/// A trigger on a table of the connection's own schema: `CREATE TRIGGER name when ON table body`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// The table.
    pub table: String,
    /// When it is set off: `AFTER INSERT`.
    pub when: String,
    /// What it does: `BEGIN … END`, `FOR EACH ROW EXECUTE FUNCTION …`.
    pub body: String,
}

impl Trigger {
    /// A trigger of that name.
    pub fn new(
        name: impl Into<String>,
        table: impl Into<String>,
        when: impl Into<String>,
        body: impl Into<String>,
    ) -> Self {
        Trigger { name: name.into(), table: table.into(), when: when.into(), body: body.into() }
    }
}

/// The views and triggers of a database, or of an application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Objects {
    /// The views.
    pub views: Vec<View>,
    /// The triggers.
    pub triggers: Vec<Trigger>,
}

impl Objects {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.views.is_empty() && self.triggers.is_empty()
    }
}
