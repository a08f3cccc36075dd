//! Deferred columns read later, for many objects in one statement. Invariant: a value that was set in the program is not replaced.

use std::collections::HashMap;
use std::sync::Arc;

use rebis_sql::{Statement, compile};

use super::load::{CHUNK, Task};
use super::statement::among;
use crate::entity::{Entity, Object, typed};
use crate::model::{Model, RowKey};
use crate::session::Shared;

/// Reads a deferred column of objects of model `M`.
pub(crate) fn load_column<M: Model>(
    session: &Arc<Shared>,
    owners: Vec<Object>,
    column: usize,
) -> Task<'_, ()> {
    Box::pin(async move {
        let meta = M::meta();
        let open: Vec<Entity<M>> = owners.iter().filter_map(typed::<M>).collect();
        let open = open.into_iter().filter(|e| M::unloaded(e).has(column) && e.object().has_key());
        let by_key: HashMap<RowKey, Entity<M>> = open.filter_map(|e| Some((e.object().key()?, e))).collect();
        let mut keys: Vec<&RowKey> = by_key.keys().collect();
        keys.sort_unstable();
        for chunk in keys.chunks(CHUNK) {
            let mut select = meta.select_all();
            select.columns = meta.key.iter().chain([&column]).map(|&c| meta.column_expr(c).into()).collect();
            let wanted = chunk.iter().filter_map(|key| Some(by_key.get(key)?.object().values(&meta.key)));
            select.and_where(among(meta, &meta.key, wanted.collect()));
            let mut connection = session.connection().await?;
            let compiled = compile(&Statement::Select(select), connection.dialect())?;
            connection
                .query(&compiled.sql, &compiled.binds, |row| {
                    let mut key = Vec::with_capacity(meta.key.len());
                    for (i, &k) in meta.key.iter().enumerate() {
                        key.push((meta.def.columns[k].decode)(row.cell(i)?)?);
                    }
                    if let Some(entity) = RowKey::new(&key).and_then(|key| by_key.get(&key)) {
                        M::fill(entity, column, row.cell(meta.key.len())?)?;
                    }
                    Ok(())
                })
                .await?;
        }
        Ok(())
    })
}
