//! Alembic's operations as ours, from the words of Python. Invariant: what the words do not say is a reason, never a guess.

use rebis_migrate::Op;
use rebis_sql::ddl::{ColumnChange, Constraint, ConstraintKind, Exclusion};
use rebis_sql::schema::{
    Check, Column, Computed, ForeignKey, Identity, Index, IndexKey, PrimaryKey, ServerDefault, Table, Unique,
};
use rebis_sql::{Ddl, Dialect, SqlType};

use crate::python::Py;
use crate::row::{self, Reason};

pub(crate) const UNSAID: Reason = "the recorded row holds an object of Python that does not say what it is";

/// The texts of expressions that the words lack.
pub(crate) struct Words {
    /// Texts for what is opaque, in the order in which they are asked for.
    pub(crate) expressions: Vec<String>,
}

impl Words {
    pub(crate) fn expression(&mut self, py: &Py) -> Result<String, Reason> {
        match py {
            Py::Text(text) => Ok(text.clone()),
            Py::Call(name, arguments, _) if name == "text" || name == "literal_column" => {
                arguments.first().and_then(Py::text).ok_or(UNSAID)
            }
            _ if self.expressions.is_empty() => Err(UNSAID),
            _ => Ok(self.expressions.remove(0)),
        }
    }

    pub(crate) fn sql_type(&self, py: &Py) -> Result<SqlType, Reason> {
        let (name, arguments, keys) = match py {
            Py::Call(name, arguments, keys) => (name.clone(), arguments.clone(), keys.clone()),
            // `<class 'sqlalchemy.sql.sqltypes.Integer'>`
            Py::Opaque(text) if text.starts_with("<class ") => (
                text.trim_end_matches("'>").rsplit('.').next().unwrap_or_default().to_owned(),
                Vec::new(),
                Vec::new(),
            ),
            _ => return Err(UNSAID),
        };
        if keys.iter().any(|(k, v)| k == "create_constraint" && v.is("True")) {
            return Err("a check that a Python type makes by itself");
        }
        let number = |key: &str, at: usize| -> Option<u32> {
            let given = keys.iter().find(|(k, _)| k == key).map(|(_, v)| v).or(arguments.get(at))?;
            match given {
                Py::Word(n) => n.parse().ok(),
                _ => None,
            }
        };
        Ok(match name.as_str() {
            "Integer" | "INTEGER" => SqlType::Integer,
            "BigInteger" | "BIGINT" => SqlType::BigInteger,
            "SmallInteger" | "SMALLINT" => SqlType::SmallInteger,
            "String" | "VARCHAR" | "Unicode" => SqlType::String(number("length", 0)),
            "Text" | "TEXT" => SqlType::Text,
            "Boolean" | "BOOLEAN" => SqlType::Boolean,
            "DateTime" | "DATETIME" | "TIMESTAMP" => SqlType::DateTime { timezone: false },
            "Date" | "DATE" => SqlType::Date,
            "Float" | "FLOAT" => SqlType::Double,
            "Numeric" | "NUMERIC" => {
                SqlType::Numeric { precision: number("precision", 0), scale: number("scale", 1) }
            }
            "JSON" | "JSONB" => SqlType::Json,
            "LargeBinary" => SqlType::LargeBinary,
            "Enum" | "ENUM" => SqlType::Enum {
                name: keys.iter().find(|(k, _)| k == "name").and_then(|(_, v)| v.text()).unwrap_or_default(),
                values: arguments.iter().filter_map(Py::text).collect(),
            },
            _ => return Err("a type of Python's own"),
        })
    }

    fn default(&mut self, py: &Py, column: &mut Column) -> Result<(), Reason> {
        match py {
            Py::Word(w) if w == "None" => {}
            Py::Text(text) => column.default = Some(constant(&column.ty, text)),
            Py::Call(name, arguments, _) if name == "DefaultClause" => match arguments.first() {
                Some(Py::Text(text)) => column.default = Some(constant(&column.ty, text)),
                Some(other) => column.default = Some(ServerDefault::Sql(self.expression(other)?)),
                None => return Err(UNSAID),
            },
            Py::Call(name, arguments, _) if name == "Computed" => {
                let sql = match arguments.first() {
                    Some(first) => self.expression(first)?,
                    None => return Err(UNSAID),
                };
                let stored = py.key("persisted").is_some_and(|p| p.is("True"));
                column.computed = Some(Computed { sql, stored });
            }
            Py::Call(name, ..) if name == "Identity" => column.identity = Some(identity(py)?),
            other => column.default = Some(ServerDefault::Sql(self.expression(other)?)),
        }
        Ok(())
    }

