//! [`AnyColumn`]: a column by name, what it takes, and conditions on it. Invariant: a value is read as the column's own Rust type before it
//! goes anywhere, so that what is refused is refused here, in words.

use std::fmt;
use std::sync::Arc;

use rebis_sql::expr::BinaryOp;
use rebis_sql::{Expr, SqlType, Value};

use super::AnyModel;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Expression, Order, Predicate};
use crate::model::{ColumnDef, cell_of};
use crate::query::Bind;

/// A column that is known at run time only: see [the module](super).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AnyColumn {
    pub(super) model: AnyModel,
    pub(super) index: usize,
}

impl AnyColumn {
    pub(super) fn def(self) -> &'static ColumnDef {
        &self.model.0.def.columns[self.index]
    }

    /// The model.
    #[must_use]
    pub fn model(self) -> AnyModel {
        self.model
    }

    /// The field's name.
    #[must_use]
    pub fn field(self) -> &'static str {
        self.def().field
    }

    /// The column's name in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.def().name
    }

    /// The SQL type, its length and precision included.
    #[must_use]
    pub fn sql_type(self) -> SqlType {
        self.def().full_type()
    }

    /// The most characters, when it is said.
    #[must_use]
    pub fn length(self) -> Option<u32> {
        self.def().length
    }

    /// Whether NULL is one of its values.
    #[must_use]
    pub fn is_nullable(self) -> bool {
        self.def().nullable && !self.def().primary_key
    }

    /// Whether it is (part of) the primary key.
    #[must_use]
    pub fn is_primary_key(self) -> bool {
        self.def().primary_key
    }

    /// Whether no two rows have the same value.
    #[must_use]
    pub fn is_unique(self) -> bool {
        self.def().unique || (self.def().primary_key && self.model.0.key.len() == 1)
    }

    /// Whether the database computes it, so that nobody else can set it.
    #[must_use]
    pub fn is_computed(self) -> bool {
        self.def().computed.is_some()
    }

    /// Whether it counts the row's versions.
    #[must_use]
    pub fn is_version(self) -> bool {
        self.def().version
    }

    /// Whether queries leave it out until it is asked for.
    #[must_use]
    pub fn is_deferred(self) -> bool {
        self.index >= self.model.0.def.read()
    }

    /// Whether the database fills it in when a new row gives nothing: an autoincrement key, a server default, a computed column.
    #[must_use]
    pub fn is_made_by_the_database(self) -> bool {
        let def = self.def();
        def.autoincrement || def.server_default.is_some() || def.computed.is_some()
    }

    /// Whether a new object has to be given it: it has no default, cannot be NULL, and no relation fills it in.
    #[must_use]
    pub fn is_required(self) -> bool {
        !self.is_nullable()
            && !self.is_made_by_the_database()
            && self.def().default.is_none()
            && !self.is_linked()
    }

    /// What it refers to: a model and the column's name there.
    #[must_use]
    pub fn refers_to(self) -> Option<(AnyModel, &'static str)> {
        self.def().foreign_key.map(|fk| (AnyModel((fk.target)()), fk.column))
    }

    /// The comment.
    #[must_use]
    pub fn comment(self) -> Option<&'static str> {
        self.def().comment
    }

    /// Whether it refers to another row, whose object gives it its value with the flush.
    pub(super) fn is_linked(self) -> bool {
        let has = |link: &std::sync::Arc<crate::model::Link>| link.child.contains(&self.index);
        let own = self.model.relations().filter(|r| r.kind() == super::RelationshipKind::BelongsTo);
        self.def().foreign_key.is_some() || own.filter_map(|r| self.model.0.link(r.index).ok()).any(has)
    }

    /// The value as the column's Rust type has it: text that is a date becomes one, an integer becomes a decimal.
    ///
    /// # Errors
    /// When it is no value of that type.
    pub fn read(self, value: Value) -> Result<Value> {
        let (model, field) = (self.model.name(), self.field());
        let refuse = |what: String| Error::new(ErrorKind::Invalid, what).on(model).at(field);
        match &value {
            Value::Unwritable(why) => return Err(refuse(format!("{model}.{field}: {why}"))),
            Value::Null if self.is_nullable() => return Ok(Value::Null),
            Value::Null => return Err(refuse(format!("{model}.{field} cannot be NULL"))),
            _ => {}
        }
        (self.def().decode)(cell_of(&value)).map_err(|_| {
            let what =
                format!("{model}.{field} is {}, and {} was given", wanted(&self.sql_type()), shown(&value));
            match self.sql_type() {
                SqlType::Enum { values, .. } => {
                    refuse(what).advise(format!("there are {}", values.join(", ")))
                }
                _ => refuse(what),
            }
        })
    }

    /// The column in a query.
    #[must_use]
    pub fn expr(self) -> Expr {
        self.model.0.column_expr(self.index)
    }

    fn compare(self, op: BinaryOp, value: impl Bind) -> Predicate {
        self.condition(self.read(value.into_bind()), |column, value| {
            Expr::Binary(Box::new(column), op, Box::new(Expr::Value(value)))
        })
    }

    fn condition<T>(self, read: Result<T>, make: impl FnOnce(Expr, T) -> Expr) -> Predicate {
        match read {
            Ok(value) => Predicate::new(make(self.expr(), value)),
            Err(error) => Predicate::wrong(Arc::new(error)),
        }
    }

    fn list(self, values: impl IntoIterator<Item = impl Bind>, negated: bool) -> Predicate {
        let read: Result<Vec<Expr>> =
            values.into_iter().map(|v| self.read(v.into_bind()).map(Expr::Value)).collect();
        self.condition(read, |column, list| Expr::In { expr: Box::new(column), list, negated })
    }

    fn text(self) -> Result<Expression<String>> {
        match self.sql_type() {
            SqlType::String(_) | SqlType::Text | SqlType::Enum { .. } | SqlType::Other(_) => {
                Ok(Expression::new(self.expr()))
            }
            other => {
                let (model, field) = (self.model.name(), self.field());
                let what = format!("{model}.{field} is {}, and only texts are searched", wanted(&other));
                Err(Error::new(ErrorKind::Invalid, what).on(model).at(field))
            }
        }
    }

    fn search(self, make: impl FnOnce(Expression<String>) -> Predicate) -> Predicate {
        self.text().map_or_else(|error| Predicate::wrong(Arc::new(error)), make)
    }

    /// `column = value`; `IS NULL` when it is NULL.
    pub fn eq(self, value: impl Bind) -> Predicate {
        match value.into_bind() {
            Value::Null => self.is_null(),
            value => self.compare(BinaryOp::Eq, value),
        }
    }

    /// `column <> value`; `IS NOT NULL` when it is NULL.
    pub fn ne(self, value: impl Bind) -> Predicate {
        match value.into_bind() {
            Value::Null => self.is_not_null(),
            value => self.compare(BinaryOp::Ne, value),
        }
    }

    /// `column < value`
    pub fn lt(self, value: impl Bind) -> Predicate {
        self.compare(BinaryOp::Lt, value)
    }

    /// `column <= value`
    pub fn le(self, value: impl Bind) -> Predicate {
        self.compare(BinaryOp::Le, value)
    }

    /// `column > value`
    pub fn gt(self, value: impl Bind) -> Predicate {
        self.compare(BinaryOp::Gt, value)
    }

    /// `column >= value`
    pub fn ge(self, value: impl Bind) -> Predicate {
        self.compare(BinaryOp::Ge, value)
    }

    /// `column BETWEEN low AND high`
    pub fn between(self, low: impl Bind, high: impl Bind) -> Predicate {
        let bounds = self.read(low.into_bind()).and_then(|low| Ok((low, self.read(high.into_bind())?)));
        self.condition(bounds, |column, (low, high)| column.between(low, high))
    }

    /// `column IN (…)`; never true for an empty list.
    pub fn in_(self, values: impl IntoIterator<Item = impl Bind>) -> Predicate {
        self.list(values, false)
    }

    /// `column NOT IN (…)`; always true for an empty list.
    pub fn not_in(self, values: impl IntoIterator<Item = impl Bind>) -> Predicate {
        self.list(values, true)
    }

    /// `IS NULL`
    pub fn is_null(self) -> Predicate {
        Predicate::new(self.expr().is_null())
    }

    /// `IS NOT NULL`
    pub fn is_not_null(self) -> Predicate {
        Predicate::new(self.expr().is_not_null())
    }

    /// `LIKE`, with `%` for any text and `_` for one character.
    pub fn like(self, pattern: &str) -> Predicate {
        self.search(|text| text.like(pattern))
    }

    /// `NOT LIKE`
    pub fn not_like(self, pattern: &str) -> Predicate {
        self.search(|text| text.not_like(pattern))
    }

    /// `LIKE`, upper and lower case being the same.
    pub fn ilike(self, pattern: &str) -> Predicate {
        self.search(|text| text.ilike(pattern))
    }

    /// Whether the text begins with this, taken literally.
    pub fn starts_with(self, text: &str) -> Predicate {
        self.search(|column| column.starts_with(text))
    }

    /// Whether the text ends with this, taken literally.
    pub fn ends_with(self, text: &str) -> Predicate {
        self.search(|column| column.ends_with(text))
    }

    /// Whether the text contains this, taken literally.
    pub fn contains(self, text: &str) -> Predicate {
        self.search(|column| column.contains(text))
    }

    /// Compares with another column.
    pub fn eq_column(self, other: AnyColumn) -> Predicate {
        Predicate::new(crate::expr::equal(self.expr(), other.expr()))
    }

    /// From low to high.
    pub fn asc(self) -> Order {
        Order::new(self.expr(), false, self.is_nullable())
    }

    /// From high to low.
    pub fn desc(self) -> Order {
        Order::new(self.expr(), true, self.is_nullable())
    }
}

