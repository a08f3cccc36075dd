//! The log on standard error, a line an event, as Alembic writes it: `INFO  [rebis.migrate] Running upgrade …`.
//!
//! **Invariant.** A program that has set its own subscriber keeps it.

use std::fmt;

use clap::builder::styling::AnsiColor;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::{self as layer, FmtContext};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, util::SubscriberInitExt};

use crate::output;

/// Starts the log. `RUST_LOG` chooses what is shown; without it, what Rebis says at `INFO` unless `quiet`, and warnings of everything else.
pub(crate) fn start(debug: bool, quiet: bool) {
    let usual = match (quiet, debug) {
        (true, _) => "warn",
        (false, true) => "warn,rebis=debug,rebis::sql=info",
        (false, false) => "warn,rebis=info",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    let subscriber = layer::fmt()
        .with_env_filter(filter)
        .with_writer(|| {
            output::clear_status();
            std::io::stderr()
        })
        .with_ansi(false)
        // It would complain on standard error about a closed standard error, and panic over that.
        .log_internal_errors(false)
        .event_format(Lines)
        .finish();
    // Refused when there is one already.
    let _ = subscriber.try_init();
}

struct Lines;

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        let colour = match *metadata.level() {
            Level::ERROR => AnsiColor::Red,
            Level::WARN => AnsiColor::Yellow,
            _ => AnsiColor::Green,
        };
        let level = output::painted(&format!("{:<5}", metadata.level().as_str()), colour.on_default());
        write!(writer, "{level} [{}] ", metadata.target().replace("::", "."))?;
        context.format_fields(writer.by_ref(), event)?;
        writeln!(writer)
    }
}