    /// A column, with the foreign keys that stand in it.
    pub(crate) fn column(&mut self, py: &Py) -> Result<(Column, Vec<ForeignKey>), Reason> {
        let Py::Call(_, arguments, keys) = py else { return Err(UNSAID) };
        let name = arguments.first().and_then(Py::text).ok_or(UNSAID)?;
        let ty = self.sql_type(arguments.get(1).ok_or(UNSAID)?)?;
        if let SqlType::Enum { .. } = ty {
            return Err("an enum that is no type, which Python checks");
        }
        let mut column = Column::new(name.clone(), ty);
        let mut references = Vec::new();
        for argument in &arguments[2..] {
            match argument {
                Py::Call(what, to, _) if what == "ForeignKey" => {
                    let place = to.first().and_then(Py::text).ok_or(UNSAID)?;
                    references.push(key_to(std::slice::from_ref(&name), &[place])?);
                }
                Py::Call(what, ..) if what == "Computed" || what == "Identity" => {
                    self.default(argument, &mut column)?;
                }
                _ => return Err(UNSAID),
            }
        }
        for (key, value) in keys {
            match key.as_str() {
                "nullable" => column.nullable = value.is("True"),
                "comment" => column.comment = value.text(),
                "server_default" => self.default(value, &mut column)?,
                "primary_key" | "table" | "key" | "autoincrement" => {}
                "system" => return Err("a column of the database's own"),
                _ => return Err("an option of another database"),
            }
        }
        Ok((column, references))
    }

    /// What no two rows may have.
    fn exclusion(&mut self, py: &Py, name: Option<String>, pairs: &[Py]) -> Result<Exclusion, Reason> {
        let mut elements = Vec::new();
        for pair in pairs {
            let Py::List(pair) = pair else { return Err(UNSAID) };
            let (Some(expression), Some(operator)) = (pair.first(), pair.get(1).and_then(Py::text)) else {
                return Err(UNSAID);
            };
            elements.push((self.expression(expression)?, operator));
        }
        let filter = match py.key("where") {
            Some(sql) => Some(self.expression(sql)?),
            None => None,
        };
        let method = py.key("using").and_then(Py::text);
        Ok(Exclusion { name, method, elements, filter, deferrable: None })
    }

    /// A table's constraint.
    pub(crate) fn constraint(&mut self, py: &Py, table: &mut Table) -> Result<(), Reason> {
        let Py::Call(what, arguments, _) = py else { return Err(UNSAID) };
        let name = py.key("name").and_then(Py::text);
        let columns = |from: &[Py]| Py::List(from.to_vec()).texts().ok_or(UNSAID);
        match what.as_str() {
            "PrimaryKeyConstraint" => {
                let columns = columns(arguments)?;
                if !columns.is_empty() {
                    table.primary_key = Some(PrimaryKey { name, columns });
                }
            }
            "UniqueConstraint" => table.uniques.push(Unique {
                name,
                columns: columns(arguments)?,
                deferrable: None,
                nulls_not_distinct: false,
            }),
            "CheckConstraint" => {
                let sql = self.expression(arguments.first().ok_or(UNSAID)?)?;
                table.checks.push(Check { name, sql });
            }
            "ForeignKeyConstraint" => {
                let from = arguments.first().and_then(Py::texts).ok_or(UNSAID)?;
                let to = arguments.get(1).and_then(Py::texts).ok_or(UNSAID)?;
                table.foreign_keys.push(ForeignKey { name, ..options(key_to(&from, &to)?, py)? });
            }
            "Column" => {
                let (column, references) = self.column(py)?;
                if py.key("primary_key").is_some_and(|k| k.is("True")) && table.primary_key.is_none() {
                    table.primary_key = Some(PrimaryKey { name: None, columns: vec![column.name.clone()] });
                }
                table.columns.push(column);
                table.foreign_keys.extend(references);
            }
            "ExcludeConstraint" => table.exclusions.push(self.exclusion(py, name, arguments)?),
            _ => return Err("a constraint of Python's own"),
        }
        Ok(())
    }

