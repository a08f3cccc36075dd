//! `sql("…")` in the shell's language, and its rows. Invariant: values go in as binds, `{}` each: `sql("SELECT … WHERE id = {}", [1])`.

use rebis_orm::dynamic::AnyRows;
use rhai::{Array, Dynamic, Engine, Map};

use crate::error::{Eval, refuse};
use crate::host::Host;
use crate::value::{to_dynamic, to_value};

/// What SQL by hand gave.
#[derive(Clone)]
pub(crate) struct Rows(pub(crate) AnyRows);

impl Rows {
    fn maps(&self) -> impl Iterator<Item = Map> {
        let columns = self.0.columns.clone();
        self.0.rows.clone().into_iter().map(move |row| {
            columns.iter().zip(row).map(|(name, value)| (name.as_str().into(), to_dynamic(value))).collect()
        })
    }
}

impl IntoIterator for Rows {
    type Item = Map;
    type IntoIter = std::vec::IntoIter<Map>;

    fn into_iter(self) -> Self::IntoIter {
        self.maps().collect::<Vec<_>>().into_iter()
    }
}

pub(crate) fn register(engine: &mut Engine, host: &Host) {
    let h = host.clone();
    engine.register_fn("sql", move |text: &str| run(&h, text, Array::new()));
    let h = host.clone();
    engine.register_fn("sql", move |text: &str, values: Array| run(&h, text, values));
    engine
        .register_iterator::<Rows>()
        .register_fn("all", |rows: &mut Rows| -> Array { rows.maps().map(Dynamic::from).collect() })
        .register_fn("first", |rows: &mut Rows| rows.maps().next().map_or(Dynamic::UNIT, Dynamic::from))
        .register_fn("len", |rows: &mut Rows| rows.0.rows.len() as i64)
        .register_fn("scalar", |rows: &mut Rows| -> Dynamic {
            let value = rows.0.rows.first().and_then(|row| row.first());
            value.map_or(Dynamic::UNIT, |value| to_dynamic(value.clone()))
        })
        .register_indexer_get(|rows: &mut Rows, index: i64| -> Eval<Map> {
            let found = usize::try_from(index).ok().and_then(|index| rows.maps().nth(index));
            found.map_or_else(|| refuse(format!("there is no row {index}")), Ok)
        });
}

fn run(host: &Host, text: &str, values: Array) -> Eval<Rows> {
    let binds = values.into_iter().map(to_value).collect::<Eval<Vec<_>>>()?;
    host.wait(host.session().run_text(text, binds)).map(Rows)
}
