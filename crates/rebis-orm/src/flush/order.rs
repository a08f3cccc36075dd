//! The order of rows. Invariant: it depends on keys, relations and the order of `add` only, never on addresses or hashes.

use std::any::TypeId;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use rebis_sql::schema::{Table, sort_tables};

use crate::entity::Object;
use crate::model::{ColumnSet, ModelMeta, RowKey};

/// For each row, the place of its table in dependency order.
pub(crate) fn ranks(objects: &[Object]) -> Vec<usize> {
    if objects.len() < 2 {
        return vec![0; objects.len()];
    }
    let mut metas: Vec<&'static ModelMeta> = Vec::new();
    let which: Vec<usize> = objects
        .iter()
        .map(|object| {
            let meta = object.meta();
            // From behind: neighbours are mostly of one model.
            metas.iter().rposition(|m| m.type_id == meta.type_id).unwrap_or_else(|| {
                metas.push(meta);
                metas.len() - 1
            })
        })
        .collect();
    if metas.len() < 2 {
        return vec![0; objects.len()];
    }
    let tables: Vec<&Table> = metas.iter().map(|m| m.table()).collect();
    let (sorted, _) = sort_tables(&tables);
    let places: Vec<usize> = metas
        .iter()
        .map(|meta| sorted.iter().position(|t| std::ptr::eq(*t, meta.table())).unwrap_or(0))
        .collect();
    which.into_iter().map(|model| places[model]).collect()
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
            for pointer in pointers.iter() {
                if pointer.parent.as_ref().is_some_and(|p| Arc::ptr_eq(p, other)) {
                    columns = pointer.link.child.iter().fold(columns, |all, &c| all.with(c));
                }
            }
            columns = refers(&objects[i], other).fold(columns, ColumnSet::with);
            if !columns.is_empty() && columns.iter().all(|c| meta.def.columns[c].may_be_null()) {
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
    let mut needs: Vec<Vec<usize>> = vec![Vec::new(); objects.len()];
    // A row does not wait for itself.
    if objects.len() < 2 {
        return needs;
    }
    by_relation(objects, &mut needs);
    by_key(objects, &mut needs);
    for (i, needs) in needs.iter_mut().enumerate().filter(|(_, needs)| !needs.is_empty()) {
        needs.retain(|&n| n != i);
        needs.sort_unstable();
        needs.dedup();
    }
    needs
}

fn by_relation(objects: &[Object], needs: &mut [Vec<usize>]) {
    // A pointer comes from a relation of one of the two, and both are here.
    if objects.iter().all(|o| o.meta().def.relations.is_empty()) {
        return;
    }
    // Made when the first row points to another: most batches have none that does.
    let mut index: Option<HashMap<usize, usize, foldhash::fast::RandomState>> = None;
    for (object, needs) in objects.iter().zip(needs) {
        let status = object.status();
        for parent in status.pointers.iter().filter_map(|p| p.parent.as_ref()) {
            let index = index
                .get_or_insert_with(|| objects.iter().enumerate().map(|(i, o)| (o.address(), i)).collect());
            needs.extend(index.get(&parent.address()).copied());
        }
    }
}

fn by_key(objects: &[Object], needs: &mut [Vec<usize>]) {
    let mut metas: Vec<&'static ModelMeta> = Vec::new();
    for object in objects {
        if metas.last().is_none_or(|m| m.type_id != object.meta().type_id) {
            metas.push(object.meta());
        }
    }
    metas.sort_by_key(|m| m.type_id);
    metas.dedup_by_key(|m| m.type_id);
    let here = |meta: &ModelMeta| metas.iter().any(|m| m.type_id == meta.type_id);
    // Columns that refer to a model of this batch, by model.
    let mut referring: HashMap<TypeId, Vec<(usize, &'static ModelMeta)>, foldhash::fast::RandomState> =
        HashMap::default();
    let mut targets: Vec<TypeId> = Vec::new();
    for meta in &metas {
        for (column, def) in meta.def.columns.iter().enumerate() {
            let Some(target) = def.foreign_key.map(|fk| (fk.target)()).filter(|target| here(target)) else {
                continue;
            };
            referring.entry(meta.type_id).or_default().push((column, target));
            targets.push(target.type_id);
        }
    }
    if targets.is_empty() {
        return;
    }
    let mut keys: HashMap<(TypeId, RowKey), usize> = HashMap::new();
    for (i, object) in objects.iter().enumerate() {
        // Only keys that are known can be referred to by value.
        if targets.contains(&object.meta().type_id)
            && object.has_key()
            && let Some(key) = object.key()
        {
            keys.insert((object.meta().type_id, key), i);
        }
    }
    if keys.is_empty() {
        return;
    }
    for (object, needs) in objects.iter().zip(needs) {
        for &(column, target) in referring.get(&object.meta().type_id).into_iter().flatten() {
            if object.status().unset.has(column) {
                continue;
            }
            if let Some(key) = RowKey::new(&[object.value(column)]) {
                needs.extend(keys.get(&(target.type_id, key)).copied());
            }
        }
    }
}

/// Sorts rows so that each stands after those it needs: by table, then by depth within the table, then as added.
///
/// `Err` gives the rows that wait for each other in a circle.
pub(crate) fn sort(needs: &[Vec<usize>], rank: &[usize]) -> Result<Vec<usize>, Vec<usize>> {
    if needs.iter().all(Vec::is_empty) {
        let mut sorted: Vec<usize> = (0..needs.len()).collect();
        sorted.sort_by_key(|&i| rank[i]);
        return Ok(sorted);
    }
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
