//! What `rebis run` says by itself: lines on standard error, as the server's own. Invariant: a closed standard error ends nothing.

/// Prints ` * …`.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr().lock(), " * {}", format_args!($($text)*));
    }};
}

pub(super) use say;
