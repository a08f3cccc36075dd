//! [`as_inspected`]: a declared table as inspection would find it. Invariant: creating the table and inspecting it gives the same value.

use rebis_sql::schema::{Collation, Column, IndexKey, ServerDefault, Table};
use rebis_sql::{Dialect, SqlType, Value};

use super::{default, mysql, postgres, sqlite, tables};

/// A declared table as [`inspect`](super::inspect()) reports it after it was created by that dialect.
///
/// Compare this, not the declaration itself, with what inspection finds: `inspect(create(table)) == as_inspected(table)`, so every
/// difference is one.
///
/// | declared | SQLite | PostgreSQL | MySQL, MariaDB |
/// |---|---|---|---|
/// | `Interval` | `BigInteger` | as declared | `BigInteger` |
/// | `DateTime { timezone: true }` | `timezone: false` | as declared | `timezone: false` |
/// | `String(None)` | as declared | as declared | `String(Some(255))` |
/// | `Numeric` without digits | as declared | as declared | 38 digits, scale 10 |
/// | `Numeric` with scale 0 | without a scale | without a scale | without a scale |
/// | `Enum` | as declared | as declared | `name` is the column's: the database keeps none |
/// | `Other` that is a generic type's spelling | that type | that type | that type |
/// | a counted `SmallInteger`, `BigInteger` | `Integer` | as declared | as declared |
/// | a lone `Integer` primary key | counted, NOT NULL | as declared | as declared |
/// | other primary key columns | as declared | NOT NULL | NOT NULL |
/// | an unnamed primary key | no name | `<table>_pkey` | no name, also when one is given |
/// | a unique constraint | as declared | as declared | a unique index of that name |
/// | `Restrict` | as declared | as declared | `NoAction`, which is the same there |
/// | `deferrable` | as declared | as declared | refused when created |
/// | identity | none | counted; start and step 1 are absent | none |
/// | `collation` | in capitals; `BINARY` is none | as declared; `default` is none | in small letters |
/// | `options` | those of the database that it shows, in small letters | the same | the same, `mariadb_` as `mysql_` |
/// | comments | none | as declared | as declared |
/// | an index's `include`, `method` | none | as declared; `btree` is absent | `include` none, `btree` absent |
/// | an index's `lengths` | none | none | as declared |
/// | an index's `options`, `nulls_not_distinct` | none | as declared, PostgreSQL's options | none |
///
/// A default NULL is no default; `now()` in any spelling of the database is `ServerDefault::Now`; a constant is read as a value of its
/// column's type. **Not comparable as text**, since PostgreSQL and MySQL write them anew: `ServerDefault::Sql`, the SQL of checks, of
/// generated columns, of partial and expression indexes, and array constants on PostgreSQL. Compare those by name and presence.
///
/// ```
/// use rebis_engine::as_inspected;
/// use rebis_engine::sql::{Dialect, SqlType, schema::{Column, Table}};
///
/// let mut table = Table::new("film");
/// table.columns.push(Column::new("length", SqlType::Interval));
/// assert_eq!(as_inspected(Dialect::Sqlite, &table).columns[0].ty, SqlType::BigInteger);
/// assert_eq!(as_inspected(Dialect::Postgres, &table).columns[0].ty, SqlType::Interval);
/// ```
#[must_use]
pub fn as_inspected(dialect: Dialect, table: &Table) -> Table {
    let mut table = table.clone();
    table.was = None;
    table.options = options_of(dialect, &table);
    for column in &mut table.columns {
        column.was = None;
        column.ty = type_of(dialect, &column.ty, &column.name);
        column.collation = collation_of(dialect, column);
        let ty = &column.ty;
        column.default = column.default.take().and_then(|default| default_of(ty, default));
        if let Some(computed) = &mut column.computed {
            column.default = None;
            computed.sql = default::unwrap_brackets(&computed.sql).to_owned();
        }
    }
    if dialect.capabilities().alter_table
        && let Some(key) = &table.primary_key
    {
        let columns = table.columns.iter_mut().filter(|c| key.columns.contains(&c.name));
        columns.for_each(|c| c.nullable = false);
    }
    for index in &mut table.indexes {
        for key in &mut index.keys {
            if let IndexKey::Expression(sql) = key {
                *sql = default::unwrap_brackets(sql).to_owned();
            }
        }
    }
    // The registry of expectations.
    match dialect {
        Dialect::Sqlite => sqlite::expect(&mut table),
        Dialect::Postgres => postgres::expect(&mut table),
        Dialect::MySql | Dialect::MariaDb => mysql::expect(&mut table),
        _ => {}
    }
    tables::sort(&mut table);
    table
}

/// What the type's spelling is read as: the same reader that inspection uses. A type the database lacks stays.
fn type_of(dialect: Dialect, ty: &SqlType, column: &str) -> SqlType {
    let element = match ty {
        SqlType::Array(of) => Some(of),
        _ => None,
    };
    if let Some(of) = element {
        return SqlType::Array(Box::new(type_of(dialect, of, column)));
    }
    if matches!(ty, SqlType::Enum { .. }) {
        return ty.clone();
    }
    let Ok(spelled) = dialect.type_name(ty) else { return ty.clone() };
    // The registry of type readers.
    match dialect {
        Dialect::Sqlite => sqlite::expect_type(&spelled),
        Dialect::Postgres => postgres::expect_type(&spelled),
        Dialect::MySql | Dialect::MariaDb => mysql::expect_type(&spelled, column),
        _ => ty.clone(),
    }
}

/// The options that the database takes and shows, by one name each.
fn options_of(dialect: Dialect, table: &Table) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for (name, _) in &table.options {
        let Some((_, option)) = name.split_once('_') else { continue };
        let Some(value) = table.option(dialect, option) else { continue };
        // The registry of options.
        let (start, value) = match dialect {
            Dialect::Sqlite => ("sqlite", sqlite::expect_option(option, value)),
            Dialect::Postgres => ("postgresql", postgres::expect_option(option, value)),
            Dialect::MySql | Dialect::MariaDb => ("mysql", mysql::expect_option(option, value)),
            _ => continue,
        };
        let called = format!("{start}_{option}");
        if let Some(value) = value
            && !all.iter().any(|(n, _)| *n == called)
        {
            all.push((called, value));
        }
    }
    all
}

/// What the database calls it, where the column has one of its own.
fn collation_of(dialect: Dialect, column: &Column) -> Option<Collation> {
    let called = column.collation.as_ref()?.on(dialect)?;
    // The registry of collations' names.
    let called = match dialect {
        Dialect::Sqlite => sqlite::expect_collation(called),
        Dialect::Postgres => postgres::expect_collation(called),
        Dialect::MySql | Dialect::MariaDb => mysql::expect_collation(called),
        _ => Some(called.to_owned()),
    };
    called.map(Collation::from)
}

fn default_of(ty: &SqlType, default: ServerDefault) -> Option<ServerDefault> {
    match default {
        ServerDefault::Value(Value::Interval(i)) if *ty == SqlType::Interval => {
            Some(ServerDefault::Value(Value::Interval(i)))
        }
        ServerDefault::Value(value) => {
            let read = default::literal(&value).and_then(|literal| default::value(ty, literal));
            Some(read.unwrap_or(value)).filter(|v| !v.is_null()).map(ServerDefault::Value)
        }
        ServerDefault::Sql(sql) => default::read(ty, &sql, false),
        ServerDefault::Now => Some(ServerDefault::Now),
    }
}
