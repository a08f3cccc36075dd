//! Circles of collections, when a session ends: objects that hold each other strongly would never be freed. Invariant: what a handle outside
//! still leads to stays readable; what nobody holds is freed.

use std::collections::HashMap;
use std::sync::Arc;

use super::slot::{Content, Reference};
use crate::entity::Object;

#[derive(Clone, Copy, PartialEq)]
enum Seen {
    Not,
    /// On the way from the root to where the walk is.
    Above,
    Done,
}

/// Makes the references weak that close a circle through a relation between many and many: the only collections that hold each other.
pub(crate) fn part_circles(objects: &[Object]) {
    if !objects.iter().any(holds_many_to_many) {
        return;
    }
    let places: HashMap<usize, usize> = objects.iter().enumerate().map(|(i, o)| (o.address(), i)).collect();
    let edges: Vec<Vec<usize>> = objects
        .iter()
        .map(|o| {
            super::companions(&**o).iter().filter_map(|(_, to)| places.get(&to.address()).copied()).collect()
        })
        .collect();
    let mut inside = vec![0_usize; objects.len()];
    edges.iter().flatten().for_each(|&to| inside[to] += 1);
    // What is held from outside comes first, so that the references from there outwards stay strong.
    let (mut roots, rest): (Vec<usize>, Vec<usize>) =
        (0..objects.len()).partition(|&i| Arc::strong_count(&objects[i]) > inside[i] + 1);
    roots.extend(rest);
    let mut seen = vec![Seen::Not; objects.len()];
    let mut path: Vec<(usize, usize)> = Vec::new();
    for root in roots {
        if seen[root] == Seen::Not {
            seen[root] = Seen::Above;
            path.push((root, 0));
        }
        while let Some((at, next)) = path.last_mut() {
            let at = *at;
            let Some(&to) = edges[at].get(*next) else {
                seen[at] = Seen::Done;
                path.pop();
                continue;
            };
            *next += 1;
            match seen[to] {
                Seen::Not => {
                    seen[to] = Seen::Above;
                    path.push((to, 0));
                }
                Seen::Above => part(&objects[at], &objects[to]),
                Seen::Done => {}
            }
        }
    }
}

fn holds_many_to_many(object: &Object) -> bool {
    let meta = object.meta();
    let slots = object.made_slots().iter().enumerate();
    slots
        .filter(|(relation, _)| meta.relation(*relation).through.is_some())
        .any(|(_, slot)| slot.lock().shown().is_some_and(|all| !all.is_empty()))
}

/// Makes every reference from one object to another weak.
fn part(from: &Object, to: &Object) {
    for slot in from.made_slots() {
        let mut slot = slot.lock();
        slot.links.retain(|(_, o)| !Arc::ptr_eq(o, to));
        let all = match &mut slot.content {
            Content::Many(all) => all.drain(..).map(Reference::Strong).collect(),
            Content::Parted(all) => std::mem::take(all),
            Content::Part(part) => {
                if part.iter().any(|o| Arc::ptr_eq(o, to)) {
                    slot.content = Content::Unloaded;
                }
                continue;
            }
            Content::One(Some(one)) => {
                if one.get().is_some_and(|o| Arc::ptr_eq(&o, to)) {
                    *one = Reference::Weak(Arc::downgrade(to));
                }
                continue;
            }
            _ => continue,
        };
        let weaken = |one: Reference| match one {
            Reference::Strong(o) if Arc::ptr_eq(&o, to) => Reference::Weak(Arc::downgrade(to)),
            other => other,
        };
        slot.content = Content::Parted(all.into_iter().map(weaken).collect());
    }
}
