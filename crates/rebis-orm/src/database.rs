//! [`Database`]: an engine and the models that live in it. Invariant: making one does no I/O; using an unbound one is a clear error.

use std::sync::{Arc, OnceLock};

use rebis_engine::{Connection, Engine};
use rebis_sql::Ddl;
use rebis_sql::schema::{NamingConvention, Schema, Table, sort_tables};

use crate::error::{Error, ErrorKind, Result};
use crate::events::Events;
use crate::expr::Condition;
use crate::model::{EntityOf, IntoKey, Model, ModelMeta, registered};
use crate::session::{CriteriaOf, Session};

/// A database as the application sees it. Cheap to clone; all clones are one.
///
/// `Database::connect(url)` is bound at once. `Database::new()` is bound later by the application, as Flask-SQLAlchemy's
/// `db = SQLAlchemy()` is by `db.init_app(app)`.
#[derive(Clone, Default)]
pub struct Database(Arc<Inner>);

#[derive(Default)]
struct Inner {
    engine: OnceLock<Engine>,
    bind: OnceLock<&'static str>,
    models: Option<Vec<&'static ModelMeta>>,
    naming: NamingConvention,
    events: Events,
    criteria: CriteriaOf,
}

impl Database {
    /// A database that is bound later, with every model of the program.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A database at that URL. Does no I/O: the first statement does.
    ///
    /// # Errors
    /// When the URL is wrong, or the program was built without that database.
    pub fn connect(url: &str) -> Result<Self> {
        Ok(Self::with_engine(Engine::new(url)?))
    }

    /// A database on an engine.
    #[must_use]
    pub fn with_engine(engine: Engine) -> Self {
        Database(Arc::new(Inner { engine: OnceLock::from(engine), ..Inner::default() }))
    }

    /// The same database with these models only: `.models(models![User, Post])`.
    #[must_use]
    pub fn models(self, models: impl IntoIterator<Item = &'static ModelMeta>) -> Self {
        self.with(|inner| inner.models = Some(models.into_iter().collect()))
    }

    /// The same database, whose constraints and indexes that nobody named are called by these patterns: what is SQLAlchemy's
    /// `MetaData(naming_convention=…)`. `create_all` and `db migrate` take them; a name that a model says stays as it is.
    ///
    /// ```
    /// # extern crate rebis_orm as rebis;
    /// use rebis::Database;
    /// use rebis_sql::schema::NamingConvention;
    /// # use rebis_macros::Model;
    ///
    /// #[derive(Model, Clone, Debug)]
    /// pub struct User {
    ///     #[column(primary_key)]
    ///     pub id: i64,
    ///     #[column(index)]
    ///     pub name: String,
    /// }
    ///
    /// let names = NamingConvention::default().primary_keys("pk_{table}").indexes("idx_{table}_{columns}");
    /// let db = Database::new().models([<User as rebis::Model>::meta()]).naming(names);
    /// let table = &db.metadata().tables[0];
    /// assert_eq!(table.indexes[0].name, "idx_user_name");
    /// assert_eq!(table.primary_key.as_ref().and_then(|key| key.name.as_deref()), Some("pk_user"));
    /// ```
    #[must_use]
    pub fn naming(self, names: NamingConvention) -> Self {
        self.with(|inner| inner.naming = names)
    }

    /// How what nobody named is called.
    #[must_use]
    pub fn naming_convention(&self) -> &NamingConvention {
        &self.0.naming
    }

    fn with(self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Inner {
            engine: self.0.engine.clone(),
            bind: self.0.bind.clone(),
            models: self.0.models.clone(),
            naming: self.0.naming.clone(),
            events: self.0.events.clone(),
            criteria: self.0.criteria.clone(),
        };
        change(&mut inner);
        Database(Arc::new(inner))
    }

    /// Binds it, for all clones.
    ///
    /// # Errors
    /// When it is bound already.
    pub fn bind(&self, engine: Engine) -> Result<()> {
        self.0.engine.set(engine).map_err(|_| {
            Error::new(ErrorKind::State, "this database is bound already")
                .advise("make a `Database` for each application")
        })
    }

    /// Whether it is bound.
    #[must_use]
    pub fn is_bound(&self) -> bool {
        self.0.engine.get().is_some()
    }

