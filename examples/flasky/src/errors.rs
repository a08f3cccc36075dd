//! Pages for what goes wrong. The status is the error's; these say the rest.

use rebis::prelude::*;

/// 404: there is no such page.
pub(crate) async fn not_found(templates: Templates) -> Result<Html> {
    templates.render("404.html", context! {})
}

/// 500: the program's fault. What happened stands in the log, and with `--debug` on the page.
pub(crate) async fn internal(templates: Templates) -> Result<Html> {
    templates.render("500.html", context! {})
}
