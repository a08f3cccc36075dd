//! Deferred columns read later, for many objects in one statement. Invariant: a value that was set in the program is not replaced.

use std::collections::HashMap;
use std::sync::Arc;

use rebis_sql::{Statement, compile};

use super::load::{CHUNK, Task};
use super::statement::among;
use crate::entity::Object;
use crate::model::{ModelMeta, RowKey};
use crate::session::Shared;

/// Reads a deferred column of objects of one model.
pub(crate) fn load_column<'a>(
    session: &'a Arc<Shared>,
    meta: &'static ModelMeta,
    owners: Vec<Object>,
    column: usize,
) -> Task<'a, ()> {
    Box::pin(async move {
        let open = owners.into_iter().filter(|o| o.unloaded().has(column) && o.has_key());
        let by_key: HashMap<RowKey, Object> = open.filter_map(|o| Some((o.key()?, o))).collect();
        let mut keys: Vec<&RowKey> = by_key.keys().collect();
        keys.sort_unstable();
        for chunk in keys.chunks(CHUNK) {
            let mut select = meta.select_all();
            select.columns = meta.key.iter().chain([&column]).map(|&c| meta.column_expr(c).into()).collect();
            let wanted = chunk.iter().filter_map(|key| Some(by_key.get(key)?.values(&meta.key)));
            select.and_where(among(meta, &meta.key, wanted.collect()));
            let mut connection = session.connection().await?;
            let compiled = compile(&Statement::Select(select), connection.dialect())?;
            connection
                .query(&compiled.sql, &compiled.binds, |row| {
                    let mut key = Vec::with_capacity(meta.key.len());
                    for (i, &k) in meta.key.iter().enumerate() {
                        key.push((meta.def.columns[k].decode)(row.cell(i)?)?);
                    }
                    if let Some(object) = RowKey::new(&key).and_then(|key| by_key.get(&key)) {
                        object.fill(column, row.cell(meta.key.len())?)?;
                    }
                    Ok(())
                })
                .await?;
        }
        Ok(())
    })
}
