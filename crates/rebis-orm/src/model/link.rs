//! How a relation joins, found from the declarations of both sides. Invariant: what cannot join is said with what to declare, once, and
//! nothing is guessed where there are two ways.

use super::{ColumnDef, ModelMeta};
use crate::relation::{RelationDef, RelationKind};

/// How a relation joins: positions of columns in the row that refers and in the row referred to.
///
/// A relation through an association has two steps: `child` and `parent` are the one between the association and the owner, [`Far`] is the
/// one between the association and the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) child: Vec<usize>,
    pub(crate) parent: Vec<usize>,
    /// The relation on the other side, by position.
    pub(crate) inverse: Option<usize>,
    pub(crate) far: Option<Box<Far>>,
}

/// Positions of columns in the association and in the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Far {
    pub(crate) child: Vec<usize>,
    pub(crate) parent: Vec<usize>,
}

type Found<T> = Result<T, String>;

impl ModelMeta {
    pub(super) fn find_link(&self, index: usize) -> Found<Link> {
        let relation = self.relation(index);
        let target = (relation.target)();
        for other in [Some(target), relation.through.map(|t| (t.meta)())].into_iter().flatten() {
            if other.bind() != self.bind() {
                return Err(format!(
                    "leads to {}, which lives in another database: keep its key and load it with a session of that database",
                    other.def.name
                ));
            }
        }
        let inverse = self.find_inverse(index, target)?;
        if relation.through.is_some() {
            return self.find_link_through(relation, target, inverse);
        }
        let (child, parent) =
            if relation.kind == RelationKind::BelongsTo { (self, target) } else { (target, self) };
        let keys = if !relation.key.is_empty() {
            relation.key
        } else if let Some(other) = inverse.filter(|_| relation.kind != RelationKind::BelongsTo) {
            target.relation(other).key
        } else {
            &[]
        };
        let child_columns =
            if keys.is_empty() { child.foreign_key_to(parent, &[])? } else { child.positions(keys)? };
        let parent_columns = child.referred(&child_columns, parent)?;
        Ok(Link { child: child_columns, parent: parent_columns, inverse, far: None })
    }

