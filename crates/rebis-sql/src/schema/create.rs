//! [`create_statements`]: a whole schema as DDL. Invariant: a table stands after those it refers to; a type stands once.

use super::{Schema, Table, sort_tables};
use crate::ddl::Constraint;
use crate::dialect::ddl::create_table;
use crate::{CompileError, Ddl, Dialect};

/// The statements that make all tables of a schema, in the order in which they run.
///
/// Where tables refer to each other in a circle, the foreign keys that close it are added after the tables; a database that cannot add a
/// constraint (SQLite) does not ask for the order either, so there they stay in CREATE TABLE.
///
/// # Errors
/// When the database lacks something that a table needs.
pub fn create_statements(schema: &Schema, dialect: Dialect) -> Result<Vec<String>, CompileError> {
    let rules = dialect.rules();
    let alters = dialect.capabilities().alter_table;
    let tables: Vec<&Table> = schema.tables.iter().collect();
    let (sorted, edges) = sort_tables(&tables);
    let mut out = Vec::new();
    let mut closing = Vec::new();
    for table in sorted {
        let later: Vec<usize> =
            edges.iter().filter(|e| alters && e.table == table.name).map(|e| e.foreign_key).collect();
        create_table(rules, table, false, &later, &mut out)?;
        for &i in &later {
            let change = Ddl::AddConstraint {
                schema: table.schema.clone(),
                table: table.name.clone(),
                constraint: Constraint::ForeignKey(table.foreign_keys[i].clone()),
            };
            closing.extend(dialect.ddl(&change)?);
        }
    }
    // An enum that several tables use asks for its type each time, in the same words.
    let mut seen = std::collections::HashSet::new();
    out.retain(|sql| !sql.starts_with("DO ") || seen.insert(sql.clone()));
    out.extend(closing);
    Ok(out)
}