    /// The engine.
    ///
    /// # Errors
    /// When it is not bound.
    pub fn engine(&self) -> Result<&Engine> {
        self.0.engine.get().ok_or_else(|| {
            Error::new(ErrorKind::Unbound, "this database is not bound to a URL yet")
                .advise("give it to an app with `App::new(config).database(db)`, or make it with `Database::connect(url)`")
        })
    }

    /// What happens in all sessions of this database, told to closures: `db.events().before_insert(User, |user| …)`.
    #[must_use]
    pub fn events(&self) -> &Events {
        &self.0.events
    }

    /// Records the statements that run from now on, for a test that counts them:
    ///
    /// ```
    /// # extern crate rebis_orm as rebis;
    /// use rebis::{Database, select};
    /// # use rebis_macros::Model;
    ///
    /// #[derive(Model, Clone, Debug)]
    /// pub struct User {
    ///     #[column(primary_key)]
    ///     pub id: i64,
    /// }
    ///
    /// # #[tokio::main]
    /// # async fn main() -> rebis::Result<()> {
    /// # let db = Database::connect("sqlite://")?;
    /// # db.create_all().await?;
    /// let statements = db.record()?;
    /// select(User).all(&db.session()).await?;
    /// assert_eq!(statements.len(), 1, "{statements:?}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When it is not bound.
    pub fn record(&self) -> Result<rebis_engine::Recording> {
        Ok(self.engine()?.record())
    }

    /// A new session. Does no I/O.
    #[must_use]
    pub fn session(&self) -> Session {
        Session::new(self.clone())
    }

    /// As [`Session::with_criteria`], of every session that is made from now on.
    pub fn with_criteria<M: Model>(&self, model: EntityOf<M>, condition: impl Condition) {
        let _ = model;
        self.0.criteria.add(M::meta(), condition.into_predicate());
    }

    pub(crate) fn criteria(&self) -> &CriteriaOf {
        &self.0.criteria
    }

