//! [`compare`]: a live database with the models.

use rebis_engine::{Connection, InspectOptions, as_inspected, inspect};
use rebis_sql::Dialect;
use rebis_sql::schema::{Column, NamingConvention, Schema, Table};

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
    database.tables.iter_mut().for_each(|t| NamingConvention::default().apply(t));
    // Asked under the new names, kept under the old ones.
    let mut renames = Vec::new();
    let mut stated = options.renames.clone();
    stated.extend(rename::declared(&database, &models, &stated));
    rename::apply(&mut database, &stated, &mut renames);
    settle::settle(connection, &mut database, &models).await?;
    collations(&mut database, &models, connection.dialect());
    for renamed in renames.iter().rev() {
        if let Some(back) = renamed.op.reverse(&database) {
            let _ = back.apply(&mut database);
        }
    }
    let found = diff(&database, &models, connection.dialect(), options);
    let found = objects::compare(connection, options, found).await?;
    Ok((database, found))
}

/// A collation that is the models' is said in their words, which may name other databases too.
fn collations(database: &mut Schema, models: &Schema, dialect: Dialect) {
    let called = |column: &Column| {
        let one = Table { columns: vec![column.clone()], ..Table::default() };
        as_inspected(dialect, &one).columns.pop().and_then(|c| c.collation)
    };
    for model in &models.tables {
        let there = database.tables.iter_mut().find(|t| t.schema == model.schema && t.name == model.name);
        for column in there.into_iter().flat_map(|t| &mut t.columns) {
            let Some(wanted) = model.column(&column.name).filter(|c| c.collation.is_some()) else { continue };
            if called(column) == called(wanted) {
                column.collation.clone_from(&wanted.collation);
            }
        }
    }
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
