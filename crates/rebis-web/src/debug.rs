//! What one sees while developing: error pages with the inside of the program, a bar in each page, the last requests.
//!
//! Invariant: nothing of this folder runs, or is reachable, unless `DEBUG` was on when the application was built; and no secret that a
//! name gives away (of a header, a form field, a setting) is kept, let alone shown.

mod access;
mod asked;
mod bar;
mod page;
mod place;
mod recent;
mod stale;
mod trace;
mod view;

use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::blueprint::Blueprint;
use crate::config::{Config, ConfigError};
use crate::error::HttpError;
use crate::response::page as plain;

pub(crate) use bar::NoBar;
pub(crate) use page::{html, json};
pub use trace::{Query, Trace};

use access::Access;
use asked::Asked;
use recent::Recent;
use stale::Stale;

/// Where the tools are: the last requests, the style sheet, and what [`App::debug_tool`] adds.
pub(crate) const PREFIX: &str = "/__rebis";

const STYLE: &str = include_str!("debug/assets/debug.css");

/// The debug mode of a built application.
pub(crate) struct Debugger {
    bar: bool,
    access: Access,
    /// The tools, by title and path, as the bar links to them.
    links: Vec<(String, String)>,
    recent: Recent,
    stale: Stale,
}

impl Debugger {
    /// `None` outside debug mode.
    pub(crate) fn read(config: &Config, tools: &[(String, Blueprint)]) -> Result<Option<Self>, ConfigError> {
        if !config.debug() {
            return Ok(None);
        }
        place::watch_panics();
        let mut links = vec![("Requests".to_owned(), format!("{PREFIX}/requests"))];
        links.extend(tools.iter().map(|(title, tool)| (title.clone(), format!("{PREFIX}{}/", tool.prefix))));
        Ok(Some(Self {
            bar: config.get_or("DEBUG_BAR", true)?,
            access: Access::read(config)?,
            links,
            recent: Recent::default(),
            stale: Stale::read(config)?,
        }))
    }

    /// The blueprint of the tools, in debug mode only.
    pub(crate) fn blueprint(tools: &[(String, Blueprint)]) -> Blueprint {
        let own = Blueprint::new("__rebis").url_prefix(PREFIX);
        let own = own
            .get("/", recent::index)
            .get("/requests", recent::list)
            .get("/requests/{number}", recent::show);
        tools.iter().fold(own, |all, (_, tool)| all.blueprint(tool.clone()))
    }
}

/// A request in debug mode.
pub(crate) enum Begun {
    /// It was one for the tools, and is answered.
    Answered(Response),
    /// To be run within the trace.
    Traced(Request, Trace),
}

/// Looks at a request before the application does.
pub(crate) async fn begin(app: &App, debugger: &Debugger, request: Request) -> Begun {
    let path = request.uri().path();
    let tool = path == PREFIX || path.strip_prefix(PREFIX).is_some_and(|rest| rest.starts_with('/'));
    if tool && path == "/__rebis/debug.css" {
        return Begun::Answered(style(request.method()));
    }
    if tool && let Err(refused) = debugger.access.check(&request) {
        return Begun::Answered(plain::error_response(
            &refused,
            &plain::Formats::of(request.headers()),
            false,
            None,
        ));
    }
    match Asked::read(app, request).await {
        Ok((request, asked)) => Begun::Traced(request, Trace::new(asked, tool)),
        Err(refused) => Begun::Answered(refused.into_response()),
    }
}

/// Looks at the response: remembers it, and adds the bar where one belongs.
pub(crate) async fn end(debugger: &Debugger, trace: Trace, response: Response) -> Response {
    if trace.is_of_a_tool() {
        return response;
    }
    let record = trace.finish(response.status());
    let number = debugger.recent.keep(record.clone());
    if debugger.bar { bar::add(debugger, &record, number, response).await } else { response }
}

fn style(method: &Method) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return HttpError::status_only(StatusCode::METHOD_NOT_ALLOWED).into_response();
    }
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (headers, STYLE).into_response()
}
