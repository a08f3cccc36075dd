//! `routes`: the endpoints, their methods and their rules.

use std::process::ExitCode;

use clap::Command;
use rebis_web::{App, BoxError};

use crate::output;

pub(crate) fn describe() -> Command {
    Command::new("routes").about("Lists the endpoints with their methods and rules")
}

pub(crate) fn run(app: &App) -> Result<ExitCode, BoxError> {
    let routes = app.routes()?;
    let rows: Vec<[String; 3]> = routes
        .iter()
        .map(|route| {
            let methods: Vec<&str> = route.methods.iter().map(|m| m.as_str()).collect();
            [route.endpoint.clone(), methods.join(", "), route.rule.clone()]
        })
        .collect();
    let width = |column: usize, title: &str| {
        rows.iter().map(|r| r[column].chars().count()).chain([title.len()]).max().unwrap_or(0)
    };
    let (endpoints, methods) = (width(0, "Endpoint"), width(1, "Methods"));
    output::line(format!("{:endpoints$}  {:methods$}  Rule", "Endpoint", "Methods"));
    output::line(format!("{:-<endpoints$}  {:-<methods$}  {:-<30}", "", "", ""));
    for [endpoint, method, rule] in &rows {
        output::line(format!("{endpoint:endpoints$}  {method:methods$}  {rule}"));
    }
    Ok(ExitCode::SUCCESS)
}
