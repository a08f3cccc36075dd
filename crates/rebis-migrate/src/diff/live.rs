//! [`compare`]: a live database with the models.

use rebis_engine::{Connection, InspectOptions, inspect};
use rebis_sql::schema::{NamingConvention, Schema};

use super::{DiffOptions, Noted, diff, objects, rename, settle};
use crate::{Result, dialect};

/// What the database holds, in the models' words where it means the same, and where the models differ from it.
///
/// A database writes the SQL of checks, defaults, generated columns and indexes anew. Where its text is not the models', it is asked how it
/// would write theirs: in tables that exist for that moment only.
///
/// # Errors
/// What the database says.
pub async fn compare(
    connection: &mut Connection,
    models: &Schema,
    options: &DiffOptions,
) -> Result<(Schema, Vec<Noted>)> {
    let mut schemas: Vec<String> = models.tables.iter().filter_map(|t| t.schema.clone()).collect();
    schemas.extend(options.schemas.iter().cloned());
    schemas.sort();
    schemas.dedup();
    let mut models = models.clone();
    if !schemas.is_empty() {
        let own = own_schema(connection).await?;
        schemas.retain(|s| *s != own);
        forget(&mut models, &own);
    }
    let mut database = inspect(connection, &InspectOptions { schemas, tables: Vec::new() }).await?;
    // So that what drops it finds it again.
    database.tables.iter_mut().for_each(|t| NamingConvention.apply(t));
    // Asked under the new names, kept under the old ones.
    let mut renames = Vec::new();
    let mut stated = options.renames.clone();
    stated.extend(rename::declared(&database, &models, &stated));
    rename::apply(&mut database, &stated, &mut renames);
    settle::settle(connection, &mut database, &models).await?;
    for renamed in renames.iter().rev() {
        if let Some(back) = renamed.op.reverse(&database) {
            let _ = back.apply(&mut database);
        }
    }
    let found = diff(&database, &models, connection.dialect(), options);
    let found = objects::compare(connection, options, found).await?;
    Ok((database, found))
}

async fn own_schema(connection: &mut Connection) -> Result<String> {
    let sql = dialect::rules(connection.dialect())?.own_schema;
    Ok(connection.fetch_value::<String>(sql, &[]).await?.unwrap_or_default())
}

/// The connection's own schema goes without a name.
fn forget(models: &mut Schema, own: &str) {
    let clear = |schema: &mut Option<String>| {
        if schema.as_deref() == Some(own) {
            *schema = None;
        }
    };
    for table in &mut models.tables {
        clear(&mut table.schema);
        table.foreign_keys.iter_mut().for_each(|k| clear(&mut k.ref_schema));
    }
}
