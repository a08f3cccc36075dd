//! The order of rows. Invariant: it depends on keys, relations and the order of `add` only, never on addresses or hashes.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use rebis_sql::schema::{Table, sort_tables};

use crate::entity::Object;
use crate::model::{ColumnSet, ModelMeta, RowKey};

/// The place of each table in dependency order.
pub(crate) fn ranks(objects: &[Object]) -> HashMap<&'static str, usize> {
    let mut metas: Vec<&'static ModelMeta> = Vec::new();
    for object in objects {
        if !metas.iter().any(|m| m.type_id == object.meta().type_id) {
            metas.push(object.meta());
        }
    }
    let tables: Vec<&Table> = metas.iter().map(|m| m.table()).collect();
    let (sorted, _) = sort_tables(&tables);
    let place = |meta: &ModelMeta| sorted.iter().position(|t| std::ptr::eq(*t, meta.table())).unwrap_or(0);
    metas.iter().map(|m| (m.def.table, place(m))).collect()
}

/// Takes one dependency out of a circle: one whose key columns may all be NULL for a while. Gives the row and these columns.
pub(crate) fn loosen(
    objects: &[Object],
    needs: &mut [Vec<usize>],
    circle: &[usize],
) -> Option<(usize, ColumnSet)> {
    for &i in circle {
        let (meta, pointers) = (objects[i].meta(), objects[i].status().pointers.clone());
        for n in needs[i].clone().into_iter().filter(|n| circle.contains(n)) {
            let other = &objects[n];
            let mut columns = ColumnSet::EMPTY;
            for pointer in &pointers {
                if pointer.parent.as_ref().is_some_and(|p| Arc::ptr_eq(p, other)) {
                    columns = pointer.link.child.iter().fold(columns, |all, &c| all.with(c));
                }
            }
            columns = refers(&objects[i], other).fold(columns, ColumnSet::with);
            if !columns.is_empty() && columns.iter().all(|c| meta.def.columns[c].nullable) {
                needs[i].retain(|&m| m != n);
                return Some((i, columns));
            }
        }
    }
    None
}

/// The columns of a row that hold the key of another, where that is known.
pub(crate) fn refers(row: &Object, other: &Object) -> impl Iterator<Item = usize> {
    let key = other.has_key().then(|| other.key()).flatten();
    let model = other.meta().type_id;
    row.meta().def.columns.iter().enumerate().filter_map(move |(column, def)| {
        let to = (def.foreign_key?.target)().type_id;
        (to == model && key.is_some() && RowKey::new(&[row.value(column)]) == key).then_some(column)
    })
}

/// For each row, the rows of the list that must be written before it: by relation, and by foreign key where keys are known.
pub(crate) fn dependencies(objects: &[Object]) -> Vec<Vec<usize>> {
    let index: HashMap<usize, usize> = objects.iter().enumerate().map(|(i, o)| (o.address(), i)).collect();
    let mut by_key: HashMap<(&'static str, RowKey), usize> = HashMap::new();
    for (i, object) in objects.iter().enumerate() {
        // Only keys that are known can be referred to by value.
        if object.has_key()
            && let Some(key) = object.key()
        {
            by_key.insert((object.meta().def.table, key), i);
        }
    }
    objects
        .iter()
        .enumerate()
        .map(|(i, object)| {
            let mut needs: Vec<usize> = Vec::new();
            let pointers = object.status().pointers.clone();
            needs.extend(
                pointers
                    .iter()
                    .filter_map(|p| p.parent.as_ref())
                    .filter_map(|p| index.get(&p.address()).copied()),
            );
            if !by_key.is_empty() {
                for (column, def) in object.meta().def.columns.iter().enumerate() {
                    let Some(fk) = def.foreign_key else { continue };
                    if object.status().unset.has(column) {
                        continue;
                    }
                    if let Some(key) = RowKey::new(&[object.value(column)]) {
                        needs.extend(by_key.get(&((fk.target)().def.table, key)).copied());
                    }
                }
            }
            needs.retain(|&n| n != i);
            needs.sort_unstable();
            needs.dedup();
            needs
        })
        .collect()
}

/// Sorts rows so that each stands after those it needs: by table, then by depth within the table, then as added.
///
/// `Err` gives the rows that wait for each other in a circle.
pub(crate) fn sort(needs: &[Vec<usize>], rank: &[usize]) -> Result<Vec<usize>, Vec<usize>> {
    let mut waiting: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for (i, all) in needs.iter().enumerate() {
        for &n in all {
            followers[n].push(i);
        }
    }
    let mut depth = vec![0_usize; needs.len()];
    let mut ready: BinaryHeap<Reverse<(usize, usize, usize)>> =
        (0..needs.len()).filter(|&i| waiting[i] == 0).map(|i| Reverse((rank[i], 0, i))).collect();
    let mut sorted = Vec::with_capacity(needs.len());
    while let Some(Reverse((_, _, i))) = ready.pop() {
        sorted.push(i);
        for &f in &followers[i] {
            if rank[f] == rank[i] {
                depth[f] = depth[f].max(depth[i] + 1);
            }
            waiting[f] -= 1;
            if waiting[f] == 0 {
                ready.push(Reverse((rank[f], depth[f], f)));
            }
        }
    }
    if sorted.len() == needs.len() {
        Ok(sorted)
    } else {
        Err((0..needs.len()).filter(|&i| waiting[i] > 0).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::sort;

    #[test]
    fn rows_stand_after_what_they_need_and_else_as_added() {
        assert_eq!(sort(&[vec![], vec![], vec![]], &[0, 0, 0]), Ok(vec![0, 1, 2]));
        assert_eq!(sort(&[vec![2], vec![], vec![1]], &[0, 0, 0]), Ok(vec![1, 2, 0]));
        assert_eq!(sort(&[vec![1], vec![]], &[1, 0]), Ok(vec![1, 0]));
        assert_eq!(sort(&[vec![1], vec![0], vec![]], &[0, 0, 0]), Err(vec![0, 1]));
    }
}