    pub(crate) fn keys(&mut self, py: &Py) -> Result<Vec<IndexKey>, Reason> {
        let Py::List(items) = py else { return Err(UNSAID) };
        let mut keys = Vec::new();
        for item in items {
            keys.push(match item {
                Py::Text(name) => IndexKey::Column { name: name.clone(), descending: false },
                Py::Call(what, arguments, _) if what == "Column" => IndexKey::Column {
                    name: arguments.first().and_then(Py::text).ok_or(UNSAID)?,
                    descending: false,
                },
                other => IndexKey::Expression(self.expression(other)?),
            });
        }
        Ok(keys)
    }
}

/// A text between quotes is what Python gives for a number too.
fn constant(ty: &SqlType, text: &str) -> ServerDefault {
    match ty {
        SqlType::String(_) | SqlType::Text | SqlType::Enum { .. } => {
            ServerDefault::Value(rebis_sql::Value::Text(text.to_owned()))
        }
        _ => ServerDefault::Sql(format!("'{text}'")),
    }
}

pub(crate) fn identity(py: &Py) -> Result<Identity, Reason> {
    let number = |key: &str| -> Option<i64> {
        match py.key(key)? {
            Py::Word(n) => n.parse().ok(),
            _ => None,
        }
    };
    for key in ["on_null", "order", "oracle_on_null", "oracle_order", "nominvalue", "nomaxvalue"] {
        if py.key(key).is_some() {
            return Err("an option of another database");
        }
    }
    Ok(Identity {
        always: py.key("always").is_some_and(|a| a.is("True")),
        start: number("start"),
        increment: number("increment"),
        min: number("minvalue"),
        max: number("maxvalue"),
        cycle: py.key("cycle").is_some_and(|c| c.is("True")),
        cache: number("cache"),
    })
}

/// `['a.id']` as a reference.
fn key_to(from: &[String], to: &[String]) -> Result<ForeignKey, Reason> {
    let value = serde_json::json!({ "cols": from, "ref": to });
    row::foreign_key(&value, Dialect::ALL[1])
}

/// What stands behind a foreign key's columns.
pub(crate) fn options(mut key: ForeignKey, py: &Py) -> Result<ForeignKey, Reason> {
    let said = |name: &str| py.key(name).and_then(Py::text);
    if said("match").is_some() {
        return Err("MATCH, which no database but PostgreSQL looks at");
    }
    let value = serde_json::json!({ "ondelete": said("ondelete"), "onupdate": said("onupdate"),
        "initially": said("initially"), "deferrable": py.key("deferrable").is_some_and(|d| d.is("True")) });
    let with = row::foreign_key(&value, Dialect::ALL[1])?;
    (key.on_delete, key.on_update, key.deferrable) = (with.on_delete, with.on_update, with.deferrable);
    Ok(key)
}

