//! [`Untyped`]: a session that gives objects of a model whose type is not known. Invariant: it only hands on.

use rebis_engine::Done;
use rebis_sql::{Select, Statement};

use super::{AnyEntity, AnyModel};
use crate::error::{Error, ErrorKind, Result};
use crate::query::{Count, Criteria, Part, Runner, SelectStatement, Selection, WithKeys, objects};
use crate::session::Session;

/// Where an [`AnyQuery`](super::AnyQuery) runs: on a session, its rows becoming objects of that model.
#[derive(Clone, Copy)]
pub(super) struct Untyped<'a> {
    pub(super) session: &'a Session,
    pub(super) model: AnyModel,
}

impl Runner for Untyped<'_> {
    type Out<S: Selection> = AnyEntity;

    fn settle(&self, criteria: &mut Criteria) {
        self.session.settle(criteria);
    }

    async fn rows<S: Selection>(self, query: SelectStatement<S>) -> Result<Vec<AnyEntity>> {
        let read = (self.model.0.ops.read_all)(self.session);
        let all = objects(&self.session.0, query.of(), &read).await?;
        Ok(all.into_iter().map(AnyEntity).collect())
    }

    async fn keyed_rows<S: Selection>(self, _: SelectStatement<S>) -> Result<Vec<WithKeys<AnyEntity>>> {
        Err(Error::new(ErrorKind::State, "pages by key need the model's type")
            .advise("take `paginate`, or `select(User).keyset(…)`"))
    }

    async fn values(self, query: SelectStatement<Count>) -> Result<Vec<i64>> {
        self.session.values(query).await
    }

    async fn execute(self, statement: Statement) -> Result<Done> {
        Runner::execute(self.session, statement).await
    }

    async fn returning<S: Selection>(self, statement: Statement) -> Result<Vec<S::Plain>> {
        self.session.returning::<S>(statement).await
    }

    async fn explain(self, query: Select, analyze: bool) -> Result<String> {
        self.session.explain(query, analyze).await
    }

    async fn insert(self, parts: Vec<Part>) -> Result<u64> {
        self.session.insert(parts).await
    }

    async fn insert_returning<S: Selection>(self, parts: Vec<Part>) -> Result<Vec<S::Plain>> {
        self.session.insert_returning::<S>(parts).await
    }
}
