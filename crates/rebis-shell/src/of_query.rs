//! Queries in the shell's language, and the same words on a model: `User.filter(…)` is `User.query.filter(…)`. Invariant: a query is a value
//! that does nothing until one of `all`, `first`, `one`, `count`, … runs it.

use rebis_orm::Page;
use rebis_orm::dynamic::AnyQuery;
use rhai::{Array, Dynamic, Engine, Map};

use crate::error::{Eval, fault, refuse};
use crate::names::{Col, Cond, Find, Many, Model, Obj, Rel, Sort};
use crate::value::fields;

/// The words of a query for one type, which is turned into a query first.
macro_rules! words {
    ($engine:ident, $ty:ty, $query:expr) => {
        let query: fn(&mut $ty) -> Find = $query;
        for name in ["filter", "where"] {
            $engine.register_fn(name, move |from: &mut $ty, condition: Cond| {
                query(from).map(|query| query.filter(condition.0))
            });
        }
        for name in ["count", "len"] {
            $engine.register_fn(name, move |from: &mut $ty| -> Eval<i64> {
                let Find(query, host) = query(from);
                Ok(host.wait(query.count(host.session()))? as i64)
            });
        }
        $engine
            .register_iterator_result::<$ty, Dynamic>()
            .register_fn("filter_by", move |from: &mut $ty, map: Map| filter_by(query(from), map))
            .register_fn("order_by", move |from: &mut $ty, order: Dynamic| order_by(query(from), order))
            .register_fn("order_by", move |from: &mut $ty, first: Dynamic, then: Dynamic| {
                order_by(order_by(query(from), first)?, then)
            })
            .register_fn("limit", move |from: &mut $ty, most: i64| {
                number(most).map(|n| query(from).map(|query| query.limit(n)))
            })
            .register_fn("offset", move |from: &mut $ty, skip: i64| {
                number(skip).map(|n| query(from).map(|query| query.offset(n)))
            })
            .register_fn("distinct", move |from: &mut $ty| query(from).map(AnyQuery::distinct))
            .register_fn("with", move |from: &mut $ty, relation: Rel| {
                query(from).map(|query| query.with(relation.0))
            })
            .register_fn("join", move |from: &mut $ty, relation: Rel| {
                query(from).map(|query| query.join(relation.0))
            })
            .register_fn("all", move |from: &mut $ty| -> Eval<Array> {
                let find = query(from);
                let host = find.1.clone();
                Ok(Obj::list(&host, find.all()?))
            })
            .register_fn("first", move |from: &mut $ty| -> Eval<Dynamic> {
                let Find(query, host) = query(from);
                Ok(Obj::option(&host, host.wait(query.first(host.session()))?))
            })
            .register_fn("one", move |from: &mut $ty| -> Eval<Obj> {
                let Find(query, host) = query(from);
                Ok(Obj::new(&host, host.wait(query.one(host.session()))?))
            })
            .register_fn("one_or_none", move |from: &mut $ty| -> Eval<Dynamic> {
                let Find(query, host) = query(from);
                Ok(Obj::option(&host, host.wait(query.one_or_none(host.session()))?))
            })
            .register_fn("exists", move |from: &mut $ty| {
                let Find(query, host) = query(from);
                host.wait(query.exists(host.session()))
            })
            .register_fn("paginate", move |from: &mut $ty, page: i64, per_page: i64| {
                paginate(query(from), page, per_page)
            })
            .register_fn("sql", move |from: &mut $ty| sql(&query(from)));
    };
}

pub(crate) fn register(engine: &mut Engine) {
    words!(engine, Model, |model| model.select());
    words!(engine, Find, |find| find.clone());
    engine
        .register_fn("delete", |find: &mut Find| -> Eval<i64> {
            let all = find.clone().all()?;
            all.iter().for_each(|object| find.1.session().delete_any(object));
            Ok(all.len() as i64)
        })
        .register_fn("update", |find: &mut Find, map: Map| -> Eval<i64> {
            let fields = fields(map, find.0.model())?;
            let all = find.clone().all()?;
            for object in &all {
                object.update(fields.clone()).map_err(|error| fault(&error))?;
            }
            Ok(all.len() as i64)
        })
        .register_fn("get", |find: &mut Find, key: Dynamic| {
            crate::of_model::get(&find.1, find.0.model(), key)
        })
        .register_fn("paginate", |many: &mut Many, page: i64, per_page: i64| {
            paginate(crate::of_object::query(many)?, page, per_page)
        });
}

pub(crate) fn filter_by(find: Find, map: Map) -> Eval<Find> {
    let fields = fields(map, find.0.model())?;
    let find = find.map(|query| query.filter_by(fields));
    find.0.clone().into_statement().map_err(|error| fault(&error))?;
    Ok(find)
}

/// By a column, an order, or a list of these.
pub(crate) fn order_by(find: Find, order: Dynamic) -> Eval<Find> {
    if let Some(column) = order.read_lock::<Col>() {
        return Ok(find.map(|query| query.order_by(column.0.asc())));
    }
    if let Some(order) = order.read_lock::<Sort>() {
        return Ok(find.map(|query| query.order_by(order.0.clone())));
    }
    match order.try_cast::<Array>() {
        Some(list) => list.into_iter().try_fold(find, order_by),
        None => refuse("a query is sorted by a column: `.order_by(User.username.desc())`"),
    }
}

fn number(n: i64) -> Eval<u64> {
    u64::try_from(n).or_else(|_| refuse(format!("{n} is no number of rows")))
}

fn paginate(find: Find, page: i64, per_page: i64) -> Eval<Map> {
    let Find(query, host) = find;
    let wanted = Page::new(number(page)?, number(per_page)?);
    let found = host.wait(query.paginate(host.session(), wanted))?;
    let members: [(&str, Dynamic); 7] = [
        ("items", Obj::list(&host, found.items).into()),
        ("page", (found.page as i64).into()),
        ("per_page", (found.per_page as i64).into()),
        ("total", (found.total as i64).into()),
        ("pages", (found.pages as i64).into()),
        ("has_prev", found.has_prev.into()),
        ("has_next", found.has_next.into()),
    ];
    Ok(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

/// The text as the database gets it.
pub(crate) fn sql(find: &Find) -> Eval<String> {
    let engine = find.1.database().engine().map_err(|error| fault(&error))?;
    Ok(find.0.sql(engine.dialect()))
}