    /// Both steps of a relation through an association.
    fn find_link_through(
        &self,
        relation: &RelationDef,
        target: &ModelMeta,
        inverse: Option<usize>,
    ) -> Found<Link> {
        let Some(association) = relation.through.map(|t| (t.meta)()) else {
            return Err(String::from("goes through no association"));
        };
        let other = inverse.map(|i| target.relation(i));
        // What one side leaves out, the other side may say.
        let said = |own: &'static [&'static str], others: Option<&'static [&'static str]>| {
            if own.is_empty() { others.unwrap_or_default() } else { own }
        };
        let near = said(relation.key, other.map(|o| o.target_key));
        let far = said(relation.target_key, other.map(|o| o.key));
        let (mut near, mut far) = (association.positions(near)?, association.positions(far)?);
        let one_table = self.is_self(target);
        if near.is_empty() {
            if one_table && far.is_empty() {
                return Err(format!(
                    "leads from {0} to {0} through {1}: say which field refers to this side, `key = {1}::…`",
                    self.def.name, association.def.name
                ));
            }
            near = association.foreign_key_to(self, &far)?;
        }
        if far.is_empty() {
            far = association.foreign_key_to(target, &near)?;
        }
        if near.iter().any(|c| far.contains(c)) {
            return Err(format!("follows one field of {} in both directions", association.def.name));
        }
        let parent = association.referred(&near, self)?;
        let far_parent = association.referred(&far, target)?;
        Ok(Link { child: near, parent, inverse, far: Some(Box::new(Far { child: far, parent: far_parent })) })
    }

    fn positions(&self, fields: &[&str]) -> Found<Vec<usize>> {
        let position = |field: &&str| {
            self.position(field)
                .ok_or_else(|| format!("names the key `{field}`, which {} does not have", self.def.name))
        };
        fields.iter().map(position).collect()
    }

    /// The columns of `parent` that these columns refer to: what their foreign keys say, else the primary key.
    fn referred(&self, columns: &[usize], parent: &ModelMeta) -> Found<Vec<usize>> {
        let referred = columns
            .iter()
            .enumerate()
            .map(|(i, &c)| match &self.def.columns[c].foreign_key {
                Some(fk) if parent.is_self((fk.target)()) => {
                    parent.def.columns.iter().position(|p| p.name == fk.column).ok_or_else(|| {
                        format!("refers to a column `{}` that {} does not have", fk.column, parent.def.name)
                    })
                }
                _ => parent
                    .key
                    .get(i)
                    .copied()
                    .ok_or_else(|| String::from("has more keys than the other side's primary key")),
            })
            .collect::<Found<Vec<_>>>()?;
        // Part of a composite key would join to many rows where one is meant.
        if parent.key.len() > referred.len() && referred.iter().all(|c| parent.key.contains(c)) {
            return Err(format!(
                "follows {} of the {} columns of the primary key of {}",
                referred.len(),
                parent.key.len(),
                parent.def.name
            ));
        }
        Ok(referred)
    }

    /// The relation on the other side: the one that is named, or the one that names this.
    fn find_inverse(&self, index: usize, target: &ModelMeta) -> Found<Option<usize>> {
        let relation = self.relation(index);
        let fits = |r: &RelationDef| {
            self.is_self((r.target)())
                && match (relation.through, r.through) {
                    (None, None) => {
                        (r.kind == RelationKind::BelongsTo) != (relation.kind == RelationKind::BelongsTo)
                    }
                    (Some(a), Some(b)) => (a.meta)().is_self((b.meta)()),
                    _ => false,
                }
        };
        let Some(name) = relation.back_populates else {
            let names_this = |r: &RelationDef| r.back_populates == Some(relation.name) && fits(r);
            return Ok(target.def.relations.iter().position(names_this));
        };
        let other = target.def.name;
        let Some(found) = target.def.relations.iter().position(|r| r.name == name) else {
            return Err(format!("names `{name}` as its other side, which {other} does not have"));
        };
        let inverse = &target.def.relations[found];
        if !self.is_self((inverse.target)()) {
            let elsewhere = (inverse.target)().def.name;
            return Err(format!("names {other}.{name} as its other side, which leads to {elsewhere}"));
        }
        if !fits(inverse) {
            return Err(match relation.through.or(inverse.through) {
                Some(through) => format!(
                    "names {other}.{name} as its other side; both have to go through {}",
                    (through.meta)().def.name
                ),
                None => {
                    format!("names {other}.{name} as its other side; one of the two has to be a BelongsTo")
                }
            });
        }
        if inverse.back_populates.is_some_and(|back| back != relation.name) {
            let back = inverse.back_populates.unwrap_or_default();
            return Err(format!("names {other}.{name} as its other side, whose other side is `{back}`"));
        }
        let differ = |a: &[&str], b: &[&str]| !a.is_empty() && !b.is_empty() && a != b;
        let keys = match relation.through {
            None => differ(relation.key, inverse.key),
            Some(_) => differ(relation.key, inverse.target_key) || differ(relation.target_key, inverse.key),
        };
        if keys {
            return Err(format!("follows another key than its other side {other}.{name}"));
        }
        Ok(Some(found))
    }

    /// The columns that refer to `parent`, when there is one such foreign key besides those that are taken.
    fn foreign_key_to(&self, parent: &ModelMeta, taken: &[usize]) -> Found<Vec<usize>> {
        let refers = |c: &ColumnDef| c.foreign_key.is_some_and(|fk| parent.is_self((fk.target)()));
        let all: Vec<usize> = (0..self.def.columns.len())
            .filter(|&i| refers(&self.def.columns[i]) && !taken.contains(&i))
            .collect();
        if all.is_empty() {
            return Err(format!(
                "needs a foreign key from {} to {}; add `foreign_key = …` to a column",
                self.def.name, parent.def.name
            ));
        }
        let mut names: Vec<_> =
            all.iter().filter_map(|&i| self.def.columns[i].foreign_key).map(|fk| fk.column).collect();
        names.sort_unstable();
        if names.windows(2).any(|w| w[0] == w[1]) {
            return Err(format!(
                "has several foreign keys from {} to {} to choose from; add `key = …`",
                self.def.name, parent.def.name
            ));
        }
        Ok(all)
    }
}