impl fmt::Debug for AnyColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.model.name(), self.field())
    }
}

/// What a column of that type takes, in words.
fn wanted(ty: &SqlType) -> String {
    String::from(match ty {
        SqlType::SmallInteger | SqlType::Integer | SqlType::BigInteger => "an integer",
        SqlType::Float | SqlType::Double => "a number",
        SqlType::Numeric { .. } => "an exact number",
        SqlType::String(_) | SqlType::Text => "a text",
        SqlType::Boolean => "true or false",
        SqlType::Date => "a date like 2026-01-31",
        SqlType::Time => "a time like 14:30:00",
        SqlType::DateTime { .. } => "a date and time like 2026-01-31 14:30:00",
        SqlType::Interval => "a length of time in microseconds",
        SqlType::Enum { name, .. } => return format!("one of the labels of `{name}`"),
        SqlType::LargeBinary => "bytes",
        SqlType::Json => "a JSON document",
        SqlType::Uuid => "a UUID",
        SqlType::Array(_) => "an array",
        _ => "of a type of its own",
    })
}

fn shown(value: &Value) -> String {
    const MOST: usize = 40;
    let mut text = match value {
        Value::Bool(v) => v.to_string(),
        Value::Int(v) => v.to_string(),
        Value::Float(v) => v.to_string(),
        Value::Decimal(v) => v.to_string(),
        Value::Text(v) => format!("{v:?}"),
        Value::Bytes(v) => format!("{} bytes", v.len()),
        other => format!("{other:?}"),
    };
    if let Some((cut, _)) = text.char_indices().nth(MOST) {
        text.truncate(cut);
        text.push('…');
    }
    text
}
