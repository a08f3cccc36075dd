//! `session` and `db` in the shell's language. Invariant: there is one session; what it is asked to write is written with `commit()`, never
//! before.

use rhai::{Array, Dynamic, Engine};

use crate::error::{Eval, fault};
use crate::host::Host;
use crate::names::{Db, Find, Model, Obj, Ses};
use crate::value::objects;

pub(crate) fn register(engine: &mut Engine, host: &Host) {
    let h = host.clone();
    engine.register_fn("add", move |_: &mut Ses, object: Obj| drop(h.session().add_any(&object.entity)));
    let h = host.clone();
    engine.register_fn("add_all", move |_: &mut Ses, list: Dynamic| -> Eval<()> {
        objects(list)?.iter().for_each(|object| drop(h.session().add_any(object)));
        Ok(())
    });
    let h = host.clone();
    engine.register_fn("delete", move |_: &mut Ses, object: Obj| h.session().delete_any(&object.entity));
    let h = host.clone();
    engine.register_fn("refresh", move |_: &mut Ses, object: Obj| {
        h.wait(h.session().refresh_any(&object.entity))
    });
    let h = host.clone();
    engine.register_fn("flush", move |_: &mut Ses| h.wait(h.session().flush()));
    let h = host.clone();
    engine.register_fn("commit", move |_: &mut Ses| h.wait(h.session().commit()));
    let h = host.clone();
    engine.register_fn("rollback", move |_: &mut Ses| {
        h.interrupt().forget();
        h.wait(h.session().rollback())
    });
    let h = host.clone();
    engine.register_fn("get", move |_: &mut Ses, model: Model, key: Dynamic| {
        crate::of_model::get(&h, model.0, key)
    });
    engine.register_fn("query", |_: &mut Ses, model: Model| model.select());
    // As SQLAlchemy has it: `db.session.scalars(select(User)).all()`.
    engine.register_fn("scalars", |_: &mut Ses, query: Find| query);
    let h = host.clone();
    engine.register_get("new", move |_: &mut Ses| -> Array { Obj::list(&h, h.session().added_any()) });
    let h = host.clone();
    engine.register_get("dirty", move |_: &mut Ses| -> Array { Obj::list(&h, h.session().changed_any()) });
    let h = host.clone();
    engine.register_get("deleted", move |_: &mut Ses| -> Array { Obj::list(&h, h.session().deleted_any()) });
    database(engine, host);
}

fn database(engine: &mut Engine, host: &Host) {
    engine.register_get("session", |_: &mut Db| Ses);
    let h = host.clone();
    engine.register_get("models", move |_: &mut Db| -> Array {
        h.models().iter().map(|model| Dynamic::from(Model(*model, h.clone()))).collect()
    });
    let h = host.clone();
    engine.register_fn("create_all", move |_: &mut Db| h.wait(h.database().create_all()));
    let h = host.clone();
    engine.register_fn("drop_all", move |_: &mut Db| h.wait(h.database().drop_all()));
    let h = host.clone();
    engine.register_fn("echo", move |on: bool| h.echo(on));
    let h = host.clone();
    engine.register_get("url", move |_: &mut Db| -> Eval<String> {
        let engine = h.database().engine().map_err(|error| fault(&error))?;
        Ok(engine.url().to_string())
    });
}
