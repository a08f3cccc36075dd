//! [`AnyRelation`]: a relation by name, and conditions over it. Invariant: it names the relation by position, as [`Relation`](crate::Relation)
//! does; how it joins is in the metadata.

use std::fmt;
use std::sync::Arc;

use super::{AnyEntity, AnyModel};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Condition, Predicate};
use crate::model::Link;
use crate::relation::{Loading, RelationDef, RelationKind, any_related, comparison};

/// A relation that is known at run time only: see [the module](super).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AnyRelation {
    pub(super) model: AnyModel,
    pub(super) index: usize,
}

/// What kind of relation it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RelationshipKind {
    /// To the object that this one refers to: [`BelongsTo`](crate::BelongsTo).
    BelongsTo,
    /// To many objects that refer to this one: [`HasMany`](crate::HasMany).
    HasMany,
    /// To at most one object that refers to this one: [`HasOne`](crate::HasOne).
    HasOne,
    /// To many objects that others share, through an association.
    ManyToMany,
}

impl RelationshipKind {
    /// Whether it leads to many objects.
    #[must_use]
    pub fn is_many(self) -> bool {
        matches!(self, RelationshipKind::HasMany | RelationshipKind::ManyToMany)
    }
}

impl AnyRelation {
    pub(super) fn def(self) -> &'static RelationDef {
        self.model.0.relation(self.index)
    }

    pub(super) fn link(self) -> Result<&'static Link> {
        Ok(self.model.0.link(self.index)?)
    }

    /// The model that has the relation.
    #[must_use]
    pub fn model(self) -> AnyModel {
        self.model
    }

    /// The field's name.
    #[must_use]
    pub fn field(self) -> &'static str {
        self.def().name
    }

    /// The model that it leads to.
    #[must_use]
    pub fn target(self) -> AnyModel {
        AnyModel((self.def().target)())
    }

    /// What kind it is.
    #[must_use]
    pub fn kind(self) -> RelationshipKind {
        match (self.def().kind, self.def().through) {
            (_, Some(_)) => RelationshipKind::ManyToMany,
            (RelationKind::BelongsTo, _) => RelationshipKind::BelongsTo,
            (RelationKind::HasMany, _) => RelationshipKind::HasMany,
            (RelationKind::HasOne, _) => RelationshipKind::HasOne,
        }
    }

    /// The association that it goes through, of a relation between many and many.
    #[must_use]
    pub fn through(self) -> Option<AnyModel> {
        self.def().through.map(|through| AnyModel((through.meta)()))
    }

    /// The relation of the other side.
    ///
    /// # Errors
    /// When the relation is declared wrongly.
    pub fn inverse(self) -> Result<Option<AnyRelation>> {
        let inverse = self.link()?.inverse;
        Ok(inverse.map(|index| AnyRelation { model: self.target(), index }))
    }

    /// Of a relation to one that this model refers to: the columns that refer.
    ///
    /// # Errors
    /// When the relation is declared wrongly.
    pub fn key(self) -> Result<Vec<super::AnyColumn>> {
        if self.kind() != RelationshipKind::BelongsTo {
            return Ok(Vec::new());
        }
        let column = |&index: &usize| super::AnyColumn { model: self.model, index };
        Ok(self.link()?.child.iter().map(column).collect())
    }

    /// Whether any related row meets the condition: `EXISTS (…)`.
    pub fn any(self, condition: impl Condition) -> Predicate {
        any_related(self.model.0, self.index, Some(condition.into_predicate()))
    }

    /// Whether there is any related row.
    pub fn is_any(self) -> Predicate {
        any_related(self.model.0, self.index, None)
    }

    /// Whether the related object is that one.
    ///
    /// An object that is not written yet has no key to compare with, and one of another model is refused: the statement gives that error when
    /// it is run.
    pub fn is(self, object: &AnyEntity) -> Predicate {
        let checked = self.check(object).and_then(|()| comparison(self.model.0, self.index, &object.0));
        checked.unwrap_or_else(|error| Predicate::wrong(Arc::new(error)))
    }

    /// Loads it with a query's objects.
    pub fn loading(self) -> Loading {
        Loading::new(self.model.0.ops.meta, self.index)
    }

    /// Refuses an object that the relation does not lead to.
    pub(super) fn check(self, object: &AnyEntity) -> Result<()> {
        if object.model() == self.target() {
            return Ok(());
        }
        let (model, field, target) = (self.model.name(), self.field(), self.target().name());
        let what = format!("{model}.{field} leads to {target}, and {object} is a {}", object.model().name());
        Err(Error::new(ErrorKind::Invalid, what).on(model))
    }

    /// Refuses to treat a relation to many as one to one, or the other way round.
    pub(super) fn expect(self, many: bool) -> Result<Self> {
        if self.kind().is_many() == many {
            return Ok(self);
        }
        let (model, field) = (self.model.name(), self.field());
        let (is, call) = if many { ("one object", "related_one") } else { ("many objects", "related") };
        let what = format!("{model}.{field} leads to {is}");
        Err(Error::new(ErrorKind::State, what)
            .on(model)
            .advise(format!("ask for it with `{call}(\"{field}\")`")))
    }
}

impl From<AnyRelation> for Loading {
    fn from(relation: AnyRelation) -> Self {
        relation.loading()
    }
}

impl fmt::Debug for AnyRelation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.model.name(), self.field())
    }
}