/// One call of `op.…` as operations; `about` is what a batch is about.
pub(crate) fn call(
    py: &Py,
    schema: Option<String>,
    about: Option<&str>,
    words: &mut Words,
) -> Result<Vec<Op>, Reason> {
    let Py::Call(what, arguments, keys) = py else { return Err(UNSAID) };
    let schema = schema.or_else(|| py.key("schema").and_then(Py::text));
    let schema = schema.or_else(|| py.key("source_schema").and_then(Py::text));
    let foreign = |k: &str| {
        k.contains('_')
            && ["somedialect", "oracle", "mssql", "sqlite", "mysql", "mariadb"]
                .iter()
                .any(|d| k.starts_with(&format!("{d}_")))
    };
    if keys.iter().any(|(k, _)| foreign(k)) || py.key("prefixes").is_some() || py.key("info").is_some() {
        return Err("an option of another database, or of Python");
    }
    let mut at = arguments.iter().cloned();
    let mut next = || at.next().ok_or(UNSAID);
    let of = |py: Py| py.text().ok_or(UNSAID);
    let name_of = |py: Py| -> Result<Option<String>, Reason> {
        if py.is("None") { Ok(None) } else { of(py).map(Some) }
    };
    let table_named = |next: &mut dyn FnMut() -> Result<Py, Reason>| match about {
        Some(about) => Ok(about.to_owned()),
        None => next().and_then(of),
    };
    let flag = |name: &str| py.key(name).is_some_and(|v| v.is("True"));
    Ok(match what.as_str() {
        "create_table" => {
            let mut table = Table { schema, ..Table::new(of(next()?)?) };
            table.comment = py.key("comment").and_then(Py::text);
            for part in &arguments[1..] {
                let parts = match part {
                    Py::List(parts) => parts.clone(),
                    one => vec![one.clone()],
                };
                for part in &parts {
                    words.constraint(part, &mut table)?;
                }
            }
            vec![Ddl::CreateTable { table, if_not_exists: flag("if_not_exists") }.into()]
        }
        "drop_table" => {
            vec![Ddl::DropTable { schema, table: of(next()?)?, if_exists: flag("if_exists") }.into()]
        }
        "rename_table" => vec![Ddl::RenameTable { schema, from: of(next()?)?, to: of(next()?)? }.into()],
        "add_column" => {
            let table = table_named(&mut next)?;
            let (column, references) = words.column(&next()?)?;
            let add = Ddl::AddColumn { schema: schema.clone(), table: table.clone(), column };
            let add = if flag("if_not_exists") { Ddl::Guarded(Box::new(add)) } else { add };
            let mut ops: Vec<Op> = vec![add.into()];
            ops.extend(references.into_iter().map(|key| {
                let constraint = Constraint::ForeignKey(key);
                Ddl::AddConstraint { schema: schema.clone(), table: table.clone(), constraint }.into()
            }));
            ops
        }
        "drop_column" => {
            let drop = Ddl::DropColumn { schema, table: table_named(&mut next)?, column: of(next()?)? };
            vec![if flag("if_exists") { Ddl::Guarded(Box::new(drop)) } else { drop }.into()]
        }
        "alter_column" => {
            let table = table_named(&mut next)?;
            alter(py, schema, table, of(next()?)?, words)?
        }
        "create_index" => {
            let name = of(next()?)?;
            let table = table_named(&mut next)?;
            let mut index =
                Index { name, unique: flag("unique"), keys: words.keys(&next()?)?, ..Index::default() };
            index.method = py.key("postgresql_using").and_then(Py::text);
            index.filter = match py.key("postgresql_where") {
                Some(sql) => Some(words.expression(sql)?),
                None => None,
            };
            if py.key("postgresql_ops").is_some() || py.key("postgresql_with").is_some() {
                return Err("an operator class or storage parameter of PostgreSQL's");
            }
            index.include = py.key("postgresql_include").and_then(Py::texts).unwrap_or_default();
            let (if_not_exists, concurrently) = (flag("if_not_exists"), flag("postgresql_concurrently"));
            vec![Ddl::CreateIndex { schema, table, index, if_not_exists, concurrently }.into()]
        }
        "drop_index" => {
            let name = of(next()?)?;
            let table = about.map(str::to_owned).or_else(|| py.key("table_name").and_then(Py::text));
            let (table, if_exists) = (table.unwrap_or_default(), flag("if_exists"));
            vec![
                Ddl::DropIndex {
                    schema,
                    table,
                    name,
                    if_exists,
                    concurrently: flag("postgresql_concurrently"),
                }
                .into(),
            ]
        }
        "create_unique_constraint" | "create_primary_key" => {
            let name = name_of(next()?)?;
            let table = table_named(&mut next)?;
            let columns = next()?.texts().ok_or(UNSAID)?;
            let constraint = match what.as_str() {
                "create_primary_key" => Constraint::PrimaryKey(PrimaryKey { name, columns }),
                _ => {
                    Constraint::Unique(Unique { name, columns, deferrable: None, nulls_not_distinct: false })
                }
            };
            vec![Ddl::AddConstraint { schema, table, constraint }.into()]
        }
        "create_check_constraint" => {
            let name = name_of(next()?)?;
            let table = table_named(&mut next)?;
            let constraint = Constraint::Check(Check { name, sql: words.expression(&next()?)? });
            vec![if flag("postgresql_not_valid") {
                Ddl::AddNotValid { schema, table, constraint }.into()
            } else {
                Ddl::AddConstraint { schema, table, constraint }.into()
            }]
        }
        "create_foreign_key" => {
            let name = name_of(next()?)?;
            let table = table_named(&mut next)?;
            let to = of(next()?)?;
            let (from, columns) = (next()?.texts().ok_or(UNSAID)?, next()?.texts().ok_or(UNSAID)?);
            let key = ForeignKey {
                name,
                columns: from,
                ref_schema: py.key("referent_schema").and_then(Py::text),
                ref_table: to,
                ref_columns: columns,
                ..ForeignKey::default()
            };
            let constraint = Constraint::ForeignKey(options(key, py)?);
            vec![if flag("postgresql_not_valid") {
                Ddl::AddNotValid { schema, table, constraint }.into()
            } else {
                Ddl::AddConstraint { schema, table, constraint }.into()
            }]
        }
        "create_exclude_constraint" => {
            let name = name_of(next()?)?;
            let table = table_named(&mut next)?;
            let pairs = arguments.get(if about.is_some() { 1 } else { 2 }..).ok_or(UNSAID)?;
            let exclusion = words.exclusion(py, name, pairs)?;
            vec![Ddl::AddExclusion { schema, table, exclusion }.into()]
        }
        "drop_constraint" => {
            let name = name_of(next()?)?.ok_or("a constraint without a name: here each has one")?;
            let table = table_named(&mut next)?;
            let kind = match py.key("type_").and_then(Py::text).as_deref() {
                Some("foreignkey") => ConstraintKind::ForeignKey,
                Some("primary") => ConstraintKind::PrimaryKey,
                Some("unique") => ConstraintKind::Unique,
                _ => ConstraintKind::Check,
            };
            let drop = Ddl::DropConstraint { schema, table, name, kind };
            vec![if flag("if_exists") { Ddl::Guarded(Box::new(drop)) } else { drop }.into()]
        }
        "create_table_comment" | "drop_table_comment" => {
            let table = table_named(&mut next)?;
            let comment = if what.starts_with("create") { Some(of(next()?)?) } else { None };
            vec![Ddl::CommentTable { schema, table, comment }.into()]
        }
        "execute" => vec![Op::Execute { sql: words.expression(&next()?)?, binds: Vec::new() }],
        _ => return Err("a directive of the application's own"),
    })
}

