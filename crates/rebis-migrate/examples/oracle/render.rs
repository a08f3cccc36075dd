//! Operations as they are written in a script: there in Python, here in Rust.
//!
//! **Invariant.** What the Python says, ours says: the same directive, and every name and text of it.

use serde_json::Value;

use crate::Outcome;
use crate::ops::{self, Words};
use crate::python::Py;
use crate::row::text;

pub(crate) fn case(row: &Value) -> Outcome {
    let rendered = text(row, "rendered");
    let unquoted = |key: &str| Py::parse(text(&row["repr"], key)).text();
    let python = Py::parse(rendered);
    let Py::Call(directive, ..) = &python else { return Outcome::NotApplicable(ops::UNSAID) };
    let batch = row["batch"] == Value::Bool(true);
    let about = unquoted("table_name").or_else(|| unquoted("source_table"));
    let about = about.filter(|_| batch);
    let mut words = Words { expressions: Vec::new() };
    let made = match ops::call(&python, unquoted("schema"), about.as_deref(), &mut words) {
        Ok(made) => made,
        Err(reason) => return Outcome::NotApplicable(reason),
    };
    let mut ours = String::new();
    for op in &made {
        match op.render() {
            Ok(text) => ours.push_str(&(text + "\n")),
            Err(e) => return Outcome::Failed(format!("recorded {rendered}\nours     {e}")),
        }
    }
    let directive = if directive == "alter_column" && ours.starts_with("op.rename_column") {
        "rename_column"
    } else {
        directive
    };
    let mut missing = Vec::new();
    if !ours.contains(&format!("op.{directive}(")) {
        missing.push(format!("op.{directive}"));
    }
    let mut texts = Vec::new();
    said(&python, &mut texts);
    missing.extend(texts.into_iter().filter(|t| !ours.contains(&rust(t))));
    if missing.is_empty() {
        return Outcome::Passed;
    }
    Outcome::Failed(format!("recorded {rendered}\nours     {ours}is silent about {missing:?}"))
}

/// A text as it stands between quotes in Rust.
fn rust(text: &str) -> String {
    let quoted = format!("{text:?}");
    quoted[1..quoted.len() - 1].to_owned()
}

/// Every text that the statement itself has to say. A schema stands around it, a constraint's kind is a word of ours, and a reference is
/// said in two.
fn said(py: &Py, all: &mut Vec<String>) {
    match py {
        Py::Text(text) => all.push(text.clone()),
        Py::List(items) => items.iter().for_each(|i| said(i, all)),
        Py::Call(name, arguments, keys) => {
            let key = name == "ForeignKeyConstraint";
            for (i, argument) in arguments.iter().enumerate() {
                if key && i == 1 {
                    let places = argument.texts().unwrap_or_default();
                    all.extend(
                        places.iter().flat_map(|p| p.split('.').map(str::to_owned).collect::<Vec<_>>()),
                    );
                } else {
                    said(argument, all);
                }
            }
            let mut silent = vec![
                "schema",
                "type_",
                "source_schema",
                "ondelete",
                "onupdate",
                "initially",
                "existing_comment",
            ];
            // What the database held stands in ALTER only, and a boolean has no name here.
            match name.as_str() {
                "alter_column" => silent.retain(|s| *s != "existing_comment"),
                "Boolean" => silent.push("name"),
                _ => {}
            }
            let empty = |v: &Py| v.text().as_deref() == Some("");
            // Behind the index's name no table is needed where it is known already.
            for (_, value) in keys.iter().filter(|(k, v)| !silent.contains(&k.as_str()) && !empty(v)) {
                said(value, all);
            }
        }
        _ => {}
    }
}
