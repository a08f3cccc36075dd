//! [`Runner`]: where a statement runs, and so what its rows become.

use std::future::Future;

use rebis_engine::{Connection, Done};
use rebis_sql::{Select, Statement};

use super::keyset::{Keyed, WithKeys};

use super::criteria::Criteria;
use super::insert::Part;
use super::select::{Count, SelectStatement};
use super::selection::Selection;
use super::{insert, run};
use crate::database::Database;
use crate::error::Result;
use crate::session::Session;

/// What a statement runs on: `&Session` gives entities, `&Database` and `&mut Connection` give plain structs.
#[diagnostic::on_unimplemented(
    message = "a statement cannot run on `{Self}`",
    label = "expected `&Session`, `&Database` or `&mut Connection`"
)]
pub trait Runner: Send + Sized {
    /// What a row becomes.
    type Out<S: Selection>: Send;

    /// The rows.
    fn rows<S: Selection>(
        self,
        query: SelectStatement<S>,
    ) -> impl Future<Output = Result<Vec<Self::Out<S>>>> + Send;

    /// The rows and the keys after them.
    #[doc(hidden)]
    fn keyed_rows<S: Selection>(
        self,
        query: SelectStatement<S>,
    ) -> impl Future<Output = Result<Vec<WithKeys<Self::Out<S>>>>> + Send;

    /// The numbers of a counting query.
    #[doc(hidden)]
    fn values(self, query: SelectStatement<Count>) -> impl Future<Output = Result<Vec<i64>>> + Send;

    /// A statement without rows.
    fn execute(self, statement: Statement) -> impl Future<Output = Result<Done>> + Send;

    /// What a statement returns.
    #[doc(hidden)]
    fn returning<S: Selection>(
        self,
        statement: Statement,
    ) -> impl Future<Output = Result<Vec<S::Plain>>> + Send;

    /// What else narrows a query that runs here.
    #[doc(hidden)]
    fn settle(&self, criteria: &mut Criteria) {
        let _ = criteria;
    }

    /// How a query is run.
    #[doc(hidden)]
    fn explain(self, query: Select, analyze: bool) -> impl Future<Output = Result<String>> + Send;

    /// INSERTs, all or none.
    #[doc(hidden)]
    fn insert(self, parts: Vec<Part>) -> impl Future<Output = Result<u64>> + Send;

    /// The same, and what they return.
    #[doc(hidden)]
    fn insert_returning<S: Selection>(
        self,
        parts: Vec<Part>,
    ) -> impl Future<Output = Result<Vec<S::Plain>>> + Send;
}

impl Runner for &Session {
    type Out<S: Selection> = S::Tracked;

    fn settle(&self, criteria: &mut Criteria) {
        criteria.settle(&self.0);
    }

    // What only hands on is no future of its own: there would be one for each model.
    fn rows<S: Selection>(
        self,
        query: SelectStatement<S>,
    ) -> impl Future<Output = Result<Vec<S::Tracked>>> + Send {
        run::tracked(&self.0, query)
    }

    fn keyed_rows<S: Selection>(
        self,
        query: SelectStatement<S>,
    ) -> impl Future<Output = Result<Vec<WithKeys<S::Tracked>>>> + Send {
        self.rows(query.of::<Keyed<S>>())
    }

    fn values(self, query: SelectStatement<Count>) -> impl Future<Output = Result<Vec<i64>>> + Send {
        self.rows(query)
    }

    async fn execute(self, statement: Statement) -> Result<Done> {
        // Always, also without autoflush: what was changed before must not overwrite what the statement does.
        self.flush().await?;
        self.0.writes_past();
        let mut connection = self.0.connection().await?;
        run::execute(&mut connection, &statement).await
    }

    async fn returning<S: Selection>(self, statement: Statement) -> Result<Vec<S::Plain>> {
        self.flush().await?;
        self.0.writes_past();
        let mut connection = self.0.connection().await?;
        run::returning::<S>(&mut connection, &statement).await
    }

    async fn explain(self, query: Select, analyze: bool) -> Result<String> {
        self.0.autoflush().await?;
        let mut connection = self.0.connection().await?;
        run::explain(&mut connection, &query, analyze).await
    }

    async fn insert(self, parts: Vec<Part>) -> Result<u64> {
        self.flush().await?;
        self.0.writes_past();
        let mut connection = self.0.connection().await?;
        insert::run(&mut connection, parts).await
    }

    async fn insert_returning<S: Selection>(self, parts: Vec<Part>) -> Result<Vec<S::Plain>> {
        self.flush().await?;
        self.0.writes_past();
        let mut connection = self.0.connection().await?;
        insert::rows::<S>(&mut connection, parts).await
    }
}

impl Runner for &Database {
    type Out<S: Selection> = S::Plain;

    async fn rows<S: Selection>(self, query: SelectStatement<S>) -> Result<Vec<S::Plain>> {
        self.house_query(&query.select)?;
        let mut connection = self.engine()?.acquire().await?;
        run::plain(&mut connection, query).await
    }

    async fn keyed_rows<S: Selection>(self, query: SelectStatement<S>) -> Result<Vec<WithKeys<S::Plain>>> {
        self.rows(query.of::<Keyed<S>>()).await
    }

    async fn values(self, query: SelectStatement<Count>) -> Result<Vec<i64>> {
        self.rows(query).await
    }

    async fn execute(self, statement: Statement) -> Result<Done> {
        let mut connection = self.engine()?.acquire().await?;
        run::execute(&mut connection, &statement).await
    }

    async fn returning<S: Selection>(self, statement: Statement) -> Result<Vec<S::Plain>> {
        let mut connection = self.engine()?.acquire().await?;
        run::returning::<S>(&mut connection, &statement).await
    }

    async fn explain(self, query: Select, analyze: bool) -> Result<String> {
        let mut connection = self.engine()?.acquire().await?;
        run::explain(&mut connection, &query, analyze).await
    }

    async fn insert(self, parts: Vec<Part>) -> Result<u64> {
        let mut connection = self.engine()?.acquire().await?;
        insert::run(&mut connection, parts).await
    }

    async fn insert_returning<S: Selection>(self, parts: Vec<Part>) -> Result<Vec<S::Plain>> {
        let mut connection = self.engine()?.acquire().await?;
        insert::rows::<S>(&mut connection, parts).await
    }
}

impl Runner for &mut Connection {
    type Out<S: Selection> = S::Plain;

    async fn rows<S: Selection>(self, query: SelectStatement<S>) -> Result<Vec<S::Plain>> {
        run::plain(self, query).await
    }

    async fn keyed_rows<S: Selection>(self, query: SelectStatement<S>) -> Result<Vec<WithKeys<S::Plain>>> {
        self.rows(query.of::<Keyed<S>>()).await
    }

    async fn values(self, query: SelectStatement<Count>) -> Result<Vec<i64>> {
        self.rows(query).await
    }

    async fn execute(self, statement: Statement) -> Result<Done> {
        run::execute(self, &statement).await
    }

    async fn returning<S: Selection>(self, statement: Statement) -> Result<Vec<S::Plain>> {
        run::returning::<S>(self, &statement).await
    }

    async fn explain(self, query: Select, analyze: bool) -> Result<String> {
        run::explain(self, &query, analyze).await
    }

    async fn insert(self, parts: Vec<Part>) -> Result<u64> {
        insert::run(self, parts).await
    }

    async fn insert_returning<S: Selection>(self, parts: Vec<Part>) -> Result<Vec<S::Plain>> {
        insert::rows::<S>(self, parts).await
    }
}