/// `alter_column`, and the rename that may be part of it.
fn alter(
    py: &Py,
    schema: Option<String>,
    table: String,
    column: String,
    words: &mut Words,
) -> Result<Vec<Op>, Reason> {
    let mut existing = Column::new(column.clone(), SqlType::Other(String::new()));
    let mut change = ColumnChange::default();
    let said = |name: &str| py.key(name).filter(|v| !v.is("False") || name.ends_with("nullable"));
    if let Some(ty) = said("existing_type").filter(|v| !v.is("None")) {
        existing.ty = words.sql_type(ty)?;
    }
    if let Some(ty) = said("type_").filter(|v| !v.is("None")) {
        change.ty = Some(words.sql_type(ty)?);
    }
    if let Some(nullable) = said("existing_nullable").filter(|v| !v.is("None")) {
        existing.nullable = nullable.is("True");
    }
    change.nullable = said("nullable").filter(|v| !v.is("None")).map(|v| v.is("True"));
    existing.comment = said("existing_comment").and_then(Py::text);
    change.comment = said("comment").map(Py::text);
    change.using = said("postgresql_using").and_then(Py::text);
    change.autoincrement = said("autoincrement").filter(|v| !v.is("None")).map(|v| v.is("True"));
    if let Some(default) = said("existing_server_default").filter(|v| !v.is("None")) {
        words.default(default, &mut existing)?;
    }
    if let Some(default) = said("server_default") {
        let ty = change.ty.clone().unwrap_or(existing.ty.clone());
        let ty = if ty == SqlType::Other(String::new()) { SqlType::Text } else { ty };
        let mut new = Column::new("c", ty);
        words.default(default, &mut new)?;
        if new.computed.is_some() || existing.computed.is_some() {
            return Err("a generated column is made anew here, not altered");
        }
        if new.identity.is_some() || existing.identity.is_some() {
            change.identity = Some(new.identity);
        } else {
            change.default = Some(new.default);
        }
    }
    let mut ops = Vec::new();
    if change != ColumnChange::default() {
        let (schema, table) = (schema.clone(), table.clone());
        ops.push(Ddl::AlterColumn { schema, table, existing, change }.into());
    }
    if let Some(to) = said("new_column_name").and_then(Py::text) {
        ops.push(Ddl::RenameColumn { schema, table, from: column, to }.into());
    }
    if ops.is_empty() { Err("an alteration that changes nothing") } else { Ok(ops) }
}
