//! Objects in the shell's language: `u.email`, `u.email = "x"`, `u.posts`, `u.posts.add(p)`. Invariant: the same objects as everywhere in the
//! session, so that what is set is seen through every name.

use rebis_orm::dynamic::AnyEntity;
use rhai::{Array, Dynamic, Engine, Map};

use crate::error::{Eval, fault, refuse};
use crate::host::Host;
use crate::names::{Cond, Find, Many, Obj};
use crate::value::{fields, given, to_dynamic};

pub(crate) fn register(engine: &mut Engine, host: &Host) {
    engine
        .register_indexer_get(|object: &mut Obj, field: &str| read(object, field))
        .register_indexer_set(|object: &mut Obj, field: &str, value: Dynamic| write(object, field, value))
        .register_fn("==", |a: Obj, b: Obj| a.entity == b.entity)
        .register_fn("!=", |a: Obj, b: Obj| a.entity != b.entity)
        .register_fn("update", |object: &mut Obj, map: Map| -> Eval<()> {
            let fields = fields(map, object.entity.model())?;
            object.entity.update(fields).map_err(|error| fault(&error))
        })
        .register_fn("state", |object: &mut Obj| format!("{:?}", object.entity.state()).to_lowercase())
        .register_fn("is_modified", |object: &mut Obj| object.entity.is_modified())
        .register_fn("to_map", |object: &mut Obj| -> Map {
            let values = object.entity.values().into_iter();
            values.map(|(column, value)| (column.field().into(), to_dynamic(value))).collect()
        });
    collection(engine, host);
}

fn collection(engine: &mut Engine, host: &Host) {
    engine
        .register_iterator_result::<Many, Dynamic>()
        .register_indexer_get(|many: &mut Many, index: i64| -> Eval<Obj> {
            let mut all = many.all()?;
            let count = all.len() as i64;
            let place = if index < 0 { index + count } else { index };
            match usize::try_from(place).ok().filter(|place| *place < all.len()) {
                Some(place) => Ok(Obj::new(&many.host, all.swap_remove(place))),
                None => refuse(format!("there is no item {index}: {} holds {count}", many.field)),
            }
        })
        .register_fn("add", |many: &mut Many, object: Obj| -> Eval<()> {
            many.owner.add(many.field, &object.entity).map_err(|error| fault(&error))
        })
        .register_fn("append", |many: &mut Many, object: Obj| -> Eval<()> {
            many.owner.add(many.field, &object.entity).map_err(|error| fault(&error))
        })
        .register_fn("remove", |many: &mut Many, object: Obj| -> Eval<()> {
            many.owner.remove(many.field, &object.entity).map_err(|error| fault(&error))
        })
        .register_fn("contains", |many: &mut Many, object: Obj| -> Eval<bool> {
            Ok(many.all()?.contains(&object.entity))
        })
        .register_fn("is_empty", |many: &mut Many| -> Eval<bool> { Ok(many.all()?.is_empty()) })
        .register_fn("all", |many: &mut Many| -> Eval<Array> { Ok(Obj::list(&many.host, many.all()?)) })
        .register_fn("first", |many: &mut Many| -> Eval<Dynamic> {
            Ok(Obj::option(&many.host, many.all()?.into_iter().next()))
        });
    for name in ["count", "len"] {
        let h = host.clone();
        engine.register_fn(name, move |many: &mut Many| -> Eval<i64> {
            Ok(h.wait(many.owner.related_count(many.field))? as i64)
        });
    }
    for name in ["filter", "where"] {
        engine.register_fn(name, |many: &mut Many, condition: Cond| -> Eval<Find> {
            Ok(query(many)?.map(|query| query.filter(condition.0)))
        });
    }
    engine.register_fn("filter_by", |many: &mut Many, map: Map| -> Eval<Find> {
        crate::of_query::filter_by(query(many)?, map)
    });
    engine.register_fn("order_by", |many: &mut Many, order: Dynamic| -> Eval<Find> {
        crate::of_query::order_by(query(many)?, order)
    });
    engine.register_fn("select", query);
}

pub(crate) fn query(many: &mut Many) -> Eval<Find> {
    let query = many.owner.related_query(many.field).map_err(|error| fault(&error))?;
    Ok(Find(query, many.host.clone()))
}

fn read(object: &mut Obj, field: &str) -> Eval<Dynamic> {
    let (host, entity) = (&object.host, &object.entity);
    if let Ok(relation) = entity.model().relation(field) {
        if relation.kind().is_many() {
            let field = relation.field();
            return Ok(Dynamic::from(Many { host: host.clone(), owner: entity.clone(), field }));
        }
        return host.wait(entity.related_one(field)).map(|found| Obj::option(host, found));
    }
    match entity.value(field) {
        Ok(value) => Ok(to_dynamic(value)),
        // A deferred column is read when it is asked for.
        Err(error) if error.is_not_loaded() => host.wait(entity.load(field)).map(to_dynamic),
        Err(_) => refuse(no_field(entity, field)),
    }
}

fn no_field(entity: &AnyEntity, field: &str) -> String {
    let model = entity.model();
    let known: Vec<&str> =
        model.columns().map(|c| c.field()).chain(model.relations().map(|r| r.field())).collect();
    format!("{} has no field `{field}`; there are {}", model.name(), known.join(", "))
}

fn write(object: &mut Obj, field: &str, value: Dynamic) -> Eval<()> {
    let (host, entity) = (&object.host, &object.entity);
    // The language writes what it has read back: the same object, the same collection.
    if let Some(many) = value.read_lock::<Many>()
        && many.owner == *entity
        && many.field == field
    {
        return Ok(());
    }
    if let Some(other) = value.read_lock::<Obj>()
        && entity.is_related_loaded(field).unwrap_or(false)
        && entity.model().relation(field).is_ok_and(|r| !r.kind().is_many())
        && host.wait(entity.related_one(field))?.as_ref() == Some(&other.entity)
    {
        return Ok(());
    }
    let given = given(value, entity.model(), field)?;
    entity.set(field, given).map_err(|error| fault(&error))
}