    pub(crate) fn bind_name(&self) -> &OnceLock<&'static str> {
        &self.0.bind
    }

    /// The models that it was given.
    pub(crate) fn given(&self) -> Option<&[&'static ModelMeta]> {
        self.0.models.as_deref()
    }

    /// The models that live in it, sorted by table: those that it was given, else every model of the program that names this database.
    #[must_use]
    pub fn model_list(&self) -> Vec<&'static ModelMeta> {
        let own = || registered().into_iter().filter(|m| m.bind() == self.bind_key()).collect();
        let mut all = self.0.models.clone().unwrap_or_else(own);
        all.sort_by_key(|m| (m.def.schema, m.def.table));
        all
    }

    /// The schema that the models declare.
    #[must_use]
    pub fn metadata(&self) -> Schema {
        Schema {
            tables: self.model_list().into_iter().flat_map(|m| m.tables_named(&self.0.naming)).collect(),
        }
    }

    /// Whether the models' declarations can work, alone and together, without I/O: [`create_all`](Self::create_all) begins with it.
    ///
    /// # Errors
    /// Every fault found, in one error.
    pub fn check(&self) -> Result<()> {
        let models = self.model_list();
        let mut faults: Vec<Error> = models.iter().filter_map(|m| m.check().err()).collect();
        // Sorted by table, so equal ones are neighbours.
        for (a, b) in models.iter().zip(models.iter().skip(1)) {
            let (one, two) = (&a.def, &b.def);
            if (one.schema, one.table, one.bind) == (two.schema, two.table, two.bind) && !a.is_self(b) {
                let what =
                    format!("{} and {} are both declared for the table `{}`", one.name, two.name, one.table);
                faults.push(
                    Error::new(ErrorKind::Mapping, what)
                        .on(two.name)
                        .advise("give one of them another table, or the database a list of models: `db.models(models![…])`"),
                );
            }
        }
        if let Err(what) = self.0.naming.check_patterns() {
            faults.push(Error::new(ErrorKind::Mapping, what).advise("correct it where the database is made"));
        }
        let mut faults = faults.into_iter();
        let Some(first) = faults.next() else { return Ok(()) };
        let rest: Vec<String> = faults.map(|e| e.message().to_owned()).collect();
        Err(if rest.is_empty() { first } else { first.and_also(&rest) })
    }

    /// Creates the tables that are missing, those that are referred to first. What is there is left as it is, also if it differs.
    ///
    /// # Errors
    /// When a model is declared in a way that cannot work; what the database says; and when tables refer to each other in a circle on a database that cannot add a constraint later.
    pub async fn create_all(&self) -> Result<()> {
        self.check()?;
        let mut connection = self.engine()?.acquire().await?;
        let dialect = connection.dialect();
        let schema = self.metadata();
        let tables: Vec<&Table> = schema.tables.iter().collect();
        let there = rebis_engine::inspect(&mut connection, &rebis_engine::InspectOptions::default()).await?;
        let (sorted, mut edges) = sort_tables(&tables);
        if !dialect.capabilities().alter_table {
            // Where constraints cannot be added later, a table may refer to one that does not exist yet.
            edges.clear();
        }
        let mut statements = Vec::new();
        let mut after = Vec::new();
        for table in sorted {
            if there
                .tables
                .iter()
                .any(|t| t.name == table.name && (table.schema.is_none() || t.schema == table.schema))
            {
                continue;
            }
            let mut table = table.clone();
            let mut late: Vec<usize> =
                edges.iter().filter(|e| e.table == table.name).map(|e| e.foreign_key).collect();
            late.sort_unstable();
            for index in late.into_iter().rev() {
                after.push(Ddl::AddConstraint {
                    schema: table.schema.clone(),
                    table: table.name.clone(),
                    constraint: rebis_sql::ddl::Constraint::ForeignKey(table.foreign_keys.remove(index)),
                });
            }
            statements.extend(dialect.ddl(&Ddl::CreateTable { table, if_not_exists: false })?);
        }
        for change in after {
            statements.extend(dialect.ddl(&change)?);
        }
        run(&mut connection, &statements).await
    }

    /// Drops the tables of the models, those that refer to others first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn drop_all(&self) -> Result<()> {
        let mut connection = self.engine()?.acquire().await?;
        let dialect = connection.dialect();
        let schema = self.metadata();
        let there = rebis_engine::inspect(&mut connection, &rebis_engine::InspectOptions::default()).await?;
        let tables: Vec<&Table> = schema.tables.iter().collect();
        let (sorted, edges) = sort_tables(&tables);
        let mut statements = Vec::new();
        if dialect.capabilities().alter_table {
            for edge in edges {
                let table = schema.tables.iter().find(|t| t.name == edge.table);
                let Some((table, name)) =
                    table.and_then(|t| Some((t, t.foreign_keys.get(edge.foreign_key)?.name.clone()?)))
                else {
                    continue;
                };
                if there
                    .table(&table.name)
                    .is_some_and(|t| t.foreign_keys.iter().any(|k| k.name.as_ref() == Some(&name)))
                {
                    statements.extend(dialect.ddl(&Ddl::DropConstraint {
                        schema: table.schema.clone(),
                        table: table.name.clone(),
                        name,
                        kind: rebis_sql::ddl::ConstraintKind::ForeignKey,
                    })?);
                }
            }
        }
        for table in sorted.into_iter().rev() {
            statements.extend(dialect.ddl(&Ddl::DropTable {
                schema: table.schema.clone(),
                table: table.name.clone(),
                if_exists: true,
            })?);
        }
        run(&mut connection, &statements).await
    }

    /// The row with that key as a plain struct.
    ///
    /// # Errors
    /// What the database says.
    pub async fn get<T: Model>(&self, model: EntityOf<T>, key: impl IntoKey<T::Key>) -> Result<Option<T>> {
        let _ = model;
        self.house(T::meta())?;
        let key = key.into_key();
        let engine = self.engine()?;
        if let Some(mut reader) = engine.reader().await? {
            return crate::query::look_up::<T>(&mut reader, &key).await;
        }
        let mut connection = engine.acquire().await?;
        crate::query::read_by_key::<T>(&mut connection, &key).await
    }
}

async fn run(connection: &mut Connection, statements: &[String]) -> Result<()> {
    for statement in statements {
        connection.execute(statement, &[]).await?;
    }
    Ok(())
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.engine.get() {
            Some(engine) => write!(f, "Database({})", engine.url()),
            None => f.write_str("Database(not bound)"),
        }
    }
}
