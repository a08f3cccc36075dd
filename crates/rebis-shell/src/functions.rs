//! Functions of the shell that belong to no type, and how its values read as text. Invariant: whatever is printed reads as it does at the
//! prompt.

use chrono::Utc;
use rebis_sql::Value;
use rhai::{Array, Dynamic, Engine, ImmutableString};

use crate::error::{Eval, refuse};
use crate::help;
use crate::host::{Host, say};
use crate::names::{Col, Cond, Db, Find, Many, Model, Obj, Rel, Ses, Sort};
use crate::of_sql::Rows;
use crate::show::{plain, show};
use crate::table::table;
use crate::value::Val;

pub(crate) fn register(engine: &mut Engine, host: &Host) {
    texts(engine, host);
    engine
        .register_fn("now", || Val(Value::DateTimeUtc(Utc::now())))
        .register_fn("today", || Val(Value::Date(Utc::now().date_naive())))
        .register_fn("uuid", || Val(Value::Uuid(uuid::Uuid::new_v4())))
        .register_fn("decimal", |text: &str| -> Eval<Val> {
            match rust_decimal::Decimal::from_str_exact(text) {
                Ok(number) => Ok(Val(Value::Decimal(number))),
                Err(_) => refuse(format!("{text:?} is no exact number")),
            }
        });
    // Instead of the language's own, which a script's end cannot be told from.
    for name in ["exit", "quit"] {
        let h = host.clone();
        engine.register_fn(name, move || h.exit::<()>(0));
        let h = host.clone();
        engine.register_fn(name, move |code: i64| h.exit::<()>(code));
    }
    let h = host.clone();
    engine.register_fn("help", move || say(&help::page(&h)));
    engine.register_fn("help", |model: Model| say(&help::of_model(model.0)));
    let h = host.clone();
    engine.register_fn("table", move |value: Dynamic| -> Eval<()> {
        say(&table(&h, value)?);
        Ok(())
    });
}

/// `print`, `str`, interpolation and the language's own `debug` for each type.
fn texts(engine: &mut Engine, host: &Host) {
    macro_rules! texts {
        ($($ty:ty => $name:literal;)*) => {
            $(
                engine.register_type_with_name::<$ty>($name);
                for name in ["to_string", "to_debug", "str"] {
                    let h = host.clone();
                    engine.register_fn(name, move |value: &mut $ty| -> Eval<ImmutableString> {
                        show(&h, &Dynamic::from(value.clone())).map(Into::into)
                    });
                }
            )*
        };
    }
    texts! {
        Model => "Model";
        Col => "Column";
        Rel => "Relation";
        Cond => "Condition";
        Sort => "Order";
        Find => "Query";
        Obj => "Object";
        Many => "Collection";
        Ses => "Session";
        Db => "Database";
        Rows => "Rows";
        Val => "Value";
    }
    engine.register_fn("str", |value: i64| value.to_string());
    engine.register_fn("str", |value: f64| value.to_string());
    engine.register_fn("str", |value: bool| value.to_string());
    engine.register_fn("str", |value: ImmutableString| value);
    let h = host.clone();
    engine.register_fn("str", move |value: Array| show(&h, &Dynamic::from(value)));
    engine
        .register_fn("==", |a: Val, b: Val| a == b)
        .register_fn("!=", |a: Val, b: Val| a != b)
        .register_fn("==", |a: Val, b: &str| plain(&a.0) == b)
        .register_fn("<", |a: Val, b: Val| before(&a, &b))
        .register_fn(">", |a: Val, b: Val| before(&b, &a));
}

fn before(a: &Val, b: &Val) -> Eval<bool> {
    Ok(match (&a.0, &b.0) {
        (Value::Decimal(a), Value::Decimal(b)) => a < b,
        (Value::Date(a), Value::Date(b)) => a < b,
        (Value::Time(a), Value::Time(b)) => a < b,
        (Value::DateTime(a), Value::DateTime(b)) => a < b,
        (Value::DateTimeUtc(a), Value::DateTimeUtc(b)) => a < b,
        (Value::Interval(a), Value::Interval(b)) => a < b,
        _ => return refuse(format!("{} and {} have no order", plain(&a.0), plain(&b.0))),
    })
}
