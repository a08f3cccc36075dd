//! Columns, relations, conditions and orders in the shell's language. Invariant: a value is read as the column's type when the condition is
//! made, so that an error stands where it was typed.

use rebis_orm::Predicate;
use rebis_orm::dynamic::AnyColumn;
use rebis_sql::Value;
use rhai::{Array, Dynamic, Engine};

use crate::error::{Eval, fault, refuse};
use crate::names::{Col, Cond, Obj, Rel, Sort};
use crate::value::for_column;

type Compare = fn(AnyColumn, Value) -> Predicate;
type Search = fn(AnyColumn, &str) -> Predicate;

pub(crate) fn register(engine: &mut Engine) {
    let compare: [(&str, Compare); 6] = [
        ("==", |column, value| column.eq(value)),
        ("!=", |column, value| column.ne(value)),
        ("<", |column, value| column.lt(value)),
        ("<=", |column, value| column.le(value)),
        (">", |column, value| column.gt(value)),
        (">=", |column, value| column.ge(value)),
    ];
    for (name, make) in compare {
        engine.register_fn(name, move |column: Col, value: Dynamic| -> Eval<Cond> {
            match value.read_lock::<Col>() {
                Some(other) if name == "==" => return checked(column.0.eq_column(other.0)),
                Some(_) => return refuse("two columns are compared with == only"),
                None => {}
            }
            checked(make(column.0, for_column(value, column.0)?))
        });
        if name == "==" || name == "!=" {
            engine
                .register_fn(name, move |relation: Rel, object: Dynamic| is(relation, object, name == "!="));
        }
    }
    let search: [(&str, Search); 6] = [
        ("like", AnyColumn::like),
        ("not_like", AnyColumn::not_like),
        ("ilike", AnyColumn::ilike),
        ("starts_with", AnyColumn::starts_with),
        ("ends_with", AnyColumn::ends_with),
        ("contains", AnyColumn::contains),
    ];
    for (name, make) in search {
        engine.register_fn(name, move |column: &mut Col, text: &str| checked(make(column.0, text)));
    }
    engine
        .register_fn("in_", |column: &mut Col, list: Array| checked(column.0.in_(values(column.0, list)?)))
        .register_fn("not_in", |column: &mut Col, list: Array| {
            checked(column.0.not_in(values(column.0, list)?))
        })
        .register_fn("between", |column: &mut Col, low: Dynamic, high: Dynamic| {
            let (low, high) = (for_column(low, column.0)?, for_column(high, column.0)?);
            checked(column.0.between(low, high))
        })
        .register_fn("is_null", |column: &mut Col| Cond(column.0.is_null()))
        .register_fn("is_not_null", |column: &mut Col| Cond(column.0.is_not_null()))
        .register_fn("asc", |column: &mut Col| Sort(column.0.asc()))
        .register_fn("desc", |column: &mut Col| Sort(column.0.desc()))
        .register_fn("nulls_first", |order: &mut Sort| Sort(order.0.clone().nulls_first()))
        .register_fn("nulls_last", |order: &mut Sort| Sort(order.0.clone().nulls_last()))
        .register_fn("&", |one: Cond, other: Cond| Cond(one.0 & other.0))
        .register_fn("|", |one: Cond, other: Cond| Cond(one.0 | other.0))
        .register_fn("!", |one: Cond| Cond(!one.0));
    for name in ["any", "has"] {
        engine
            .register_fn(name, |relation: &mut Rel, condition: Cond| checked(relation.0.any(condition.0)))
            .register_fn(name, |relation: &mut Rel| checked(relation.0.is_any()));
    }
    for name in ["is", "contains"] {
        engine.register_fn(name, |relation: &mut Rel, object: Dynamic| is(*relation, object, false));
    }
}

fn values(column: AnyColumn, list: Array) -> Eval<Vec<Value>> {
    list.into_iter().map(|value| for_column(value, column)).collect()
}

fn is(relation: Rel, object: Dynamic, negated: bool) -> Eval<Cond> {
    if object.is_unit() {
        let any = relation.0.is_any();
        return checked(if negated { any } else { !any });
    }
    let Some(object) = object.try_cast::<Obj>() else {
        return refuse(format!("{:?} is compared with an object", relation.0));
    };
    let is = relation.0.is(&object.entity);
    checked(if negated { !is } else { is })
}

/// The condition, or why it cannot work.
fn checked(condition: Predicate) -> Eval<Cond> {
    condition.clone().into_expr().map_err(|error| fault(&error))?;
    Ok(Cond(condition))
}
